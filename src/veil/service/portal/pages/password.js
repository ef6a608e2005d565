// Change one's own password.
import { arrive, at, call, say, trying } from "/pages/session.js";

at("entry").addEventListener("submit", (event) => {
  event.preventDefault();
  trying(async () => {
    if (at("new").value !== at("again").value) return say("The new passwords are not the same.", "bad");
    say("");
    await call("PUT", "/password", { old: at("old").value, new: at("new").value });
    at("entry").reset();
    say("Your password was changed. Other sessions are signed out.", "good");
  });
});

trying(async () => {
  const me = await arrive();
  if (!me) return location.assign("/sign-in");
  at("name").value = me.name;
  at("old").focus();
});
