"""Figures: a manifest or a plan as the rows of a table; for terminals and pages alike."""

from __future__ import annotations

from collections import Counter
from typing import Any

from veil.policy.plan import Plan, describe, every_rule
from veil.policy.rules import Keep
from veil.roster.strength import RULE

BAD = {
    "known-identifier": "a strong known identifier of the subject still stands in their text",
    "residual-pattern": "a number or an address that the input had still stands, and is no stand-in",
    "residual-name": "a name behind a title still stands",
    "residual-date": "a whole date still stands where none may",
    "torn": "a stand-in begins or ends within a word: something was replaced a step beside its place",
    "interval": "a date moved by nothing, or otherwise than its subject's other dates",
    "key-integrity": "there are fewer pseudonyms than originals",
    "original-id": "an id stayed as it was",
    "original-value": "a value that must be replaced stayed as it was",
    "other-answer": "the operator, asked again, gives another answer than the one that stands there",
    "form": "a value does not have the form that its operator gives",
    "kept-changed": "a value of a column that is kept changed",
    "no-value-changed": "a cell with a word for a missing value (NULL, N/A, UNKNOWN) did not stay as it was",
    "null-filled": "something stands where nothing stood",
    "dropped-field": "a field that was dropped still holds something",
    "row-count": "rows were lost or won",
    "reread": "a second reading of the input finds other values than the run has read",
}
_NAMED = frozenset({"given_name", "family_name", "middle_name", "full_name", "name", "city", "county", "street", "address",
                    "organization", "email", "birth_date", "date", "sex"})  # fmt: skip
ACTIONS = ("applied", "scanned", "kept", "dropped", "masked")


def by_source(manifest: dict[str, Any]) -> list[list[str]]:
    """Shape: a row a source: name, rows, then values by action."""
    sums: dict[str, Counter[str]] = {}
    for row in manifest["counts"]:
        source = row["address"].split(".", 1)[0]
        sums.setdefault(source, Counter())[row["action"]] += row["count"]
    return [
        [source, f"{counts['rows']:,}", *(f"{counts[action]:,}" for action in ACTIONS)]
        for source, counts in sums.items()
    ]


def unowned(manifest: dict[str, Any]) -> list[str]:
    """Sources with rows whose subject is not told: a null id, a link to nobody or to two people."""
    return [
        f"{row['address']}: {row['count']:,} rows have no subject; known identifiers are not sought in them, their dates are masked"
        for row in manifest["counts"]
        if row["action"] == "unowned"
    ]


def gone(manifest: dict[str, Any]) -> list[str]:
    """Columns that were dropped, by their names."""
    plan = [(rule["source"], rule["address"], rule["cases"]) for rule in manifest["rules"] if rule["source"] != "text"]
    return [f"{source}.{address}" for source, address, cases in plan if [one["treatment"] for one in cases] == ["drop"]]


def uncast(manifest: dict[str, Any]) -> list[str]:
    """Columns with cells that are not of the kind that their rule states."""
    return [
        f"{row['address']}: {row['count']:,} cells are not what `cast` says and were emptied"
        for row in manifest["counts"]
        if row["detail"] == "uncastable"
    ]


def starred(manifest: dict[str, Any]) -> list[str]:
    """Tables with rows that were suppressed."""
    return [
        f"{row['address']}: {row['count']:,} rows were suppressed: their quasi-identifiers are `*`"
        for row in manifest["counts"]
        if row["action"] == "suppressed"
    ]


def label_counts(manifest: dict[str, Any]) -> list[tuple[str, int]]:
    counts: Counter[str] = Counter()
    for row in manifest["counts"]:
        if row["action"] == "found":
            counts[row["detail"]] += row["count"]
    return counts.most_common()


def by_label(manifest: dict[str, Any]) -> list[list[str]]:
    return [[label, f"{count:,}"] for label, count in label_counts(manifest)]


def check_rows(manifest: dict[str, Any]) -> list[list[str]]:
    """Every check of verify with its count, then what was seen that may not be shown: by code, or one line of none."""
    checks = dict(manifest["checks"])
    seen = {code: count for code in BAD if (count := checks.pop(code, 0))}
    rows = [[check, f"{count:,}"] for check, count in checks.items()]
    bad = [[f"seen: {code}", f"{count:,}"] for code, count in seen.items()]
    return rows + (bad or [["seen: anything that may not be shown", "0"]])


def column_rows(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Shape: a row a column: source, address, treatments, counts by action, known, reason."""
    counts: dict[str, Counter[str]] = {}
    for row in manifest["counts"]:
        counts.setdefault(row["address"], Counter())[row["action"]] += row["count"]
    found = []
    for rule in manifest["rules"]:
        if rule["source"] == "text":
            continue
        told = counts.get(f"{rule['source']}.{rule['address']}", Counter())
        found.append({**rule, "counts": {action: told[action] for action in ACTIONS if told[action]}})
    return found


def plan_rows(plan: Plan) -> list[list[str]]:
    """Shape: a row a case: source, address, treatment (with its condition), known, reason."""
    rows = []
    for source in plan.sources:
        for address, rule in every_rule(source):
            for case in rule.cases:
                told = describe(case.treatment) + (f"  where {case.where}" if case.where else "")
                rows.append([source.name, address, told, rule.known, rule.reason])
    return rows


def search_rules(plan: Plan) -> list[str]:
    """What the plan does with short identifiers, where it seeks numbers, and with words for "no value"."""
    numbers = any(rule.known and rule.kind not in _NAMED for source in plan.sources for _, rule in every_rule(source))
    words = sorted(source.name for source in plan.sources if source.no_value is not None)
    told = [f'{name}: the project says which words mean "no value"' for name in words]
    return ([RULE] if numbers else []) + told


def label_rows(plan: Plan) -> list[tuple[str, str]]:
    """What a scan does with each label; those that stay come last."""
    rows = [(label.value, describe(treatment), isinstance(treatment, Keep)) for label, treatment in plan.labels.items()]
    return [(label, told) for label, told, _ in sorted(rows, key=lambda row: row[2])]
