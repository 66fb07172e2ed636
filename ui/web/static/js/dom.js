// Elements without markup in strings: everything that comes from a filing goes in as text.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = new URL("../icons.svg", import.meta.url).pathname;

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function icon(name, size = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon ${size}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${ICONS}#${name}`);
  svg.append(use);
  return svg;
}

export const find = (selector, root = document) => root.querySelector(selector);
export const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

export function skeletons(count) {
  return el("div", { class: "waiting", "aria-hidden": "true" }, el("div", {}, Array.from({ length: count }, () => el("div", { class: "skeleton" }))));
}

export function announce(text) {
  const place = document.getElementById("announce");
  if (place) place.textContent = text;
}

export function toast(text, kind = "bad") {
  const box = el("div", { class: `notice ${kind}` }, icon(kind === "bad" ? "cross" : "check"), el("p", { class: "grow" }, text),
    el("button", { type: "button", class: "square plain", "aria-label": "Close", onclick: () => box.remove() }, icon("close", "tiny")));
  find(".toasts")?.append(box);
  setTimeout(() => box.remove(), kind === "bad" ? 12000 : 5000);
}

// One question with a form in a dialog; resolves to the form's data, or null where it was called off.
export function ask(title, fields, { button = "Save", danger = false, say = "" } = {}) {
  return new Promise((resolve) => {
    const form = el("form", { method: "dialog" }, el("h2", {}, title), say && el("p", {}, say), fields,
      el("div", { class: "ends" },
        el("button", { type: "button", onclick: () => dialog.close("no") }, "Cancel"),
        el("button", { class: danger ? "danger" : "main", value: "ok" }, button)));
    const dialog = el("dialog", { "aria-label": title }, form);
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "ok" ? new FormData(form) : null);
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

// Something to be read before the work goes on; resolves when it is closed.
export function tell(title, ...content) {
  return new Promise((resolve) => {
    const dialog = el("dialog", { "aria-label": title }, el("form", { method: "dialog" }, el("h2", {}, title), content,
      el("div", { class: "ends" }, el("button", { class: "main" }, "Close"))));
    dialog.addEventListener("close", () => { dialog.remove(); resolve(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

// Ask for the day of a matter's close and its months; the day is empty where it is to be opened again.
export async function askClosing(matter, { on, months, usual }) {
  const data = await ask(on ? `The close of ${matter}` : `Close ${matter}?`, [
    field(on ? "Closed on (empty: open it again)" : "Closed on", el("input", { name: "closed_on", type: "date", required: !on, value: on || new Date().toISOString().slice(0, 10) })),
    field("Months until it is due for erasure", el("input", { name: "months", type: "number", min: "1", max: "1200", value: months, placeholder: Number(usual) ? `${usual}, as the firm does` : "never" })),
  ], { button: "Save", say: "Whoever can open the matter still can. When the months are over, administrators are reminded; nothing is erased by itself, and nothing at all under a legal hold. The matter’s people see who did it." });
  return data && { closed_on: data.get("closed_on"), months: Number(data.get("months")) || null };
}

export function field(label, input) {
  return el("label", { class: "field" }, label, input);
}

// True while the person types, so that single letters are text and not shortcuts.
export function isTyping(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input:not([type=radio]):not([type=checkbox]), textarea, select, dialog, [contenteditable]");
}

export function plural(count, one, many = one + "s") {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}

export function capital(words) {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

// Time left in words, rounded to what was measured; nothing where it is not known.
export function timeLeft(seconds) {
  if (typeof seconds !== "number") return "";
  if (seconds < 10) return "a few seconds left";
  if (seconds < 55) return `about ${Math.ceil(seconds / 10) * 10} s left`;
  if (seconds < 90 * 60) return `about ${Math.max(Math.round(seconds / 60), 1)} min left`;
  return `about ${Math.round(seconds / 3600)} hours left`;
}

export function when(iso) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "";
  const today = new Date().toDateString() === date.toDateString();
  return today ? date.toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" })
    : date.toLocaleDateString("en-US", { month: "short", day: "numeric", year: "numeric" });
}

export function pageRanges(pages) {
  const runs = [];
  for (const page of [...pages].sort((a, b) => a - b)) {
    const last = runs[runs.length - 1];
    if (last && page === last[1] + 1) last[1] = page;
    else runs.push([page, page]);
  }
  return runs.map(([a, b]) => (a === b ? `${a}` : `${a}–${b}`)).join(", ");
}
