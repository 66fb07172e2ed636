// The Grid screen: the form of a new grid, or one grid that fills cell by cell; a cell opens the page at its quote.

import { announce, ask, el, find, findAll, icon, plural, skeletons, toast, when } from "./dom.js";
import { get, post, remove } from "./api.js";
import { pins, stateOf } from "./sentences.js";
import { label, Viewer } from "./viewer.js";

const STATES = {
  waiting: ["wait", "clock", "Waiting for its turn"],
  running: ["wait", "clock", "Asking"],
  done: ["good", "check", "Done"],
  stopped: ["half", "half", "Stopped"],
  failed: ["bad", "cross", "Ended early"],
};
const SAY_EVERY_MS = 20000;
const FIRST_PX = 184;
const COLUMN_PX = 208;
const root = document.getElementById("grid");
const matter = root.dataset.matter;
const id = root.dataset.grid;
const most = { questions: Number(root.dataset.maxQuestions), filings: Number(root.dataset.maxFilings) };
const pane = find("[data-viewer]", root);
const viewer = new Viewer(pane);
const opened = new Map();
const cells = new Map();
let grids = JSON.parse(root.dataset.grids);
let grid = null;
let position = 0;
let timer = 0;
let said = { at: 0, status: "" };

function stateWords(status) {
  const [kind, symbol, words] = STATES[status] || STATES.failed;
  return el("span", { class: `state ${kind}` }, icon(symbol, "tiny"), words);
}

function drawList() {
  const list = find("[data-list]", root);
  list.replaceChildren(...grids.map((g) => el("li", {}, el("a", { href: `/m/${matter}/grid/${g.grid_id}`, "aria-current": g.grid_id === id && "page" },
    el("span", {}, g.title), el("span", { class: "small quiet" }, `${when(g.created_at)} · ${g.author}`),
    g.status === "done" ? "" : stateWords(g.status)))));
}

// ---- A new grid

function startForm(form) {
  const list = find("[data-questions]", form);
  const boxes = findAll("[name=document]", form);
  const count = () => {
    const questions = findAll("[name=question]", list).filter((input) => input.value.trim()).length;
    const filings = boxes.filter((box) => box.checked).length;
    const over = filings > most.filings;
    find("[data-more]", form).hidden = list.children.length >= most.questions;
    find("[data-start]", form).disabled = !questions || !filings || over;
    find("[data-count]", form).textContent = over ? `Choose at most ${most.filings} filings; ${filings} are chosen.`
      : questions && filings ? `${plural(questions, "question")} to ${plural(filings, "filing")}: ${plural(questions * filings, "cell")}`
        : questions ? "Choose the filings to ask." : "Write a question.";
    findAll("li", list).forEach((item, index) => {
      find(".number", item).textContent = String(index + 1);
      find("input", item).setAttribute("aria-label", `Question ${index + 1}`);
      find("button", item).setAttribute("aria-label", `Take question ${index + 1} off`);
      find("button", item).hidden = list.children.length === 1;
    });
  };
  const more = () => {
    const item = el("li", {}, el("span", { class: "number" }),
      el("input", { name: "question", maxlength: "500", autocomplete: "off", placeholder: list.children.length ? "" : "What relief is asked for?" }),
      el("button", { type: "button", class: "square plain", onclick: () => { const near = item.previousElementSibling || item.nextElementSibling; item.remove(); count(); find("input", near)?.focus(); } }, icon("close", "tiny")));
    list.append(item);
    count();
    return find("input", item);
  };
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.target.name !== "question") return;
    event.preventDefault();
    const next = event.target.closest("li").nextElementSibling;
    if (next) find("input", next).focus();
    else if (list.children.length < most.questions && event.target.value.trim()) more().focus();
  });
  form.addEventListener("input", count);
  find("[data-more]", form).addEventListener("click", () => more().focus());
  const shown = () => boxes.filter((box) => !box.closest("li").hidden);
  find("[data-all]", form).addEventListener("click", () => { for (const box of shown()) box.checked = true; count(); });
  find("[data-none]", form).addEventListener("click", () => { for (const box of boxes) box.checked = false; count(); });
  find("[data-filter-filings]", form).addEventListener("input", (event) => {
    const words = event.target.value.toLowerCase();
    for (const box of boxes) box.closest("li").hidden = !box.closest("label").textContent.toLowerCase().includes(words);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const questions = findAll("[name=question]", list).map((input) => input.value.trim()).filter(Boolean);
    const documents = boxes.filter((box) => box.checked).map((box) => box.value);
    find("[data-start]", form).disabled = true;
    try {
      const made = await post(`/api/matters/${matter}/grids`, { questions, document_ids: documents, title: find("[name=title]", form).value });
      location.assign(`/m/${matter}/grid/${made.grid_id}`);
    } catch (error) { toast(error.message); count(); }
  });
  more().focus();
  if (boxes.length <= most.filings) for (const box of boxes) box.checked = true;
  count();
}

// ---- One grid

function key(cell) { return `${cell.document_id}/${cell.question}`; }

function drawTable() {
  const head = el("tr", {}, el("th", { scope: "col" }, "Filing"), grid.questions.map((question) => el("th", { scope: "col" }, question)));
  const body = grid.rows.map((row) => el("tr", {}, el("th", { scope: "row" }, row.gone ? el("span", { class: "quiet" }, "Deleted or sequestered") : el("a", { href: `/f/${row.document_id}` }, row.file)),
    grid.questions.map((_, question) => {
      const cell = el("td", { tabindex: "-1", "data-cell": `${row.document_id}/${question}` });
      fill(cell, cells.get(`${row.document_id}/${question}`), row.gone);
      return cell;
    })));
  const table = el("table", { class: "grid-table", role: "grid", "aria-label": grid.title }, el("thead", {}, head), el("tbody", {}, body));
  table.style.minWidth = `${FIRST_PX + COLUMN_PX * grid.questions.length}px`;
  table.addEventListener("keydown", move);
  table.addEventListener("focusin", (event) => { if (event.target.matches("td")) rove(event.target); });
  find("[data-table]", root).replaceChildren(table);
  find("td", table).tabIndex = 0;
}

function fill(place, cell, gone = false) {
  place.replaceChildren(...content(cell, gone));
  const proof = (cell?.sentence?.evidence || cell?.nearest || [])[0];
  place.toggleAttribute("data-open", Boolean(proof));
  place.onclick = proof ? () => openPlace(place, cell) : null;
}

function content(cell, gone) {
  if (gone) return [el("span", { class: "quiet small" }, "Not shown")];
  if (!cell) return [grid.status === "running" || grid.status === "waiting" ? el("span", { class: "state wait" }, icon("clock", "tiny"), "In line") : el("span", { class: "state wait" }, icon("minus", "tiny"), "Not asked")];
  if (cell.state === "failed") return [el("span", { class: "state bad" }, icon("cross", "tiny"), "Could not be answered")];
  const pin = (evidence) => pins(evidence.slice(0, 1), () => openPlace(find(`[data-cell="${key(cell)}"]`, root), cell)).map((button) => { button.tabIndex = -1; return button; });
  if (!cell.sentence) return [el("div", { class: "proof" }, el("span", { class: "state wait" }, icon("minus", "tiny"), "Nothing found"), cell.nearest.length ? el("span", {}, "nearest:", pin(cell.nearest)) : "")];
  return [el("p", { class: "words" }, cell.sentence.text),
    el("div", { class: "proof" }, stateOf(cell.state), pin(cell.sentence.evidence), cell.sentence.origin === "source" ? el("span", {}, "the source’s own words") : "",
      cell.state !== "supported" && cell.sentence.reason ? el("span", { class: "reason" }, cell.sentence.reason) : "")];
}

async function openPlace(place, cell) {
  const evidence = cell.sentence ? cell.sentence.evidence : cell.nearest;
  for (const other of findAll('td[aria-selected="true"]', root)) other.removeAttribute("aria-selected");
  place.setAttribute("aria-selected", "true");
  rove(place);
  pane.hidden = false;
  try {
    if (!opened.has(cell.document_id)) opened.set(cell.document_id, get(`/api/filings/${cell.document_id}`));
    viewer.open(await opened.get(cell.document_id));
    viewer.mark(evidence);
    await viewer.goTo(evidence[0]);
    announce(`Page ${evidence[0].page} of ${evidence[0].file}, ${label(evidence[0])}, is open at the quote`);
    place.scrollIntoView({ block: "nearest", inline: "nearest" });
  } catch (error) {
    opened.delete(cell.document_id);
    toast(error.message);
  }
}

function closePlace() {
  if (pane.hidden) return;
  pane.hidden = true;
  const place = find('td[aria-selected="true"]', root);
  place?.removeAttribute("aria-selected");
  place?.focus();
}

// One cell is in the order of Tab; arrows move between them.
function rove(place) {
  for (const other of findAll('td[tabindex="0"]', root)) other.tabIndex = -1;
  place.tabIndex = 0;
}

function move(event) {
  const place = event.target.closest("td");
  if (!place || event.altKey || event.ctrlKey || event.metaKey) return;
  const column = place.cellIndex;
  const row = place.parentElement;
  const to = { ArrowRight: () => row.cells[column + 1], ArrowLeft: () => row.cells[column - 1], ArrowDown: () => row.nextElementSibling?.cells[column],
    ArrowUp: () => row.previousElementSibling?.cells[column], Home: () => row.cells[1], End: () => row.cells[row.cells.length - 1] }[event.key];
  if (to) {
    event.preventDefault();
    const next = to();
    if (next?.matches("td")) next.focus();
  }
  if (event.key === "Enter" && event.target === place) place.onclick?.();
}

function timeLeft(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 60) return seconds < 10 ? "a few seconds left" : `about ${Math.ceil(seconds / 10) * 10} seconds left`;
  return seconds < 3600 ? `about ${plural(Math.round(seconds / 60), "minute")} left` : `about ${(seconds / 3600).toFixed(1)} hours left`;
}

function drawHead() {
  find("[data-head]", root).hidden = false;
  find("[data-title]", root).textContent = grid.title;
  const working = grid.status === "running" || grid.status === "waiting";
  const all = [...cells.values()];
  const nothing = all.filter((cell) => cell.state === "nothing").length;
  const failed = all.filter((cell) => cell.state === "failed").length;
  const parts = [`${grid.done} of ${plural(grid.total, "cell")}`, working ? timeLeft(grid.seconds_left) : "", nothing ? `${nothing} with nothing found` : "",
    failed ? `${failed} could not be answered` : "", grid.error];
  find("[data-said]", root).replaceChildren(stateWords(grid.status), ` ${parts.filter(Boolean).join(" · ")} · AI wrote this; check the quotes.`);
  find("[data-stop]", root).hidden = !working;
  const go = find("[data-continue]", root);
  go.hidden = working || !grid.left;
  go.textContent = failed === grid.left ? "Try again" : "Continue";
  const bar = find("[data-progress]", root);
  bar.hidden = !working;
  bar.max = grid.total;
  bar.value = grid.done;
  bar.setAttribute("aria-label", "Cells that are answered");
  tell(parts);
}

// Progress is told politely: at most every twenty seconds, and once when the work ends.
function tell(parts) {
  const ended = said.status && said.status !== grid.status;
  if (ended || (grid.status === "running" && Date.now() - said.at > SAY_EVERY_MS)) {
    announce(`${STATES[grid.status][2]}: ${parts.filter(Boolean).slice(0, 3).join(", ")}`);
    said.at = Date.now();
  }
  said.status = grid.status;
}

function take(found) {
  const before = grid && `${grid.status}/${grid.rows.map((row) => row.gone).join()}`;
  grid = found;
  position = Math.max(position, found.position);
  for (const cell of found.cells) cells.set(key(cell), cell);
  grids = grids.map((g) => (g.grid_id === id ? { ...g, status: found.status } : g));
  if (before !== `${grid.status}/${grid.rows.map((row) => row.gone).join()}`) redraw();
  else for (const cell of found.cells) fill(find(`[data-cell="${key(cell)}"]`, root), cell);
  drawHead();
}

function redraw() {
  const had = document.activeElement?.dataset?.cell;
  const picked = find('td[aria-selected="true"]', root)?.dataset.cell;
  drawTable();
  drawList();
  if (picked) find(`[data-cell="${picked}"]`, root)?.setAttribute("aria-selected", "true");
  if (had) find(`[data-cell="${had}"]`, root)?.focus();
}

async function look() {
  clearTimeout(timer);
  try {
    if (!document.hidden || !grid) take(await get(`/api/grids/${id}?after=${position}`, { background: Boolean(grid) }));
  } catch (error) {
    if (!grid) return find("[data-table]", root).replaceChildren(el("div", { class: "empty", role: "alert" }, el("p", {}, error.message)));
    if (error.status) toast(error.message);
  }
  if (!grid || grid.status === "running" || grid.status === "waiting") timer = setTimeout(look, 1500);
}

async function act(verb) {
  try {
    take(await post(`/api/grids/${id}/${verb}`));
    document.dispatchEvent(new Event("casebrief-work"));
    position = 0;
    look();
  } catch (error) { toast(error.message); }
}

async function drop() {
  const sure = await ask("Delete this grid?", [], { button: "Delete", danger: true, say: `“${grid.title}” goes with its answers, for everyone of the matter. This cannot be undone.` });
  if (!sure) return;
  try {
    await remove(`/api/grids/${id}`);
    location.assign(`/m/${matter}/grid`);
  } catch (error) { toast(error.message); }
}

function startGrid() {
  find("[data-table]", root).replaceChildren(skeletons(6));
  find("[data-stop]", root).addEventListener("click", () => act("stop"));
  find("[data-continue]", root).addEventListener("click", () => act("continue"));
  find("[data-delete]", root)?.addEventListener("click", drop);
  find("[data-close]", root).addEventListener("click", closePlace);
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, dialog")) return;
    if (event.key === "Escape") closePlace();
    if (event.key === "[") viewer.turn(-1);
    if (event.key === "]") viewer.turn(1);
  });
  new ResizeObserver(() => viewer.size()).observe(viewer.scroll);
  look();
}

drawList();
const form = find("[data-form]", root);
if (form) startForm(form);
else if (id && find("[data-head]", root)) startGrid();
