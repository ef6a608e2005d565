// The plan of one file: what happens to each column, to accept or to change.
import { at, call, made, Refused } from "/pages/session.js";
import { actionOf, choiceOf, exampleOf, kindOf } from "/pages/actions.js";

const LEAVE_OUT = "quarantine-rows";

export async function showPlan(job, after) {
  const plan = await call("GET", `/jobs/${job.id}/plan`);
  const several = new Set(plan.columns.map((column) => column.source)).size > 1;
  const picks = plan.columns.map((column) => ({ column, pick: picker(column, plan.rules) }));
  at("plan-title").textContent = `Plan: ${job.name}`;
  at("columns").replaceChildren(...picks.map(({ column, pick }) => line(column, pick, several)));
  showRows(plan);
  refuse("");
  at("later").onclick = () => at("plan").close();
  at("accept").onclick = () => accept(job, plan, picks, after);
  at("plan").showModal();
  at("plan").scrollTop = 0; // the focus is on the first action, further down
}

// Rows that cannot be read, and whether the others are released without them.
function showRows(plan) {
  at("rows-asked").hidden = !plan.rows;
  at("leave-out").checked = plan.rows === LEAVE_OUT;
  at("broken").hidden = !plan.broken;
  if (!plan.broken) return;
  const more = plan.broken > plan.broken_rows.length ? ` and ${plan.broken - plan.broken_rows.length} more` : "";
  at("broken").textContent = plan.broken === 1
    ? `Row ${plan.broken_rows[0]} of this file cannot be read.`
    : `${plan.broken} rows of this file cannot be read: ${plan.broken_rows.join(", ")}${more}.`;
}

async function accept(job, plan, picks, after) {
  const rows = at("leave-out").checked ? LEAVE_OUT : "quarantine";
  if (plan.broken && rows !== LEAVE_OUT) {
    refuse("Some rows cannot be read. Leave them out, or choose Not now, correct the file and upload it again.");
    return;
  }
  try {
    const changed = picks.filter(({ column, pick }) => pick.value !== column.chosen);
    const columns = changed.map(({ column, pick }) => ({ source: column.source, column: column.column, rule: pick.value }));
    if (columns.length || (plan.rows && rows !== plan.rows)) await call("PUT", `/jobs/${job.id}/plan`, plan.rows ? { columns, rows } : { columns });
    await call("POST", `/jobs/${job.id}/start`);
    at("plan").close();
    await after();
  } catch (error) {
    refuse(error instanceof Refused ? error.message : "The service does not answer. Try again.");
  }
}

function refuse(words) {
  at("plan-said").textContent = words;
  at("plan-said").hidden = !words;
}

function picker(column, rules) {
  const pick = made("select", "", { ariaLabel: `Action for ${column.column}` });
  pick.append(...rules.map((rule) => {
    const words = rule === "proposed" ? `${actionOf(column.rule)} (proposed)` : choiceOf(rule);
    return made("option", words, { value: rule, selected: rule === column.chosen });
  }));
  return pick;
}

function line(column, pick, several) {
  const row = made("tr");
  const action = cell("Action");
  const example = cell("Example");
  const show = () => {
    const rule = pick.value === "proposed" ? column.rule : pick.value;
    example.textContent = ["proposed", "keep", "drop", "scan"].includes(pick.value) ? exampleOf(column.kind, rule) : "as the policy says";
  };
  example.className = "effect";
  action.append(pick);
  pick.addEventListener("change", show);
  show();
  row.append(
    cell("Column", several ? `${column.source}: ${column.column}` : column.column), detected(column),
    cell("Confidence", confidence(column.sure)), action, example,
  );
  return row;
}

function detected(column) {
  const found = cell("Detected as", kindOf(column.kind));
  found.append(made("div", column.why, { className: "hint" }));
  return found;
}

function cell(label, words = "") {
  return made("td", words, { "data-label": label });
}

function confidence(share) {
  const word = share >= 0.9 ? "High" : share >= 0.7 ? "Medium" : "Low";
  return `${word} (${Math.round(100 * share)}\u00a0%)`;
}
