// The Compare screen: filings to compare on, what systems wrote side by side, and the blind pick of two.

import { announce, capital, el, find, findAll, icon, plural, timeLeft, toast } from "./dom.js";
import { get, post } from "./api.js";
import { groupByPart, stateOf } from "./sentences.js";

const NAMES = { base: "Base model", active: "Active adapter", candidate: "Candidate" };
const ORIGINS = { source: "the source’s own words" };
const SUPPORT = [["supported", "supported"], ["partial", "partly"], ["unsupported", "not supported"]];
const root = document.getElementById("compare");
const { matter } = root.dataset;
const side = find("[data-side]", root);
const address = matter ? `/api/matters/${matter}/comparisons` : "/api/comparisons";
let list = null;
let candidate = "";
let timer = 0;

function hashOf(text) { return el("code", { title: `Hash of the weights: ${text}` }, (text || "").slice(0, 12)); }

// ---- The list

function drawSystems() {
  const { active, candidates } = list;
  const chosen = candidates.find((one) => one.adapter_id === list.candidate);
  find("[data-systems]", root).replaceChildren(
    el("span", {}, "In use: ", active ? [el("strong", {}, active.adapter_id), " ", !matter && hashOf(active.hash)] : el("strong", {}, "the base model")),
    el("span", {}, "Waiting to replace it: ", chosen ? [el("strong", {}, chosen.adapter_id), " ", !matter && hashOf(chosen.hash)] : el("span", { class: "quiet" }, "none waits; a round makes one")));
  const choice = find("[data-choice]", root);
  choice.hidden = candidates.length < 2;
  find("select", choice).replaceChildren(...candidates.map((one) => el("option", { value: one.adapter_id, selected: one.adapter_id === list.candidate }, one.adapter_id)));
}

// How the picks stand, in words, with the interval as a bar; even is the middle.
function pickLines(picks) {
  return picks.map((one) => {
    const [low, high] = one.ci95;
    const bar = el("div", { class: "share", "aria-hidden": "true" }, el("span", { class: "span" }), el("span", { class: "even" }), el("span", { class: "dot" }));
    find(".span", bar).style.left = `${low * 100}%`;
    find(".span", bar).style.width = `${(high - low) * 100}%`;
    find(".dot", bar).style.left = `${(one.share || 0) * 100}%`;
    return el("div", { class: "stack" }, el("p", {}, el("strong", {}, "Blind picks: "), one.says, " ", el("span", { class: "quiet" }, "They are not part of the gate.")), one.share === null ? "" : bar);
  });
}

function standing({ comparison }) {
  if (!comparison) return el("span", { class: "quiet" }, "Not compared yet");
  const { status, done, total, label, seconds_left: left, error } = comparison;
  if (status === "done") return el("span", { class: "state good" }, icon("check"), "Written");
  if (status === "stopped") return el("span", { class: "state half" }, icon("half"), `Stopped, ${done} of ${total} written`);
  if (status === "failed") return el("div", { class: "why" }, el("span", { class: "state bad" }, icon("cross"), "Failed"), el("p", { class: "small" }, error));
  const words = status === "waiting" ? "Waiting for its turn" : label ? `Writing: ${(NAMES[label] || label).toLowerCase()}` : "Starting";
  return el("div", { class: "progress" }, el("span", { class: "state wait" }, icon("clock"), words, el("span", { class: "number" }, `${done} of ${total}`), timeLeft(left) && el("span", { class: "small" }, `· ${timeLeft(left)}`)),
    el("progress", { max: total, value: done, "aria-label": "Writing the summaries" }));
}

function actsOf(filing) {
  const { comparison, ballot, document_id: id } = filing;
  if (!comparison) return [el("button", { type: "button", "data-begin": true, onclick: () => begin(id) }, "Compare")];
  if (["running", "waiting"].includes(comparison.status)) return [el("button", { type: "button", class: "danger", "data-stop": true, onclick: () => stop(comparison) }, icon("stop", "tiny"), "Stop")];
  if (comparison.status !== "done") return [el("button", { type: "button", "data-begin": true, onclick: () => begin(id) }, "Go on")];
  const picked = ballot === "picked" ? el("span", { class: "state good" }, icon("check", "tiny"), "Picked") : "";
  return [picked, ballot === "open" && el("a", { class: "button main", href: `#pick/${comparison.comparison_id}`, "data-pick": true }, "Pick blindly"), el("a", { class: "button", href: `#see/${comparison.comparison_id}`, "data-see": true }, "Side by side")];
}

function titleOf(filing) {
  if (filing.file) return el("a", { href: `/f/${filing.document_id}` }, filing.file);
  return el("span", {}, el("strong", { class: "serif" }, capital(filing.document_type === "plain" ? "filing" : filing.document_type)), " ", el("code", {}, filing.document_id));
}

function drawList() {
  drawSystems();
  find("[data-picks]", root).replaceChildren(...pickLines(list.picks));
  find("table", root).hidden = !list.filings.length;
  find("[data-empty]", root).hidden = list.filings.length > 0;
  find("tbody", root).replaceChildren(...list.filings.map((filing) => el("tr", { "data-id": filing.document_id },
    el("td", {}, el("div", { class: "title" }, titleOf(filing))), el("td", { class: "number" }, String(filing.pages)), el("td", { class: "number" }, filing.words.toLocaleString("en-US")),
    el("td", { class: "small" }, filing.sample ? "Sample filing" : filing.lent_by ? `${matter ? "Yes, by " : ""}${filing.lent_by}` : el("span", { class: "quiet" }, "No")),
    el("td", {}, standing(filing)), el("td", {}, el("div", { class: "row" }, actsOf(filing))))));
}

async function look() {
  clearTimeout(timer);
  try {
    const next = await get(`${address}?candidate=${encodeURIComponent(candidate)}`, { background: true });
    if (JSON.stringify(next) !== JSON.stringify(list)) {
      list = next;
      const had = document.activeElement?.closest?.("tr")?.dataset.id;
      drawList();
      if (had) find(`tr[data-id="${had}"] :is(button, a.button)`, root)?.focus();
    }
  } catch (error) { if (error.status) toast(error.message); }
  const busy = list?.filings.some(({ comparison }) => comparison && ["running", "waiting"].includes(comparison.status));
  timer = setTimeout(look, busy ? 1200 : 15000);
}

async function begin(id) {
  try {
    await post(`/api/filings/${id}/compare`, { candidate: list.candidate });
    announce("The comparison has begun");
  } catch (error) { toast(error.message); }
  look();
}

async function stop({ comparison_id: id }) {
  try { await post(`/api/comparisons/${id}/stop`); } catch (error) { toast(error.message); }
  look();
}

// ---- Sentences in a pane

function places(sentence, id, named) {
  const seen = new Set();
  return sentence.evidence.map((e) => {
    const words = e.pinpoint || `p. ${e.page}`;
    if (seen.has(words)) return "";
    seen.add(words);
    return named ? el("a", { href: `/f/${id}?page=${e.page}` }, words) : el("span", {}, words);
  });
}

function sentence(one, id, named) {
  return el("li", { "data-support": one.support }, el("p", { class: "words" }, one.text),
    el("div", { class: "proof" }, stateOf(one.support), places(one, id, named), ORIGINS[one.origin] && el("span", {}, ORIGINS[one.origin]), one.support !== "supported" && one.reason ? el("span", {}, one.reason) : ""));
}

function body(sentences, id, named) {
  if (!sentences.length) return el("p", { class: "quiet" }, "It wrote nothing.");
  return groupByPart(sentences).map(({ part, items }) => [part && el("h3", {}, part), el("ol", {}, items.map(([one]) => sentence(one, id, named)))]);
}

function openSide(title, say, ...content) {
  find("[data-list]", root).hidden = true;
  side.hidden = false;
  side.replaceChildren(el("header", { class: "row apart" }, el("div", {}, el("h1", { tabindex: "-1" }, title), el("p", { class: "small quiet" }, say)), el("a", { class: "button", href: "#" }, icon("prev", "tiny"), "All filings")), ...content);
  find("h1", side).focus({ preventScroll: true });
  document.getElementById("main").scrollTop = 0;
}

function closeSide() {
  side.hidden = true;
  side.replaceChildren();
  find("[data-list]", root).hidden = false;
  look();
}

// ---- Side by side

function pane(one, id, named) {
  const counts = SUPPORT.map(([key, words]) => one.counts[key] && `${one.counts[key]} ${words}`).filter(Boolean).join(", ");
  return el("article", { class: "pane", "data-system": one.system, "aria-label": NAMES[one.system] },
    el("header", {}, el("h2", {}, NAMES[one.system], " ", one.adapter !== "base" && [el("span", {}, one.adapter), " "], hashOf(one.hash)),
      el("p", { class: "figures" }, el("span", {}, plural(one.sentences.length, "sentence")), el("span", {}, counts), el("span", {}, plural(one.words, "word")), el("span", {}, `${one.seconds.toLocaleString("en-US")} s`))),
    body(one.sentences, id, named));
}

async function see(id) {
  const found = await get(`/api/comparisons/${id}`);
  const only = found.panes.map((one) => ({ ...one, own: one.sentences.filter((s) => s.only) }));
  const shared = found.panes.length > 1 ? found.panes[0].sentences.filter((s) => !s.only).length : 0;
  const say = `AI wrote these and nobody has signed them off. Each keeps its own sentences, marked; on the desk those that the filing does not bear give way to its own words.${found.names ? "" : " Names are replaced by pseudonyms."}`;
  openSide("Side by side", say,
    el("div", { class: "panes" }, found.panes.map((one) => pane(one, found.document_id, found.names))),
    el("h2", {}, "What differs"), el("p", { class: "quiet" }, only.some((one) => one.own.length) ? `Sentences that only one of them has, word for word. ${plural(shared, "sentence")} of the ${NAMES[found.panes[0]?.system || "base"].toLowerCase()} ${shared === 1 ? "stands" : "stand"} in another too.` : "Nothing: they wrote the same, word for word."),
    el("div", { class: "only" }, only.map((one) => el("section", { "aria-label": `Only in ${NAMES[one.system].toLowerCase()}` }, el("h3", {}, `Only in ${NAMES[one.system].toLowerCase()} (${one.own.length})`), el("ol", {}, one.own.map((s) => sentence(s, found.document_id, found.names)))))));
}

// ---- The blind pick

async function pick(id) {
  const ballot = await post(`/api/comparisons/${id}/ballot`);
  const choose = async (which) => {
    for (const button of findAll(".pick button", side)) button.disabled = true;
    try { reveal(await post(`/api/comparisons/${id}/vote`, { pick: which })); } catch (error) {
      toast(error.message);
      for (const button of findAll(".pick button", side)) button.disabled = false;
    }
  };
  const column = (name) => el("article", { class: "pane", "data-place": name, "aria-label": `Summary on the ${name}` }, el("header", {}, el("h2", {}, capital(name))), body(ballot[name].sentences, ballot.document_id, ballot.names));
  const button = (which, words) => el("button", { type: "button", "data-choose": which, onclick: () => choose(which) }, words);
  openSide("Which reads better?", "One was written by the version that serves, the other by the one that may take its place. Which is which is told after you pick; you pick once.",
    ballot.same ? el("p", { class: "notice" }, icon("half"), "Both wrote the same, word for word: there is nothing to tell apart.") : "",
    el("div", { class: "panes" }, column("left"), column("right")),
    el("div", { class: "pick" }, ballot.same ? el("span") : button("left", "Left is better"), button("same", "The same"), ballot.same ? el("span") : button("right", "Right is better")));
}

function reveal(told) {
  for (const name of ["left", "right"]) find(`[data-place=${name}] h2`, side).replaceChildren(`${capital(name)}: ${told[name] === "base" ? "base model" : told[name]}`, told.pick === name ? el("span", { class: "state good" }, icon("check", "tiny"), "your pick") : "");
  const next = list?.filings.find((f) => f.ballot === "open" && f.comparison && !location.hash.endsWith(f.comparison.comparison_id));
  find(".pick", side).replaceWith(el("div", { class: "stack", "data-told": true, role: "status" }, pickLines(told.picks),
    el("div", { class: "row" }, next ? el("a", { class: "button main", href: `#pick/${next.comparison.comparison_id}` }, "Next filing") : "", el("a", { class: "button", href: "#" }, "All filings"))));
}

async function follow() {
  const [what, id] = location.hash.slice(1).split("/");
  if (!id) return closeSide();
  try {
    await (what === "pick" ? pick : see)(id);
  } catch (error) {
    toast(error.message);
    history.replaceState(null, "", location.pathname);
    closeSide();
  }
}

find("select", root).addEventListener("change", (event) => { candidate = event.target.value; look(); });
window.addEventListener("hashchange", follow);
await look();
if (location.hash.length > 1) follow();
