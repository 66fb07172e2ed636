// The Review screen: the queue on the left, the desk with the difference on. j and k move, a signs off, d returns.

import { find, findAll, isTyping, toast } from "./dom.js";
import { get } from "./api.js";
import { Desk } from "./desk.js";
import { sendBack, signOff } from "./signing.js";
import { keysOn } from "./shell.js";

const root = document.getElementById("review");
const items = root ? findAll("[data-summary-id]", root) : [];
let at = -1;

function start() {
  const desk = new Desk(find("[data-desk]", root), { role: root.dataset.role, user: root.dataset.user, review: true, onChange: moveOn });

  async function open(index) {
    if (index < 0 || index >= items.length) return;
    at = index;
    items.forEach((item, n) => (n === index ? item.setAttribute("aria-current", "true") : item.removeAttribute("aria-current")));
    items[index].scrollIntoView({ block: "nearest" });
    const { summaryId, document: documentId } = items[index].dataset;
    try {
      const [filing, summary, { summaries }] = await Promise.all([get(`/api/filings/${documentId}`), get(`/api/summaries/${summaryId}`), get(`/api/filings/${documentId}/summaries`)]);
      if (at !== index) return;
      history.replaceState(null, "", `/review/${summaryId}`);
      await desk.open(filing, summary, { view: summary.version > 1 && !summary.unaided ? "difference" : "summary", all: summaries });
    } catch (error) { toast(error.message); }
  }

  items.forEach((item, index) => item.addEventListener("click", () => open(index)));
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || isTyping(event) || find("dialog[open]") || !keysOn()) return;
    const decides = root.dataset.role === "attorney" && desk.summary?.status === "submitted" && !desk.past;
    const keys = { j: () => open(at + 1), k: () => open(at - 1), a: () => decides && signOff(desk), d: () => decides && sendBack(desk) };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  open(Math.max(items.findIndex((item) => item.dataset.summaryId === root.dataset.summary), 0));
}

// A decided summary leaves the list's ranks: it is struck from the queue, and stays readable until the next.
function moveOn(summary) {
  const item = items[at];
  if (!item || item.dataset.status === summary.status) return;
  item.dataset.status = summary.status;
  find(".state", item).replaceChildren({ signed_off: "Signed off", returned: "Returned", discarded: "Discarded", submitted: "Submitted", draft: "Restored" }[summary.status]);
}

if (root) start();
