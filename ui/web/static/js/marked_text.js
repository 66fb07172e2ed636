// A page's text with places marked in it. Places are counted in characters, as the server counts them, not in UTF-16.

import { el, find, findAll } from "./dom.js";

export class MarkedText {
  // `mark(place)` gives {tone, tag, label, extra} for a place; `onPick(place)` hears of a click or Enter on it.
  constructor(root, { mark, onPick }) {
    Object.assign(this, { root, mark, onPick, points: [], places: [] });
    // The end of a selection is a click too, and no choice.
    root.addEventListener("click", (event) => document.getSelection().isCollapsed && this.press(event));
    root.addEventListener("keydown", (event) => ["Enter", " "].includes(event.key) && this.press(event));
  }

  press(event) {
    const mark = event.target.closest("mark");
    if (!mark) return;
    event.preventDefault();
    this.onPick(this.places[Number(mark.dataset.place)]);
  }

  draw(text, places) {
    this.points = [...text];
    this.places = [...places].sort((a, b) => a.start - b.start);
    const pieces = [];
    let at = 0;
    this.places.forEach((place, index) => {
      if (place.start < at || place.end > this.points.length) return;
      pieces.push(this.words(at, place.start), this.drawMark(place, index));
      at = place.end;
    });
    this.root.replaceChildren(el("article", { class: "paper text" }, pieces, this.words(at, this.points.length)));
  }

  words(start, end) {
    return start < end && el("span", { "data-start": String(start) }, this.cut(start, end));
  }

  drawMark(place, index) {
    const { tone, tag, label, extra } = this.mark(place);
    return el("mark", { class: `name ${tone} ${extra}`, role: "button", tabindex: "-1", "aria-label": label, "data-place": String(index) },
      this.words(place.start, place.end), el("span", { class: "tag", "data-after": String(place.end) }, tag));
  }

  cut(start, end) { return this.points.slice(start, end).join(""); }

  // Show which place is in hand; the others leave the order of the tab key.
  choose(place, { still = false } = {}) {
    for (const mark of findAll("mark", this.root)) {
      const chosen = this.places[Number(mark.dataset.place)] === place;
      mark.classList.toggle("active", chosen);
      mark.tabIndex = chosen ? 0 : -1;
      if (chosen && !still) mark.scrollIntoView({ block: "nearest" });
    }
  }

  focus() { find("mark.active", this.root)?.focus({ preventScroll: true }); }

  // What is selected in this text, as {start, end}, or null.
  selection() {
    const chosen = document.getSelection();
    if (!chosen.rangeCount || chosen.isCollapsed) return null;
    const range = chosen.getRangeAt(0);
    const start = this.placeOf(range.startContainer, range.startOffset);
    const end = this.placeOf(range.endContainer, range.endOffset);
    return start === null || end === null || end <= start ? null : trim(this.points, start, end);
  }

  placeOf(node, offset) {
    if (!this.root.contains(node)) return null;
    if (node.nodeType !== Node.TEXT_NODE) return offset < node.childNodes.length ? this.startOf(node.childNodes[offset]) : this.endOf(node);
    const { start, after } = node.parentElement.dataset;
    if (after !== undefined) return Number(after);
    return start === undefined ? null : Number(start) + [...node.data.slice(0, offset)].length;
  }

  startOf(node) {
    if (node.nodeType === Node.TEXT_NODE) return this.placeOf(node, 0);
    const { start, after } = (node.matches("[data-start], [data-after]") ? node : find("[data-start]", node) || node).dataset;
    return start === undefined && after === undefined ? null : Number(start ?? after);
  }

  endOf(element) {
    if (element.matches("mark")) return this.places[Number(element.dataset.place)].end;
    const { start, after } = element.dataset;
    if (after !== undefined) return Number(after);
    return start === undefined ? this.points.length : Number(start) + [...element.textContent].length;
  }

  // Where words stand in the text, whatever the spaces between them: {start, end}, or null. Case counts.
  findWords(words) {
    const wanted = words.trim().split(/\s+/).join(" ");
    if (!wanted) return null;
    const flat = [];
    const places = [];
    this.points.forEach((point, index) => {
      const space = /\s/.test(point);
      if (space && flat.at(-1) === " ") return;
      flat.push(space ? " " : point);
      places.push(index);
    });
    const text = flat.join("");
    const at = text.indexOf(wanted);
    if (at < 0) return null;
    const first = [...text.slice(0, at)].length;
    return { start: places[first], end: places[first + [...wanted].length - 1] + 1 };
  }
}

function trim(points, start, end) {
  while (start < end && /\s/.test(points[start])) start += 1;
  while (end > start && /\s/.test(points[end - 1])) end -= 1;
  return start < end ? { start, end } : null;
}
