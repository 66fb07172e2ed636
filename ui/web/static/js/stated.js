// The view of a desk that lists what the filing states: dates, deadlines, amounts, each with its place. Nothing is computed.

import { el, icon } from "./dom.js";
import { get } from "./api.js";
import { pins } from "./sentences.js";

const TABLES = [
  ["events", "Dates", "No date of an event was found."],
  ["deadlines", "Deadlines", "No deadline was found."],
  ["amounts", "Amounts", "No amount of money was found."],
];

export async function drawStated(desk) {
  const id = desk.filing.document_id;
  desk.body.replaceChildren(el("p", { class: "quiet", role: "status" }, "Looking through the filing"));
  try {
    const found = await get(`/api/filings/${id}/stated`);
    if (desk.view !== "stated" || desk.filing.document_id !== id) return;
    desk.body.replaceChildren(
      el("p", { class: "row small quiet" }, el("span", { class: "grow" }, "Stated in the filing, not computed. Check each against its page."),
        el("a", { class: "button plain whole", href: `/api/filings/${id}/stated.csv` }, icon("download", "tiny"), "Spreadsheet")),
      ...TABLES.map(([key, title, none]) => table(desk, title, none, found[key])));
  } catch (error) { desk.body.replaceChildren(el("p", { role: "alert" }, error.message)); }
}

function table(desk, title, none, rows) {
  if (!rows.length) return el("section", { class: "stated" }, el("h2", {}, title), el("p", { class: "quiet" }, none));
  return el("section", { class: "stated" }, el("h2", {}, `${title} (${rows.length})`), el("table", {}, el("caption", { class: "unseen" }, title),
    el("thead", { class: "unseen" }, el("tr", {}, ["Stated", "In the filing’s words", "Place"].map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, rows.map((row) => line(desk, row)))));
}

function line(desk, row) {
  const mark = () => desk.viewer.mark(row.evidence);
  return el("tr", { onmouseenter: mark, onfocusin: mark },
    el("th", { scope: "row" }, row.stated, row.said && el("span", { class: "small quiet said" }, row.said)),
    el("td", {}, row.text), el("td", {}, pins(row.evidence.slice(0, 1), (place) => desk.goTo(place))));
}
