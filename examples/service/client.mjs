// The same with Node 18 or newer, no packages:  URL=http://localhost:8000 TOKEN=... node client.mjs table.csv clean.csv
import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";

const { URL = "http://localhost:8000", TOKEN } = process.env;

async function call(method, path, body, type = "application/json") {
  const answer = await fetch(`${URL}/api/v1${path}`, { method, body, headers: { Authorization: `Bearer ${TOKEN}`, "Content-Type": type } });
  if (!answer.ok) throw new Error(`${answer.status}: ${(await answer.json()).detail}`);
  return answer;
}

async function deidentify(text) {
  return (await (await call("POST", "/deidentify", JSON.stringify({ text }))).json()).deidentified_text;
}

async function deidentifyFile(source, target, profile = "expert") {
  let job = await (await call("POST", "/jobs", JSON.stringify({ name: basename(source), profile }))).json();
  await call("PUT", `/jobs/${job.id}/file`, await readFile(source), "application/octet-stream");
  while (!["done", "failed", "cancelled", "expired"].includes(job.state)) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    job = await (await call("GET", `/jobs/${job.id}`)).json();
  }
  if (job.state !== "done") throw new Error(`the job is ${job.state}: ${job.code}`);
  await writeFile(target, Buffer.from(await (await call("GET", `/jobs/${job.id}/result`)).arrayBuffer()));
}

console.log(await deidentify("Patient John Smith SSN 123-45-6789"));
await deidentifyFile(process.argv[2], process.argv[3]);
