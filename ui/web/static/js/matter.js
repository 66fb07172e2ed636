// The Matter screen: consent to training, and who works on the matter.

import { ask, askClosing, el, field, find, findAll, tell, toast } from "./dom.js";
import { post, remove } from "./api.js";
import { eraseMatter } from "./erasing.js";

const { matter } = document.getElementById("matter").dataset;

find("[data-consent]")?.addEventListener("click", async (event) => {
  const given = event.currentTarget.dataset.consent === "on";
  const say = given ? "Signed-off summaries of this matter will be used in the next training round." : "The next round leaves this matter out. What an adapter has learned already stays until it is retrained.";
  const how = el("textarea", { name: "note", rows: "2", maxlength: "2000", required: true, placeholder: given ? "Signed letter of March 3, in the file" : "Letter of March 3 withdraws it" });
  const data = await ask(given ? "Record the client’s consent?" : "Withdraw consent?", field(given ? "How the client agreed" : "Why it ends", how), { button: given ? "Record" : "Withdraw", danger: !given, say });
  if (!data) return;
  try {
    await post(`/api/matters/${matter}/consent`, { given, note: data.get("note") });
    location.reload();
  } catch (error) { toast(error.message); }
});

find("[data-member]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = new FormData(event.target).get("name").trim();
  change(() => post(`/api/matters/${matter}/members`, { name }));
});

async function change(call) {
  try {
    await call();
    location.reload();
  } catch (error) { toast(error.message); }
}

for (const row of findAll("[data-person]")) {
  const { person } = row.dataset;
  find("[data-confirm]", row)?.addEventListener("click", async () => {
    const say = `An administrator set the password of ${person}. Ask ${person} in person or by telephone whether the present password is their own choice: an administrator could have chosen it too.`;
    if (await ask(`Confirm ${person}?`, [], { button: "Confirm", danger: true, say })) change(() => post(`/api/matters/${matter}/members`, { name: person }));
  });
  find("[data-remove]", row)?.addEventListener("click", async () => {
    if (await ask(`Take ${person} off this matter?`, [], { button: "Remove", danger: true, say: "They can open nothing of it any more. What they did stays." })) change(() => remove(`/api/matters/${matter}/members/${person}`));
  });
}

find("[data-wall]")?.addEventListener("click", async () => {
  const data = await ask("Wall somebody off from this matter?", [
    field("User name", el("input", { name: "name", required: true, maxlength: "64", autocapitalize: "none", spellcheck: "false", autocomplete: "off" })),
    field("Why (kept sealed with the matter)", el("textarea", { name: "reason", rows: "2", required: true, maxlength: "2000" })),
  ], { button: "Wall off", danger: true, say: "They open nothing of it, nobody can add them, and no adapter that learned from it serves them, until an attorney of the matter or an administrator lifts the wall." });
  if (data) change(() => post(`/api/matters/${matter}/walls`, Object.fromEntries(data)));
});

// What an attorney orders for the matter, each with what follows from it, in plain words.
const ORDERS = {
  "order-set": ["order", true, "Record a protective order?", "Record the order", "Which order (kept sealed with the matter)",
    "Nothing of this matter trains the model while the order stands, whatever the client has agreed to. A round that is running on it ends without a candidate, and no candidate that learned from it can be promoted. Summaries and questions go on. What the active adapter has learned already stays until it is retrained."],
  "order-lift": ["order", false, "Lift the protective order?", "Lift the order", "Why it ends (kept sealed with the matter)",
    "Where the client’s consent is recorded, signed-off summaries of this matter train again from the next round on."],
  "hold-set": ["hold", true, "Lay a legal hold on this matter?", "Lay the hold", "Why (kept sealed with the matter)",
    "Nobody can delete a filing of this matter or erase the matter, administrators included, until an attorney of the matter lifts the hold. Everything else goes on."],
  "hold-lift": ["hold", false, "Lift the legal hold?", "Lift the hold", "Why it ends (kept sealed with the matter)",
    "Filings of this matter can be deleted again by its attorneys, and the matter can be erased by two people. Neither can be undone."],
};

for (const button of findAll("[data-order]")) {
  const [path, holds, title, words, label, say] = ORDERS[button.dataset.order];
  button.addEventListener("click", async () => {
    const reason = field(label, el("textarea", { name: "reason", rows: "2", required: true, maxlength: "2000" }));
    const data = await ask(title, [reason, el("p", { class: "small quiet" }, "The people of the matter see that you did it, when and why. It is recorded in the audit log, there without the reason.")], { button: words, danger: true, say });
    if (data) change(() => post(`/api/matters/${matter}/${path}`, { holds, reason: data.get("reason") }));
  });
}

find("[data-close]")?.addEventListener("click", async (event) => {
  const closing = await askClosing("this matter", event.currentTarget.dataset);
  if (closing) change(() => post(`/api/matters/${matter}/closing`, closing));
});

find("[data-agree]")?.addEventListener("click", async () => {
  const say = "An administrator or another attorney erases the matter with the code that you get here: nothing of it can be brought back. You must have signed on within the last five minutes.";
  if (!(await ask("Agree that this matter is erased?", [], { button: "Make the code", danger: true, say }))) return;
  try {
    const { code } = await post(`/api/matters/${matter}/erase/code`);
    await tell("Your code", el("p", {}, el("code", { "data-code": true }, code)), el("p", {}, "Tell it to whoever erases the matter, in person or by telephone. It holds once, and for ten minutes."));
  } catch (error) { toast(error.message); }
});

find("[data-erase]")?.addEventListener("click", async () => {
  if (await eraseMatter(matter, { watched: Boolean(find("[data-folder]")) })) location.assign("/");
});

find("[data-export]")?.addEventListener("click", async (event) => {
  const allowed = event.currentTarget.dataset.export === "on";
  const say = allowed ? "Every summary that an attorney signed off, also those of before, is written to the folder as Word and Markdown, with quotes and real names. It lies there unsealed: whoever may open the folder can read it. Drafts never go there."
    : "Nothing more is written. What lies in the folder stays there.";
  if (await ask(allowed ? "Write signed-off summaries to the watched folder?" : "Write no more summaries to it?", [], { button: allowed ? "Write them" : "End it", danger: allowed, say })) change(() => post(`/api/matters/${matter}/folder/export`, { allowed }));
});

for (const row of findAll("[data-walled]")) {
  const { walled } = row.dataset;
  find("[data-lift]", row)?.addEventListener("click", async () => {
    if (await ask(`Lift the wall for ${walled}?`, [], { button: "Lift", danger: true, say: "They may be added to the matter again. They are not added by this." })) change(() => remove(`/api/matters/${matter}/walls/${walled}`));
  });
}
