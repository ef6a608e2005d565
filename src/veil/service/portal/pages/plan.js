// The plan of one file: what becomes of each column, to accept or to change.
import { at, call, made, Refused } from "/pages/session.js";

export async function showPlan(job, after) {
  const plan = await call("GET", `/jobs/${job.id}/plan`);
  const picks = plan.columns.map((one) => ({ one, pick: picker(one, plan.rules) }));
  at("columns").replaceChildren(...picks.map(({ one, pick }) => line(one, pick, plan)));
  at("plan-said").textContent = "";
  at("later").onclick = () => at("plan").close();
  at("accept").onclick = async () => {
    try {
      const columns = picks.filter(({ one, pick }) => pick.value !== one.chosen).map(({ one, pick }) => ({ source: one.source, column: one.column, rule: pick.value }));
      if (columns.length) await call("PUT", `/jobs/${job.id}/plan`, { columns });
      await call("POST", `/jobs/${job.id}/start`);
      at("plan").close();
      await after();
    } catch (error) {
      at("plan-said").textContent = error instanceof Refused ? error.message : "The service does not answer.";
    }
  };
  at("plan").showModal();
}

function picker(one, rules) {
  const pick = made("select", "", { ariaLabel: `what becomes of ${one.column}` });
  const words = { proposed: `proposed: ${one.rule}`, keep: "keep as it is", drop: "drop the column", scan: "read as text, replace what is found" };
  pick.append(...rules.map((rule) => made("option", words[rule] || `treat as ${rule}`, { value: rule, selected: rule === one.chosen })));
  return pick;
}

function line(one, pick, plan) {
  const several = new Set(plan.columns.map((column) => column.source)).size > 1;
  const row = made("tr");
  const chosen = made("td");
  chosen.append(pick);
  row.append(made("td", several ? `${one.source}: ${one.column}` : one.column), made("td", one.kind), made("td", `${Math.round(100 * one.sure)}%`, { className: "n" }), made("td", one.why), chosen);
  return row;
}
