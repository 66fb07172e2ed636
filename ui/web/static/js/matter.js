// The Matter screen: consent to training, and who works on the matter.

import { ask, find, toast } from "./dom.js";
import { post } from "./api.js";

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
  try {
    await post(`/api/matters/${matter}/members`, { name });
    event.target.reset();
    toast(`${name} now works on this matter.`, "good");
  } catch (error) { toast(error.message); }
});
