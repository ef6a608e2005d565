// The page of files: choose, start, watch, check the plan, download.
import { arrive, at, call, later, made, Refused, say, submit, ticked, trying } from "/pages/session.js";
import { showPlan } from "/pages/plan.js";
import { showReport } from "/pages/report.js";
import { FILES } from "/pages/samples.js";

const ENDED = ["done", "failed", "cancelled", "expired"];
const WORDS = { new: "Uploading", uploaded: "Queued", planning: "Reading", planned: "Needs review", queued: "Queued", running: "Running", done: "Done", failed: "Failed", cancelled: "Cancelled", expired: "Expired" };
const READING = "looking at the file"; // the first stage of a job
const TONE = { done: "good", failed: "bad", planned: "warn" };
const rows = new Map();
let queue = [];
let lists = null;
let timer = 0;
let pause = 700;
let last = "";
let most = 0; // files that this person has uploaded

function choice() {
  if (at("by-profile").checked) return { profile: at("profile").value };
  return { identifiers: ticked("#identifiers") };
}

function policyOf(wanted) {
  return wanted.profile || `Only: ${wanted.identifiers.join(", ")}`;
}

function add(files) {
  const wanted = choice();
  if (wanted.identifiers && !wanted.identifiers.length) { say("Select at least one identifier.", "bad"); return; }
  say("");
  queue.push(...files.map((file) => ({ file, wanted, review: at("review").checked })));
  showQueue();
}

function showQueue() {
  at("queue").hidden = !queue.length;
  at("chosen").replaceChildren(...queue.map((waiting) => {
    const row = made("tr");
    const remove = made("td", "", { "data-label": "Remove" });
    remove.append(button("Remove", "plain", () => { queue = queue.filter((other) => other !== waiting); showQueue(); }, `Remove ${waiting.file.name} from the list`));
    row.append(made("td", waiting.file.name, { "data-label": "File" }), made("td", size(waiting.file.size), { className: "n", "data-label": "Size" }), made("td", policyOf(waiting.wanted), { "data-label": "Policy" }), remove);
    return row;
  }));
}

function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const [unit, word] = bytes < 2 ** 20 ? [2 ** 10, "KiB"] : bytes < 2 ** 30 ? [2 ** 20, "MiB"] : [2 ** 30, "GiB"];
  return `${Number((bytes / unit).toFixed(1))} ${word}`;
}

async function start() {
  const waiting = queue;
  const refused = [];
  queue = [];
  showQueue();
  for (const one of waiting) {
    try {
      await upload(one);
      say(`${one.file.name} uploaded.`, "good");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refused.push(`${one.file.name}: ${error.message}`);
    }
    await show();
  }
  if (refused.length) say(refused.join(" "), "bad");
}

async function upload({ file, wanted, review }) {
  const table = !/\.(txt|text|note)(\.\w+)?$/i.test(file.name);
  if (file.size > lists.upload) throw new Refused(413, { detail: `the file is larger than the upload limit (${size(lists.upload)})` });
  say(`Uploading ${file.name} …`);
  await submit(file, { review: table && review, ...wanted }, (share) => say(`Uploading ${file.name}: ${Math.round(100 * share)} %`));
}

async function show() {
  clearTimeout(timer);
  const jobs = await call("GET", "/jobs");
  at("none").hidden = jobs.length > 0;
  at("list").hidden = !jobs.length;
  most = Math.max(0, ...jobs.map((job) => job.number));
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
  const row = { line: made("tr"), state: made("td", "", { "data-label": "State" }), until: made("td", "", { "data-label": "Available for" }), actions: made("td"), key: "" };
  row.line.append(made("td", nameOf(job), { "data-label": "File" }), made("td", policyOf(job), { "data-label": "Policy" }), row.state, row.until, row.actions);
  rows.set(job.id, row);
  return row;
}

// The name of an expired file was deleted with it: its number and its day are left.
function nameOf(job) {
  if (job.name) return job.name;
  const day = new Date(job.until * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  return `File ${job.number} of ${most} (${job.format}), expired on ${day}`;
}

// A job without a review goes from reading to the run in one go.
function wordOf(job) {
  return WORDS[job.state === "planning" && job.stage && job.stage !== READING ? "running" : job.state];
}

// Only what has changed is drawn anew, so that nothing is taken from under a finger or a screen reader.
function update(row, job) {
  row.until.textContent = job.state === "done" ? hours(job.until) : "";
  const bar = row.state.querySelector("progress");
  if (row.key === job.state && bar) {
    bar.max = Math.max(1, job.whole);
    bar.value = job.done;
    row.state.querySelector(".stage").textContent = [job.stage, timeLeft(row, job)].filter(Boolean).join(", ");
  }
  if (row.key === job.state) {
    const badge = row.state.querySelector(".badge");
    if (badge.textContent !== wordOf(job) && !job.code) badge.textContent = wordOf(job);
    return;
  }
  row.key = job.state;
  if (job.state === "expired") row.line.children[0].textContent = nameOf(job);
  row.state.replaceChildren(made("span", wordOf(job) + (job.code ? `: ${job.code}` : ""), { className: `badge ${TONE[job.state] || ""}` }));
  if (["planning", "running"].includes(job.state)) row.state.append(made("progress", "", { max: 1, ariaLabel: `Progress of ${job.name}` }), made("span", job.stage, { className: "stage hint" }));
  row.actions.replaceChildren(...actions(job));
}

// From how far the work came since this page saw it first.
function timeLeft(row, job) {
  const now = Date.now() / 1000;
  if (!row.seen || row.seen.stage !== job.stage || job.done < row.seen.done) row.seen = { stage: job.stage, done: job.done, at: now };
  const moved = job.done - row.seen.done;
  if (moved <= 0 || job.done >= job.whole) return "";
  const seconds = Math.ceil((job.whole - job.done) * (now - row.seen.at) / moved);
  return seconds < 60 ? `about ${seconds} s left` : `about ${Math.ceil(seconds / 60)} min left`;
}

function hours(until) {
  const minutes = Math.max(0, Math.round((until * 1000 - Date.now()) / 60000));
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function actions(job) {
  const found = [];
  if (job.state === "planned") found.push(button("Review plan", "main", () => showPlan(job, show)));
  if (job.state === "done") found.push(made("a", "Download", { href: `/portal/api/jobs/${job.id}/result`, download: "" }), " ");
  if (["done", "failed"].includes(job.state)) found.push(button(job.state === "done" ? "What was done" : "Why", "", () => showReport(job)));
  if (!ENDED.includes(job.state)) found.push(button("Cancel", "bad", async () => { await call("POST", `/jobs/${job.id}/cancel`); await show(); }));
  else found.push(button("Delete", "bad", async () => { await call("DELETE", `/jobs/${job.id}`); await show(); }));
  const row = made("div", "", { className: "row tight" });
  row.append(...found);
  return [row];
}

function button(words, tone, act, label = "") {
  const pressed = made("button", words, { type: "button", className: tone });
  if (label) pressed.setAttribute("aria-label", label);
  pressed.addEventListener("click", () => trying(act));
  return pressed;
}

function group(title, names) {
  const field = made("fieldset");
  const all = made("button", "Select all", { type: "button" });
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
  at("identifiers").append(group("Direct identifiers", lists.standard), group("Record numbers and more", lists.premium), group("Safe Harbor, 45 CFR 164.514(b)(2)", lists.safe_harbor));
  for (const name of ["by-profile", "by-identifiers"]) at(name).addEventListener("change", () => { at("identifiers").hidden = at("by-profile").checked; });
  const endings = Object.values(lists.formats).flat();
  at("formats").textContent = `Supported: ${endings.join(" ")}, up to ${size(lists.upload)} each.`;
  at("file").accept = endings.join(",");
  at("kept").textContent = String(Math.round(lists.kept / 360) / 10);
}

function listen() {
  at("choose").addEventListener("click", () => at("file").click());
  at("file").addEventListener("change", () => { add([...at("file").files]); at("file").value = ""; });
  for (const name of ["dragover", "dragleave", "drop"]) {
    at("drop").addEventListener(name, (event) => {
      event.preventDefault();
      at("drop").classList.toggle("over", name === "dragover");
      if (name === "drop") add([...event.dataTransfer.files]);
    });
  }
  at("start").addEventListener("click", () => trying(start));
  at("clear").addEventListener("click", () => { queue = []; showQueue(); });
  ["sample-table", "sample-note"].forEach((id, i) => {
    at(id).addEventListener("click", () => { add([new File([FILES[i].text], FILES[i].name)]); at("start").focus(); });
  });
}

trying(async () => {
  const person = await arrive();
  if (!person) { location.assign("/sign-in"); return; }
  lists = await call("GET", "/lists");
  offer();
  listen();
  await show();
});
