// The page of an administrator: users, their roles, invitations.
import { arrive, at, call, made, say, trying } from "/pages/session.js";

const ROLES = ["submitter", "reviewer", "admin"];

function personRow(person) {
  const role = made("select", "", { ariaLabel: `Role of ${person.name}` });
  role.append(...ROLES.map((name) => made("option", name, { value: name, selected: name === person.role })));
  role.addEventListener("change", () => change(person, { role: role.value }, `${person.name} is now ${role.value}.`));
  const active = made("input", "", { type: "checkbox", checked: person.active, ariaLabel: `${person.name} is active` });
  active.addEventListener("change", () => change(person, { active: active.checked }, active.checked ? `${person.name} is active.` : `${person.name} is deactivated.`));
  const renew = made("button", "Reset link", { type: "button", ariaLabel: `Password reset link for ${person.name}` });
  renew.addEventListener("click", () => trying(async () => {
    const told = await call("POST", `/people/${person.id}/password`);
    offer(`${location.origin}/new-password#${told.token}`, `Send this link to ${person.name}. It is shown once and works once, within a day. Files and results of ${person.name} are deleted when it is used.`);
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
  const drop = made("button", "Revoke", { type: "button", className: "bad" });
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
  say("Link created.", "good");
}

at("invite").addEventListener("submit", (event) => {
  event.preventDefault();
  trying(async () => {
    const told = await call("POST", "/invitations", { role: at("role").value });
    offer(`${location.origin}/invite#${told.token}`, "Send this link to one person. It is shown once and works once, within three days.");
    await show();
  });
});

at("copy").addEventListener("click", () => trying(async () => { await navigator.clipboard.writeText(at("link").value); say("Copied.", "good"); }));

trying(async () => {
  const me = await arrive();
  if (!me) location.assign("/sign-in");
  else await show();
});
