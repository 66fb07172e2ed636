// The Matter screen: consent to training, and who works on the matter.

import { ask, find, findAll, toast } from "./dom.js";
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
