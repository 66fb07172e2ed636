// The People screen: accounts, roles, access to matters, watched folders, erasure by two people.

import { ask, askClosing, el, field, find, findAll, plural, tell, toast } from "./dom.js";
import { post, remove } from "./api.js";
import { eraseMatter } from "./erasing.js";

// Who can work on a matter, and their options in a list.
const workers = JSON.parse(document.getElementById("people").dataset.people).filter((one) => !one.disabled && one.role !== "admin");
const choose = (some, had) => some.map((one) => el("option", { value: one.name, selected: one.name === had }, one.display_name ? `${one.display_name} (${one.name})` : one.name));
const ROLES = [["paralegal", "Paralegal"], ["attorney", "Attorney"], ["admin", "Administrator"]];

async function act(call, words) {
  try {
    await call();
    if (words) toast(words, "good");
    else location.reload();
    return true;
  } catch (error) {
    toast(error.message);
    return false;
  }
}

async function addUser() {
  const signOn = "signOn" in document.getElementById("people").dataset;
  const data = await ask("Add a person", [
    field("Full name", el("input", { name: "display_name", required: true, maxlength: "200" })),
    field("Login", el("input", { name: "name", required: true, maxlength: "64", autocapitalize: "none", spellcheck: "false", autocomplete: "off" })),
    field("Role", el("select", { name: "role" }, ROLES.map(([key, words]) => el("option", { value: key }, words)))),
    field(signOn ? "First password, or nothing: they sign in with the firm’s account" : "First password, at least ten characters", el("input", { name: "password", type: "password", required: !signOn, minlength: "10", maxlength: "200", autocomplete: "new-password" })),
  ], { button: "Add", say: signOn ? "The login is what the firm’s account is called, such as the e-mail address." : "Tell the person both. At the first login they choose an own password." });
  if (data) act(() => post("/api/users", Object.fromEntries(data)));
}

async function resetPassword(user) {
  const data = await ask(`A new first password for ${user}`, [
    field("First password, at least ten characters", el("input", { name: "password", type: "password", required: true, minlength: "10", maxlength: "200", autocomplete: "new-password" })),
  ], { button: "Set password", say: "A lock is lifted and their sessions end. They choose an own password at the first login; then an attorney of each of their matters confirms that it is them, because you know this one." });
  if (data) act(() => post(`/api/users/${user}/password`, Object.fromEntries(data)), `${user} has a new first password.`);
}

// Only a matter without an attorney gets its first one from an administrator; that one adds the others.
async function nameFirst(matter) {
  const attorneys = workers.filter((one) => one.role === "attorney");
  if (!attorneys.length) return toast("There is no attorney yet. Add one under People first.");
  const data = await ask(`The first attorney of ${matter}`, [field("Attorney", el("select", { name: "name", required: true }, choose(attorneys))),
    field("Why", el("textarea", { name: "reason", rows: "2", required: true, maxlength: "2000" }))], { button: "Name the attorney", say: "They open the matter and add the others to it. The people of the matter see that you did it and why." });
  if (data) act(() => post(`/api/matters/${matter}/members`, Object.fromEntries(data)));
}

async function wall(matter) {
  const data = await ask(`Wall at ${matter}`, [
    field("Person", el("select", { name: "name", required: true }, choose(workers))),
    field("What", el("select", { name: "what" }, [el("option", { value: "set" }, "Wall off"), el("option", { value: "lift" }, "Lift the wall")])),
    field("Why (kept sealed with the matter)", el("textarea", { name: "reason", rows: "2", required: true, maxlength: "2000" })),
  ], { button: "Save", danger: true, say: "Walled off, a person opens nothing of the matter, nobody can add them, and no adapter that learned from it serves them. The matter’s people see that it was done." });
  if (!data) return;
  const { name, what, reason } = Object.fromEntries(data);
  if (what === "set") act(() => post(`/api/matters/${matter}/walls`, { name, reason }), `${name} is walled off from ${matter}.`);
  else act(() => remove(`/api/matters/${matter}/walls/${name}`), `The wall for ${name} is lifted.`);
}

async function erase(matter) {
  if (await eraseMatter(matter, { watched: Boolean(find(`[data-folder-of="${matter}"]`)) })) location.reload();
}

async function rotate() {
  const sure = await ask("Make a new master key?", [], { button: "Make it", danger: true, say: "Every matter’s key is wrapped anew; filings, logins and work in progress are not touched. The old master key stays as a file beside the new one, because backups made before need it: you say afterwards where it goes." });
  if (!sure) return;
  try {
    const made = await post("/api/keys/rotate");
    await tell("A new master key is in use", el("p", {}, `${plural(made.matters, "matter’s key is", "matters’ keys are")} wrapped by it.`), el("p", {}, "The old one: ", el("code", {}, made.old_key)), el("p", {}, made.do));
  } catch (error) { toast(error.message); }
}

for (const row of findAll("[data-user]")) {
  const { user } = row.dataset;
  const select = find("[data-role]", row);
  let had = select.value;
  select.addEventListener("change", async () => {
    if (await act(() => post(`/api/users/${user}/role`, { role: select.value }), `${user} has a new role and must log in again.`)) had = select.value;
    else select.value = had;
  });
  find("[data-reset]", row)?.addEventListener("click", () => resetPassword(user));
  find("[data-disable]", row)?.addEventListener("click", async () => {
    if (await ask(`Close the account of ${user}?`, [], { button: "Close account", danger: true, say: "Their sessions end now. What they did stays." })) act(() => post(`/api/users/${user}/disable`));
  });
}

for (const row of findAll("[data-matter]")) {
  const { matter } = row.dataset;
  find("[data-first]", row)?.addEventListener("click", () => nameFirst(matter));
  find("[data-close]", row).addEventListener("click", async (event) => {
    const closing = await askClosing(matter, event.currentTarget.dataset);
    if (closing) act(() => post(`/api/matters/${matter}/closing`, closing));
  });
  find("[data-wall]", row).addEventListener("click", () => wall(matter));
  find("[data-erase]", row)?.addEventListener("click", () => erase(matter));
}

async function watch(matters, had = {}) {
  const data = await ask(had.folder ? `The watched folder of ${matters[0]}` : "Watch a folder", [
    field("Matter", el("select", { name: "matter" }, matters.map((key) => el("option", { value: key }, key)))),
    field("Folder under the place for watched folders", el("input", { name: "folder", required: true, maxlength: "200", value: had.folder ?? "", placeholder: "litigation/rivera", autocapitalize: "none", spellcheck: "false", autocomplete: "off" })),
    field("Responsible person", el("select", { name: "responsible", required: true }, choose(workers, had.responsible))),
  ], { button: "Watch", say: "The folder is made where it is missing. Files put into it count as added by the responsible person, who must work on the matter. The matter’s people see that you set it; an attorney of the matter decides whether summaries are written to it, anew after each change." });
  if (!data) return;
  const { matter, folder, responsible } = Object.fromEntries(data);
  act(() => post(`/api/matters/${matter}/folder`, { folder, responsible }));
}

for (const row of findAll("[data-folder-of]")) {
  const matter = row.dataset.folderOf;
  find("[data-change]", row).addEventListener("click", (event) => watch([matter], event.currentTarget.dataset));
  find("[data-unwatch]", row).addEventListener("click", async () => {
    if (await ask(`Stop watching the folder of ${matter}?`, [], { button: "Stop watching", danger: true, say: "Nothing is taken in or written out any more. What lies in the folder stays there: move or delete it yourself." })) act(() => remove(`/api/matters/${matter}/folder`));
  });
}
find("[data-new-folder]")?.addEventListener("click", () => {
  const has = new Set(findAll("[data-folder-of]").map((row) => row.dataset.folderOf));
  const free = findAll("[data-matter]").map((row) => row.dataset.matter).filter((key) => !has.has(key));
  if (free.length) watch(free);
  else toast("Every matter has its folder. Change one of them in the list.");
});

find("[data-add-user]").addEventListener("click", addUser);
find("[data-rotate]").addEventListener("click", rotate);
