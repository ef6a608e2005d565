// What was done with one file, as a record to read and to save beside the release. It holds counts and names of columns, no value.
import { at, call, made } from "/pages/session.js";

export async function showReport(job) {
  const report = await call("GET", `/jobs/${job.id}/report`);
  at("report-title").textContent = report.message ? `Why ${job.name} failed` : `What was done with ${job.name}`;
  at("told").replaceChildren(...sections(report, job));
  at("close").onclick = () => at("report").close();
  at("save").onclick = () => save(Boolean(report.message));
  at("report").showModal();
}

function sections(report, job) {
  const pieces = [made("p", job.profile ? `Policy: ${job.profile}` : `Only these identifiers: ${job.identifiers.join(", ")}`)];
  if (report.message) pieces.push(made("p", [report.message, report.where && `at ${report.where}`, report.hint && `(${report.hint})`].filter(Boolean).join(" ")));
  for (const [title, pairs] of [["Found in text", report.labels], ["Checks of the result", report.checks]]) if (pairs?.length) pieces.push(made("h3", title), table(pairs));
  if (report.missing) pieces.push(made("h3", "Not in the result"), made("p", `${report.missing} (${report.quarantined.join(", ")})`));
  if (report.places?.length) pieces.push(list(report.places));
  if (report.columns?.length) pieces.push(made("h3", "What happened to each column"), list(report.columns.map(([source, words, columns]) => `${source}: ${columns}: ${words}`)));
  if (report.weak?.length) pieces.push(made("h3", "Weak evidence, kept"), list(report.weak));
  for (const words of [...(report.notices || []), ...(report.not_covered || [])]) pieces.push(made("p", words, { className: "hint" }));
  return pieces;
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

// The name of the file stays on the page: it may name a patient, and a record lies beside the release.
function save(failed) {
  const words = `${failed ? "Why it failed" : "What was done"}\n\n${at("told").innerText}\n`;
  const link = made("a", "", { href: URL.createObjectURL(new Blob([words], { type: "text/plain" })), download: "veil-record.txt" });
  link.click();
  URL.revokeObjectURL(link.href);
}
