// The other views of a desk: difference to the first draft, versions, facts about the filing.

import { announce, ask, capital, el, field, find, icon, pageRanges, plural, toast, when } from "./dom.js";
import { get, post } from "./api.js";
import { drawEarlier, drawVerdict, loadEarlier } from "./earlier.js";
import { learnedOf, loanOf } from "./lending.js";

const FACTS = { title: "Title", court: "Court", docket_number: "Docket number", parties: "Parties", judge: "Judge", date: "Date" };
const TYPES = { PERSON: "people", ORG: "organizations", LOC: "places", DATETIME: "dates", CODE: "numbers and codes", CONTACT: "contacts", DEM: "personal facts", QUANTITY: "quantities", MISC: "other" };
const ONE = { PERSON: "person", ORG: "organization", LOC: "place", DATETIME: "date", CODE: "number or code", CONTACT: "contact", DEM: "personal fact", QUANTITY: "quantity" };

export async function drawDifference(desk) {
  if (!desk.summary) return desk.body.replaceChildren(el("p", { class: "quiet" }, "There is no summary to compare yet."));
  const id = desk.summary.summary_id;
  try {
    const { difference } = await get(`/api/summaries/${id}/difference`);
    if (desk.view !== "difference" || desk.summary?.summary_id !== id) return;
    const changed = difference.some(([op]) => kind(op));
    desk.body.replaceChildren(drawVerdict(desk), el("p", { class: "small quiet row legend" }, changed ? ["What people changed in the first draft: ", el("del", {}, "taken out"), " ", el("ins", {}, "put in")] : "Nobody has changed the first draft."),
      wordDifference(difference));
  } catch (error) { desk.body.replaceChildren(el("p", { role: "alert" }, error.message)); }
}

function wordDifference(difference) {
  return el("p", { class: "difference", tabindex: "0" }, spaced(difference.map(([op, text]) => (kind(op) ? el(kind(op), {}, text) : text))));
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
    desk.body.replaceChildren(el("ol", { class: "versions" }, [...versions].sort((a, b) => b.version - a.version).map((v) => versionItem(desk, v, restore))), drawEarlier(desk));
  } catch (error) { desk.body.replaceChildren(el("p", { role: "alert" }, error.message)); }
}

// One version: who made it and when, what it changed in the one before, and the way back to it.
function versionItem(desk, { version, author, created_at: at }, restore) {
  const place = el("div", { class: "changes", hidden: true });
  const compare = el("button", { type: "button", class: "plain", "aria-expanded": "false", onclick: () => toggleChanges(desk, version, compare, place) }, "What it changed");
  return el("li", { "data-version": String(version) },
    el("strong", { class: "number" }, `Version ${version}`), el("span", { class: "grow quiet" }, `${version === 1 ? "first draft, asked for by " : ""}${author}, ${when(at)}`), version > 1 && compare,
    version === desk.summary.version ? el("span", { class: "quiet" }, "shown") : !desk.locked && el("button", { type: "button", onclick: () => restore(version) }, "Restore"), place);
}

async function toggleChanges(desk, version, button, place) {
  place.hidden = !place.hidden;
  button.setAttribute("aria-expanded", String(!place.hidden));
  if (place.hidden || place.children.length) return;
  try {
    const { difference } = await get(`/api/summaries/${desk.summary.summary_id}/difference?version=${version}`);
    place.replaceChildren(difference.some(([op]) => kind(op)) ? wordDifference(difference) : el("p", { class: "quiet" }, "No word was changed."));
  } catch (error) { place.replaceChildren(el("p", { role: "alert" }, error.message)); }
}

export function drawAbout(desk) {
  const { filing } = desk;
  const said = (key) => filing.facts?.[key] && [filing.facts[key], filing.corrected?.includes(key) && el("span", { class: "small quiet" }, " · corrected by hand")];
  const line = (term, value) => (value ? [el("dt", {}, term), el("dd", {}, value)] : []);
  const masked = Object.entries(filing.entities || {}).filter(([, n]) => n).map(([type, n]) => `${n} ${n === 1 ? ONE[type] || TYPES[type] : TYPES[type] || type.toLowerCase()}`).join(", ");
  desk.body.replaceChildren(el("dl", { class: "facts" }, Object.entries(FACTS).map(([key, term]) => line(term, said(key))),
    line("Type", typeName(filing.document_type)), line("Pages", `${plural(filing.pages, "page")}, ${plural(filing.words || 0, "word")}`),
    line("Read by OCR", filing.pages_ocr?.length ? `page ${pageRanges(filing.pages_ocr)}` : ""), line("Unreadable", filing.pages_unreadable?.length ? `page ${pageRanges(filing.pages_unreadable)}` : ""),
    line("Hidden from the model", masked && [masked, ". ", el("a", { href: `/f/${filing.document_id}/names` }, "Check these names")]), line("Added", `${when(filing.added_at)} by ${filing.added_by}`)),
  filing.document_types?.length ? el("p", { class: "correct" }, el("button", { type: "button", "data-correct": true, onclick: () => correctCaption(desk) }, icon("person", "tiny"), " Correct these facts…")) : "",
  hiddenText(desk), loanOf(desk), learnedOf(desk),
  el("div", {}, (filing.warnings || []).map((warning) => el("p", { class: "notice half" }, icon("half"), warning))));
}

// What the pages carry and do not show: how much everybody sees, the words only an attorney, each time recorded.
function hiddenText(desk) {
  const pages = (desk.filing.page_list || []).filter((page) => page.hidden);
  if (!pages.length) return "";
  const places = pages.reduce((sum, page) => sum + page.hidden, 0);
  const reveal = desk.role === "attorney" ? el("button", { type: "button", "data-reveal": true, onclick: () => revealHidden(desk) }, icon("lock", "tiny"), " Reveal it…") : el("span", { class: "quiet" }, "An attorney of the matter can reveal it.");
  return el("section", { class: "stack", "data-hidden": true }, el("p", { class: "notice half" }, icon("half"), el("span", { class: "grow" }, `${plural(places, "place")} on ${pages.length === 1 ? "page" : "pages"} ${pageRanges(pages.map((page) => page.page))} ${places === 1 ? "carries" : "carry"} text that the page does not show. The model never sees it. `), reveal));
}

async function revealHidden(desk) {
  const { document_id: id } = desk.filing;
  const sure = await ask("Reveal the hidden text?", [], { button: "Reveal", danger: true, say: "It may be what somebody meant to take out: a redaction that failed, a note, a client’s secret. Where it came to you by mistake, you may have to stop reading and tell the sender. That you revealed it is recorded under your name, each time." });
  if (!sure) return;
  try {
    const { hidden } = await post(`/api/filings/${id}/reveal-hidden`);
    if (desk.filing.document_id !== id || desk.view !== "about") return;
    const place = (h) => ({ document_id: id, page: h.page, pinpoint: `p. ${h.page}`, start: 0, end: 0, quote: h.text, boxes: h.box ? [h.box] : [] });
    find("[data-hidden]", desk.body).replaceChildren(el("h2", { tabindex: "-1" }, `Hidden text (${hidden.length})`), el("ul", { class: "plain-list hidden-text" }, hidden.map((h) => el("li", {}, el("q", {}, h.text),
      el("span", { class: "row small quiet" }, el("span", { class: "grow" }, capital(h.reason)), el("button", { type: "button", class: "pin", onclick: () => { desk.viewer.mark([place(h)]); desk.goTo(place(h)); } }, `p. ${h.page}`))))));
    find("[data-hidden] h2", desk.body).focus();
  } catch (error) { toast(error.message); }
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
