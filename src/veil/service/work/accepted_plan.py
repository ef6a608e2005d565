"""Accepted plan: the plan of one file as its submitter accepts or changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from veil.errors import InvalidError
from veil.policy.profile import read_profile
from veil.policy.row_quarantine import ALONE

PROFILE = "choice.yaml"
QUARANTINE = "quarantine"  # a row that cannot be released costs its file; `ALONE`: only itself
RULES = ("proposed", "keep", "drop", "scan")
Record = dict[str, Any]


def with_chosen_rules(plan: Mapping[str, Any], wishes: Sequence[Mapping[str, str]], rows: str | None = None) -> Record:
    """The plan with other rules for some columns, and another for single rows that cannot be released.

    Shape:   a wish: `source`, `column`, `rule`: `proposed`, `keep`, `drop`, `scan`, or a kind of the profile.
    Errors:  ServiceError `plan-column`, `plan-rule`, `plan-rows`.
    """
    columns = {(column["source"], column["column"]): dict(column) for column in plan["columns"]}
    kinds = rules_of(plan)
    for wish in wishes:
        column = columns.get((wish["source"], wish["column"]))
        if column is None:
            raise InvalidError("plan-column", "the plan does not have this column", hint="reload the plan")
        if wish["rule"] not in (*RULES, *kinds):
            raise InvalidError(
                "plan-rule",
                "unknown rule for a column",
                hint="allowed: proposed, keep, drop, scan, or a kind of the profile",
            )
        column["chosen"] = wish["rule"]
    if rows and not plan.get("rows"):
        raise InvalidError(
            "plan-rows", "single rows of this file cannot be left out", hint="leave the field `rows` out of the request"
        )
    return {**plan, "columns": list(columns.values()), "rows": rows or plan.get("rows", "")}


def project_of(plan: Mapping[str, Any]) -> Record:
    """The project that a plan comes to, with what was chosen."""
    project: Record = dict(plan["project"])
    for room in ("tables", "trees"):
        if room in project:
            project[room] = {
                name: {**source, "columns": dict(source["columns"])} for name, source in project[room].items()
            }
    for column in plan["columns"]:
        if column["chosen"] != "proposed":
            room = "tables" if "tables" in project else "trees"
            rule = column["chosen"] if column["chosen"] in RULES else {"as": column["chosen"]}
            project[room][column["source"]]["columns"][column["address"]] = rule
    if plan.get("rows") == ALONE:
        project["verify"] = {"strong": ALONE}
        if plan["broken"]["passed"]:
            project["rows"] = {"broken": ALONE}
    return project


def rules_of(plan: Mapping[str, Any]) -> list[str]:
    """The kinds that a column may be said to be."""
    profile = plan["project"]["profile"]
    return sorted(
        read_profile("redact" if profile == PROFILE else profile).kinds
    )  # a posted one has the same kinds or fails
