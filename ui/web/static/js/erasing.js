// Erasing a matter by two people: an administrator or an attorney of it, and another of its attorneys.

import { ask, el, field, find, icon, plural, tell, toast } from "./dom.js";
import { post } from "./api.js";

// Ask for the second person and erase; true where the matter is gone, after what went with it was told.
export async function eraseMatter(matter, { watched = false } = {}) {
  const data = await ask("Erase this matter?", [
    field("Second person (login)", el("input", { name: "second", required: true, maxlength: "64", autocomplete: "off" })),
    field("Their password, or the code from the matter’s page", el("input", { name: "password", type: "password", required: true, autocomplete: "off" })),
  ], { button: "Erase for good", danger: true, say: `The key of ${matter} is destroyed, and with it filings, summaries and conversations. It takes two people and cannot be undone.${watched ? " What lies in its watched folder stays there: empty it yourself." : ""}` });
  if (!data) return false;
  try {
    const { documents = 0, datasets = 0, adapters_due: due = [] } = await post(`/api/matters/${matter}/erase`, Object.fromEntries(data));
    await tell(`${matter} is erased`, el("p", {}, documents ? `${plural(documents, "filing")} and all that was made from ${documents === 1 ? "it" : "them"} are gone.` : "It held no filing.",
      datasets ? ` ${plural(datasets, "dataset")} of rounds held some of it and ${datasets === 1 ? "was" : "were"} cleaned.` : ""), learned(due));
    return true;
  } catch (error) {
    toast(error.message);
    return false;
  }
}

function learned(due) {
  if (!due.length) return el("p", {}, "No adapter had learned from it.");
  const next = find(".nav a[href='/rounds/']") ? el("a", { href: "/rounds/" }, "start a round or roll back") : "tell your administrator";
  return el("p", { class: "notice half" }, icon("half"), el("span", {}, `Learned from it and due for a round without it: ${due.join(", ")}. Until then ${due.length === 1 ? "it goes" : "they go"} on as before; `, next, "."));
}
