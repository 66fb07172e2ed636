// The other views of a desk: difference to the first draft, versions, facts about the filing.

import { announce, ask, capital, el, field, find, icon, pageRanges, plural, toast, when } from "./dom.js";
import { get, post } from "./api.js";
import { drawEarlier, loadEarlier } from "./earlier.js";

const FACTS = { title: "Title", court: "Court", docket_number: "Docket number", parties: "Parties", judge: "Judge", date: "Date" };
const TYPES = { PERSON: "people", ORG: "organizations", LOC: "places", DATETIME: "dates", CODE: "numbers and codes", CONTACT: "contacts", DEM: "personal facts", QUANTITY: "quantities", MISC: "other" };

export async function drawDifference(desk) {
  if (!desk.summary) return desk.body.replaceChildren(el("p", { class: "quiet" }, "There is no summary to compare yet."));
  const id = desk.summary.summary_id;
  try {
    const { difference } = await get(`/api/summaries/${id}/difference`);
    if (desk.view !== "difference" || desk.summary?.summary_id !== id) return;
    const changed = difference.some(([op]) => kind(op));
    const pieces = difference.map(([op, text]) => (kind(op) ? el(kind(op), {}, text) : text));
    desk.body.replaceChildren(el("p", { class: "small quiet row" }, changed ? ["What people changed in the first draft: ", el("del", {}, "taken out"), " ", el("ins", {}, "put in")] : "Nobody has changed the first draft."),
      el("p", { class: "difference", tabindex: "0" }, spaced(pieces)));
  } catch (error) { desk.body.replaceChildren(el("p", { role: "alert" }, error.message)); }
}

function kind(op) {
  return { insert: "ins", "+": "ins", delete: "del", "-": "del" }[op];
}

// Word differences may come without the space between pieces.
function spaced(pieces) {
  return pieces.flatMap((piece, n) => {
    const before = n && (pieces[n - 1].textContent ?? pieces[n - 1]);
    return before && !/\s$/.test(before) && !/^\s/.test(piece.textContent ?? piece) ? [" ", piece] : [piece];
  });
}

export async function drawVersions(desk) {
  if (!desk.summary) return desk.body.replaceChildren(el("p", { class: "quiet" }, "There is no summary yet."));
  const id = desk.summary.summary_id;
  try {
    const [{ versions }] = await Promise.all([get(`/api/summaries/${id}/versions`), loadEarlier(desk)]);
    if (desk.view !== "versions" || desk.summary?.summary_id !== id) return;
    const restore = (version) => desk.change(() => post(`/api/summaries/${desk.summary.summary_id}/versions/${version}/restore`, { version: desk.summary.version })).then((done) => done && desk.show("summary"));
    desk.body.replaceChildren(el("ol", { class: "versions" }, [...versions].sort((a, b) => b.version - a.version).map((v) => el("li", {},
      el("strong", { class: "number" }, `Version ${v.version}`), el("span", { class: "grow quiet" }, `${v.version === 1 ? "first draft, asked for by " : ""}${v.author}, ${when(v.created_at)}`),
      v.version === desk.summary.version ? el("span", { class: "quiet" }, "shown") : !desk.locked && el("button", { type: "button", onclick: () => restore(v.version) }, "Restore")))), drawEarlier(desk));
  } catch (error) { desk.body.replaceChildren(el("p", { role: "alert" }, error.message)); }
}

export function drawAbout(desk) {
  const { filing } = desk;
  const said = (key) => filing.facts?.[key] && [filing.facts[key], filing.corrected?.includes(key) && el("span", { class: "small quiet" }, " · corrected by hand")];
  const line = (term, value) => (value ? [el("dt", {}, term), el("dd", {}, value)] : []);
  const masked = Object.entries(filing.entities || {}).filter(([, n]) => n).map(([type, n]) => `${n} ${TYPES[type] || type.toLowerCase()}`).join(", ");
  desk.body.replaceChildren(el("dl", { class: "facts" }, Object.entries(FACTS).map(([key, term]) => line(term, said(key))),
    line("Type", typeName(filing.document_type)), line("Pages", `${plural(filing.pages, "page")}, ${plural(filing.words || 0, "word")}`),
    line("Read by OCR", filing.pages_ocr?.length ? `page ${pageRanges(filing.pages_ocr)}` : ""), line("Unreadable", filing.pages_unreadable?.length ? `page ${pageRanges(filing.pages_unreadable)}` : ""),
    line("Hidden from the model", masked && [masked, ". ", el("a", { href: `/f/${filing.document_id}/names` }, "Check these names")]), line("Added", `${when(filing.added_at)} by ${filing.added_by}`)),
  filing.document_types?.length ? el("p", {}, el("button", { type: "button", "data-correct": true, onclick: () => correctCaption(desk) }, icon("person", "tiny"), " Correct these facts")) : "",
  el("div", {}, (filing.warnings || []).map((warning) => el("p", { class: "notice half" }, icon("half"), warning))));
}

function typeName(type) {
  return type === "plain" ? "Other" : capital(type || "");
}

// What was read from the caption, to be corrected: only what was changed is sent; an emptied field is a fact that is not there.
async function correctCaption(desk) {
  const { filing } = desk;
  const had = (key) => filing.facts?.[key] || "";
  const inputs = Object.entries(FACTS).map(([key, term]) => field(term, el("input", { name: key, value: had(key), maxlength: "500", autocomplete: "off" })));
  const types = filing.document_types.map((type) => el("option", { value: type, selected: type === filing.document_type }, typeName(type)));
  const form = await ask("Correct the caption", [...inputs, field("Type of document", el("select", { name: "document_type" }, types))], { say: "Summaries and answers written from now on use what you save here. The type decides which parts the next summary has." });
  if (!form) return;
  const text = (key) => String(form.get(key) || "").trim();
  const facts = Object.fromEntries(Object.keys(FACTS).filter((key) => text(key) !== had(key)).map((key) => [key, text(key)]));
  const type = text("document_type");
  if (!Object.keys(facts).length && type === filing.document_type) return;
  try {
    const saved = await post(`/api/filings/${filing.document_id}/caption`, { facts, ...(type === filing.document_type ? {} : { document_type: type }) });
    if (desk.filing.document_id !== filing.document_id) return;
    desk.filing = saved;
    desk.drawHead();
    if (desk.view === "about") drawAbout(desk);
    find("[data-correct]", desk.body)?.focus();
    announce("The caption was corrected");
  } catch (error) { toast(error.message); }
}
