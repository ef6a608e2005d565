"""Proposal: a project for one uploaded file, with a rule for each column, to accept or to change before the run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from veil.discover.coded_terms import TERM
from veil.discover.date_orders import DATED, date_orders_of
from veil.discover.kinds import KEPT, Guess
from veil.discover.propose import born_column, is_cast, rule_text
from veil.discover.signals import Signals
from veil.discover.survey import SurveyedTable, looked_at, related, survey
from veil.discover.titles import Title, title_of
from veil.errors import FormatError
from veil.formats.addresses import grammar_of
from veil.formats.traits import Kind, Traits
from veil.model import inner_of, path_of
from veil.parts import kind_of, traits_of
from veil.service.store.job_request import JobRequest
from veil.service.work.accepted_plan import PROFILE, QUARANTINE
from veil.service.work.json_tables import QUANTITY, tree_table
from veil.stores import FolderStore

_SUBJECT = re.compile(r"(patient|person|subject|member|pat|mrn)(_?(id|key|num|number|no|nbr))?$", re.IGNORECASE)
_NAMED = frozenset({"text", *KEPT})
_WORDED = ("plain", "icd", "loinc", "sex", "race", "marriage", "state")
_STRICT = "safe-harbor"
_ENOUGH = 0.5
_FIRST = 20  # numbers of rows that a plan shows
_FRACTIONS = 0.2
_LONGEST = 900  # letters of a name, as a wish about it may have
Record = dict[str, Any]


def propose(folder: Path, name: str, choice: JobRequest) -> Record:
    """What would be done with a file.

    Shape:   `project`: as a project file has it, without places. `columns`: per column its source, name, what it seems to be, how
             sure, why, and the rule that was chosen (`proposed`, `keep`, `drop`, `scan`, or a kind). `broken`: the rows that cannot be
             parsed, as a person counts them. `rows`: what happens to a row that cannot be released, where the others can be.
    Errors:  those of the format; FormatError `header-missing`.
    """
    project: Record = {
        "name": "upload",
        "profile": choice.profile or PROFILE,
        "reversible": False,
        "dates": {"contradiction": "empty"},
        "in": "in",
        "out": "out",
    }
    kind = kind_of(name)
    traits = traits_of(kind)
    if traits.kind is Kind.NOTES:
        notes = {"files": [name], "format": kind, "subject": {"from": "file"}, "columns": dict(traits.usual)}
        return {"project": project | {"notes": {"notes": notes}}, "columns": []}
    tables, fields = _tables(folder, name)
    for table in tables:
        table.guesses = {column: wary(column, guess) for column, guess in table.guesses.items()}
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
        whole = {column for column, domain in domains.items() if domain in subjects.padded}
        orders = date_orders_of(table)
        rules = {
            column: "drop"
            if column in orders.mixed
            else _rule(choice, table, column, own, domains.get(column), padded=column in whole)
            if fields is None or column in fields
            else "drop"
            for column in table.guesses
        }
        source = f"table {number}" if len(tables) > 1 else "table"
        sources[source] = _source(table, own, rules, is_tree=room == "trees") | (
            {"day_first": True} if orders.day_first else {}
        )
        columns += _shown(source, table, rules)
    rows = QUARANTINE if traits.leaves_out else ""
    return {"project": project | {room: sources}, "columns": columns, "broken": _broken(tables, traits), "rows": rows}


def _broken(tables: Sequence[SurveyedTable], traits: Traits) -> Record:
    """How many rows cannot be parsed, the first of them as a person counts, and why; `passed`: whether others can be read without them."""
    rows = [row + traits.heads for table in tables for row in table.broken]
    code = next((table.code for table in tables if table.code), "")
    return {"count": len(rows), "first": rows[:_FIRST], "code": code, "passed": traits.passes_broken}


def wary(column: str, guess: Guess) -> Guess:
    """A guess that keeps nothing which the column's name says is an identifier, a place or a date.

    Keeps:   `name` is dropped though its values look like a code, and what describes a code is searched as text; nobody may be
             there to read the proposal.
    """
    title = _title(column)
    if guess.form == TERM:
        return Guess("text", guess.sure, guess.why)
    if guess.kind in KEPT and title is not None and title.kind not in _NAMED:
        return Guess(title.kind, 0.5, f"column name, but {guess.why}", title.form)
    return guess


def is_unknown(column: str, guess: Guess, signals: Signals) -> bool:
    """Whether nothing but the look of its values speaks for a column that would be kept or searched word by word.

    Keeps:   numbers with fractions, words of the language and codes of published lists are known by what they are; whole numbers,
             other short words and serials may be anybody's.
    """
    if _title(column) is not None or guess.why == QUANTITY:
        return False
    if guess.kind == "measure":
        return signals.at("disguised") > 0 or signals.at("decimal") < _FRACTIONS
    if guess.kind == "code":
        return not guess.form and max(signals.at(name) for name in _WORDED) <= _ENOUGH
    return guess.kind == "text" and signals.words < 2


def _title(column: str) -> Title | None:
    return title_of(grammar_of(column).title(column))


def _tables(folder: Path, name: str) -> tuple[list[SurveyedTable], frozenset[str] | None]:
    """The tables of a file; of records also the paths that may be kept, for a key of the others may be a value."""
    kind = kind_of(name)
    if traits_of(kind).kind is Kind.RECORDS:
        table, fields = tree_table(folder, name, kind)
        return [table], fields
    if traits_of(kind).items:
        return survey([str(folder / name)])[0], None
    passes_broken = traits_of(kind).passes_broken
    return [looked_at(FolderStore(folder), "table", [name], kind, hear=True, passes_broken=passes_broken)], None


def _source(table: SurveyedTable, own: str | None, rules: Mapping[str, Any], *, is_tree: bool) -> Record:
    book, sheet = path_of(table.files[0]), inner_of(table.files[0])
    source: Record = {"files": [book], "columns": dict(rules)} | ({"sheet": sheet} if sheet else {})
    if own is None:
        return source
    source["subject"] = own
    if not is_tree:
        born = born_column(table, each_another=len(set(filter(None, table.sample[own]))) == len(table.sample[own]))
        sex = next((column for column in table.guesses if column.lower() in ("sex", "gender")), None)
        source |= ({"born": born} if born else {}) | ({"sex": sex} if sex else {})
    return source


def _subject_of(table: SurveyedTable) -> str | None:
    """A column that is called as the id of a person is: of a table that stands alone nothing else refers to it."""
    return next(
        (
            column
            for column, guess in table.guesses.items()
            if guess.kind in ("id", "number") and _SUBJECT.search(column)
        ),
        None,
    )


def _rule(
    choice: JobRequest, table: SurveyedTable, column: str, own: str | None, domain: str | None, *, padded: bool
) -> Any:
    """The rule of a column.

    Keeps:   dates of nobody do not move: they go. Under Safe
             Harbor a column that nothing is known of goes.
    """
    guess, signals = table.guesses[column], table.signals[column]
    if guess.kind == "empty":
        return "drop"
    if choice.identifiers:
        if guess.kind in ("text", "document"):
            return "scan"
        return _gone(guess) if choice.goes(guess.kind, guess.form) else "keep"
    profile = choice.read()
    if profile.claims == _STRICT and is_unknown(column, guess, signals):
        return "drop"
    if own is None and str(profile.kinds["date"]).startswith(("shift", "{'shift")) and guess.kind in DATED:
        return "drop"
    whole = is_cast(profile, guess.kind, signals, padded=padded)
    shown = domain if domain != column.lower() else None
    return yaml.safe_load(rule_text(guess.kind, column, shown, own=column == own, staff=own is None, whole=whole))


def _gone(guess: Guess) -> Any:
    return "drop" if guess.kind == "age" else {"as": guess.kind}


def _shown(source: str, table: SurveyedTable, rules: Mapping[str, Any]) -> list[Record]:
    """The columns by the names that their owner knows, each by a name of its own; no log and no report shows them."""
    found: dict[str, Record] = {}
    for column, rule in rules.items():
        name, again = column[:_LONGEST], 1
        while name in found:
            again += 1
            name = f"{column[:_LONGEST]} ({again})"
        guess, word = table.guesses[column], rule if isinstance(rule, str) else f"as {rule['as']}"
        details = {
            "kind": guess.kind,
            "sure": round(guess.sure, 2),
            "why": guess.why,
            "rule": word,
            "chosen": "proposed",
        }
        found[name] = {"source": source, "column": name, "address": column, **details}
    return list(found.values())
