"""Figures: a manifest or a plan as the rows of a table; for terminals and pages alike."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from veil.policy.plan import Plan, describe, every_rule
from veil.policy.rules import Keep
from veil.roster.strength import RULE

BAD = {
    "known-identifier": "a strong known identifier of the patient is still in their text",
    "residual-pattern": "a number or an address of the input is still in the output and is not a surrogate",
    "residual-name": "a name after a title is still in the output",
    "residual-date": "a full date is still in the output where none is allowed",
    "residual-language": "a text in an unsupported language was not masked",
    "torn": "a surrogate begins or ends inside a word: a replacement is at the wrong position",
    "interval": "a date was not shifted, or was shifted differently from the patient's other dates",
    "key-integrity": "there are fewer pseudonyms than original ids",
    "original-id": "an id was not replaced",
    "original-value": "a value that must be replaced was not replaced",
    "other-answer": "the operator, run again, gives another value than the output contains",
    "form": "a value does not have the form that its operator produces",
    "kept-changed": "a value of a kept column changed",
    "no-value-changed": "a cell with a word for a missing value (NULL, N/A, UNKNOWN) changed",
    "null-filled": "an empty cell contains a value after the run",
    "dropped-field": "a dropped field still contains values",
    "row-count": "rows are missing or were added",
    "reread": "the check by a second reader found other values in the input than the run read",
}
BROKEN = {
    "csv-ragged": "a row has too many or too few cells",
    "json-broken": "a line is not JSON",
    "row-doubtful": "a row follows one with too few cells and differs from the other rows: it may be the end of a text with a line break",
}
_NAMED = frozenset(
    {
        "given_name",
        "family_name",
        "middle_name",
        "full_name",
        "name",
        "city",
        "county",
        "street",
        "address",
        "organization",
        "email",
        "birth_date",
        "date",
        "sex",
    }
)
WEAK = "weak-identifier"
WEAK_WORDS = "contains a short number, a ZIP code or an everyday word that is also an identifier of the row's patient; it was not changed"
ROWS_SHOWN = 8
_CONDITIONS = {
    "coded(\".\") = 'code'": "it may be a code or a number",
    "coded(\".\") in ('code', 'long')": "it may be a code or a number of any length",
    "coded(\".\") = 'words'": "it is several words",
}
_OUTCOMES = {"keep": "kept", "drop": "dropped", "empty": "emptied", "scan": "scanned as text"}
ACTIONS = ("applied", "scanned", "kept", "dropped", "masked")


def by_source(manifest: dict[str, Any]) -> list[list[str]]:
    """Shape: a row a source: name, rows, then values by action."""
    sums: dict[str, Counter[str]] = {}
    for row in manifest["counts"]:
        sums.setdefault(row["source"], Counter())[row["action"]] += row["count"]
    return [
        [source, f"{counts['rows']:,}", *(f"{counts[action]:,}" for action in ACTIONS)]
        for source, counts in sums.items()
    ]


def unowned(manifest: dict[str, Any]) -> list[str]:
    """Sources with rows whose subject is not told: a null id, a link to nobody or to two people."""
    return [
        f"{row['address']}: {row['count']:,} rows have no patient; known identifiers are not searched in them, and their dates are masked"
        for row in manifest["counts"]
        if row["action"] == "unowned"
    ]


def gone(manifest: dict[str, Any]) -> list[str]:
    """Columns that were dropped, by their names."""
    return [
        f"{rule['source']}.{rule['address']}"
        for rule in manifest["rules"]
        if [case["treatment"] for case in rule["cases"]] == ["drop"]
    ]


def uncast(manifest: dict[str, Any]) -> list[str]:
    """Columns with cells that are not of the kind that their rule states."""
    return [
        f"{row['address']}: {row['count']:,} cells do not have the type given by `cast` and were emptied"
        for row in manifest["counts"]
        if row["detail"] == "uncastable"
    ]


def unread(manifest: dict[str, Any]) -> list[str]:
    """Columns with texts in a language that is not read."""
    return [
        f"{row['address']}: {row['count']:,} texts are in an unsupported language and were masked entirely"
        for row in manifest["counts"]
        if row["action"] == "masked" and row["detail"] == "language"
    ]


def starred(manifest: dict[str, Any]) -> list[str]:
    """Tables with rows that were suppressed."""
    return [
        f"{row['address']}: {row['count']:,} rows were suppressed: their quasi-identifiers are `*`"
        for row in manifest["counts"]
        if row["action"] == "suppressed"
    ]


@dataclass(frozen=True, slots=True)
class Suppression:
    """What a run measured of a table's risk, and did about it. Shape: `k`: the size of a group of rows that is large enough."""

    source: str
    k: int
    over: tuple[str, ...]
    person: str
    rows: int
    suppressed: int


def suppressions(manifest: dict[str, Any]) -> list[Suppression]:
    """The tables of which some rows are in the output and which the project wants suppressed."""
    asked = {source["name"]: source["suppress"] for source in manifest["plan"]["sources"] if source.get("suppress")}
    counts: Counter[tuple[str, str]] = Counter()
    for row in manifest["counts"]:
        counts[row["source"], row["action"]] += row["count"]
    return [
        Suppression(
            name, wish["k"], tuple(wish["over"]), wish["person"], counts[name, "rows"], counts[name, "suppressed"]
        )
        for name, wish in asked.items()
        if counts[name, "rows"]
    ]


def risk_lines(manifest: dict[str, Any]) -> list[str]:
    """What the run measured of the risk that a row is recognised, a sentence for each table."""
    return [
        f"{table.source}: before, {table.suppressed:,} of {table.rows:,} rows were in a group below the threshold; they were suppressed. "
        f"Now each combination of {', '.join(table.over)} is that of at least {table.k} {'patients' if table.person else 'rows'}: "
        f"who knows only these of a {'patient' if table.person else 'row'} picks the right one with a chance of at most 1 in {table.k}."
        for table in suppressions(manifest)
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
    seen = {code: count for code in (*BAD, *BROKEN) if (count := checks.pop(code, 0))}
    weak = checks.pop(WEAK, 0)
    rows = [[check, f"{count:,}"] for check, count in checks.items()]
    bad = [[f"problem: {code}", f"{count:,}"] for code, count in seen.items()]
    doubts = [["weak evidence, listed below", f"{weak:,}"]] if weak else []
    return rows + (bad or [["problems found", "0"]]) + doubts


def quarantine_rows(manifest: dict[str, Any]) -> list[list[str]]:
    """Shape: a row a file (or its rows) that is not in the release: which, where, why, code."""
    return [
        [entry["what"], _places(entry), (BAD | BROKEN).get(entry["code"], "see the reference of errors"), entry["code"]]
        for entry in manifest["quarantined"]
    ]


def quarantine_lines(manifest: dict[str, Any]) -> list[str]:
    return [
        "quarantined: " + ", ".join(filter(None, (what, where))) + f" [{code}]"
        for what, where, _, code in quarantine_rows(manifest)
    ]


def _places(entry: dict[str, Any]) -> str:
    """Where something stands in a file: the first rows with their columns, and how many more."""
    places = entry.get("places", [])
    shown = [
        ", ".join(
            filter(
                None,
                (f"row {place['row']}" if place["row"] else "", f"column {place['column']}" if place["column"] else ""),
            )
        )
        for place in places[:ROWS_SHOWN]
    ]
    more = entry.get("count", 0) - len(shown)
    words = "; ".join(filter(None, shown)) + (f" and {more:,} more" if more > 0 else "")
    return f"only {words}: the other rows are in the release" if entry.get("rows_only") else words


def weak_lines(manifest: dict[str, Any]) -> list[str]:
    """Where weak evidence was left: file, column and rows."""
    lines = []
    for entry in manifest["weak_evidence"]:
        rows = ", ".join(map(str, entry["rows"][:ROWS_SHOWN])) + (" ..." if len(entry["rows"]) > ROWS_SHOWN else "")
        place = ", ".join(
            filter(
                None,
                (entry["what"], f"column {entry['column']}" if entry["column"] else "", f"rows {rows}" if rows else ""),
            )
        )
        lines.append(f"{place}: {WEAK_WORDS}")
    return lines


def column_rows(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Shape: a row a column: source, address, treatments, counts by action, known, reason."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for row in manifest["counts"]:
        counts.setdefault((row["source"], row["column"]), Counter())[row["action"]] += row["count"]
    found = []
    for rule in manifest["rules"]:
        by_action = counts.get((rule["source"], rule["address"]), Counter())
        found.append({**rule, "counts": {action: by_action[action] for action in ACTIONS if by_action[action]}})
    return found


def happened(manifest: dict[str, Any]) -> list[list[str]]:
    """What happened with every column, in plain words. Shape: a row a source and outcome: source, outcome, columns."""
    groups: dict[tuple[str, str], list[str]] = {}
    for row in column_rows(manifest):
        outcomes = [
            outcome(case["treatment"]) + (f" where {condition_words(case['where'])}" if case["where"] else "")
            for case in row["cases"]
        ]
        unread = row["counts"].get("masked", 0)
        column = row["address"] + (f" ({unread:,} cells emptied: they could not be parsed)" if unread else "")
        groups.setdefault((row["source"], "; else ".join(outcomes)), []).append(column)
    return [[source, words, ", ".join(columns)] for (source, words), columns in groups.items()]


def outcome(treatment: str) -> str:
    """A treatment as what it does: `keep` is kept, `shift(...)` is changed by shift(...)."""
    return _OUTCOMES.get(treatment) or (
        f"opened as {treatment.removeprefix('open ')}" if treatment.startswith("open ") else f"changed by {treatment}"
    )


def condition_words(where: str) -> str:
    """A condition as a person reads it: those on the value itself in words, all others as the project writes them."""
    return _CONDITIONS.get(where, where)


def plan_rows(plan: Plan) -> list[list[str]]:
    """Shape: a row a case: source, address, treatment (with its condition), known, reason."""
    rows = []
    for source in plan.sources:
        for address, rule in every_rule(source):
            for case in rule.cases:
                effect = outcome(describe(case.treatment)) + (
                    f"  where {condition_words(case.where)}" if case.where else ""
                )
                rows.append([source.name, address, effect, rule.known, rule.reason])
    return rows


def search_rules(plan: Plan) -> list[str]:
    """What the plan does with short identifiers, where it seeks numbers, and with words for "no value"."""
    numbers = any(rule.known and rule.kind not in _NAMED for source in plan.sources for _, rule in every_rule(source))
    words = sorted(source.name for source in plan.sources if source.no_value is not None)
    lines = [f'{name}: the project defines which words mean "no value"' for name in words]
    return ([RULE] if numbers else []) + lines


def label_rows(plan: Plan) -> list[tuple[str, str]]:
    """What a scan does with each label; those that stay come last."""
    rows = [(label.value, describe(treatment), isinstance(treatment, Keep)) for label, treatment in plan.labels.items()]
    return [(label, treatment) for label, treatment, _ in sorted(rows, key=lambda row: row[2])]
