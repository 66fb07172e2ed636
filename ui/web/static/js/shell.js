// What every screen has: menus, theme, jobs in the foot, the count of reviews, the sheet of shortcuts, logout.

import { capital, el, field, find, findAll, ask, isTyping, plural, timeLeft, toast, when } from "./dom.js";
import { get, post } from "./api.js";
import { startTour } from "./tour.js";

const KEYS = {
  Everywhere: [["/", "Search the matter’s filings"], ["g f", "Filings"], ["g a", "Ask"], ["g r", "Review"], ["?", "This sheet"]],
  "On a filing": [["j  k", "Next, previous sentence"], ["Enter", "Go to its page"], ["[  ]", "Previous, next page"], ["e", "Edit the sentence"],
    ["u", "Use the source’s words"], ["o", "Another sentence in its place"], ["x", "Flag it, or take the flag back"], ["r", "Write the summary again"], ["d", "Difference to the first draft"], ["s", "Submit for sign-off"], ["Del", "Discard the summary"], ["Esc", "Stop, close, leave"]],
  "On a filing’s names": [["j  k", "Next, previous name"], ["a", "Accept, or mask again"], ["x", "Not a name: give it back"], ["n", "Mask selected words, or words you type"],
    ["w", "Decide for the whole matter, or one place"], ["[  ]", "Previous, next page"]],
  "In a grid": [["↑ ↓ ← →", "Next cell"], ["Home  End", "First, last cell of the row"], ["Enter", "Open the page at the quote"], ["[  ]", "Previous, next page"], ["Esc", "Close the page"]],
  "In review": [["j  k", "Next, previous summary"], ["a", "Sign off (attorney)"], ["d", "Return with a reason (attorney)"], ["v", "Difference on, off"],
    ["↓  ↑", "Next, previous sentence"], ["x", "Flag it, or take the flag back"], ["Del", "Discard (its author, an attorney)"]],
};

function closeMenus(except) {
  for (const menu of findAll("details.menu[open]")) if (menu !== except) menu.open = false;
}

function startMenus() {
  document.addEventListener("click", (event) => closeMenus(event.target.closest("a") ? null : event.target.closest("details.menu"))); // what was chosen is done
  document.addEventListener("keydown", (event) => {
    const open = find("details.menu[open]");
    if (event.key === "Escape" && open) {
      open.open = false;
      find("summary", open).focus();
      event.stopPropagation();
    }
  }, true);
  for (const input of findAll("[data-filter]")) {
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase();
      for (const link of findAll("a", input.parentElement)) link.hidden = !link.textContent.toLowerCase().includes(words);
    });
  }
}

function startTheme() {
  const mark = () => findAll("[data-theme-choice]").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.themeChoice === (document.documentElement.dataset.theme || ""))));
  mark();
  for (const button of findAll("[data-theme-choice]")) {
    button.addEventListener("click", () => {
      const theme = button.dataset.themeChoice;
      document.cookie = `casebrief_theme=${theme}; path=/; max-age=31536000; samesite=strict`;
      if (theme) document.documentElement.dataset.theme = theme;
      else delete document.documentElement.dataset.theme;
      mark();
    });
  }
}

export function keysOn() {
  return localStorage.getItem("casebrief-keys") !== "off";
}

function showKeys() {
  const groups = Object.entries(KEYS).map(([title, keys]) => el("section", {}, el("h3", {}, title),
    el("ul", { class: "keys-list" }, keys.map(([key, what]) => el("li", {}, what, el("span", {}, key.split(" ").filter(Boolean).map((k) => [el("kbd", {}, k), " "])))))));
  const off = el("input", { type: "checkbox", checked: keysOn(), onchange: () => localStorage.setItem("casebrief-keys", off.checked ? "on" : "off") });
  const dialog = el("dialog", { "aria-label": "Shortcuts", class: "wide" }, el("form", { method: "dialog" }, el("h2", {}, "Shortcuts"), el("div", { class: "keys" }, groups),
    el("label", { class: "choice" }, off, "Single-key shortcuts are on"), el("div", { class: "ends" }, el("button", { class: "main" }, "Close"))));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function startKeys() {
  let waiting = "";
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || isTyping(event) || find("dialog[open]")) return;
    if (event.key === "?") return showKeys();
    if (!keysOn()) return;
    if (event.key === "/" && find(".find input")) {
      event.preventDefault();
      return find(".find input").focus();
    }
    const target = waiting === "g" && { f: "Filings", a: "Ask", r: "Review" }[event.key];
    waiting = event.key;
    if (target) {
      event.stopImmediatePropagation();
      findAll(".nav a").find((link) => link.textContent.trim().startsWith(target))?.click();
    }
  }, true);
  find("[data-keys]")?.addEventListener("click", showKeys);
}

function describeJobs(jobs) {
  if (!jobs.length) return "No work in progress";
  const job = { ...(jobs.find((j) => j.total) || jobs[0]) };
  job.step = capital(job.step);
  const pages = [job.total ? ` · ${job.done} of ${job.total}` : "", jobs.length === 1 && timeLeft(job.seconds_left)].filter(Boolean).join(" · ");
  return jobs.length === 1 ? `${job.step} ${job.label}${pages}` : `${plural(jobs.length, "job")} in work · ${job.step} ${job.label}${pages}`;
}

function startJobs() {
  const button = find("[data-jobs]");
  let jobs = [];
  const look = async () => {
    if (!document.hidden) {
      try {
        jobs = (await get("/api/jobs", { background: true })).jobs;
        button.textContent = describeJobs(jobs);
        button.toggleAttribute("data-busy", jobs.length > 0);
      } catch { button.textContent = "The server does not answer"; }
    }
    setTimeout(look, jobs.length ? 2000 : 10000);
  };
  look();
  document.addEventListener("casebrief-work", () => setTimeout(look, 300));
  button.addEventListener("click", () => {
    const list = jobs.length ? el("ul", { class: "jobs-list" }, jobs.map((j) => el("li", {}, el("strong", { class: "clip" }, j.label),
      el("span", { class: "small quiet" }, [j.step, j.matter, j.total ? `${j.done} of ${j.total}` : "", timeLeft(j.seconds_left)].filter(Boolean).join(" · ")),
      j.total ? el("progress", { max: j.total, value: j.done, "aria-label": `Progress of ${j.label}` }) : "")))
      : el("p", {}, "Nothing is being read, asked or trained. Work goes on here when you close the page.");
    const dialog = el("dialog", { "aria-label": "Work in progress" }, el("form", { method: "dialog" }, el("h2", {}, "Work in progress"), list, el("div", { class: "ends" }, el("button", { class: "main" }, "Close"))));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  });
}

async function countReviews() {
  const count = find('[data-count="review"]');
  if (!count) return;
  try {
    const { waiting } = await get("/api/review", { background: true });
    count.hidden = !waiting;
    count.replaceChildren(String(waiting), el("span", { class: "unseen" }, " waiting"));
  } catch { count.hidden = true; }
}

function startActions() {
  find("[data-logout]")?.addEventListener("click", async () => {
    await post("/logout").catch(() => {});
    location.assign("/login");
  });
  find("[data-new-matter]")?.addEventListener("click", newMatter);
  for (const button of findAll("[data-password]")) button.addEventListener("click", changePassword);
}

async function changePassword() {
  const data = await ask("Change your password", [
    field("Present password", el("input", { name: "old", type: "password", required: true, maxlength: "500", autocomplete: "current-password" })),
    field("New password, at least ten characters", el("input", { name: "new", type: "password", required: true, minlength: "10", maxlength: "500", autocomplete: "new-password" })),
  ], { button: "Change", say: "Your sessions end everywhere; log in again with the new password." });
  if (!data) return;
  try {
    await post("/api/password", Object.fromEntries(data));
    location.assign("/login");
  } catch (error) { toast(error.message); }
}

export async function newMatter() {
  const data = await ask("Open a matter", [field("Name", el("input", { name: "name", required: true, maxlength: "200" })),
    field("Number (client-matter)", el("input", { name: "number", maxlength: "60" }))], { button: "Open matter" });
  if (!data) return;
  try {
    const matter = await post("/api/matters", { name: data.get("name"), number: data.get("number") || "" });
    location.assign(find(".nav a[href='/people']") ? "/people" : `/m/${matter.matter_id}`);
  } catch (error) { toast(error.message); }
}

for (const time of findAll("time[data-when]")) time.textContent = when(time.dateTime);
startMenus();
startTheme();
startKeys();
startJobs();
startActions();
startTour();
countReviews();
document.addEventListener("casebrief-reviewed", countReviews);
