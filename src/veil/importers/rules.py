"""Rules: the transformers of a table as rules of columns, each with what it means beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from veil.errors import PolicyError
from veil.importers.cleared import DATE, DROP, ID, Cleared, ClearedTable, Step
from veil.importers.faults import safer
from veil.importers.hydra import shown
from veil.importers.people import PeopleOfTables, columns_of
from veil.importers.where import where_of


@dataclass(slots=True)
class WrittenRule:
    """A rule as it will stand: its cases, each with a comment ("" for none)."""

    cases: list[tuple[dict[str, Any] | str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Notes:
    """What the terminal says: taken over, safer here, without a counterpart; each sentence once."""

    taken: dict[str, None] = field(default_factory=dict)
    safer: dict[str, None] = field(default_factory=dict)
    none: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ids:
    """How the ids of a domain are written: `code` (an old map goes on) or `pseudonym`; whether `007` is `7`."""

    coded: bool = False
    integer: bool = False


def ids_of(config: Cleared, people: PeopleOfTables, maps: Mapping[str, bool]) -> dict[str, Ids]:
    """Shape: `maps`: uid of an old map -> whether all its originals are whole numbers -> domain -> how it is written."""
    found = {
        people.domains[uid]: Ids(coded=True, integer=whole) for uid, whole in maps.items() if uid in people.domains
    }
    for table in config.tables:
        for step in table.steps:
            if step.method == ID and step.cast in ("integer", "float"):
                found.setdefault(people.domains[step.uid], Ids(integer=True))
    return found


def rules_of(
    table: ClearedTable, people: PeopleOfTables, ids: Mapping[str, Ids], address: str, notes: Notes
) -> dict[str, WrittenRule]:
    """The rule of each column that a table's transformers name.

    Errors:  PolicyError `import-twice`: two transformers of one column, and no way to tell which holds.
    """
    found: dict[str, WrittenRule] = {}
    by_column: dict[str, list[Step]] = {}
    for step in table.steps:
        by_column.setdefault(step.column, []).append(step)
    changed: set[str] = set()
    reads: dict[str, frozenset[str]] = {}
    for step in table.steps:
        if step.where and step.method != DROP:
            reads[step.where] = where_of(step.where, step.place, address)[1]
            if any(address.format(change) in reads[step.where] for change in changed):
                notes.safer[
                    f"{shown(table.key)}: a condition reads a column as it was, not as a transformer before it left it"
                ] = None
        changed.add(step.column)
    for column, steps in by_column.items():
        found[column] = _rule(column, steps, table, people, ids, address, notes)
    for column, domain in columns_of(table, people).items():
        found[column] = _key(column, domain, found.get(column), table, ids, notes)
    return found


def _key(
    column: str, domain: str, own_rule: WrittenRule | None, table: ClearedTable, ids: Mapping[str, Ids], notes: Notes
) -> WrittenRule:
    """The rule of a column that tells whose record a row is: it is an id of its domain in every row."""
    whole = _id(ids.get(domain, Ids()), domain, "")
    if own_rule is None:
        notes.safer[f"{shown(table.key)}: an id that only dates stood on, and that Cleared released, is replaced"] = (
            None
        )
        return WrittenRule([(whole, "safer: dates are shifted by this id, and Cleared released it (2)")])
    if own_rule.cases[0][0] == "drop":
        return WrittenRule([({"drop": {}, "domain": domain}, "it still identifies the patient of a row")])
    if own_rule.cases[-1][0] == "keep":
        own_rule.cases[-1] = (
            whole,
            "safer: dates are shifted by this id, and Cleared released the rows that no filter selects (2)",
        )
    if any(not isinstance(rule, dict) or rule.get("domain") != domain for rule, _ in own_rule.cases):
        raise PolicyError(
            "import-twice",
            f"column {shown(column)} identifies people and also has another transformer",
            where=table.steps[0].place,
            hint="shift by a column that has one map only, or remove the other transformer",
        )
    return own_rule


def _rule(
    column: str,
    steps: list[Step],
    table: ClearedTable,
    people: PeopleOfTables,
    ids: Mapping[str, Ids],
    address: str,
    notes: Notes,
) -> WrittenRule:
    if any(step.method == DROP for step in steps):
        if len(steps) > 1 or steps[0].where:
            notes.safer[f"{shown(table.key)}: a column that is dropped is dropped in every row"] = None
        return WrittenRule([("drop", "")])
    whole = {(step.method, step.uid, step.cast): step for step in steps if not step.where}
    if len(whole) > 1:
        raise PolicyError(
            "import-twice",
            f"column {shown(column)} has two transformers without a filter",
            where=steps[-1].place,
            hint="add a filter that selects the rows of each, or remove one",
        )
    written = WrittenRule()
    for step in [*(step for step in steps if step.where), *whole.values()]:
        rule, comment = _case(step, table, people, ids)
        if step.where:
            said, _ = where_of(step.where, step.place, address)
            rule = {"where": said, **(rule if isinstance(rule, dict) else {rule: {}})}
            comment = f"{comment}; {safer(16).removeprefix('safer: ')}" if comment else safer(16)
        written.cases.append((rule, comment))
    if not whole:
        written.cases.append(("keep", "rows that no filter names stay as they are"))
    elif len(written.cases) > 1:
        notes.safer[
            f"{shown(table.key)}: of several transformers of one column each cell gets the first whose filter matches"
        ] = None
    return written


def _case(
    step: Step, table: ClearedTable, people: PeopleOfTables, ids: Mapping[str, Ids]
) -> tuple[dict[str, Any] | str, str]:
    if step.method == ID:
        domain = people.domains[step.uid]
        how = ids.get(domain, Ids())
        faults = (1, 5) if not step.cast else (1, 5, 17)
        comment = safer(*faults)
        if how.coded:
            comment = "old pseudonyms are kept and still reveal the rank; safer: new ids get random codes (1), null stays null (5)"
        return _id(how, domain, step.cast), comment
    if table.key in people.lost:
        return "drop", "no counterpart: its id belongs to no person, so its shift is unknown"
    rule: dict[str, Any] = {"shift": {}}
    if step.cast == "datetime":
        rule["cast"] = "datetime"
    comment = safer(14)
    if any(word in step.column.lower() for word in ("birth", "dob")):
        comment += "; a day of birth? `as birth_date` also hides ages over 89"
    return rule, comment


def _id(how: Ids, domain: str, cast: str) -> dict[str, Any]:
    options = {"canonical": "integer"} if how.integer else {}
    if how.coded or how.integer:
        options = {"format": "integer", **options}
    rule: dict[str, Any] = {"code" if how.coded else "pseudonym": options, "domain": domain}
    if cast and cast != "string":
        rule["cast"] = "integer" if cast == "float" else cast
    return rule


def sources_of(config: Cleared) -> list[str]:
    """All uids in the configuration, in their order."""
    return list(dict.fromkeys(step.uid for table in config.tables for step in table.steps if step.method in (ID, DATE)))
