// The page of files: hand in, watch, look at the plan, fetch.
import { arrive, at, call, later, made, Refused, say, send, trying } from "/pages/session.js";
import { showPlan } from "/pages/plan.js";

const ENDED = ["done", "failed", "cancelled", "expired"];
const WORDS = { new: "Uploading", uploaded: "Queued", planning: "Reading", planned: "Needs review", queued: "Queued", running: "Running", done: "Done", failed: "Failed", cancelled: "Cancelled", expired: "Expired" };
const TONE = { done: "good", failed: "bad", planned: "warn" };
const rows = new Map();
let lists = null;
let timer = 0;
let pause = 700;
let last = "";

function choice() {
  if (at("by-profile").checked) return { profile: at("profile").value };
  return { identifiers: [...document.querySelectorAll("#identifiers input:checked")].map((box) => box.value) };
}

async function handIn(files) {
  const refused = [];
  for (const file of files) {
    try {
      await handInOne(file);
      say(`${file.name} is here.`, "good");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refused.push(`${file.name}: ${error.message}`);
    }
    await show();
  }
  if (refused.length) say(refused.join(" "), "bad");
}

async function handInOne(file) {
  const table = !/\.(txt|text|note)(\.\w+)?$/i.test(file.name);
  if (file.size > lists.upload) throw new Refused(413, { detail: "the file is larger than is allowed" });
  say(`${file.name} is sent …`);
  const job = await call("POST", "/jobs", { name: file.name, review: table && at("review").checked, ...choice() });
  try {
    await send(job.id, file, (share) => say(`${file.name}: ${Math.round(100 * share)} % sent`));
  } catch (error) {
    await call("DELETE", `/jobs/${job.id}`).catch(() => {}); // a job without its file waits for nothing
    throw error;
  }
}

async function show() {
  clearTimeout(timer);
  const jobs = await call("GET", "/jobs");
  at("none").hidden = jobs.length > 0;
  const seen = new Set(jobs.map((job) => job.id));
  for (const [id, row] of rows) if (!seen.has(id)) { row.line.remove(); rows.delete(id); }
  jobs.forEach((job, i) => {
    const row = rows.get(job.id) || fresh(job);
    if (at("rows").children[i] !== row.line) at("rows").insertBefore(row.line, at("rows").children[i] || null);
    update(row, job);
  });
  const busy = jobs.some((job) => !ENDED.includes(job.state) && job.state !== "planned");
  const now = jobs.map((job) => `${job.id}${job.state}${job.done}`).join();
  pause = busy && now !== last ? 700 : Math.min(8000, 1.3 * pause); // who waits long asks less often
  last = now;
  timer = later(() => trying(show), busy ? pause : 8000);
}

function fresh(job) {
  const row = { line: made("tr"), state: made("td"), until: made("td"), acts: made("td"), key: "" };
  const what = job.profile || job.identifiers.join(", ");
  row.line.append(made("td", job.name || "(deleted)"), made("td", what), row.state, row.until, row.acts);
  rows.set(job.id, row);
  return row;
}

// Only what has changed is drawn anew, so that nothing is taken from under a finger or a screen reader.
function update(row, job) {
  row.until.textContent = job.state === "done" ? left(job.until) : "";
  const bar = row.state.querySelector("progress");
  if (row.key === job.state && bar) {
    bar.max = Math.max(1, job.whole);
    bar.value = job.done;
    row.state.querySelector(".stage").textContent = `${job.stage} ${timeLeft(row, job)}`;
  }
  if (row.key === job.state) return;
  row.key = job.state;
  if (job.state === "expired") row.line.children[0].textContent = "(deleted)";
  row.state.replaceChildren(made("span", WORDS[job.state] + (job.code ? `: ${job.code}` : ""), { className: `badge ${TONE[job.state] || ""}` }));
  if (["planning", "running"].includes(job.state)) row.state.append(made("progress", "", { max: 1, ariaLabel: "progress" }), made("span", job.stage, { className: "stage hint" }));
  row.acts.replaceChildren(...acts(job));
}

// From how far the work came since this page saw it first.
function timeLeft(row, job) {
  const now = Date.now() / 1000;
  if (!row.seen || row.seen.stage !== job.stage || job.done < row.seen.done) row.seen = { stage: job.stage, done: job.done, at: now };
  const moved = job.done - row.seen.done;
  if (moved <= 0 || job.done >= job.whole) return "";
  const seconds = Math.ceil((job.whole - job.done) * (now - row.seen.at) / moved);
  return seconds < 60 ? `(about ${seconds} s left)` : `(about ${Math.ceil(seconds / 60)} min left)`;
}

function left(until) {
  const minutes = Math.max(0, Math.round((until * 1000 - Date.now()) / 60000));
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}

function acts(job) {
  const found = [];
  if (job.state === "planned") found.push(button("See the plan", "main", () => showPlan(job, show)));
  if (job.state === "done") found.push(made("a", "Download", { href: `/portal/api/jobs/${job.id}/result`, download: "" }), " ");
  if (["done", "failed"].includes(job.state)) found.push(button(job.state === "done" ? "What was done" : "Why", "", () => report(job)));
  if (!ENDED.includes(job.state)) found.push(button("Cancel", "bad", async () => { await call("POST", `/jobs/${job.id}/cancel`); await show(); }));
  else found.push(button("Delete", "bad", async () => { await call("DELETE", `/jobs/${job.id}`); await show(); }));
  return found.flatMap((one) => [one, " "]);
}

function button(words, tone, act) {
  const one = made("button", words, { type: "button", className: tone });
  one.addEventListener("click", () => trying(act));
  return one;
}

async function report(job) {
  const told = await call("GET", `/jobs/${job.id}/report`);
  const pieces = [];
  if (told.message) pieces.push(made("p", [told.message, told.where && `at ${told.where}`, told.hint && `(${told.hint})`].filter(Boolean).join(" ")));
  for (const [title, pairs] of [["Found in text", told.labels], ["The result was read again", told.checks]]) if (pairs && pairs.length) pieces.push(made("h3", title), table(pairs));
  if (told.missing) pieces.push(made("p", `Not in the result: ${told.missing} (${told.quarantined.join(", ")})`));
  if (told.places && told.places.length) pieces.push(list(told.places));
  if (told.columns && told.columns.length) pieces.push(made("h3", "What happened with each column"), list(told.columns.map(([source, words, columns]) => `${source}: ${columns}: ${words}`)));
  if (told.weak && told.weak.length) pieces.push(made("h3", "Weak evidence, left as it is"), list(told.weak));
  for (const words of [...(told.notices || []), ...(told.not_covered || [])]) pieces.push(made("p", words, { className: "hint" }));
  at("told").replaceChildren(...pieces);
  at("report").showModal();
}

function list(lines) {
  const whole = made("ul");
  whole.append(...lines.map((line) => made("li", line)));
  return whole;
}

function table(pairs) {
  const body = made("tbody");
  for (const [name, count] of pairs) {
    const line = made("tr");
    line.append(made("td", name), made("td", count, { className: "n" }));
    body.append(line);
  }
  const whole = made("table");
  whole.append(body);
  return whole;
}

function group(title, names) {
  const field = made("fieldset");
  const all = made("button", "all", { type: "button" });
  const boxes = names.map((name) => {
    const label = made("label");
    label.append(made("input", "", { type: "checkbox", value: name }), ` ${name} `);
    return label;
  });
  all.addEventListener("click", () => boxes.forEach((label) => { label.firstChild.checked = true; }));
  const row = made("div", "", { className: "row" });
  row.append(...boxes, all);
  field.append(made("legend", title), row);
  return field;
}

function offer() {
  at("profile").append(...lists.profiles.map((one) => made("option", one.name, { value: one.name, selected: one.name === "safe-harbor" })));
  const about = () => { at("about").textContent = lists.profiles.find((one) => one.name === at("profile").value).about; };
  at("profile").addEventListener("change", about);
  about();
  at("identifiers").append(group("Standard", lists.standard), group("Premium", lists.premium), group("Safe Harbor, 45 CFR 164.514(b)(2)", lists.safe_harbor));
  for (const name of ["by-profile", "by-identifiers"]) at(name).addEventListener("change", () => { at("identifiers").hidden = at("by-profile").checked; });
  at("formats").textContent = `Formats: ${Object.values(lists.formats).flat().join(" ")}. Up to ${Math.round(lists.upload / 1048576)} MiB.`;
  at("file").accept = Object.values(lists.formats).flat().join(",");
  at("kept").textContent = String(Math.round(lists.kept / 360) / 10);
}

function listen() {
  at("file").addEventListener("change", () => trying(async () => { await handIn([...at("file").files]); at("file").value = ""; }));
  for (const name of ["dragover", "dragleave", "drop"]) {
    at("drop").addEventListener(name, (event) => {
      event.preventDefault();
      at("drop").classList.toggle("over", name === "dragover");
      if (name === "drop") trying(() => handIn([...event.dataTransfer.files]));
    });
  }
  at("close").addEventListener("click", () => at("report").close());
}

trying(async () => {
  const person = await arrive();
  if (!person) { location.assign("/sign-in"); return; }
  lists = await call("GET", "/lists");
  offer();
  listen();
  await show();
});
