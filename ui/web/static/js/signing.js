// The bar under a desk: what the summary is worth at this moment, and the next step for the person who reads it.

import { ask, capital, el, field, find, icon, plural, toast } from "./dom.js";
import { post } from "./api.js";
import { flagsOf } from "./flags.js";
import { unaidedButtons } from "./unaided.js";

const MADE_BY = { none: "the filing’s own sentences, chosen without a model", base: "base model" };

export function drawFoot(desk) {
  const { foot, summary } = desk;
  const running = desk.running || desk.rewriting;
  foot.dataset.status = running ? "running" : summary?.status || "";
  if (running) {
    const share = running.share ?? null;
    return foot.replaceChildren(icon("clock"), el("span", { class: "say grow", role: "status" }, `${capital(running.label)}…`),
      el("progress", share === null ? { "aria-label": "Writing" } : { max: 1, value: share, "aria-label": "Writing" }));
  }
  if (!summary) return foot.replaceChildren();
  const adapter = MADE_BY[summary.adapter] || `adapter ${summary.adapter}`;
  const says = {
    draft: ["half", el("span", { class: "say grow" }, el("strong", {}, "Draft"), ` · ${adapter} · ${summary.adapter === "none" ? "" : "AI wrote this, "}nobody has signed it off`)],
    returned: ["half", el("span", { class: "say grow" }, el("strong", {}, "Returned"), summary.returned_reason ? `: ${summary.returned_reason}` : "")],
    submitted: ["clock", el("span", { class: "say grow" }, el("strong", {}, "Submitted"), ` by ${summary.submitted_by} · ${adapter} · not signed off yet`)],
    discarded: ["close", el("span", { class: "say grow" }, el("strong", {}, "Discarded"), " · kept, and nothing of it trains the model")],
    signed_off: ["lock", el("span", { class: "say grow" }, el("strong", {}, "Signed off"), ` by ${summary.signed_off_by} · locked`)],
  };
  if (summary.withheld) return foot.replaceChildren(icon("person"), el("span", { class: "say grow" }, el("strong", {}, capital(summary.status)), " · written without the model’s summary"), ...unaidedButtons(desk));
  const [symbol, say] = says[summary.status] || says.draft;
  const open = unsure(summary).length;
  if (open && summary.status !== "signed_off") say.append(" · ", el("button", { type: "button", class: "link", "data-next-unsure": "", title: "Go to the next one", onclick: () => desk.pickUnsure() }, `${plural(open, "sentence")} not fully supported`));
  if (desk.past) say.append(" · opened to be read only");
  foot.replaceChildren(icon(symbol), say, ...buttons(desk).filter(Boolean));
}

export function unsure(summary) {
  return summary.sentences.filter((s) => s.support !== "supported");
}

// What an attorney should look at before signing off: what is not fully supported, and what somebody flagged.
function doubtful(summary) {
  return summary.sentences.map((sentence, index) => ({ sentence, flags: flagsOf(summary, index) })).filter(({ sentence, flags }) => sentence.support !== "supported" || flags.length);
}

function buttons(desk) {
  if (desk.past) return [el("button", { type: "button", class: "main", "data-leave": "", onclick: () => desk.leavePast() }, "Back to the one in work")];
  const { status, author } = desk.summary;
  const own = author === desk.user || desk.role === "attorney";
  if (status === "discarded") return own ? [el("button", { type: "button", class: "main", "data-restore": "", onclick: () => act(desk, "restore", {}, "Restored as it was.") }, "Restore")] : [];
  if (status === "draft" || status === "returned") return [own && el("button", { type: "button", "data-discard": "", onclick: () => discard(desk) }, "Discard…"), el("button", { type: "button", class: "main", "data-submit": "", onclick: () => submit(desk) }, "Submit for sign-off")];
  if (status === "submitted" && desk.role === "attorney") return [
    el("button", { type: "button", "data-return": "", onclick: () => sendBack(desk) }, "Return", desk.review && el("kbd", {}, "d")),
    el("button", { type: "button", class: "main", "data-sign": "", onclick: () => signOff(desk) }, "Sign off", desk.review && el("kbd", {}, "a"))];
  return [];
}

async function act(desk, path, data, words) {
  try {
    await desk.time.tell();
    desk.setSummary(await post(`/api/summaries/${desk.summary.summary_id}/${path}`, data));
    toast(words, "good");
    document.dispatchEvent(new Event("casebrief-reviewed"));
  } catch (error) { toast(error.message); }
}

export function submit(desk) {
  const dialog = find('[data-dialog="submit"]');
  const form = find("form", dialog);
  const { version } = desk.summary;
  form.reset();
  dialog.returnValue = "";
  find("[data-cancel]", dialog).onclick = () => dialog.close();
  dialog.onclose = () => {
    if (dialog.returnValue !== "ok") return;
    const data = new FormData(form);
    act(desk, "submit", { rating: Number(data.get("rating")), reasons: data.getAll("reasons"), note: data.get("note"), version }, "Submitted. An attorney signs it off.");
  };
  dialog.showModal();
}

// What the filing does not bear is named once more before an attorney answers for it.
export async function signOff(desk) {
  const { version } = desk.summary;
  const open = doubtful(desk.summary);
  const list = el("ul", { class: "unsure" }, open.map(({ sentence: s, flags }) => el("li", {}, el("q", {}, s.text), s.support !== "supported" && s.reason && el("p", { class: "small quiet" }, s.reason),
    flags.map((flag) => el("p", { class: "small quiet" }, `Flagged by ${flag.by}: ${flag.reason}`)))));
  const flagged = open.some(({ flags }) => flags.length) ? " or flagged" : "";
  if (open.length && !(await ask(`${plural(open.length, "sentence is", "sentences are")} not fully supported${flagged}`, list, { button: "Sign off all the same", danger: true }))) return null;
  return act(desk, "sign-off", { version }, "Signed off and locked.");
}

async function discard(desk) {
  const sure = await ask("Discard this summary?", [], { button: "Discard", danger: true, say: "It leaves the queue, and the filing opens without it. It is kept: restore it from the group “Discarded” of the Review screen. Nothing of it trains the model." });
  if (sure) await act(desk, "discard", {}, "Discarded. It can be restored.");
}

export async function sendBack(desk) {
  const data = await ask("Return to its author", field("What must change", el("textarea", { name: "reason", required: true, maxlength: "2000", rows: "3" })), { button: "Return" });
  if (data) await act(desk, "return", { reason: data.get("reason") }, "Returned with your reason.");
}
