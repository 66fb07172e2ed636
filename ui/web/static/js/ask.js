// The Ask screen: a question, an answer of sentences with their quotes, the page beside it.

import { announce, ask, el, field, find, findAll, icon, plural, skeletons, toast, when } from "./dom.js";
import { get, post, stream } from "./api.js";
import { label, Viewer } from "./viewer.js";
import { sentenceItem } from "./sentences.js";

const THIN = 0.35;
const root = document.getElementById("ask");
const matter = root.dataset.matter;
const filings = JSON.parse(root.dataset.filings);
const viewer = new Viewer(find("[data-viewer]", root));
const turns = find("[data-turns]", root);
const form = find("[data-question]", root);
const opened = new Map();
let talks = JSON.parse(root.dataset.conversations);
let conversation = root.dataset.conversation || null;
let running = null;
let looking = 0;
let waiting = 0;

async function openPlace(evidence) {
  if (!opened.has(evidence.document_id)) opened.set(evidence.document_id, get(`/api/filings/${evidence.document_id}`));
  try {
    viewer.open(await opened.get(evidence.document_id));
    viewer.mark([evidence]);
    await viewer.goTo(evidence);
  } catch (error) {
    opened.delete(evidence.document_id);
    toast(error.message);
  }
}

function drawTalks(list = talks, words = []) {
  find("[data-talks]", root).replaceChildren(...list.map((t) => el("li", {},
    el("a", { href: `/m/${matter}/ask/${t.conversation_id}`, "aria-current": t.conversation_id === conversation && "page" },
      el("span", {}, t.title), t.excerpt && el("span", { class: "excerpt" }, marked(t.excerpt, words)), el("span", { class: "small quiet" }, when(t.created_at))))));
  const mine = talks.find((t) => t.conversation_id === conversation);
  find("[data-head]", root).hidden = !mine;
  if (!mine) return;
  find("[data-title]", root).textContent = mine.title;
  for (const link of findAll("[data-form]", root)) link.href = `/api/conversations/${conversation}/export?form=${link.dataset.form}`;
}

// The words that were looked for, marked in the place where they were said.
function marked(text, words) {
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).filter(Boolean);
  if (!escaped.length) return text;
  return text.split(new RegExp(`(${escaped.join("|")})`, "i")).map((piece, index) => (index % 2 ? el("mark", {}, piece) : piece));
}

// What was said is looked for on the server, which alone can read it; the newest words typed win.
async function search() {
  const typed = find("[data-find]", root).value.trim();
  const turn = (looking += 1);
  if (!typed) return drawTalks();
  try {
    const { conversations } = await post(`/api/matters/${matter}/conversations/search`, { words: typed });
    if (turn !== looking) return;
    drawTalks(conversations, typed.split(/\s+/));
    if (!conversations.length) find("[data-talks]", root).replaceChildren(el("li", { class: "small quiet" }, "No question, answer or title of yours says this."));
    announce(conversations.length ? `${plural(conversations.length, "conversation")} found` : "No conversation found");
  } catch (error) { if (turn === looking) toast(error.message); }
}

async function rename() {
  const mine = talks.find((t) => t.conversation_id === conversation);
  const data = await ask("Rename this conversation", field("Title", el("input", { name: "title", value: mine.title, required: true, maxlength: "80" })), { button: "Rename" });
  if (!data) return;
  try {
    mine.title = (await post(`/api/conversations/${conversation}/title`, { title: data.get("title") })).title;
    find("[data-find]", root).value = "";
    drawTalks();
    find("[data-rename]", root).focus();
  } catch (error) { toast(error.message); }
}

function answerItem(sentence, index) {
  const open = () => sentence.evidence[0] && openPlace(sentence.evidence[0]);
  const item = sentenceItem(sentence, index, { edit: null, pin: openPlace, pick: open, preview: () => {}, focus: () => {}, withFile: filings.length > 1 });
  item.tabIndex = 0;
  item.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target === item) open(); });
  return item;
}

function nearest(evidence) {
  return el("div", { class: "nearest" }, evidence.length ? el("p", {}, "The nearest passages, for you to judge:") : null,
    evidence.slice(0, 4).map((e) => el("blockquote", {}, el("p", {}, e.quote.replace(/\s+/g, " ").trim()), el("div", { class: "chips" }, el("button", { type: "button", class: "pin", onclick: () => openPlace(e) }, `${e.file}, ${label(e)}`)))));
}

// The notice stands above the answer, so that it is read first.
function notice(answer) {
  if (answer.abstained) return el("div", { class: "notice half" }, icon("half"), el("p", {}, el("strong", {}, "The filings do not answer this."), " Nothing was made up in its place."));
  if (answer.sentences.some((s) => s.support !== "supported")) return el("div", { class: "notice half" }, icon("half"), el("p", {}, el("strong", {}, "Not every sentence is supported."), " Read the quotes before you rely on it."));
  if (answer.confidence < THIN) return el("div", { class: "notice half" }, icon("half"), el("p", {}, el("strong", {}, "The evidence is thin."), " The passages bear on the question only in part; read them."));
  return null;
}

function rating(answer) {
  const buttons = [[1, "up", "Useful"], [-1, "thumb-down", "Not right"]].map(([value, symbol, words]) => el("button", {
    type: "button", class: "plain", "aria-pressed": String(answer.rating === value), onclick: async (event) => {
      const button = event.currentTarget;
      let reason = "";
      if (value < 0) {
        const data = await ask("What was not right?", field("In a few words", el("textarea", { name: "reason", rows: "3", maxlength: "2000" })), { button: "Send" });
        if (!data) return;
        reason = data.get("reason");
      }
      try {
        await post(`/api/turns/${answer.turn_id}/rating`, { rating: value, reason });
        for (const other of findAll("button", button.parentElement)) other.setAttribute("aria-pressed", String(other === button));
      } catch (error) { toast(error.message); }
    },
  }, icon(symbol, "tiny"), words));
  return el("div", { class: "rate" }, buttons, el("span", {}, answer.adapter === "none" || answer.abstained ? "" : " AI wrote this; check the quotes."));
}

function turnOf(answer) {
  return el("article", { class: "turn" }, el("h2", {}, answer.question), notice(answer),
    el("ol", { class: "answer" }, answer.sentences.map(answerItem)), answer.abstained && nearest(answer.nearest), answer.turn_id && rating(answer));
}

function drawEmpty() {
  const none = !filings.length;
  turns.replaceChildren(el("div", { class: "empty" }, el("h2", {}, none ? "No filing is ready yet" : "Ask the filings"),
    el("p", { class: "quiet" }, none ? "Add filings to this matter; questions can be asked as soon as one has been read." : "Each sentence of an answer comes with the words it rests on. A click opens the page with the passage marked."),
    none && el("a", { class: "button main", href: `/m/${matter}` }, "Add filings")));
  find("[data-send]", form).disabled = none;
}

async function openConversation() {
  drawTalks();
  if (!conversation) return drawEmpty();
  turns.replaceChildren(skeletons(4));
  try {
    const found = await get(`/api/conversations/${conversation}`);
    turns.replaceChildren(...found.turns.map(turnOf));
    turns.lastElementChild?.scrollIntoView({ block: "start" }); // the notice above an answer is read first
    const first = found.turns.at(-1)?.sentences.find((s) => s.evidence.length)?.evidence[0];
    if (first) openPlace(first);
  } catch (error) {
    turns.replaceChildren(el("div", { class: "empty", role: "alert" }, el("p", {}, error.message)));
  }
}

function chosen() {
  return findAll("[name=document]:checked", form).map((box) => box.value);
}

async function send() {
  const input = find("[name=question]", form);
  const question = input.value.trim();
  if (!question || running) return;
  if (!conversation && find(".empty", turns)) turns.replaceChildren();
  const list = el("ol", { class: "answer" });
  const label = el("p", { class: "small quiet", role: "status" }, "Looking for passages…");
  // What is known so far; the notice above the answer follows it, so that nobody reads a sentence before its warning.
  const known = { abstained: false, sentences: [], confidence: 1 };
  const warning = el("div", { role: "status", "data-warning": true });
  const warn = () => warning.replaceChildren(notice(known) || "");
  const live = el("article", { class: "turn" }, el("h2", {}, question), warning, label, list, skeletons(3));
  turns.append(live);
  live.scrollIntoView({ block: "start" });
  input.value = "";
  let answer = null;
  running = stream(`/api/matters/${matter}/ask`, { question, document_ids: chosen(), conversation_id: conversation }, (event) => {
    if (event.kind === "weighed") {
      known.confidence = event.confidence;
      warn();
    }
    if (event.kind === "sentence") {
      known.sentences.push(event.sentence);
      warn();
      list.append(answerItem(event.sentence, list.children.length));
      if (list.children.length === 1 && event.sentence.evidence[0]) openPlace(event.sentence.evidence[0]);
    }
    if (event.kind === "progress") label.textContent = `${event.label}…`;
    if (event.kind === "error") toast(event.message);
    if (event.kind === "done") answer = event.answer;
  });
  toggle(true);
  try {
    await running.ended;
  } catch (error) {
    if (error.name !== "AbortError") toast(error.message);
    if (!list.children.length) input.value = question;
  }
  running = null;
  toggle(false);
  if (!answer && !list.children.length) live.remove();
  else if (answer) await finish(live, answer);
  else find(".waiting", live)?.remove();
  if (!turns.children.length) drawEmpty();
}

async function finish(live, answer) {
  const done = turnOf(answer);
  live.replaceWith(done);
  done.scrollIntoView({ block: "start" });
  announce(answer.abstained ? "The filings do not answer this" : "Answer complete");
  if (conversation === answer.conversation_id) return;
  conversation = answer.conversation_id;
  history.replaceState(null, "", `/m/${matter}/ask/${conversation}`);
  talks = (await get(`/api/matters/${matter}/conversations`).catch(() => ({ conversations: talks }))).conversations;
  drawTalks();
}

function toggle(on) {
  find("[data-send]", form).hidden = on;
  find("[data-stop]", form).hidden = !on;
}

function startScope() {
  const all = find("[data-all]", form);
  const boxes = findAll("[name=document]", form);
  const say = () => {
    const count = chosen().length;
    all.checked = !count;
    find("[data-scope-words]", form).textContent = count ? (count === 1 ? filings.find((f) => f.document_id === chosen()[0]).file : `${count} filings`) : "The whole matter";
  };
  all.addEventListener("change", () => { for (const box of boxes) box.checked = false; say(); });
  for (const box of boxes) box.addEventListener("change", say);
}

form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
find("[name=question]", form).addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
});
find("[data-stop]", form).addEventListener("click", () => running?.stop());
find("[data-new]", root).addEventListener("click", () => location.assign(`/m/${matter}/ask`));
find("[data-rename]", root).addEventListener("click", rename);
find("[data-find]", root).addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 250); });
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, dialog")) return;
  if (event.key === "[") viewer.turn(-1);
  if (event.key === "]") viewer.turn(1);
});
window.addEventListener("pagehide", () => running?.abort());
new ResizeObserver(() => viewer.size()).observe(viewer.scroll);
startScope();
openConversation();
if (!conversation) find("[name=question]", form).focus();
