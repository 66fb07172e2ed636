// The Matter screen: consent to training, and who works on the matter.

import { ask, el, field, find, findAll, toast } from "./dom.js";
import { post, remove } from "./api.js";

const { matter } = document.getElementById("matter").dataset;

find("[data-consent]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const given = form.dataset.consent === "on";
  const say = given ? "Signed-off summaries of this matter will be used in the next training round." : "The next round leaves this matter out. What an adapter has learned already stays until it is retrained.";
  if (!(await ask(given ? "Record the client’s consent?" : "Withdraw consent?", [], { button: given ? "Record" : "Withdraw", danger: !given, say }))) return;
  try {
    await post(`/api/matters/${matter}/consent`, { given, note: new FormData(form).get("note") });
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

for (const row of findAll("[data-walled]")) {
  const { walled } = row.dataset;
  find("[data-lift]", row)?.addEventListener("click", async () => {
    if (await ask(`Lift the wall for ${walled}?`, [], { button: "Lift", danger: true, say: "They may be added to the matter again. They are not added by this." })) change(() => remove(`/api/matters/${matter}/walls/${walled}`));
  });
}
