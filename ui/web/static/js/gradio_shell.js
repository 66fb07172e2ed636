// The top bar and the navigation of the admins' Gradio screens, as on the other screens.

import { el, icon } from "./dom.js";

const SCREENS = [["/people", "People", "people"], ["/rounds/", "Rounds", "rounds"], ["/compare", "Compare", "compare"], ["/insights", "Insights", "insights"], ["/oversight", "Health", "check"]];

const theme = document.cookie.match(/casebrief_theme=(light|dark)/)?.[1];
const system = matchMedia("(prefers-color-scheme: dark)");
if (theme) document.documentElement.dataset.theme = theme;

// Gradio follows a class on the body; ours is the choice that all screens share.
const follow = () => {
  const dark = theme ? theme === "dark" : system.matches;
  if (document.body.classList.contains("dark") !== dark) document.body.classList.toggle("dark", dark);
};
follow();
system.addEventListener("change", follow);
new MutationObserver(follow).observe(document.body, { attributes: true, attributeFilter: ["class"] });

// Who is logged in, as the other screens say it.
const person = el("span", {});
fetch("/api/me").then((response) => response.json()).then((me) => { person.textContent = me.display_name || me.name || ""; }).catch(() => {});

async function leave() {
  const me = await fetch("/api/me").then((response) => response.json());
  await fetch("/logout", { method: "POST", headers: { "X-CSRF-Token": me.csrf } });
  location.assign("/login");
}

const here = location.pathname.replace(/\/?$/, "/");
document.body.prepend(
  el("header", { class: "cb-top" }, el("a", { href: "/" }, "Casebrief"), person, el("button", { type: "button", onclick: leave }, "Log out")),
  el("nav", { class: "cb-nav", "aria-label": "Screens" }, SCREENS.map(([href, title, symbol]) => el("a", { href, "aria-current": href === here && "page" }, icon(symbol), title))));
