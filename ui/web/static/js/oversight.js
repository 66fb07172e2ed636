// The Health screen: checks of the machine, the queue, and the audit log with a filter.

import { announce, capital, el, find, icon, plural, toast } from "./dom.js";
import { get } from "./api.js";

const PAGE = 100;
const place = (name) => find(`[data-${name}]`);
let oldest = 0;

async function checkHealth() {
  try {
    const { checks, work } = await get("/api/oversight/health");
    place("checks").replaceChildren(...checks.map(({ name, ok, detail }) => el("tr", {}, el("td", {}, capital(name)),
      el("td", {}, el("span", { class: `state ${ok ? "good" : "bad"}` }, icon(ok ? "check" : "cross", "tiny"), ok ? "In order" : "Needs attention")), el("td", { class: "quiet" }, detail))));
    place("work").textContent = `Work: ${work.running} running, ${work.queued} waiting; of the newest 200 jobs ${work.failed} failed and ${work.cancelled} were cancelled.`;
    announce(`${plural(checks.filter((c) => !c.ok).length, "check needs", "checks need")} attention`);
  } catch (error) { toast(error.message); }
}

function row({ entry, at, actor, action, subject, detail }) {
  const more = Object.entries(detail).map(([key, value]) => `${key} ${typeof value === "object" ? JSON.stringify(value) : value}`).join(", ");
  return el("tr", {}, el("td", { class: "quiet" }, String(entry)), el("td", { class: "quiet" }, at.replace("T", " ").slice(0, 19)), el("td", {}, actor || "—"),
    el("td", {}, el("code", {}, action)), el("td", {}, subject && el("code", {}, subject)), el("td", { class: "quiet small" }, more));
}

async function list(older = false) {
  const asked = new URLSearchParams(new FormData(place("narrow")));
  asked.set("limit", String(PAGE));
  if (older) asked.set("before", String(oldest));
  try {
    const { entries } = await get(`/api/audit?${asked}`);
    if (!older) place("entries").replaceChildren();
    place("entries").append(...entries.map(row));
    oldest = entries.at(-1)?.entry ?? oldest;
    place("older").hidden = entries.length < PAGE;
    place("none").hidden = older || entries.length > 0;
    announce(plural(entries.length, "entry", "entries"));
  } catch (error) { toast(error.message); }
}

place("again").addEventListener("click", checkHealth);
place("older").addEventListener("click", () => list(true));
place("narrow").addEventListener("submit", (event) => { event.preventDefault(); list(); });
place("verify").addEventListener("click", async () => {
  try {
    const chain = await get("/api/audit/verify");
    place("chain").replaceChildren(el("span", { class: `state ${chain.ok ? "good" : "bad"}` }, icon(chain.ok ? "check" : "cross", "tiny"), chain.ok ? `Unbroken, ${plural(chain.entries, "entry", "entries")}` : `Broken at entry ${chain.first_bad}`));
  } catch (error) { toast(error.message); }
});
checkHealth();
list();
