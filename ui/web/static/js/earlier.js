// The other summaries of a filing: a list of when, by whom and how far; one of them opened to be read, not changed.

import { el, icon, toast, when } from "./dom.js";
import { get } from "./api.js";

const STATES = {
  draft: ["half", "half", "Draft"], returned: ["half", "half", "Returned"], submitted: ["wait", "clock", "Submitted"], signed_off: ["good", "lock", "Signed off"],
};

export async function loadEarlier(desk) {
  const { filing } = desk;
  const { summaries } = await get(`/api/filings/${filing.document_id}/summaries`);
  if (desk.filing === filing) desk.all = summaries;
}

function stateOf(one) {
  const [kind, symbol, words] = STATES[one.status] || STATES.draft;
  return el("span", { class: `state ${kind}` }, icon(symbol, "tiny"), one.status === "signed_off" ? `${words} by ${one.signed_off_by}` : words, one.stopped && one.status === "draft" ? ", stopped before its end" : "");
}

function madeBy(one) { return one.adapter === "none" ? "without a model" : one.adapter === "base" ? "base model" : `adapter ${one.adapter}`; }

export function drawEarlier(desk) {
  if ((desk.all || []).length < 2) return "";
  return el("section", { class: "earlier", "aria-label": "All summaries of this filing" }, el("h2", {}, "All summaries of this filing"),
    el("ol", { class: "versions" }, desk.all.map((one) => {
      const here = one.summary_id === desk.summary?.summary_id;
      return el("li", { "aria-current": here && "true" }, el("span", { class: "grow" }, `${when(one.created_at)}, ${one.author}`, el("br"), el("span", { class: "small quiet" }, `${one.detail} · ${madeBy(one)}`)), stateOf(one),
        here ? el("span", { class: "quiet" }, "shown") : el("button", { type: "button", "data-open-summary": one.summary_id, onclick: () => openEarlier(desk, one.summary_id) }, "Open"));
    })));
}

// Open a summary of the list: the one that the desk works on as it was, any other to be read only.
export async function openEarlier(desk, summaryId) {
  try {
    const summary = await get(`/api/summaries/${summaryId}`);
    desk.showPast(summary);
  } catch (error) { toast(error.message); }
}

const RATINGS = { 1: "right as it stood", 0: "needed changes", "-1": "misleading" };

// What was said when the summary was submitted, for whoever decides on it.
export function drawVerdict(desk) {
  const { verdict, status, submitted_by: by } = desk.summary || {};
  if (!verdict || status === "discarded" || !(verdict.note || verdict.reasons.length)) return "";
  const why = verdict.reasons.length ? ` (${verdict.reasons.map((one) => one.toLowerCase()).join(", ")})` : "";
  return el("div", { class: "notice", "data-verdict": "" }, icon("quote"), el("p", { class: "grow" }, `${by} on the first draft: ${RATINGS[verdict.rating]}${why}.`, verdict.note && [" Note: ", el("q", {}, verdict.note)]));
}

// What the summary in hand must not hide: one that an attorney has signed off.
export function drawNotice(desk) {
  const others = (desk.all || []).filter((one) => one.summary_id !== desk.summary?.summary_id);
  const signed = desk.summary?.status !== "signed_off" && others.find((one) => one.status === "signed_off");
  if (desk.past || !signed) return "";
  return el("div", { class: "notice" }, icon("lock"), el("p", { class: "grow" }, el("strong", {}, "Another summary of this filing is signed off"), `, by ${signed.signed_off_by}. This one is not.`),
    el("button", { type: "button", "data-open-signed": "", onclick: () => openEarlier(desk, signed.summary_id) }, "Open the signed one"));
}
