// The page of a review: read, decide by keyboard, approve what follows. What comes from a text becomes text nodes, never markup.
import { fill, groupOf } from "/pages/marks.js";
import { arrive, at, call, later, made, say, send, ticked, trying } from "/pages/session.js";

const LABELS = ["NAME", "LOCATION", "ZIP", "DATE", "AGE_OVER_89", "PHONE", "FAX", "EMAIL", "SSN", "MRN", "HEALTH_PLAN", "ACCOUNT", "LICENSE", "VEHICLE", "DEVICE", "URL", "IP", "BIOMETRIC", "PHOTO", "ID", "ORGANIZATION"];
const TONES = { right: "is-good", wrong: "is-bad" };
const toneOf = (verdict, label) => TONES[verdict] || groupOf(label);
let job = "";
let texts = [];
let marks = [];
let read = new Set();
let here = 0;
let span = 0;
let words = { from: 0, to: 0 };

const points = () => [...texts[here].text];
const mine = () => marks.filter((mark) => mark.text === here);
const verdictOf = (one) => mine().find((mark) => mark.start === one.start && mark.end === one.end)?.verdict || "";

function tokens() {
  const found = [];
  let start = -1;
  for (const [i, point] of [...points(), " "].entries()) {
    const inside = /[\p{L}\p{N}@._'’-]/u.test(point);
    if (inside && start < 0) start = i;
    if (!inside && start >= 0) { found.push([start, i]); start = -1; }
  }
  return found;
}

async function open(id) {
  const told = await call("GET", `/jobs/${id}/review`);
  job = id;
  [texts, marks, read, here, span] = [told.texts, told.marks, new Set(told.read), 0, 0];
  for (const name of ["reading", "following"]) at(name).hidden = false;
  go(0);
  await follow();
  at("original").focus();
}

function go(number) {
  here = Math.max(0, Math.min(texts.length - 1, number));
  span = 0;
  words = { from: -1, to: -1 };
  show();
}

function show() {
  const text = texts[here];
  at("where").textContent = `text ${here + 1} of ${texts.length}; ${read.size} read`;
  at("read").checked = read.has(here);
  const cursor = taken();
  const judged = text.spans.map((one, i) => ({ from: one.start, to: one.end, tone: toneOf(verdictOf(one), one.label), chosen: i === span && words.from < 0, title: one.label }));
  const missed = mine().filter((mark) => mark.verdict === "missed").map((mark) => ({ from: mark.start, to: mark.end, tone: "is-warn", title: `${mark.label}, missing` }));
  const selection = cursor ? [{ from: cursor[0], to: cursor[1], tone: "other", chosen: true, title: "chosen words" }] : [];
  fill(at("original"), points(), [...judged, ...missed, ...selection]);
  at("original").querySelector(".chosen")?.scrollIntoView({ block: "nearest" });
  fill(at("result"), [...text.result], inResult(text.spans));
  const one = text.spans[span];
  at("why").textContent = cursor ? `chosen: ${points().slice(...cursor).join("")}` : one ? `${one.label}, found by ${one.source}, score ${one.score.toFixed(2)}${verdictOf(one) ? `: ${verdictOf(one)}` : ""}` : "Nothing was found in this text.";
}

// The marks of the result: each replacement stands where its span stood, moved by those before it.
function inResult(spans) {
  let moved = 0;
  return spans.map((one, i) => {
    const from = one.start + moved;
    const to = from + [...one.replacement].length;
    moved += to - from - (one.end - one.start);
    return { from, to, tone: groupOf(one.label), title: one.label, chosen: i === span && words.from < 0 };
  });
}

// The words that are chosen: by the arrows, else by the mouse.
function taken() {
  const list = tokens();
  if (words.from >= 0 && list.length) return [list[Math.min(words.from, words.to)][0], list[Math.max(words.from, words.to)][1]];
  return null;
}

function selected() {
  const chosen = window.getSelection();
  if (!chosen.rangeCount || chosen.isCollapsed || !at("original").contains(chosen.anchorNode)) return null;
  const before = document.createRange();
  before.setStart(at("original"), 0);
  before.setEnd(chosen.getRangeAt(0).startContainer, chosen.getRangeAt(0).startOffset);
  const start = [...before.toString()].length;
  return [start, start + [...chosen.toString()].length];
}

// Shown at once and then sent, so that quick hands lose nothing; what is refused is taken back by reading anew.
async function sent(path, body) {
  try {
    await call("PUT", `/jobs/${job}/review/${path}`, body);
  } catch (error) {
    const told = await call("GET", `/jobs/${job}/review`);
    [marks, read] = [told.marks, new Set(told.read)];
    show();
    throw error;
  }
  await follow();
}

function decide(start, end, label, verdict, next = show) {
  const text = here;
  marks = marks.filter((mark) => mark.text !== text || mark.start !== start || mark.end !== end);
  if (verdict) marks.push({ text, start, end, label, verdict });
  next();
  return sent("mark", { text, start, end, label, verdict });
}

function judge(verdict) {
  const one = texts[here].spans[span];
  if (!one) return undefined;
  return decide(one.start, one.end, one.label, verdict, verdict ? () => step(1) : show);
}

async function miss() {
  const place = taken() || selected();
  if (!place) return say("Choose words first: with the arrows, or with the mouse.", "bad");
  await decide(...place, at("label").value, "missed");
  say(`Marked as a missing ${at("label").value}.`, "good");
}

async function undo() {
  const place = taken();
  const mark = place ? mine().find((one) => one.start < place[1] && place[0] < one.end) : null;
  if (mark) return decide(mark.start, mark.end, mark.label, "");
  return judge("");
}

function step(by) {
  words = { from: -1, to: -1 };
  span = Math.max(0, Math.min(texts[here].spans.length - 1, span + by));
  show();
}

function walk(by, more) {
  const last = tokens().length - 1;
  const to = Math.max(0, Math.min(last, words.to + by));
  words = { from: more && words.from >= 0 ? words.from : to, to };
  show();
}

function finish(done) {
  const text = here;
  if (done) read.add(text);
  else read.delete(text);
  show();
  return sent("read", { text, done });
}

function finishAndGo() {
  const done = finish(true);
  if (here < texts.length - 1) go(here + 1);
  return done;
}

const KEYS = {
  j: () => step(1), k: () => step(-1), a: () => judge("right"), r: () => judge("wrong"), m: miss, u: undo, n: () => go(here + 1), p: () => go(here - 1),
  l: () => at("label").focus(), Enter: finishAndGo,
};

at("original").addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const arrow = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (arrow) walk(arrow, event.shiftKey);
  else if (event.key in KEYS) trying(async () => KEYS[event.key]());
  else return;
  event.preventDefault();
});

function told(share, of) {
  if (!share) return `${of}: nothing to count yet`;
  const percent = (value) => `${(100 * value).toFixed(1)} %`;
  const between = share.low === null ? "too few texts for an interval: read ten" : `95 %: ${percent(share.low)} to ${percent(share.high)}`;
  return `${of} ${percent(share.share)} (${between}; ${share.hits} of ${share.of})`;
}

let following = 0;

async function follow() {
  const turn = ++following;
  const estimate = await call("GET", `/jobs/${job}/review/estimate`);
  if (turn !== following) return;
  at("estimate").textContent = `${told(estimate.recall, "Recall")} · ${told(estimate.precision, "Precision")} · over ${estimate.read} of ${estimate.texts} texts that were read completely.`;
  at("labels").tBodies[0].replaceChildren(...Object.entries(estimate.labels).map(([label, one]) => line([label, one.hits, one.misses])));
  at("save").onclick = () => save(estimate);
  const before = new Set(ticked("#entries"));
  const entries = await call("GET", `/jobs/${job}/review/entries`);
  if (turn !== following) return;
  at("entries").replaceChildren(...entries.map((entry) => {
    const value = JSON.stringify([entry.kind, entry.label, entry.word]);
    const row = line(["", entry.word, meaning(entry), entry.times]);
    row.cells[0].append(made("input", "", { type: "checkbox", value, checked: before.has(value), "aria-label": `Approve: ${entry.word}` }));
    return row;
  }));
  at("approve").disabled = !entries.length;
}

const meaning = (entry) => (entry.kind === "allow" ? "never an identifier" : `always ${entry.label}`);

function line(cells) {
  const row = made("tr");
  for (const cell of cells) row.append(made("td", String(cell), typeof cell === "number" ? { className: "n" } : {}));
  return row;
}

function save(estimate) {
  const link = made("a", "", { href: URL.createObjectURL(new Blob([JSON.stringify(estimate, null, 2)], { type: "application/json" })), download: "recall.json" });
  link.click();
  URL.revokeObjectURL(link.href);
}

async function approve() {
  const chosen = ticked("#entries").map((value) => JSON.parse(value));
  if (!chosen.length) return say("Select at least one entry.", "bad");
  const done = await call("POST", `/jobs/${job}/review/entries`, { entries: chosen.map(([kind, label, word]) => ({ kind, label, word })) });
  say(`${done.added} new ${done.added === 1 ? "entry is" : "entries are"} used from the next job on.`, "good");
  await showRules();
}

async function showRules() {
  const rules = await call("GET", "/rules");
  at("lists").hidden = !rules.length;
  at("rules").replaceChildren(...rules.map((rule) => {
    const row = line([rule.word, meaning(rule), ""]);
    const back = made("button", "Take back", { type: "button" });
    back.addEventListener("click", () => trying(async () => { await call("DELETE", `/rules/${rule.id}`); await showRules(); }));
    row.cells[2].append(back);
    return row;
  }));
}

async function showSamples() {
  const jobs = (await call("GET", "/jobs")).filter((one) => one.sample);
  at("samples").replaceChildren(...jobs.map((one) => {
    const item = made("li", `${one.name || "(deleted)"}: ${one.state} `);
    if (one.state === "done") {
      const button = made("button", "Read", { type: "button" });
      button.addEventListener("click", () => trying(() => open(one.id)));
      item.append(button);
    }
    return item;
  }));
  if (jobs.some((one) => !["done", "failed", "cancelled", "expired"].includes(one.state))) later(() => trying(showSamples), 700);
}

async function draw() {
  const [file] = at("file").files;
  if (!file) return;
  const made_job = await call("POST", "/jobs", { name: file.name, profile: at("profile").value, sample: Number(at("sample").value) });
  say(`Uploading ${file.name} …`);
  try {
    await send(made_job.id, file);
  } finally {
    at("file").value = "";
  }
  say(`${file.name} uploaded. The sample is ready below.`, "good");
  await showSamples();
}

at("previous").addEventListener("click", () => go(here - 1));
at("next").addEventListener("click", () => go(here + 1));
at("read").addEventListener("change", () => trying(() => finish(at("read").checked)));
at("approve").addEventListener("click", () => trying(approve));
at("file").addEventListener("change", () => trying(draw));
at("label").append(...LABELS.map((label) => new Option(label)));
at("label").addEventListener("change", () => at("original").focus());

trying(async () => {
  const person = await arrive();
  if (!person) return location.assign("/sign-in");
  if (person.role !== "reviewer") return say("Reviews are for reviewers: ask an administrator of the service for that role.", "bad");
  const lists = await call("GET", "/lists");
  at("profile").append(...lists.profiles.map((one) => new Option(one.name)));
  at("profile").value = "safe-harbor";
  await showSamples();
  await showRules();
});
