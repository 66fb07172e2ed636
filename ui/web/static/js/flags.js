// Flags: what a person says is wrong with a sentence, without changing it; `x` sets and takes back.

import { ask, el, field, find, findAll } from "./dom.js";
import { post, remove } from "./api.js";

export function flagsOf(summary, index) {
  return (summary?.flags || []).filter((flag) => flag.index === index);
}

// What may be flagged: all but what is locked for good, put aside, or only opened to be read.
export function mayFlag(desk) {
  return Boolean(desk.summary) && !desk.running && !desk.past && !["signed_off", "discarded"].includes(desk.summary.status);
}

export async function flag(desk, index) {
  const sentence = desk.summary?.sentences[index];
  if (!sentence || !mayFlag(desk)) return;
  const { summary_id: id, version } = desk.summary;
  const address = `/api/summaries/${id}/sentences/${index}/flag`;
  if (flagsOf(desk.summary, index).some((one) => one.by === desk.user)) return desk.change(() => remove(`${address}?version=${version}`));
  const reasons = findAll('[data-dialog="submit"] [name=reasons]').map((box) => el("option", { value: box.value }, box.closest("label").textContent.trim()));
  const data = await ask("What is wrong with this sentence?", [el("p", { class: "serif" }, el("q", {}, sentence.text)), field("Reason", el("select", { name: "reason" }, reasons)),
    field("In your words (may stay empty)", el("textarea", { name: "note", rows: "2", maxlength: "2000" }))], { button: "Flag it", say: "The flag stands beside the sentence for everybody who checks it, and goes when the sentence is worded anew. Nothing is changed." });
  if (data) await desk.change(() => post(address, { reason: data.get("reason"), note: data.get("note"), version }));
  if (desk.active === index) find(`.sentence[data-index="${index}"]`, desk.body)?.focus({ preventScroll: true });
}
