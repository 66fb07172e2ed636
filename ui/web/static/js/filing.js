// The Filing screen: waits until the filing has been read, then opens its desk.

import { capital, el, find, icon, timeLeft, toast } from "./dom.js";
import { get } from "./api.js";
import { Desk } from "./desk.js";

const frame = find("[data-filing]");
let filing = JSON.parse(frame.dataset.filing);
const query = new URLSearchParams(location.search);
const desk = new Desk(find("[data-desk]", frame), { role: frame.dataset.role, user: frame.dataset.user });

async function start() {
  if (filing.status !== "ready") return wait();
  find("[data-desk]", frame).removeAttribute("data-unready");
  try {
    const [{ summary }, { summaries }] = await Promise.all([get(`/api/filings/${filing.document_id}/summary`), get(`/api/filings/${filing.document_id}/summaries`)]);
    const page = Number(query.get("page")) || 0;
    await desk.open(filing, summary, { page, all: summaries });
    if (query.has("start") && page) {
      const place = { document_id: filing.document_id, page, start: Number(query.get("start")), end: Number(query.get("end")), quote: "", boxes: [] };
      await markPlace(place);
    }
  } catch (error) { toast(error.message); }
}

// A search hit comes as characters of a page; the boxes are those of the words it covers.
async function markPlace(place) {
  const { text, words } = await get(`/api/filings/${filing.document_id}/pages/${place.page}/text`);
  place.quote = text.slice(place.start, place.end);
  place.boxes = (words || []).filter((w) => w.end > place.start && w.start < place.end).map((w) => w.box);
  desk.viewer.mark([place]);
  desk.viewer.reveal();
}

async function wait() {
  find("[data-desk]", frame).setAttribute("data-unready", "");
  find("[data-title]", frame).textContent = filing.file;
  const { done = 0, total = 0, label = "", seconds_left: left } = filing.progress || {};
  const body = find("[data-body]", frame);
  if (filing.status === "refused") {
    body.replaceChildren(el("div", { class: "empty", role: "alert" }, icon("cross"), el("h2", {}, filing.error || "This filing could not be read"), el("p", {}, filing.do || ""), el("a", { class: "button main", href: `/m/${filing.matter_id}` }, "Back to the filings")));
    return;
  }
  body.replaceChildren(el("div", { class: "empty", role: "status" }, el("h2", {}, "This filing is being read"), el("p", { class: "quiet" }, [total ? `${capital(label)} · ${done} of ${total}` : capital(label || "waiting for its turn"), timeLeft(left)].filter(Boolean).join(" · ")),
    el("progress", total ? { max: total, value: done, "aria-label": "Reading" } : { "aria-label": "Reading" }), el("p", { class: "quiet" }, "It opens here by itself. You may leave; the work goes on.")));
  setTimeout(async () => {
    try { filing = await get(`/api/filings/${filing.document_id}`, { background: true }); } catch (error) { toast(error.message); }
    start();
  }, 1200);
}

start();
