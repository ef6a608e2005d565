// The page of an admin: who may enter, and as what.
import { arrive, at, call, made, say, trying } from "/pages/session.js";

const ROLES = ["submitter", "reviewer", "admin"];

function personRow(person) {
  const role = made("select", "", { ariaLabel: `role of ${person.name}` });
  role.append(...ROLES.map((name) => made("option", name, { value: name, selected: name === person.role })));
  role.addEventListener("change", () => change(person, { role: role.value }, `${person.name} is now ${role.value}.`));
  const active = made("input", "", { type: "checkbox", checked: person.active, ariaLabel: `${person.name} may enter` });
  active.addEventListener("change", () => change(person, { active: active.checked }, active.checked ? `${person.name} may enter.` : `${person.name} may not enter any more.`));
  const renew = made("button", "New password …", { type: "button", ariaLabel: `a link to a new password for ${person.name}` });
  renew.addEventListener("click", () => trying(async () => {
    const told = await call("POST", `/people/${person.id}/password`);
    offer(`${location.origin}/new-password#${told.token}`, `Give this link to ${person.name}; it is shown once, and good once for a day. Files and results of ${person.name} are deleted when it is used`);
  }));
  return row(person.name, role, active, renew);
}

function row(...cells) {
  const line = made("tr");
  line.append(...cells.map((cell) => { const td = made("td"); td.append(cell); return td; }));
  return line;
}

function change(person, told, words) {
  trying(async () => {
    try {
      await call("PATCH", `/people/${person.id}`, told);
      say(words, "good");
    } finally {
      await show();
    }
  });
}

function invitationRow(one) {
  const drop = made("button", "Withdraw", { type: "button", className: "bad" });
  drop.addEventListener("click", () => trying(async () => { await call("DELETE", `/invitations/${one.id}`); await show(); }));
  return row(one.role, new Date(1000 * one.until).toLocaleString(), drop);
}

async function show() {
  at("people").replaceChildren(...(await call("GET", "/people")).map(personRow));
  at("invitations").replaceChildren(...(await call("GET", "/invitations")).map(invitationRow));
}

function offer(link, words) {
  at("link").value = link;
  at("link-words").textContent = words;
  at("fresh").hidden = false;
  at("link").select();
  say("The link is made.", "good");
}

at("invite").addEventListener("submit", (event) => {
  event.preventDefault();
  trying(async () => {
    const told = await call("POST", "/invitations", { role: at("role").value });
    offer(`${location.origin}/invite#${told.token}`, "Give this link to one person; it is shown once, and good once for three days");
    await show();
  });
});

at("copy").addEventListener("click", () => trying(async () => { await navigator.clipboard.writeText(at("link").value); say("Copied.", "good"); }));

trying(async () => {
  const me = await arrive();
  if (!me) location.assign("/sign-in");
  else await show();
});
