// Four steps for each role, on the screen that the day begins with; once in a browser, and again from the menu.

import { announce, el, find, findAll } from "./dom.js";

const STEPS = {
  Paralegal: [
    ["Filings", "Add filings", "Drop PDFs, Word files or scans here. They are read one after the other; you can close the page meanwhile."],
    ["Filings", "Write a summary", "Open a filing and choose a length. Each sentence shows the page and the words it rests on; those that are not fully supported say so."],
    ["Filings", "Correct it", "Press e on a sentence to edit it, or write a part again. Every change is checked against the filing and stays under Versions."],
    ["Review", "Submit it", "Say what was wrong with the first draft and submit. An attorney signs off; your corrections teach the firm’s own style, where the client agreed."],
  ],
  Attorney: [
    ["Ask", "Ask the matter", "Questions are answered with quotes that stand in the filings, word for word. Where nothing answers, it says so."],
    ["Review", "Sign off", "Summaries that wait for you stand under Review. Signed off, a version is locked, and the watermark goes."],
    ["Matter", "Decide for your matters", "Consent to training, walls, members and holds are set under Matter, with what each does in plain words."],
    ["Filings", "Check a name", "Names are replaced before a model reads a filing. Under Names you see what was, and set right what was not."],
  ],
  Administrator: [
    ["People", "Add people", "Make an account with a first password for each person. You see ids and counts, never a client’s words."],
    ["People", "Open a matter", "Open it and name its first attorney, who adds the others."],
    ["Rounds", "Start a round", "Signed-off corrections, of matters with consent, train a candidate. It is promoted only by you, and only where a held-out test says that it is better."],
    ["Health", "Watch over it", "Health has the machine, the queue and the audit log, which holds who did what."],
  ],
};
const key = (role) => `casebrief-tour-${role}`;

export function startTour() {
  const role = find("#role")?.textContent.trim();
  const page = find("main > .page#filings, main > .page#people");
  if (!STEPS[role]) return;
  find("[data-tour]")?.addEventListener("click", () => {
    localStorage.removeItem(key(role));
    if (page) show(page, role);
    else location.assign("/");
  });
  if (page && !localStorage.getItem(key(role))) show(page, role);
}

function show(page, role) {
  find(".tour", page)?.remove();
  let at = 0;
  const place = el("section", { class: "notice tour", "aria-label": "A first look" });
  const leave = () => {
    localStorage.setItem(key(role), "seen");
    point("");
    place.remove();
    find("main").focus({ preventScroll: true });
  };
  const draw = (focus) => {
    const [screen, title, words] = STEPS[role][at];
    const last = at === STEPS[role].length - 1;
    const next = el("button", { type: "button", class: "main", onclick: () => { if (last) return leave(); at += 1; draw(true); } }, last ? "Done" : "Next");
    place.replaceChildren(el("div", { class: "grow stack" },
      el("p", {}, el("strong", {}, title), " ", el("span", { class: "small quiet" }, `${at + 1} of ${STEPS[role].length} · ${screen}`)), el("p", {}, words),
      el("div", { class: "row" }, next, !last && el("button", { type: "button", class: "plain", onclick: leave }, "Leave the tour"))));
    point(screen);
    if (focus) { next.focus(); announce(`${title}. ${words}`); }
  };
  draw(false);
  page.prepend(place);
}

// The screen that a step is about is marked in the navigation.
function point(screen) {
  for (const link of findAll(".nav a")) link.classList.toggle("pointed", Boolean(screen) && link.textContent.trim().startsWith(screen));
}
