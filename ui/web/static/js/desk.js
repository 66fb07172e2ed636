// The desk of one filing: write, check, correct, submit, sign off. The page beside it follows the sentence in hand.

import { announce, ask, capital, el, find, findAll, isTyping, plural, skeletons, toast } from "./dom.js";
import { get, post, stream } from "./api.js";
import { coverageLines, sentenceItem } from "./sentences.js";
import { againMenu, rewrite } from "./again.js";
import { drawNotice, drawVerdict } from "./earlier.js";
import { drawAbout, drawDifference, drawVersions } from "./views.js";
import { flag, flagsOf, mayFlag } from "./flags.js";
import { drawFoot } from "./signing.js";
import { drawStated } from "./stated.js";
import { ActiveTime } from "./active.js";
import { drawUnaided } from "./unaided.js";
import { Viewer } from "./viewer.js";
import { keysOn } from "./shell.js";

export class Desk {
  constructor(root, { role, user, review = false, onChange = () => {} }) {
    Object.assign(this, { root, role, user, review, onChange });
    this.body = find("[data-body]", root);
    this.foot = find("[data-foot]", root);
    this.viewer = new Viewer(find("[data-viewer]", root));
    this.view = "summary";
    this.active = -1;
    this.time = new ActiveTime();
    find("[data-dial]", root).addEventListener("submit", (event) => { event.preventDefault(); this.write(); });
    find("[data-stop]", root).addEventListener("click", () => this.stop());
    find("[data-edit-all]", root).addEventListener("click", () => this.editAll());
    for (const tab of findAll("[data-view]", root)) tab.addEventListener("click", () => this.show(tab.dataset.view));
    find("[role=tablist]", root).addEventListener("keydown", (event) => this.turnTab(event));
    document.addEventListener("keydown", (event) => this.press(event));
    window.addEventListener("pagehide", () => { this.running?.abort(); this.rewriting?.abort(); });
    new ResizeObserver(() => this.viewer.size()).observe(this.viewer.scroll);
  }

  // Only a draft or a returned summary can be worded anew; what is submitted waits for an attorney as it stands.
  get locked() { return !["draft", "returned"].includes(this.summary?.status) || Boolean(this.running || this.past || this.rewriting || this.summary.withheld); }

  async open(filing, summary, { page = 0, view = "summary", all = [] } = {}) {
    this.running?.abort();
    this.rewriting?.abort();
    // `all` are the filing's summaries; `past` is the one that is worked on, while another is open to be read.
    Object.assign(this, { filing, summary, active: -1, view, all, past: null });
    const names = find("[data-names-link]", this.root);
    names.hidden = false;
    names.setAttribute("href", `/f/${filing.document_id}/names`);
    this.drawHead();
    if (summary?.detail) find(`[name=detail][value=${summary.detail}]`, this.root).checked = true;
    find("[data-original]", this.root).setAttribute("href", `/api/filings/${filing.document_id}/original`);
    this.viewer.open(filing);
    this.draw();
    const first = summary?.sentences.find((s) => s.evidence.length)?.evidence[0];
    await this.viewer.show(page || first?.page || 1);
  }

  drawHead() {
    const { filing } = this;
    find("[data-title]", this.root).textContent = filing.file;
    find("[data-facts]", this.root).textContent = [filing.document_type === "plain" ? "" : capital(filing.document_type), filing.facts?.docket_number, plural(filing.pages, "page"), "ready"].filter(Boolean).join(" · ");
  }

  // Show another summary of this filing to be read; the one that is worked on comes back by `leavePast`.
  showPast(summary) {
    const own = this.past || this.summary;
    if (summary.summary_id === own?.summary_id) return this.leavePast(summary);
    Object.assign(this, { past: own, summary, active: -1, view: "summary" });
    this.draw();
    this.body.focus({ preventScroll: true });
    announce("Another summary, opened to be read only");
    const first = summary.sentences.find((s) => s.evidence.length)?.evidence[0];
    if (first) this.viewer.goTo(first);
  }

  leavePast(summary = this.past) {
    Object.assign(this, { past: null, summary, active: -1, view: "summary" });
    this.draw();
    this.body.focus({ preventScroll: true });
  }

  setSummary(summary, keep = this.active) {
    this.summary = summary;
    this.draw();
    if (keep >= 0) this.pick(Math.min(keep, summary.sentences.length - 1), { follow: false });
    this.onChange(summary);
  }

  turnTab(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = findAll("[data-view]", this.root);
    const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
    next.focus();
    this.show(next.dataset.view);
  }

  show(view) {
    if (!this.filing) return; // a tab that is pressed while the filing is still loaded
    this.view = view;
    this.draw();
  }

  draw() {
    const withheld = Boolean(this.summary?.withheld);
    if (withheld && ["difference", "versions"].includes(this.view)) this.view = "summary";
    if (!this.running) this.time.follow(this.summary);
    for (const tab of findAll("[data-view]", this.root)) {
      tab.hidden = withheld && ["difference", "versions"].includes(tab.dataset.view);
      tab.setAttribute("aria-selected", String(tab.dataset.view === this.view));
      tab.tabIndex = tab.dataset.view === this.view ? 0 : -1;
    }
    find("[data-edit-all]", this.root).hidden = this.locked || this.view !== "summary";
    find("[data-dial]", this.root).hidden = this.review || withheld;
    find("[data-export]", this.root).hidden = !this.summary || withheld || Boolean(this.running);
    find("[data-stop]", this.root).hidden = !(this.running || this.rewriting);
    const write = find("[data-write]", this.root);
    write.disabled = false; // it was until somebody listens: a click before that was lost
    write.hidden = withheld || Boolean(this.running || this.rewriting);
    write.textContent = this.summary ? "Write again" : "Write summary";
    write.className = this.summary ? "" : "main";
    if (this.summary) for (const link of findAll("[data-form]", this.root)) link.setAttribute("href", `/api/summaries/${this.summary.summary_id}/export?form=${link.dataset.form}&citations=${link.dataset.citations}${"scrub" in link.dataset ? "&scrub=true" : ""}`);
    find("[data-scrub]", this.root).hidden = this.summary?.status !== "signed_off";
    const views = { summary: () => this.drawSummary(), difference: () => drawDifference(this), versions: () => drawVersions(this), stated: () => drawStated(this), about: () => drawAbout(this) };
    views[this.view]();
    drawFoot(this);
  }

  drawSummary() {
    this.body.replaceChildren();
    if (!this.summary && !this.running) {
      const lost = this.all.some((one) => one.lost);
      this.body.append(el("div", { class: "empty" }, el("h2", {}, lost ? "Its summary cannot be shown any more" : "No summary yet"),
        el("p", { class: "quiet" }, lost ? "Names in this filing were replaced anew while it was written, and what it rests on is gone. Nothing of the filing is lost: write it again."
          : "Choose a length above. Sentences appear as they are checked against the pages, each with the place it rests on."),
        el("button", { type: "button", class: "main", onclick: () => this.write() }, lost ? "Write it again" : "Write summary")));
      return;
    }
    if (this.summary?.withheld) return drawUnaided(this);
    if (!this.running) this.body.append(drawNotice(this), drawVerdict(this));
    for (const sentence of this.sentences()) this.append(sentence);
    if (!this.running) this.body.append(coverageLines(this.summary));
    this.roam();
  }

  sentences() { return this.running ? this.running.sentences : this.summary.sentences; }

  append(sentence) {
    const index = findAll(".sentence", this.body).length;
    const last = findAll(".part", this.body).pop();
    const acts = {
      flag: mayFlag(this) ? (i) => flag(this, i) : null, flags: (i) => flagsOf(this.summary, i).map((one) => ({ ...one, own: one.by === this.user })),
      edit: this.locked ? null : (i) => this.edit(i), another: (i) => this.another(i), source: (i) => this.useSource(i), pin: (e) => this.goTo(e),
      pick: (i) => this.pick(i), preview: (i) => this.preview(i), focus: (i) => this.pick(i, { follow: false }),
    };
    const item = sentenceItem(sentence, index, acts);
    if (last && last.dataset.part === sentence.part) return find("ol", last).append(item);
    const part = el("section", { class: "part", "data-part": sentence.part }, sentence.part && el("div", { class: "part-head" }, el("h2", {}, sentence.part), !this.locked && againMenu(this, sentence.part)), el("ol", { class: "sentences" }, item));
    const tail = find(".waiting", this.body);
    if (tail) tail.before(part);
    else this.body.append(part);
  }

  roam() {
    const items = findAll(".sentence", this.body);
    items.forEach((item, index) => {
      item.tabIndex = index === Math.max(this.active, 0) ? 0 : -1;
      item.classList.toggle("active", index === this.active);
    });
  }

  preview(index) {
    const at = index >= 0 ? index : this.active;
    const all = this.sentences();
    this.viewer.mark(all[at]?.evidence || [], all.flatMap((s) => s.evidence));
  }

  pick(index, { follow = true, focus = false } = {}) {
    const all = this.sentences();
    if (index < 0 || index >= all.length) return;
    this.active = index;
    this.roam();
    this.preview(index);
    const item = findAll(".sentence", this.body)[index];
    if (focus) item.focus({ preventScroll: true });
    item?.scrollIntoView({ block: "nearest" });
    if (follow) this.viewer.goTo(all[index].evidence[0]);
  }

  // The next sentence that the filing does not fully bear, from the one in hand on, round again.
  pickUnsure() {
    if (this.view !== "summary") this.show("summary");
    const unsure = this.sentences().flatMap((s, index) => (s.support === "supported" ? [] : [index]));
    if (unsure.length) this.pick(unsure.find((index) => index > this.active) ?? unsure[0], { focus: true });
  }

  goTo(evidence) {
    this.viewer.goTo(evidence);
  }

  async write() {
    if (this.running || this.rewriting || this.summary?.withheld) return;
    const dial = new FormData(find("[data-dial]", this.root));
    if (this.summary && this.summary.version > 1 && this.summary.status !== "signed_off") {
      const sure = await ask("Write it again?", [], { button: "Write again", say: "A new draft takes its place on this screen; the edited one stays under Versions." });
      if (!sure) return;
    }
    const data = { detail: dial.get("detail"), words: dial.get("words") ? Number(dial.get("words")) : null };
    const had = this.past || this.summary;
    this.summary = null;
    this.past = null;
    this.view = "summary";
    this.active = -1;
    let finished = null;
    this.running = { ...stream(`/api/filings/${this.filing.document_id}/summary`, data, (event) => { finished = this.hear(event) || finished; }), sentences: [], label: "Reading the filing" };
    this.time.begin();
    this.draw();
    this.body.append(skeletons(5));
    this.body.scrollTop = 0;
    try {
      await this.running.ended;
    } catch (error) {
      if (error.name !== "AbortError") toast(error.message);
    }
    this.running = null;
    this.summary = finished || had;
    if (finished) announce(`Summary written, ${plural(finished.sentences.length, "sentence")}`);
    this.draw();
    if (finished) this.onChange(finished);
  }

  hear(event) {
    if (event.kind === "sentence") {
      this.running.sentences.push(event.sentence);
      this.append(event.sentence);
      if (this.running.sentences.length === 1) this.viewer.goTo(event.sentence.evidence[0]);
    }
    if (event.kind === "progress") {
      this.running.label = event.total ? `Writing ${event.label} · part ${Math.min(event.done + 1, event.total)} of ${event.total}` : event.label;
      this.running.share = event.total ? event.done / event.total : null;
      drawFoot(this);
    }
    if (event.kind === "error") toast(event.message);
    return event.kind === "done" ? event.summary : null;
  }

  stop() {
    if (this.rewriting) return void this.rewriting.stop();
    if (!this.running) return;
    this.running.label = "Stopping";
    drawFoot(this);
    this.running.stop();
  }

  async change(call) {
    try {
      this.setSummary(await call());
      return true;
    } catch (error) {
      if (error.status === 409) this.setSummary(await get(`/api/summaries/${this.summary.summary_id}`));
      toast(error.message);
      return false;
    }
  }

  edit(index) {
    if (this.locked) return;
    this.pick(index, { follow: false });
    const item = findAll(".sentence", this.body)[index];
    const { text } = this.summary.sentences[index];
    const input = el("textarea", { rows: "3", "aria-label": "The sentence" }, text);
    const close = () => { this.draw(); this.pick(index, { follow: false, focus: true }); };
    const save = async () => {
      if (input.value.trim() === text) return close();
      if (await this.change(() => post(`/api/summaries/${this.summary.summary_id}/sentences/${index}`, { text: input.value.trim(), version: this.summary.version }))) this.pick(index, { follow: false, focus: true });
    };
    const form = el("form", { class: "editing", onclick: (event) => event.stopPropagation(), onsubmit: (event) => { event.preventDefault(); save(); } }, input,
      el("div", { class: "ends" }, el("button", { class: "main" }, "Save and check"), el("button", { type: "button", onclick: close }, "Cancel"),
        el("span", { class: "small quiet" }, "Enter saves. An empty sentence is removed.")));
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.stopPropagation(); close(); }
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); save(); }
    });
    find(".words", item).replaceWith(form);
    input.style.height = `${input.scrollHeight + 4}px`;
    input.focus();
  }

  editAll() {
    if (this.locked) return;
    const input = el("textarea", { "aria-label": "The whole summary" }, this.summary.summary);
    const save = () => this.change(() => post(`/api/summaries/${this.summary.summary_id}/text`, { text: input.value, version: this.summary.version }));
    this.body.replaceChildren(el("form", { class: "whole-edit stack", onsubmit: (event) => { event.preventDefault(); save(); } }, input,
      el("div", { class: "row" }, el("button", { class: "main" }, "Save and check"), el("button", { type: "button", onclick: () => this.draw() }, "Cancel"),
        el("span", { class: "small quiet" }, "One line a part, as “Parties: …”. Every changed sentence is checked against the filing."))));
    input.focus();
  }

  useSource(index) {
    if (this.locked || !this.summary.sentences[index]?.evidence.length) return;
    this.change(() => post(`/api/summaries/${this.summary.summary_id}/sentences/${index}/source`, { version: this.summary.version }));
  }

  another(index) {
    const sentence = this.summary?.sentences[index];
    if (sentence) rewrite(this, index, index + 1, "other", sentence.part);
  }

  press(event) {
    if (event.defaultPrevented || isTyping(event) || find("dialog[open]") || !keysOn()) return;
    const move = (step) => this.pick(Math.max(this.active + step, 0), { focus: true });
    const keys = {
      "[": () => this.viewer.turn(-1), "]": () => this.viewer.turn(1), Escape: () => this.stop(),
      Enter: () => this.goTo(this.sentences()[this.active]?.evidence[0]),
      e: () => this.edit(Math.max(this.active, 0)), u: () => this.useSource(this.active), o: () => !this.locked && this.another(Math.max(this.active, 0)),
      x: () => flag(this, this.active), Delete: () => find("[data-discard]", this.foot)?.click(),
      ...(this.review ? { ArrowDown: () => move(1), ArrowUp: () => move(-1), v: () => this.toggleDifference() }
        : { j: () => move(1), k: () => move(-1), d: () => this.toggleDifference(), r: () => this.write(), s: () => find("[data-submit]", this.foot)?.click() }),
    };
    if (!keys[event.key] || (!this.filing)) return;
    if (event.key === "Enter" && !event.target.classList?.contains("sentence")) return;
    if (event.key.startsWith("Arrow") && !event.target.closest(".brief")) return;
    event.preventDefault();
    keys[event.key]();
  }

  toggleDifference() { if (this.summary) this.show(this.view === "difference" ? "summary" : "difference"); }
}
