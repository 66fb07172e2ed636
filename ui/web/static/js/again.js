// Write one part of a summary again, or find another sentence in the place of one.

import { announce, el, findAll, icon, plural, toast } from "./dom.js";
import { stream } from "./api.js";

const WAYS = [["shorter", "Shorter"], ["longer", "Longer"], ["other", "From other passages"], ["source", "In the filing’s own words"]];

// The menu beside a part's heading; which sentences it is about is looked up when it is used.
export function againMenu(desk, name) {
  const menu = el("details", { class: "menu again", ontoggle: () => menu.open && close(menu, desk) },
    el("summary", { "aria-label": `Write ${name} again`, title: "Write this part again" }, icon("down", "tiny"), "Write again"),
    el("div", { class: "sheet" }, WAYS.map(([how, words]) => el("button", { type: "button", onclick: () => {
      menu.open = false;
      const items = findAll(".sentence", menu.closest(".part")).map((item) => Number(item.dataset.index));
      rewrite(desk, Math.min(...items), Math.max(...items) + 1, how, name);
    } }, words))));
  return menu;
}

function close(kept, desk) {
  for (const menu of findAll(".menu.again[open]", desk.body)) if (menu !== kept) menu.open = false;
}

export async function rewrite(desk, first, last, how, name) {
  if (desk.locked) return;
  const { summary } = desk;
  let done = null;
  let failed = "";
  const told = [];
  const hear = (event) => {
    if (event.kind === "error") failed = event.message;
    if (event.kind === "sentence") { told.push(event.sentence.text); drawBusy(desk, first, last, told); }
    if (event.kind === "done") done = event;
  };
  desk.rewriting = { ...stream(`/api/summaries/${summary.summary_id}/again`, { first, last, how, version: summary.version }, hear), label: `Writing ${name || "it"} again` };
  desk.draw();
  drawBusy(desk, first, last, told);
  announce(`Writing ${name || "it"} again`);
  try {
    await desk.rewriting.ended;
  } catch (error) {
    if (error.name !== "AbortError") failed = error.message;
  }
  desk.rewriting = null;
  if (failed) toast(failed);
  if (!done) return desk.draw();
  desk.setSummary(done.summary, -1);
  desk.pick(done.first, { focus: true });
  announce(`${plural(done.count, "sentence")} written again; the earlier text stays under Versions`);
}

// The old sentences fade while the new ones come in above them.
function drawBusy(desk, first, last, told) {
  const old = findAll(".sentence", desk.body).filter((item) => first <= Number(item.dataset.index) && Number(item.dataset.index) < last);
  for (const item of old) item.classList.add("leaving");
  const list = old[0]?.parentElement;
  if (!list) return;
  for (const item of findAll(".coming", list)) item.remove();
  old[0].before(...(told.length ? told : ["…"]).map((text) => el("li", { class: "coming" }, el("p", { class: "words" }, text))));
}
