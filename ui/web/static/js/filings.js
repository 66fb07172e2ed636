// The Filings screen: rows that follow the work, files dropped anywhere on the page.

import { ask, capital, el, field, find, findAll, icon, plural, tell, timeLeft, toast, when } from "./dom.js";
import { get, post, remove, upload } from "./api.js";

const root = document.getElementById("filings");
const matter = root.dataset.matter;
const address = `/api/matters/${matter}/filings`;
const AT_ONCE = 2;
let filings = JSON.parse(root.dataset.filings);
let sending = [];
let timer = 0;

function state(filing) {
  if (filing.status === "ready" && filing.pages_unreadable.length) return el("span", { class: "state half" }, icon("half"), `Ready, ${plural(filing.pages_unreadable.length, "page")} unreadable`);
  if (filing.status === "ready") return el("span", { class: "state good" }, icon("check"), "Ready");
  if (filing.status === "refused") return el("div", { class: "why" }, el("span", { class: "state bad" }, icon("cross"), "Needs attention"), el("p", { class: "small" }, isLocked(filing) ? filing.error : [filing.error, filing.do].filter(Boolean).join(" ")),
    isLocked(filing) && el("button", { type: "button", onclick: () => unlock(filing) }, icon("lock", "tiny"), "Give the password"));
  const { done = 0, total = 0, label = "", seconds_left: left } = filing.progress || {};
  const words = filing.status === "waiting" && !total ? "Waiting for its turn" : capital(label || "reading");
  return el("div", { class: "progress" }, el("span", { class: "state wait" }, icon("clock"), words, total ? el("span", { class: "number" }, `${done} of ${total}`) : "", timeLeft(left) && el("span", { class: "small", "data-left": true }, `· ${timeLeft(left)}`)),
    el("progress", total ? { max: total, value: done, "aria-label": `Reading ${filing.file}` } : { "aria-label": `Reading ${filing.file}` }));
}

// How far the summary of a filing is: what to do next with it.
const SUMMARIES = { draft: ["half", "half", "Draft"], returned: ["half", "half", "Returned"], submitted: ["wait", "clock", "Submitted"], signed_off: ["good", "lock", "Signed off"] };

function summaryState(status) {
  const [kind, symbol, words] = SUMMARIES[status] || [];
  return words ? el("span", { class: `state ${kind}` }, icon(symbol), words) : el("span", { class: "quiet" }, "None yet");
}

function isLocked(filing) { return /encrypted|password/i.test(filing.error); }

function row(filing) {
  const open = filing.status === "refused" ? el("strong", { class: "serif" }, filing.file) : el("a", { href: `/f/${filing.document_id}` }, filing.file);
  const aside = root.dataset.mayDelete && el("button", { type: "button", class: "square plain", "aria-label": `Sequester ${filing.file}`, title: "Sequester", "data-sequester": true, onclick: () => sequester(filing) }, icon("lock", "tiny"));
  const again = root.dataset.mayDelete && el("button", { type: "button", class: "square plain", "aria-label": `Delete ${filing.file}`, title: "Delete", onclick: () => drop(filing) }, icon("close", "tiny"));
  return el("tr", { "data-id": filing.document_id }, el("td", {}, el("div", { class: "title" }, open)),
    el("td", { class: "type" }, filing.status === "ready" ? filing.document_type : ""), el("td", { class: "number" }, filing.pages ? filing.pages.toLocaleString("en-US") : ""),
    el("td", {}, state(filing)), el("td", {}, filing.status === "ready" && summaryState(filing.summary)), el("td", { class: "small quiet" }, el("span", { class: "whole" }, when(filing.added_at)), " ", el("span", { class: "whole" }, `by ${filing.added_by}`)), el("td", { class: "number" }, aside, again));
}

function sendingRow(item) {
  const what = item.error ? el("div", { class: "why" }, el("span", { class: "state bad" }, icon("cross"), "Not added"), el("p", { class: "small" }, item.error))
    : el("div", { class: "progress" }, el("span", { class: "state wait" }, icon("upload"), item.share ? "Sending" : "In line"), el("progress", { max: 1, value: item.share, "aria-label": `Sending ${item.file.name}` }));
  return el("tr", {}, el("td", {}, el("strong", { class: "serif" }, item.file.name)), el("td"), el("td"), el("td", {}, what), el("td"), el("td", { class: "small quiet" }, "now"),
    el("td", { class: "number" }, item.error && el("button", { type: "button", class: "square plain", "aria-label": "Take off the list", onclick: () => { sending = sending.filter((s) => s !== item); draw(); } }, icon("close", "tiny"))));
}

function draw() {
  const some = filings.length + sending.length > 0;
  find("[data-empty]").hidden = some;
  find("table", root).hidden = !some;
  find("[data-some]", root).hidden = !some;
  find("header [data-add]", root).hidden = !some;
  const had = document.activeElement?.closest?.("tr")?.dataset.id;
  find("tbody", root).replaceChildren(...sending.map(sendingRow), ...[...filings].reverse().map(row));
  if (had) find(`tr[data-id="${had}"] a`, root)?.focus();
  const ready = filings.filter((f) => f.status === "ready").length;
  find("[data-tally]").textContent = some ? `${plural(filings.length, "filing")}, ${ready} ready` : "No filings yet";
}

async function look() {
  clearTimeout(timer);
  try {
    const next = (await get(address, { background: true })).filings;
    if (JSON.stringify(next) !== JSON.stringify(filings)) {
      filings = next;
      draw();
    }
  } catch (error) { if (error.status) toast(error.message); }
  const busy = filings.some((f) => f.status === "waiting" || f.status === "reading");
  timer = setTimeout(look, busy ? 1200 : 15000);
}

async function sendNext() {
  const item = sending.find((s) => !s.share && !s.error && !s.started);
  if (!item) return;
  item.started = true;
  try {
    const made = await upload(address, item.file, (share) => { item.share = Math.max(share, 0.01); draw(); });
    sending = sending.filter((s) => s !== item);
    if (filings.some((f) => f.document_id === made.document_id)) toast(`${item.file.name} is already in this matter.`, "good");
    else filings.push(made);
  } catch (error) { item.error = error.message; }
  draw();
  document.dispatchEvent(new Event("casebrief-work"));
  look();
  await sendNext();
}

function add(files) {
  const limit = Number(root.dataset.maxMb);
  for (const file of files) {
    const tooLarge = file.size > limit * 1024 * 1024;
    sending.push({ file, share: 0, error: tooLarge ? `The file is larger than ${limit} MB. Split it, or ask for a higher limit.` : "" });
  }
  draw();
  for (let n = 0; n < AT_ONCE; n += 1) sendNext();
}

// The password is used once and not kept, so the file has to come again with it.
async function unlock(filing) {
  const data = await ask("Open this file with its password", [
    field("The file, once more", el("input", { type: "file", name: "file", required: true })),
    field("Its password", el("input", { type: "password", name: "password", required: true, maxlength: "200", autocomplete: "off" })),
  ], { button: "Read it", say: `${filing.file}. The password opens the file once and is not kept.` });
  if (!data) return;
  try {
    const made = await upload(address, data.get("file"), () => {}, data.get("password"));
    filings = [...filings.filter((f) => f.document_id !== made.document_id), made];
    draw();
    look();
  } catch (error) { toast(error.message); }
}

async function drop(filing) {
  const sure = await ask("Delete this filing?", [], { button: "Delete", danger: true, say: `${filing.file} goes with its summaries and answers’ evidence. This cannot be undone.` });
  if (!sure) return;
  try {
    const { adapters_due: due = [] } = await remove(`/api/filings/${filing.document_id}`);
    filings = filings.filter((f) => f.document_id !== filing.document_id);
    draw();
    if (due.length) await tell("Deleted, and learned from", el("p", {}, `${due.join(", ")} learned from this filing and ${due.length === 1 ? "is" : "are"} marked as due for a round without it. Until then ${due.length === 1 ? "it goes" : "they go"} on as before: tell your administrator.`));
  } catch (error) { toast(error.message); }
}

// Clawed back: hidden from everybody at once and kept; an attorney of the matter releases it.
async function sequester(filing) {
  const why = field("Why (kept sealed with the matter)", el("textarea", { name: "reason", rows: "2", required: true, maxlength: "2000" }));
  const data = await ask("Sequester this filing?", [why], { button: "Sequester", danger: true, say: `${filing.file} disappears at once for everybody: from lists, search, summaries, answers and training. Nothing is deleted, and an attorney of the matter can release it. The people of the matter see that you did it and why.` });
  if (!data) return;
  try {
    await post(`/api/filings/${filing.document_id}/sequester`, { reason: data.get("reason") });
    filings = filings.filter((f) => f.document_id !== filing.document_id);
    draw();
    await drawSequestered();
  } catch (error) { toast(error.message); }
}

async function release(filing) {
  const why = field("Why (kept sealed with the matter)", el("textarea", { name: "reason", rows: "2", required: true, maxlength: "2000" }));
  const data = await ask("Release this filing?", [why], { button: "Release", danger: true, say: `${filing.file} is shown and found again, with its summaries, and may train where the client has agreed. The people of the matter see that you did it and why.` });
  if (!data) return;
  try {
    await post(`/api/filings/${filing.document_id}/lift-sequester`, { reason: data.get("reason") });
    await Promise.all([look(), drawSequestered()]);
  } catch (error) { toast(error.message); }
}

async function drawSequestered() {
  if (!root.dataset.mayDelete) return;
  try {
    const clawed = (await get(`/api/matters/${matter}/sequestered`)).filings;
    find("[data-sequestered]", root).hidden = !clawed.length;
    find("[data-clawed]", root).replaceChildren(...clawed.map((filing) => el("li", { class: "row" }, icon("lock"), el("span", { class: "grow" }, el("strong", { class: "serif" }, filing.file), el("span", { class: "small quiet" }, ` added ${when(filing.added_at)}`)),
      el("button", { type: "button", "aria-label": `Release ${filing.file}`, onclick: () => release(filing) }, "Release…"))));
  } catch (error) { toast(error.message); }
}

function startDrop() {
  const main = document.getElementById("main");
  const input = find("[data-files]");
  for (const button of findAll("[data-add]", root)) button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => { add([...input.files]); input.value = ""; });
  document.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); main.classList.add("over"); } });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) main.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    main.classList.remove("over");
    add([...event.dataTransfer.files]);
  });
}

draw();
startDrop();
look();
drawSequestered();
