// Sign in; create the administrator; accept an invitation; set a new password.
import { arrive, at, call, home, say, trying } from "/pages/session.js";

const KINDS = {
  "/sign-in": { title: "Sign in", about: "", button: "Sign in", path: "/login" },
  "/setup": { title: "Create the administrator", about: "The setup code is printed in the terminal of the service. The administrator manages users and cannot read their files.", button: "Create", path: "/setup" },
  "/invite": { title: "Accept the invitation", about: "Choose a name and a password. This link works once.", button: "Create account", path: "/invitations/accept" },
  "/new-password": { title: "Set a new password", about: "This link works once. Your files and results are deleted when you use it; upload them again.", button: "Set password", path: "/password/renew" },
};
const kind = KINDS[location.pathname] || KINDS["/sign-in"];
const named = kind !== KINDS["/new-password"];

async function begin() {
  document.title = `Veil: ${kind.title}`;
  at("title").textContent = kind.title;
  at("about").textContent = kind.about;
  at("enter").textContent = kind.button;
  const fresh = kind !== KINDS["/sign-in"];
  at("code-row").hidden = kind !== KINDS["/setup"];
  at("code").required = kind === KINDS["/setup"];
  at("long").hidden = !fresh;
  at("name-row").hidden = !named;
  at("name").required = named;
  if (fresh) {
    at("password").autocomplete = "new-password";
    at("password").minLength = 12;
  }
  const state = await call("GET", "/state");
  at("single").hidden = !state.single_sign_on || fresh;
  if (state.needs_setup && location.pathname === "/sign-in") location.replace("/setup");
  const me = await arrive();
  if (me && location.pathname === "/sign-in") location.replace(home(me.role));
  (at("code-row").hidden ? (named ? at("name") : at("password")) : at("code")).focus();
}

at("entry").addEventListener("submit", (event) => {
  event.preventDefault();
  trying(async () => {
    const told = { password: at("password").value };
    if (named) told.name = at("name").value.trim();
    if (kind === KINDS["/setup"]) told.code = at("code").value.trim();
    if (kind === KINDS["/invite"] || !named) told.token = location.hash.slice(1);
    say("");
    const person = await call("POST", kind.path, told);
    location.assign(home(person.role));
  });
});

trying(begin);
