// The Names screen: what was replaced, marked in the page's text and on its picture. j and k move, a accepts, x gives back,
// n masks what was missed, w widens the decision to the whole matter. A decision redraws what it changed, not the page.

import { ask, el, field, find, findAll, icon, isTyping, plural, skeletons, toast } from "./dom.js";
import { get, post } from "./api.js";
import { MarkedText } from "./marked_text.js";
import { keysOn } from "./shell.js";
import { Viewer } from "./viewer.js";

const UNSURE = 0.8;
const ROWS_AT_ONCE = 300;
const TONES = { PERSON: "person", ORG: "org", LOC: "place", DATETIME: "date", QUANTITY: "date", CODE: "code", CONTACT: "code" };
const DECIDED = { accepted: ["good", "check", "Accepted"], added: ["good", "check", "Added"], rejected: ["wait", "cross", "Given back"] };

const root = find("[data-names]");
const filing = JSON.parse(root.dataset.filing);
const types = Object.fromEntries(findAll("[data-type] option[value]:not([value=''])", root).map((option) => [option.value, option.textContent]));
const mayReview = Boolean(root.dataset.mayReview);
const mayKeep = Boolean(root.dataset.mayKeep);
const address = `/api/filings/${filing.document_id}`;
const list = find("[data-list]", root);
const foot = find("[data-foot]", root);
const viewer = new Viewer(find("[data-viewer]", root));
const text = new MarkedText(find("[data-words]", root), { mark: describeMark, onPick: (place) => pick(itemAt(place), { focus: "text" }) });
const flat = filing.page_list.every((p) => !p.width_pt);

let items = []; // of the whole filing, in reading order
let page = 0;
let drawnPage = 0; // whose text stands there
let held = null; // the item in hand
let whole = false;
let waiting = []; // decisions that the server has not answered yet: how each changes the items
let sent = Promise.resolve(); // they go to the server one after the other, so that nobody waits between two
let limit = ROWS_AT_ONCE;
let boxes = new Map();

const keyOf = (item) => `${item.page}/${item.start}/${item.end}`;
const isSame = (one, other) => Boolean(one && other) && keyOf(one) === keyOf(other);
const itemAt = (place) => items.find((item) => isSame(item, place));
const tone = (item) => `tone-${TONES[item.type] || "other"}`;
const isUnsure = (item) => !item.decision && item.confidence !== null && item.confidence < UNSURE;
const sure = (item) => (item.decision || item.confidence === null ? "" : `${Math.round(item.confidence * 100)}%`);

function describeMark(item) {
  const states = item.decision ? DECIDED[item.decision][2] : "not checked";
  return {
    tone: tone(item), tag: item.decision === "rejected" ? "given back" : [item.pseudonym, sure(item)].filter(Boolean).join(" "),
    label: [types[item.type], item.pseudonym, sure(item) && `${sure(item)} sure`, states, item.text].filter(Boolean).join(", "),
    extra: [item.decision, isUnsure(item) && "doubtful"].filter(Boolean).join(" "),
  };
}

function shown() {
  const type = find("[data-type]", root).value;
  const open = find("[data-open-only]", root).checked;
  const some = items.filter((item) => (!type || item.type === type) && (!open || !item.decision));
  if (find("[data-order]", root).value === "page") return some;
  const rank = (item) => (item.decision ? 2 : item.confidence ?? 1);
  return some.sort((a, b) => rank(a) - rank(b) || a.page - b.page || a.start - b.start);
}

function stateOf(item) {
  if (item.decision) {
    const [kind, symbol, words] = DECIDED[item.decision];
    return el("span", { class: `state ${kind}` }, icon(symbol, "tiny"), words, item.by ? ` by ${item.by}` : "");
  }
  if (item.confidence === null) return el("span", { class: "quiet" }, "how sure was not kept");
  return isUnsure(item) ? el("span", { class: "state half" }, icon("half", "tiny"), `${sure(item)} sure`) : el("span", { class: "quiet" }, `${sure(item)} sure`);
}

function row(item) {
  return el("li", {}, el("button", { type: "button", "aria-current": isSame(item, held) && "true", "data-key": keyOf(item), onclick: () => pick(item, { focus: "list" }) },
    el("strong", {}, item.text.replace(/\s+/g, " ")), el("span", { class: "small" }, el("span", { class: `tag ${tone(item)}` }, types[item.type]), ` ${item.pseudonym} · p. ${item.page}`),
    el("span", { class: "small" }, stateOf(item))));
}

function drawList() {
  const some = shown();
  const more = some.length > limit && el("li", {}, el("button", { type: "button", onclick: () => { limit += ROWS_AT_ONCE; drawList(); } }, `Show more of ${some.length.toLocaleString("en-US")}`));
  const none = el("li", { class: "quiet small none" }, items.length ? "Nothing fits these filters." : "Nothing was replaced in this filing.");
  list.replaceChildren(...(some.length ? some.slice(0, limit).map(row) : [none]), ...(more ? [more] : []));
  const replaced = items.filter((item) => item.decision !== "rejected");
  const checked = items.filter((item) => item.decision).length;
  const sending = waiting.length ? ` · ${plural(waiting.length, "decision")} being applied` : "";
  find("[data-tally]", root).textContent = `${plural(replaced.length, "place")} replaced · ${checked} of ${items.length} checked${sending}`;
}

function drawFoot() {
  foot.dataset.status = "";
  if (!held) return foot.replaceChildren(el("span", { class: "say grow quiet" }, items.length ? "Choose a name in the list or in the text." : "The model sees this filing’s text as it is."));
  const say = el("span", { class: "say grow" }, el("span", { class: `tag ${tone(held)}` }, types[held.type]), el("strong", {}, held.pseudonym), stateOf(held));
  foot.replaceChildren(say, ...(mayReview ? controls() : []));
}

function controls() {
  const back = held.decision === "rejected";
  const box = el("input", { type: "checkbox", checked: whole, "data-whole": "", onchange: () => { whole = box.checked; drawFoot(); find("[data-whole]", foot).focus(); } });
  const late = whole && !mayKeep;
  const why = late && el("span", { class: "small quiet" }, "An attorney gives a word back in the whole matter.");
  if (back) return [el("button", { type: "button", class: "main", "data-accept": "", onclick: accept }, "Mask again", el("kbd", {}, "a"))];
  return [why, el("label", { class: "choice" }, box, "In the whole matter", el("kbd", {}, "w")),
    el("button", { type: "button", "data-reject": "", disabled: late, onclick: reject }, "Not a name", el("kbd", {}, "x")),
    held.decision !== "accepted" || whole ? el("button", { type: "button", class: "main", "data-accept": "", onclick: accept }, "Accept", el("kbd", {}, "a")) : null].filter(Boolean);
}

function drawMarks({ still = false } = {}) {
  const here = items.filter((item) => item.page === page);
  const place = (item) => ({ document_id: filing.document_id, page, start: item.start, end: item.end, boxes: boxes.get(keyOf(item)) || [], quote: item.text, pinpoint: item.pseudonym });
  const named = (item) => ({ ...place(item), tone: tone(item), tag: types[item.type] });
  if (!flat) viewer.mark(here.filter((item) => isSame(item, held)).map(named), here.filter((item) => !isSame(item, held) && item.decision !== "rejected").map(place));
  text.choose(text.places.find((one) => isSame(one, held)), { still });
}

async function openPage(wanted) {
  page = Math.min(Math.max(wanted, 1), Math.max(filing.pages, 1));
  const mine = page;
  find("[data-number]", root).value = page;
  find("[data-back]", root).disabled = page === 1;
  find("[data-forward]", root).disabled = page >= filing.pages;
  history.replaceState(null, "", `/f/${filing.document_id}/names?page=${page}`);
  text.root.replaceChildren(skeletons(5));
  try {
    const picture = flat ? null : viewer.show(page);
    const [told, found] = await Promise.all([get(`${address}/pages/${page}/text`), get(`${address}/pages/${page}/names`), picture]);
    if (page !== mine) return;
    takeBoxes(found);
    drawnPage = page;
    text.draw(told.text, items.filter((item) => item.page === page));
    text.root.scrollTop = 0;
    drawMarks();
  } catch (error) {
    if (page === mine) text.root.replaceChildren(el("p", { role: "alert" }, error.message));
  }
}

// Another filter or order begins at its first name.
async function sift() {
  limit = ROWS_AT_ONCE;
  held = null;
  drawList();
  drawMarks();
  drawFoot();
  list.scrollTop = 0;
  await pick(shown()[0]);
}

// A page that is turned to by itself leaves nothing in hand, so that no key decides about what is not in sight.
async function turnTo(wanted) {
  held = null;
  drawList();
  drawFoot();
  await openPage(wanted);
}

function takeBoxes(found) {
  boxes = new Map([...found.detections, ...found.rejected].map((item) => [keyOf(item), item.boxes]));
}

async function pick(item, { focus = "" } = {}) {
  if (!item) return;
  held = item;
  if (item.page !== page) await openPage(item.page);
  else drawMarks();
  if (held !== item) return;
  for (const button of findAll("button[data-key]", list)) {
    const mine = button.dataset.key === keyOf(item);
    if (mine) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    if (mine) button.scrollIntoView({ block: "nearest" });
    if (mine && focus === "list") button.focus({ preventScroll: true });
  }
  if (focus === "text" || (focus && !find("[aria-current]", list))) text.focus();
  if (!flat) viewer.reveal();
  drawFoot();
}

function move(step) {
  const some = shown();
  const at = some.findIndex((item) => isSame(item, held));
  const next = at < 0 ? (step > 0 ? 0 : some.length - 1) : Math.min(Math.max(at + step, 0), some.length - 1);
  if (next >= limit) { limit = next + ROWS_AT_ONCE; drawList(); }
  pick(some[next], { focus: "list" });
}

async function load() {
  const all = await get(`${address}/names`);
  items = [...all.detections, ...all.rejected.map((item) => ({ ...item, decision: "rejected", confidence: null }))];
  items.sort((a, b) => a.page - b.page || a.start - b.start);
}

// A decision shows at once and is sent in its turn; when the last one is answered, what they changed is read again.
function decide(path, data, change, say) {
  waiting.push(change);
  change();
  sent = sent.then(async () => {
    try {
      const words = say(await post(`${address}/names/${path}`, data));
      if (words) toast(words, "good");
    } catch (error) { toast(error.message); }
    waiting.shift();
    if (waiting.length) return drawList();
    await readAgain();
  });
}

async function readAgain() {
  try {
    const [, found] = await Promise.all([load(), get(`${address}/pages/${page}/names`)]);
    takeBoxes(found);
  } catch (error) { toast(error.message); }
  for (const change of waiting) change();
  await redraw(held, { still: true });
}

// The first open item after the one in hand, in the list as it is shown; without one, that stays in hand.
function follower() {
  const some = shown();
  return some.slice(some.findIndex((item) => isSame(item, held)) + 1).find((item) => !item.decision) || held;
}

// With `still` nothing is scrolled: it was the server that answered, not the person who moved.
async function redraw(next, { still = false } = {}) {
  const active = document.activeElement;
  const button = foot.contains(active) && ["[data-accept]", "[data-reject]"].find((name) => active.matches(name));
  const focus = list.contains(active) ? "list" : text.root.contains(active) && active !== text.root ? "text" : "";
  const covers = (item) => next && item.page === next.page && item.start < next.end && item.end > next.start;
  held = itemAt(next || {}) || items.find(covers) || null; // words that were added were widened to whole ones
  drawList();
  drawText();
  if (held && !still) await pick(held, { focus });
  else {
    drawMarks({ still });
    drawFoot();
    if (focus === "list") find("[aria-current]", list)?.focus({ preventScroll: true });
    if (focus === "text") text.focus();
  }
  if (button) (find(button, foot) || find("[aria-current]", list) || text.root).focus();
}

// A selection is left alone: somebody is about to mask it.
function drawText() {
  if (drawnPage !== page || text.selection()) return;
  const top = text.root.scrollTop;
  text.draw(text.points.join(""), items.filter((item) => item.page === page));
  text.root.scrollTop = top;
}

function setDecision(place, decision) {
  const item = itemAt(place);
  if (item) Object.assign(item, { decision, by: "" });
}

function placeOf(item) { return { page: item.page, start: item.start, end: item.end }; }

function accept() {
  if (!held || !mayReview) return;
  const place = placeOf(held);
  const { pseudonym, type, decision } = held;
  const next = follower();
  if (decision === "rejected") decide("add", { ...place, type }, () => setDecision(place, "added"), (done) => `Masked again as ${done.pseudonym}.`);
  else decide("accept", { ...place, everywhere: whole }, whole ? () => acceptAll(pseudonym) : () => setDecision(place, "accepted"), whole ? (done) => `Accepted in ${plural(done.accepted, "place")}.` : () => "");
  redraw(decision === "rejected" ? held : next);
}

function acceptAll(pseudonym) {
  for (const item of items) if (item.pseudonym === pseudonym && item.decision !== "rejected") item.decision = "accepted";
}

async function reject() {
  if (!held || !mayReview || held.decision === "rejected" || (whole && !mayKeep)) return;
  const [item, everywhere] = [held, whole];
  const place = placeOf(item);
  if (everywhere && !(await ask("Give this word back in the whole matter?", el("p", {}, el("q", { class: "serif" }, item.text)), {
    button: "Give it back", danger: true, say: "The model will see it as it is written, in the filings of this matter and in those that come later." }))) return;
  const next = follower();
  decide("reject", { ...place, everywhere }, () => setDecision(place, "rejected"), (done) => (everywhere ? `Given back to the model’s text in ${plural(done.revised.length, "filing")}.` : ""));
  redraw(next);
}

async function mask() {
  if (!mayReview) return;
  const chosen = text.selection();
  const type = el("select", { name: "type" }, Object.entries(types).map(([key, words]) => el("option", { value: key }, words)));
  const words = chosen ? el("p", { class: "serif" }, el("q", {}, text.cut(chosen.start, chosen.end).replace(/\s+/g, " ")))
    : field("The words, as they stand on this page", el("input", { name: "words", required: true, maxlength: "300", autocomplete: "off", spellcheck: "false" }));
  const data = await ask("Mask words that were missed", [words, field("What they are", type)], { button: "Mask", say: "They are masked here and, as a name, in the other filings of the matter." });
  if (!data) return;
  const found = chosen || text.findWords(data.get("words"));
  if (!found) return toast(`These words do not stand on page ${page}. Write them as the page does, or select them in the text.`);
  document.getSelection().removeAllRanges();
  const made = { page, ...found, type: data.get("type"), pseudonym: "being masked", confidence: 1, decision: "added", text: text.cut(found.start, found.end) };
  const overlaps = (item) => item.page === made.page && item.start < made.end && item.end > made.start;
  decide("add", { ...placeOf(made), type: made.type }, () => { items = [...items.filter((item) => !overlaps(item)), made].sort((a, b) => a.page - b.page || a.start - b.start); },
    (done) => `Masked as ${done.pseudonym} in ${plural(done.revised.length, "filing")}.`);
  redraw(made);
}

function press(event) {
  if (event.defaultPrevented || isTyping(event) || find("dialog[open]") || !keysOn()) return;
  const keys = {
    j: () => move(1), k: () => move(-1), a: accept, x: reject, n: mask, "[": () => turnTo(page - 1), "]": () => turnTo(page + 1),
    w: () => { if (!held || !mayReview) return; whole = !whole; drawFoot(); },
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
}

function listen() {
  for (const name of ["[data-type]", "[data-order]", "[data-open-only]"]) find(name, root).addEventListener("change", sift);
  find("[data-back]", root).addEventListener("click", () => turnTo(page - 1));
  find("[data-forward]", root).addEventListener("click", () => turnTo(page + 1));
  find("[data-number]", root).addEventListener("change", (event) => turnTo(Number(event.target.value) || 1));
  find("[data-side]", root).addEventListener("click", (event) => {
    const on = root.toggleAttribute("data-picture");
    event.currentTarget.setAttribute("aria-pressed", String(on));
    viewer.size();
  });
  const button = find("[data-mask]", root);
  button?.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the selection
  button?.addEventListener("click", mask);
  document.addEventListener("selectionchange", () => {
    const some = button && text.selection();
    button?.classList.toggle("main", Boolean(some));
    if (button) find("[data-mask-words]", button).textContent = some ? "Mask selection" : "Mask words";
  });
  document.addEventListener("keydown", press);
  window.addEventListener("beforeunload", (event) => waiting.length && event.preventDefault());
  new ResizeObserver(() => viewer.size()).observe(viewer.scroll);
}

async function start() {
  root.toggleAttribute("data-flat", flat);
  if (!flat) viewer.open(filing);
  listen();
  list.replaceChildren(skeletons(4));
  try {
    await load();
  } catch (error) {
    list.replaceChildren();
    toast(error.message);
    return;
  }
  drawList();
  drawFoot();
  const wanted = Number(new URLSearchParams(location.search).get("page")) || 1;
  await openPage(wanted);
  if (!held) await pick(items.find((item) => item.page === page && !item.decision));
}

start();
