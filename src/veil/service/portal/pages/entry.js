// The page to come in: to sign in, to set up the first admin, to take an invitation.
import { arrive, at, call, home, say, trying } from "/pages/session.js";

const KINDS = {
  "/sign-in": { title: "Sign in", about: "", button: "Sign in", path: "/login" },
  "/setup": { title: "The first admin", about: "The code stands in the terminal in which the service was started. An admin manages people, and reads nobody's files.", button: "Set up", path: "/setup" },
  "/invite": { title: "You are invited", about: "Choose a name and a password. This link is good once.", button: "Join", path: "/invitations/accept" },
};
const kind = KINDS[location.pathname] || KINDS["/sign-in"];

async function begin() {
  document.title = `Veil: ${kind.title}`;
  at("title").textContent = kind.title;
  at("about").textContent = kind.about;
  at("enter").textContent = kind.button;
  const fresh = kind !== KINDS["/sign-in"];
  at("code-row").hidden = kind !== KINDS["/setup"];
  at("code").required = kind === KINDS["/setup"];
  at("long").hidden = !fresh;
  if (fresh) {
    at("password").autocomplete = "new-password";
    at("password").minLength = 12;
  }
  const state = await call("GET", "/state");
  at("single").hidden = !state.single_sign_on || fresh;
  if (state.needs_setup && location.pathname === "/sign-in") location.replace("/setup");
  const me = await arrive();
  if (me && location.pathname === "/sign-in") location.replace(home(me.role));
  (at("code-row").hidden ? at("name") : at("code")).focus();
}

at("entry").addEventListener("submit", (event) => {
  event.preventDefault();
  trying(async () => {
    const told = { name: at("name").value.trim(), password: at("password").value };
    if (kind === KINDS["/setup"]) told.code = at("code").value.trim();
    if (kind === KINDS["/invite"]) told.token = location.hash.slice(1);
    say("");
    const person = await call("POST", kind.path, told);
    location.assign(home(person.role));
  });
});

trying(begin);
