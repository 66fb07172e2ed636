// A filing that was drawn for a review without a summary: it is written from the pages, and the model's comes after.

import { announce, ask, el, find, icon, toast } from "./dom.js";
import { post } from "./api.js";

export function drawUnaided(desk) {
  const { own = "", status } = desk.summary;
  const open = status === "draft" || status === "returned";
  const input = el("textarea", { "aria-label": "Your summary", "data-own": "", disabled: !open, placeholder: "One line a part, as “Parties: …”." }, own);
  desk.body.append(el("div", { class: "notice" }, icon("person"), el("p", { class: "grow" }, el("strong", {}, "This one is yours to write."),
    " Your firm compares reviews with a summary and without; this filing was drawn by lot. The model’s summary is there and appears as soon as you submit yours.")),
  el("form", { class: "whole-edit stack", onsubmit: (event) => { event.preventDefault(); save(desk); } }, input,
    el("div", { class: "row" }, open && el("button", { "data-save-own": "" }, "Save"), el("button", { type: "button", class: "plain", "data-show-withheld": "", onclick: () => show(desk) }, "Show the model’s summary instead…"))));
}

export function unaidedButtons(desk) {
  return ["draft", "returned"].includes(desk.summary.status) ? [el("button", { type: "button", class: "main", "data-submit": "", onclick: () => submit(desk) }, "Submit for sign-off")] : [];
}

// Send something and show what comes of it; what was typed stays where it fails.
async function send(desk, path, data) {
  try {
    desk.setSummary(await post(`/api/summaries/${desk.summary.summary_id}/${path}`, { ...data, version: desk.summary.version }));
    return true;
  } catch (error) { toast(error.message); return false; }
}

// Store the text as the next version; false where there is none or it could not be stored.
async function save(desk) {
  const text = find("[data-own]", desk.body).value;
  if (!text.trim()) { toast("You have not written a summary of this filing yet. Write it from the pages."); return false; }
  if (text === (desk.summary.own || "")) return true;
  const saved = await send(desk, "text", { text });
  if (saved) announce("Saved");
  return saved;
}

async function submit(desk) {
  if (!(await save(desk)) || !(await send(desk, "submit", { rating: 0, reasons: [], note: "" }))) return;
  toast("Submitted. The model’s summary stands under Difference.", "good");
  document.dispatchEvent(new Event("casebrief-reviewed"));
}

async function show(desk) {
  const typed = find("[data-own]", desk.body).value !== (desk.summary.own || "");
  const sure = await ask("Show the model’s summary?", [], { button: "Show it", say: `This filing then no longer counts in your firm’s comparison.${typed ? " What you have written and not saved is lost." : ""}` });
  if (sure) await send(desk, "show", {});
}
