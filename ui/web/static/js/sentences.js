// Sentences with their proof: the words, the verdict by icon and word, the pinpoints.

import { el, icon, pageRanges, plural } from "./dom.js";
import { label } from "./viewer.js";

const STATES = {
  supported: ["good", "check", "Supported"],
  partial: ["half", "half", "Partly supported"],
  unsupported: ["bad", "cross", "Not supported"],
};
const ORIGINS = { source: "the source’s own words", person: "edited" };

export function stateOf(support) {
  const [kind, symbol, words] = STATES[support] || STATES.unsupported;
  return el("span", { class: `state ${kind}` }, icon(symbol, "tiny"), words);
}

// One chip a place: several quotes of one paragraph are one.
export function pins(evidence, onPin, withFile = false) {
  const seen = new Set();
  return evidence.filter((e) => {
    const key = `${e.document_id}/${e.page}/${e.pinpoint}`;
    return !seen.has(key) && seen.add(key);
  }).map((e) => el("button", {
    type: "button", class: "pin", title: `Open page ${e.page}: “${short(e.quote)}”`,
    onclick: (event) => { event.stopPropagation(); onPin(e); },
  }, withFile ? `${e.file}, ${label(e)}` : label(e)));
}

function short(quote) {
  const flat = quote.replace(/\s+/g, " ").trim();
  return flat.length > 140 ? `${flat.slice(0, 137)}…` : flat;
}

// `acts`: {edit, another, source, flag, flags, pin, pick, preview}; without `edit` the sentence is locked, without `flag` it cannot be flagged.
export function sentenceItem(sentence, index, acts) {
  const plain = sentence.support === "supported" && (!sentence.reason || sentence.origin === "source");
  const flags = acts.flags?.(index) || [];
  const buttons = (acts.edit || acts.flag) && el("span", { class: "acts" },
    acts.edit && sentence.support !== "supported" && sentence.evidence.length ? el("button", { type: "button", class: "plain", onclick: (event) => { event.stopPropagation(); acts.source(index); } }, icon("quote", "tiny"), "Use source’s words") : "",
    acts.flag && el("button", { type: "button", class: "plain", "data-flag": true, onclick: (event) => { event.stopPropagation(); acts.flag(index); } }, icon("flag", "tiny"), flags.some((flag) => flag.own) ? "Unflag" : "Flag"),
    acts.edit && acts.another && el("button", { type: "button", class: "plain", title: "Another sentence, from a passage that the summary does not rest on yet", onclick: (event) => { event.stopPropagation(); acts.another(index); } }, "Another"),
    acts.edit && el("button", { type: "button", class: "plain", onclick: (event) => { event.stopPropagation(); acts.edit(index); } }, icon("person", "tiny"), "Edit"));
  return el("li", {
    class: "sentence", tabindex: "-1", "data-index": String(index), "data-support": sentence.support,
    onclick: () => acts.pick(index), onmouseenter: () => acts.preview(index), onmouseleave: () => acts.preview(-1), onfocus: () => acts.focus(index),
  }, el("p", { class: "words" }, sentence.text),
  el("div", { class: "proof" }, stateOf(sentence.support), pins(sentence.evidence, acts.pin, acts.withFile),
    ORIGINS[sentence.origin] && el("span", { class: `origin ${sentence.origin}` }, ORIGINS[sentence.origin]), buttons,
    !plain && sentence.reason && sentence.support !== "supported" && el("span", { class: "reason" }, sentence.reason),
    flags.map((flag) => el("span", { class: "reason flagged" }, icon("flag", "tiny"), ` Flagged by ${flag.by}: ${flag.reason}`))));
}

export function groupByPart(sentences) {
  const groups = [];
  sentences.forEach((sentence, index) => {
    if (!groups.length || groups[groups.length - 1].part !== sentence.part) groups.push({ part: sentence.part, items: [] });
    groups[groups.length - 1].items.push([sentence, index]);
  });
  return groups;
}

export function coverageLines(summary) {
  const { coverage, missing_parts: missing = [] } = summary;
  if (!coverage) return null;
  const drawn = coverage.pages_drawn_from.length;
  return el("div", { class: "coverage" },
    el("p", {}, `${plural(coverage.pages_read, "page")} of ${coverage.pages_total} read, drawn from ${drawn}. `, summary.stopped ? "Stopped before its end." : ""),
    coverage.pages_unreadable.length ? el("p", { class: "state half" }, icon("half", "tiny"), `Could not be read: page ${pageRanges(coverage.pages_unreadable)}`) : null,
    (coverage.pages_instructing || []).length ? el("p", { class: "state half" }, icon("half", "tiny"), `Text that speaks to software, not to a reader, was left out: page ${pageRanges(coverage.pages_instructing)}`) : null,
    missing.length ? el("p", { class: "state half" }, icon("half", "tiny"), `Nothing found for: ${missing.join(", ")}`) : null,
    el("p", {}, "Deadlines are as stated in the filing, not computed. Citations are not cite-checked."));
}
