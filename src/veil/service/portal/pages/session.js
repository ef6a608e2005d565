// Who is signed in, the portal's API calls, and the header of every page. Input becomes text nodes, never markup.
const API = "/portal/api";
export let me = null;

/** An element of the page, of the kind that the page gives it. @param {string} id @returns {any} */
export const at = (id) => document.getElementById(id);

export class Refused extends Error {
  constructor(status, told) {
    super(typeof told.detail === "string" ? `${told.detail}${told.hint ? ` (${told.hint})` : ""}` : "This value is not valid.");
    this.status = status;
    this.code = told.code || "";
  }
}

// Asks the service. A refusal is thrown with its sentence; without a session the page to sign in is opened.
export async function call(method, path, body) {
  const headers = me ? { "X-CSRF-Token": me.change } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const reply = await fetch(API + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const told = await reply.json().catch(() => ({}));
  if (reply.ok) return told;
  throw refusal(reply.status, told);
}

export function refusal(status, told) {
  if (told.code === "session-none" && me) location.assign("/sign-in");
  return new Refused(status, told);
}

// A file, as it is, as the body; `far` is called with the share that was sent.
/** @param {string} job @param {Blob} file @param {(share: number) => void} far @returns {Promise<void>} */
export function send(job, file, far = () => {}) {
  return new Promise((done, refused) => {
    const line = new XMLHttpRequest();
    line.open("PUT", `${API}/jobs/${job}/file`);
    line.setRequestHeader("X-CSRF-Token", me.change);
    line.responseType = "json";
    line.upload.onprogress = (event) => { touch(); far(event.loaded / Math.max(1, event.total)); };
    line.onload = () => (line.status === 200 ? done() : refused(refusal(line.status, line.response || {})));
    line.onerror = () => refused(new Refused(0, { detail: "The upload was interrupted. Try again." }));
    line.send(file);
  });
}

// A job with its file. One whose file did not arrive is deleted: nothing would come of it.
/** @param {File} file @param {object} wanted @param {(share: number) => void} far @returns {Promise<void>} */
export async function submit(file, wanted, far) {
  const job = await call("POST", "/jobs", { name: file.name, ...wanted });
  try {
    await send(job.id, file, far);
  } catch (error) {
    await call("DELETE", `/jobs/${job.id}`).catch(() => {});
    throw error;
  }
}

// A page that nobody touches stops asking, so that its session ends in time; it goes on when somebody does.
const UNTOUCHED = 600_000;
let touched = Date.now();
let waiting = null;

function touch() {
  touched = Date.now();
  const next = waiting;
  waiting = null;
  if (next) next();
}

for (const name of ["pointerdown", "pointermove", "keydown", "wheel"]) document.addEventListener(name, touch, { passive: true });

// Runs `act` after a pause, or when somebody touches the page again; the last one asked for, once.
export function later(act, pause) {
  waiting = null;
  if (Date.now() - touched < UNTOUCHED) return setTimeout(act, pause);
  waiting = act;
  return 0;
}

export function made(name, words = "", more = {}) {
  const element = document.createElement(name);
  if (words !== "") element.textContent = words;
  for (const [key, value] of Object.entries(more)) {
    if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  return element;
}

/** The values of the boxes that are ticked below a place. @param {string} place @returns {string[]} */
export function ticked(place) {
  return [...document.querySelectorAll(`${place} input:checked`)].map((box) => /** @type {HTMLInputElement} */ (box).value);
}

export function say(words, tone = "") {
  at("said").textContent = words;
  at("said").className = `said ${tone}`;
}

// Runs what a button does; what is refused is said, and nothing is left as if it had been done.
export async function trying(act) {
  try {
    await act();
  } catch (error) {
    say(error instanceof Refused ? error.message : "The service does not answer. Try again.", "bad");
  }
}

/** @type {[string, string, (role: string) => boolean][]} */
const ROOMS = [["/", "Text", () => true], ["/files", "Files", (role) => role !== "admin"], ["/review", "Review", (role) => role === "reviewer"], ["/people", "Users", (role) => role === "admin"], ["/docs", "API", () => true]];

// The header of a page: the pages that this person may open, and their name. Answers the person, or null.
export async function arrive() {
  try {
    me = await call("GET", "/me");
  } catch (error) {
    me = null;
    if (error.status !== 401) return null;
  }
  window.veilCsrf = me ? me.change : "";
  const rooms = ROOMS.filter(([path, , may]) => (me ? may(me.role) : path === "/" || path === "/docs"));
  if (!me) rooms.push(["/sign-in", "Sign in", () => true]);
  at("rooms").replaceChildren(...rooms.flatMap(([path, name]) => [link(path, name), " "]));
  if (me) {
    const out = made("button", "Sign out", { type: "button" });
    out.addEventListener("click", () => trying(async () => { await call("POST", "/logout"); location.assign("/sign-in"); }));
    at("who").replaceChildren(`${me.name} (${me.role}) `, link("/password", "Password"), " ", out);
  }
  return me;
}

export function link(path, name) {
  const element = made("a", name, { href: path });
  if (location.pathname === path) element.setAttribute("aria-current", "page");
  return element;
}

// The first page of a role.
export const home = (role) => (role === "admin" ? "/people" : "/files");

if (document.body.dataset.page === "text") arrive();
