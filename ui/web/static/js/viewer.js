// The page beside the summary: picture or text, with the evidence marked on it.

import { el, find, icon } from "./dom.js";
import { get, getBlob } from "./api.js";

const KEPT_PAGES = 16;
const ZOOMS = [0.5, 0.65, 0.8, 1, 1.25, 1.6, 2, 2.6];

export class Viewer {
  constructor(root) {
    this.root = root;
    this.scroll = find("[data-scroll]", root);
    this.pictures = new Map();
    this.texts = new Map();
    this.page = 1;
    this.zoom = ZOOMS.indexOf(1);
    this.asText = false;
    this.strong = [];
    this.faint = [];
    find("[data-prev]", root).addEventListener("click", () => this.turn(-1));
    find("[data-next]", root).addEventListener("click", () => this.turn(1));
    find("[data-page]", root).addEventListener("change", (event) => this.show(Number(event.target.value) || 1));
    find("[data-zoom-in]", root).addEventListener("click", () => this.setZoom(this.zoom + 1));
    find("[data-zoom-out]", root).addEventListener("click", () => this.setZoom(this.zoom - 1));
    find("[data-fit]", root).addEventListener("click", () => this.setZoom(ZOOMS.indexOf(1)));
    find("[data-text]", root).addEventListener("click", () => this.setText(!this.asText));
  }

  // A document: {document_id, file, pages, page_list}. Without geometry there is no picture and text is shown.
  open(filing) {
    if (this.filing?.document_id === filing.document_id) return;
    this.filing = filing;
    this.root.dataset.open = "";
    this.forget();
    this.drawn = null;
    const flat = filing.page_list?.length && filing.page_list.every((p) => !p.width_pt);
    this.hasPictures = !flat;
    this.asText = Boolean(flat);
    for (const name of ["[data-text]", "[data-fit]", "[data-zoom-in]", "[data-zoom-out]"]) find(name, this.root).hidden = Boolean(flat);
    find("[data-page]", this.root).max = filing.pages;
    find("[data-of]", this.root).textContent = `of ${filing.pages.toLocaleString("en-US")}`;
  }

  forget() {
    for (const picture of this.pictures.values()) picture.then((url) => URL.revokeObjectURL(url)).catch(() => {});
    this.pictures.clear();
    this.texts.clear();
  }

  turn(step) { return this.show(this.page + step); }

  setZoom(step) {
    this.zoom = Math.min(Math.max(step, 0), ZOOMS.length - 1);
    this.size();
    this.reveal();
  }

  setText(on) {
    this.asText = on;
    find("[data-text]", this.root).setAttribute("aria-pressed", String(on));
    find("[data-text]", this.root).textContent = on ? "Picture" : "Text";
    this.drawn = null;
    return this.show(this.page);
  }

  // Evidence of the sentence in hand (strong) and of the others (faint): [{document_id, page, start, end, boxes, quote, pinpoint}];
  // a `tone` and a `tag` mark what it is by colour and by word.
  mark(strong, faint = []) {
    this.strong = strong.filter((e) => e.document_id === this.filing?.document_id);
    this.faint = faint.filter((e) => e.document_id === this.filing?.document_id);
    this.showQuote(this.strong);
    this.drawMarks();
  }

  showQuote(evidence) {
    const place = find("[data-quote]", this.root);
    const hint = find("[data-hint]", this.root);
    place.hidden = !evidence.length;
    place.replaceChildren(...evidence.slice(0, 3).map((e) => el("p", {}, el("strong", {}, `${label(e)} `), el("q", {}, e.quote.replace(/\s+/g, " ").trim()))));
    const elsewhere = evidence.length && !evidence.some((e) => e.page === this.page);
    hint.textContent = elsewhere ? `Evidence on page ${evidence[0].page} · Enter opens it` : "";
  }

  async goTo(evidence) {
    if (!evidence) return;
    await this.show(evidence.page);
    this.reveal();
  }

  async show(page) {
    if (!this.filing) return;
    const wanted = Math.min(Math.max(page, 1), this.filing.pages || 1);
    const key = `${this.filing.document_id}/${wanted}/${this.asText}`;
    this.page = wanted;
    find("[data-page]", this.root).value = wanted;
    find("[data-prev]", this.root).disabled = wanted === 1;
    find("[data-next]", this.root).disabled = wanted === this.filing.pages;
    this.showQuote(this.strong);
    if (this.drawn === key) return this.drawMarks();
    this.drawn = key;
    const sheet = this.asText ? await this.makeText(wanted, key) : await this.makePicture(wanted, key);
    if (this.drawn !== key) return;
    this.scroll.replaceChildren(sheet);
    this.scroll.scrollTop = 0;
    this.size();
    this.drawMarks();
    if (!this.asText) for (const near of [wanted + 1, wanted - 1]) if (near >= 1 && near <= this.filing.pages) this.picture(near).catch(() => {});
  }

  picture(page) {
    const id = this.filing.document_id;
    const width = Math.round(Math.min(this.scroll.clientWidth, 1000) * Math.min(window.devicePixelRatio || 1, 2));
    if (!this.pictures.has(page)) {
      this.pictures.set(page, getBlob(`/api/filings/${id}/pages/${page}.png?w=${width}`).then((blob) => URL.createObjectURL(blob)));
      this.pictures.get(page).catch(() => this.pictures.delete(page));
      for (const old of [...this.pictures.keys()].slice(0, Math.max(this.pictures.size - KEPT_PAGES, 0))) {
        this.pictures.get(old).then((url) => URL.revokeObjectURL(url)).catch(() => {});
        this.pictures.delete(old);
      }
    }
    return this.pictures.get(page);
  }

  async makePicture(page, key) {
    const facts = this.filing.page_list?.find((p) => p.page === page);
    const paper = el("div", { class: "paper" });
    if (facts?.width_pt) paper.style.aspectRatio = `${facts.width_pt} / ${facts.height_pt}`;
    if (!find(".paper", this.scroll)) this.scroll.replaceChildren(paper), this.size();
    try {
      const url = await this.picture(page);
      if (this.drawn !== key) return paper;
      const image = el("img", { src: url, alt: `Page ${page} of ${this.filing.file}` });
      await image.decode().catch(() => {});
      paper.append(image);
    } catch (error) {
      paper.append(el("div", { class: "page-missing" }, icon("cross"), el("p", {}, error.message)));
    }
    return paper;
  }

  async makeText(page, key) {
    const paper = el("article", { class: "paper text", "data-text-page": "" });
    try {
      const { text } = await get(`/api/filings/${this.filing.document_id}/pages/${page}/text`);
      if (this.drawn === key) this.texts.set(page, text);
    } catch (error) {
      paper.append(el("p", {}, error.message));
    }
    return paper;
  }

  size() {
    const paper = find(".paper", this.scroll);
    if (!paper) return;
    const room = Math.max(this.scroll.clientWidth - 2 * parseFloat(getComputedStyle(this.scroll).paddingLeft), 240);
    paper.style.width = this.asText ? `${Math.min(room, 760)}px` : `${Math.round(room * ZOOMS[this.zoom])}px`;
  }

  drawMarks() {
    const paper = find(".paper", this.scroll);
    if (!paper) return;
    if (this.asText) return this.drawText(paper);
    for (const old of paper.querySelectorAll(".mark")) old.remove();
    const draw = (evidence, kind) => evidence.filter((e) => e.page === this.page).forEach((e) => e.boxes.forEach(([x0, y0, x1, y1], line) => {
      const mark = el("div", { class: `mark ${kind} ${e.tone || ""}`, "aria-hidden": "true", "data-tag": line === 0 && e.tag });
      const pad = (y1 - y0) * 0.18;
      Object.assign(mark.style, { left: percent(x0 - 0.003), top: percent(y0 - pad), width: percent(x1 - x0 + 0.006), height: percent(y1 - y0 + 2 * pad) });
      paper.append(mark);
    }));
    draw(this.faint, "faint");
    draw(this.strong, "strong");
  }

  drawText(paper) {
    const text = this.texts.get(this.page);
    if (text === undefined) return;
    const spans = this.strong.filter((e) => e.page === this.page).sort((a, b) => a.start - b.start);
    const pieces = [];
    let at = 0;
    for (const { start, end } of spans) {
      if (end <= at) continue;
      pieces.push(text.slice(at, Math.max(start, at)), el("mark", { class: "strong" }, text.slice(Math.max(start, at), end)));
      at = end;
    }
    paper.replaceChildren(...pieces, text.slice(at));
  }

  reveal() {
    const mark = find(".mark.strong, mark.strong", this.scroll);
    if (!mark) return;
    const box = mark.getBoundingClientRect();
    const view = this.scroll.getBoundingClientRect();
    if (box.top < view.top + 24 || box.bottom > view.bottom - 24) this.scroll.scrollBy({ top: box.top - view.top - view.height / 3, behavior: "auto" });
  }
}

export function label(evidence) {
  return evidence.pinpoint || `p. ${evidence.page}`;
}

function percent(fraction) {
  return `${(Math.min(Math.max(fraction, 0), 1) * 100).toFixed(3)}%`;
}
