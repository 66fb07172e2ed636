// What a filing gives away and gives on: whether administrators may compare the model's versions on it, and what learned from it.

import { announce, ask, el, find, icon, plural, toast, when } from "./dom.js";
import { get, post } from "./api.js";

const LEND = "Administrators will be able to let the model’s versions summarize this filing and read what they wrote, side by side. Names are replaced in what they see; what the detectors missed is not, so look at Names first. They see neither the file nor its name. The loan is recorded, the people of the matter are told, and you can end it at any time: it ends at once.";
const END = "From this moment on administrators see nothing of it, and a comparison that one of them began stops. How people picked between two versions stays: it holds no word of the filing.";

export function loanOf(desk) {
  const { lent } = desk.filing;
  const say = lent ? [el("strong", {}, "Lent for comparison"), ` by ${lent.by}, ${when(lent.at)}. Administrators may see what the model’s versions write of it, names replaced.`] : [el("strong", {}, "Not lent for comparison"), ". Administrators see nothing of it."];
  const turn = desk.role === "attorney" && el("button", { type: "button", "data-lend": lent ? "end" : "lend", onclick: () => change(desk, !lent) }, lent ? "End the loan…" : "Lend for comparison…");
  return el("section", { class: "row loan", "data-loan": true }, icon(lent ? "check" : "lock"), el("p", { class: "grow" }, say), turn);
}

async function change(desk, lend) {
  const { document_id: id } = desk.filing;
  if (!(await ask(lend ? "Lend this filing for comparison?" : "End the loan?", [], { button: lend ? "Lend it" : "End it", danger: lend, say: lend ? LEND : END }))) return;
  try {
    const { lent } = await post(`/api/filings/${id}/lend`, { lent: lend });
    if (desk.filing.document_id !== id) return;
    desk.filing.lent = lent;
    if (desk.view === "about") find("[data-loan]", desk.body).replaceWith(loanOf(desk));
    find("[data-lend]", desk.body)?.focus();
    announce(lent ? "The filing is lent for comparison" : "The loan has ended");
  } catch (error) { toast(error.message); }
}

const STATES = { active: "serves now", candidate: "waits to be promoted", retired: "serves no more" };

function adapterOf(one) { return [el("strong", {}, one.adapter_id), " ", el("code", { title: `Hash of the weights: ${one.hash}` }, one.hash.slice(0, 12))]; }

// Which adapters learned from the filing, and where the one comes from that wrote its newest summary.
export function learnedOf(desk) {
  const place = el("section", { class: "row loan", "data-learned": true });
  get(`/api/filings/${desk.filing.document_id}/lineage`).then(({ learners, writer }) => {
    const learned = learners.map((one) => el("p", {}, adapterOf(one), `, which ${STATES[one.status]}, learned from this filing`, one.through ? ` by starting from ${one.through}` : [" in round ", el("code", {}, one.round_id)], one.due ? ". It is due for another round: something that it learned from was erased." : "."));
    const own = writer?.own_matters.length ? `, ${writer.own_matters.join(", ")} among them` : "";
    const made = writer && el("p", {}, "The newest summary was written by ", adapterOf(writer), writer.round_id ? [", from round ", el("code", {}, writer.round_id), `: ${plural(writer.pairs, "approved summary", "approved summaries")} of ${plural(writer.matters, "matter")}${own}, and ${plural(writer.synthetic, "made-up filing")}.`] : ", which came with Casebrief and learned from no filing of this house.", writer.started_from ? ` It started from ${writer.started_from}.` : "");
    place.replaceChildren(icon("rounds"), el("div", { class: "grow" }, learned.length ? learned : el("p", { class: "quiet" }, "No adapter has learned from this filing."), made || ""));
  }).catch((error) => place.replaceChildren(el("p", { role: "alert" }, error.message)));
  return place;
}
