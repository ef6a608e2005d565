"""Proposal: a project for one uploaded file, with a rule for each column, to accept or to change before the run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from veil.discover.kinds import Guess
from veil.discover.propose import rule_text
from veil.discover.survey import Table, looked_at, related, survey
from veil.discover.titles import title_of
from veil.errors import FormatError
from veil.formats.addresses import grammar_of
from veil.formats.traits import Kind
from veil.formats.xlsx import parted
from veil.parts import kind_of, traits_of
from veil.policy.address import shown_path
from veil.service.store.choice import Choice
from veil.service.work.planned import PROFILE
from veil.service.work.trees import tree_table
from veil.stores import Folder

_SUBJECT = re.compile(r"(patient|person|subject|member|pat|mrn)(_?(id|key|num|number|no|nbr))?$", re.IGNORECASE)
_TIMES = ("date", "datetime", "birth_date")
_KEPT = ("code", "measure", "state", "age")  # what a profile may leave as it is
_PERSONAL = frozenset({
    "given_name", "family_name", "person_name", "staff_name", "phone", "email", "address", "number", "birth_date", "city", "county", "zip",
})  # fmt: skip
Record = dict[str, Any]


def propose(folder: Path, name: str, choice: Choice) -> Record:
    """What would be done with a file.

    Shape:   `project`: as a project file has it, without places. `columns`: per column its source, name, what it seems to be, how
             sure, why, and the rule that was chosen (`proposed`, `keep`, `drop`, `scan`, or a kind).
    Errors:  those of the format; FormatError `header-missing`.
    """
    project: Record = {
        "name": "upload",
        "profile": choice.profile or PROFILE,
        "reversible": False,
        "in": "in",
        "out": "out",
    }
    kind = kind_of(name)
    traits = traits_of(kind)
    if traits.kind is Kind.NOTES:
        notes = {"files": [name], "format": kind, "subject": {"from": "file"}, "columns": dict(traits.usual)}
        return {"project": project | {"notes": {"notes": notes}}, "columns": []}
    tables = _tables(folder, name)
    for table in tables:
        table.guesses = {column: wary(column, one) for column, one in table.guesses.items()}
    subjects = related(tables)
    room = "trees" if traits.kind is Kind.RECORDS else "tables"
    sources: Record = {}
    columns: list[Record] = []
    for number, table in enumerate(tables, 1):
        if table.failed:
            raise FormatError(
                table.failed,
                "a table of this file cannot be read",
                where=f"table {number}",
                hint="look at its first rows",
            )
        own = subjects.direct.get(table.name) or _subject_of(table)
        domains = {column: domain for (other, column), domain in subjects.domains.items() if other == table.name}
        rules = {column: _rule(choice, one, column, own, domains.get(column)) for column, one in table.guesses.items()}
        source = f"table {number}" if len(tables) > 1 else "table"
        sources[source] = _source(table, own, rules, is_tree=room == "trees")
        columns += _shown(source, table, rules)
    return {"project": project | {room: sources}, "columns": columns}


def wary(column: str, one: Guess) -> Guess:
    """A guess that keeps nothing which the column's name says is a person's.

    Keeps:   `name` is dropped though its values look like a code; nobody may be there to read the proposal.
    """
    title = title_of(grammar_of(column).title(column))
    if one.kind in _KEPT and title is not None and title.kind in _PERSONAL:
        return Guess(title.kind, 0.5, f"its name, though {one.why}", title.form)
    return one


def _tables(folder: Path, name: str) -> list[Table]:
    kind = kind_of(name)
    if traits_of(kind).kind is Kind.RECORDS:
        return [tree_table(folder, name, kind)]
    if traits_of(kind).items:
        return survey([str(folder / name)])[0]
    return [looked_at(Folder(folder), "table", [name], kind, hear=True)]


def _source(table: Table, own: str | None, rules: Mapping[str, Any], *, is_tree: bool) -> Record:
    book, sheet = parted(table.files[0])
    source: Record = {"files": [book], "columns": dict(rules)} | ({"sheet": sheet} if sheet else {})
    if own is None:
        return source
    source["subject"] = own
    if not is_tree:
        born = next((column for column, one in table.guesses.items() if one.kind == "birth_date"), None)
        sex = next((column for column in table.guesses if column.lower() in ("sex", "gender")), None)
        source |= ({"born": born} if born else {}) | ({"sex": sex} if sex else {})
    return source


def _subject_of(table: Table) -> str | None:
    """A column that is called as the id of a person is: of a table that stands alone nothing else refers to it."""
    return next(
        (column for column, one in table.guesses.items() if one.kind in ("id", "number") and _SUBJECT.search(column)),
        None,
    )


def _rule(choice: Choice, one: Guess, column: str, own: str | None, domain: str | None) -> Any:
    """Keeps: a key of a tree that may be a value goes, whatever it holds; dates of nobody do not move: they go."""
    if shown_path(column) != column or one.kind == "empty":
        return "drop"
    if choice.identifiers:
        if one.kind in ("text", "document"):
            return "scan"
        return _gone(one) if choice.goes(one.kind, one.form) else "keep"
    shifts = str(choice.read().kinds["date"]).startswith(("shift", "{'shift"))
    if own is None and shifts and one.kind in _TIMES:
        return "drop"
    told = rule_text(
        one.kind, column, domain if domain != column.lower() else None, own=column == own, staff=own is None
    )
    return yaml.safe_load(told)


def _gone(one: Guess) -> Any:
    return "drop" if one.kind == "age" else {"as": one.kind}


def _shown(source: str, table: Table, rules: Mapping[str, Any]) -> list[Record]:
    """The columns as a page may name them, each by a name of its own."""
    found: dict[str, Record] = {}
    for column, rule in rules.items():
        name, again = shown_path(column), 1
        while name in found:
            again += 1
            name = f"{shown_path(column)} ({again})"
        one, word = table.guesses[column], rule if isinstance(rule, str) else f"as {rule['as']}"
        told = {"kind": one.kind, "sure": round(one.sure, 2), "why": one.why, "rule": word, "chosen": "proposed"}
        found[name] = {"source": source, "column": name, "address": column, **told}
    return list(found.values())
