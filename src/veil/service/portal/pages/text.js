// The page of one text: asks the service, shows the answer. A text becomes text nodes, never markup.
import { fill, groupOf } from "/pages/marks.js";
import { at, link, made, me, Refused, say, submit, ticked } from "/pages/session.js";
import { SAMPLES } from "/pages/samples.js";

const HEADS = ["Text", "Label", "Replacement", "Found by", "Confidence", "Policy"];
const MOST = 1000000; // characters that the service reads at once
const LONG = 100000; // a text that takes more than a moment is read when its reader pauses for longer
const ROWS = 1000; // of the table; the answer as JSON has all
let turn = 0;
let waiting = 0;
let answer = null;
let formats = null; // of the files that are treated field by field, where this service has jobs: kind and endings

async function ask() {
  const text = at("text").value;
  const length = [...text].length;
  at("size").textContent = text ? `${length.toLocaleString("en")} of ${MOST.toLocaleString("en")} characters` : "";
  at("strategy").disabled = at("profile").value !== "";
  const mine = ++turn;
  if (!text) {
    answer = null;
    show(text);
    say("");
    return;
  }
  if (length > MOST) {
    answer = null;
    show("");
    say(`Nothing was read: the text has ${length.toLocaleString("en")} characters, and this page reads up to ${MOST.toLocaleString("en")} at once. Send a shorter part, or the whole text as a file: under Files where you sign in, or by veil notes.`, "bad");
    return;
  }
  /** @type {{ profile?: string, strategy?: string, entity_types?: string[] }} */
  const way = at("profile").value ? { profile: at("profile").value } : { strategy: at("strategy").value };
  const types = ticked("#types");
  if (at("only").open && types.length) way.entity_types = types;
  const body = { text, confidence_threshold: Number(at("threshold").value), ...way, allow: lines("allow"), deny: lines("deny") };
  const headers = { "Content-Type": "application/json" };
  if (at("token").value) headers.Authorization = `Bearer ${at("token").value.trim()}`;
  if (window.veilCsrf) headers["X-CSRF-Token"] = window.veilCsrf;
  say("Reading …");
  try {
    const reply = await fetch("/api/v1/explain", { method: "POST", headers, body: JSON.stringify(body) });
    if (mine !== turn) return;
    at("entry").hidden = reply.status !== 401 && !at("token").value;
    if (!reply.ok) {
      const told = await reply.json();
      answer = null;
      show(text);
      say(reply.status === 401 ? "This service needs a token. Enter it above." : typeof told.detail === "string" ? told.detail : "The request is not valid.", "bad");
      return;
    }
    answer = await reply.json();
    show(text);
    const changed = answer.spans.filter((span) => !span.kept).length;
    say(`${changed} ${changed === 1 ? "identifier" : "identifiers"} replaced, ${answer.spans.length - changed} found and kept.`, "good");
  } catch {
    if (mine === turn) say("The service does not answer. Try again.", "bad");
  }
}

/** The lines of a list that have words. @param {string} id @returns {string[]} */
const lines = (id) => at(id).value.split("\n").map((/** @type {string} */ line) => line.trim()).filter((/** @type {string} */ line) => line.length > 1);

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(ask, at("text").value.length > LONG ? 1500 : 250);
}

function show(text) {
  const spans = answer ? answer.spans : [];
  const points = [...text];
  fill(at("original"), points, spans.map((span, i) => marked(span, i, span.start, span.end)));
  fill(at("result"), [...(answer ? answer.deidentified_text : "")], spans.map((span, i) => marked(span, i, span.result_start, span.result_end)));
  at("why").replaceChildren(...spans.slice(0, ROWS).map((span, i) => row(points, span, i)));
  at("more").textContent = spans.length > ROWS ? `The first ${ROWS.toLocaleString("en")} of ${spans.length.toLocaleString("en")} are listed; the answer as JSON has all.` : "";
  showJson();
  at("copy").disabled = !answer;
  at("download").disabled = !answer;
}

// A long answer is written out only where somebody looks at it.
function showJson() {
  at("json").textContent = answer && at("answer").open ? JSON.stringify(answer, null, 2) : "";
}

function marked(span, i, from, to) {
  return { from, to, tone: span.kept ? "kept" : groupOf(span.label), title: `${span.label}, ${span.score.toFixed(2)}, ${span.source}`, more: (mark, words) => {
    mark.tabIndex = 0;
    mark.dataset.span = String(i);
    mark.setAttribute("aria-label", `${words || "nothing"}: ${span.label}, ${span.kept ? "kept" : "replaced"}`);
    mark.addEventListener("focus", () => choose(i));
    mark.addEventListener("click", () => choose(i));
  } };
}

function row(points, span, i) {
  const line = document.createElement("tr");
  line.dataset.span = i;
  const cells = [points.slice(span.start, span.end).join(""), span.label, span.kept ? "kept" : span.replacement || "(nothing)", span.source, span.score.toFixed(2), span.policy];
  for (const [n, words] of cells.entries()) {
    line.append(made("td", words, { "data-label": HEADS[n], ...(n === 4 ? { className: "n" } : {}) }));
  }
  line.addEventListener("click", () => choose(i));
  return line;
}

function choose(i) {
  for (const one of document.querySelectorAll("[data-span]")) one.classList.toggle("chosen", one.getAttribute("data-span") === String(i));
}

async function copy(words, what) {
  try {
    await navigator.clipboard.writeText(words);
    say(`${what} copied to the clipboard.`, "good");
  } catch {
    say("The browser does not allow this page to use the clipboard.", "bad");
  }
}

for (const [i, sample] of SAMPLES.entries()) at("sample").append(new Option(sample.name, String(i)));
at("sample").addEventListener("change", () => {
  if (at("sample").value !== "") at("text").value = SAMPLES[Number(at("sample").value)].text;
  ask();
});
at("file").addEventListener("change", async () => {
  const [file] = at("file").files;
  if (!file) return;
  ++turn; // an answer to the text before is not shown beside this one
  const kind = await kindOf(file.name);
  if (kind && kind !== "text") return void handIn(file);
  const read = file.size > 4 * MOST ? null : decoded(new Uint8Array(await file.arrayBuffer()));
  if (read === null) {
    at("text").value = "";
    answer = null;
    show("");
    say(file.size > 4 * MOST ? `Nothing was read: the file is too long; this page reads up to ${MOST.toLocaleString("en")} characters at once.` : "Nothing was read: this file is not plain text. Tables and other files are read under Files, where the service is started with --data, and by veil run.", "bad");
    return;
  }
  at("text").value = read.text;
  at("coding").textContent = read.coding === "UTF-8" ? "" : `The file is read as ${read.coding}.`;
  ask();
});

async function formatsOf() {
  const reply = await fetch("/portal/api/lists").catch(() => null);
  return reply?.ok ? (await reply.json()).formats : {};
}

/** The format of a file by the ending of its name; "" where this service has no jobs, or does not know the ending. */
async function kindOf(/** @type {string} */ name) {
  formats ||= await formatsOf();
  const plain = name.toLowerCase().replace(/\.(gz|bz2|zst|xz)$/, "");
  const found = Object.entries(formats).find(([, endings]) => endings.some((/** @type {string} */ ending) => plain.endsWith(ending)));
  return found ? found[0] : "";
}

// A file that has columns or fields is treated field by field, as a job with a plan.
async function handIn(/** @type {File} */ file) {
  at("text").value = "";
  at("coding").textContent = "";
  answer = null;
  show("");
  if (!me) {
    say(`${file.name} has columns or fields of its own: it is treated as a file, with a plan. `, "bad");
    at("said").append(link("/sign-in", "Sign in to upload it"));
    return;
  }
  try {
    await submit(file, { review: true, profile: at("profile").value || "safe-harbor" }, (share) => say(`Uploading ${file.name}: ${Math.round(100 * share)} %`));
    say(`${file.name} uploaded. `, "good");
    at("said").append(link("/files", "Review its plan under Files"));
  } catch (error) {
    say(error instanceof Refused ? error.message : "The service does not answer. Try again.", "bad");
  }
}

// Plain text in UTF-8 or UTF-16, and what is neither as Windows-1252, which reads Latin-1 (ISO 8859-1) too.
function decoded(bytes) {
  const starts = (...first) => first.every((byte, i) => bytes[i] === byte);
  if (starts(0xff, 0xfe) || starts(0xfe, 0xff)) return { text: new TextDecoder(starts(0xff, 0xfe) ? "utf-16le" : "utf-16be").decode(bytes), coding: "UTF-16" };
  if (bytes.includes(0)) return null;
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), coding: "UTF-8" };
  } catch {
    return { text: new TextDecoder("windows-1252").decode(bytes), coding: "Latin-1 (Windows-1252)" };
  }
}
at("text").addEventListener("input", () => {
  at("coding").textContent = "";
  soon();
});
for (const id of ["token", "allow", "deny"]) at(id).addEventListener("input", soon);
at("threshold").addEventListener("input", () => {
  at("bar").textContent = Number(at("threshold").value).toFixed(2);
  soon();
});
at("download").addEventListener("click", () => {
  const link = made("a", "", { href: URL.createObjectURL(new Blob([answer.deidentified_text], { type: "text/plain" })), download: "deidentified.txt" });
  link.click();
  URL.revokeObjectURL(link.href);
});
at("types").addEventListener("change", ask);
at("only").addEventListener("toggle", async () => {
  if (at("types").childElementCount) return void ask();
  const kinds = await (await fetch("/api/v1/entities")).json();
  at("types").append(...kinds.entity_types.map((kind) => {
    const label = made("label", "", { title: kind.description });
    label.append(made("input", "", { type: "checkbox", value: kind.name }), ` ${kind.name}`);
    return label;
  }));
});
for (const id of ["strategy", "profile"]) at(id).addEventListener("change", ask);
at("copy").addEventListener("click", () => copy(answer.deidentified_text, "Result"));
at("copy-json").addEventListener("click", () => copy(JSON.stringify(answer, null, 2), "Answer"));
at("answer").addEventListener("toggle", showJson);
formatsOf().then((found) => {
  formats = found;
  at("file").accept = [".txt", ".md", ".log", "text/plain", ...Object.values(found).flat()].join(",");
});
show("");
