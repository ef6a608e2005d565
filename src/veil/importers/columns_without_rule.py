"""Columns without a rule: the columns that no transformer names, looked at where the data is at hand, with evidence and no value."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from veil.discover.propose import propose, rule_text
from veil.errors import Error

_DATES = ("date", "datetime", "birth_date", "birth_year")

Look = dict[str, dict[str, tuple[str, str, str]]]


def look(folder: Path) -> Look:
    """What the columns of a folder's tables seem to be.

    Shape:   table (in small letters) -> column, in the order of the file -> kind, rule, evidence; empty where no table is.
    """
    try:
        proposal = propose(folder, "expert")
    except (Error, OSError):
        return {}
    return {
        table.name.lower(): {
            column: (
                guess.kind,
                rule_text(guess.kind, column, None, own=False, staff=False),
                f"{guess.kind}, {guess.sure:.0%}: {guess.why}",
            )
            for column, guess in table.guesses.items()
        }
        for table in proposal.tables
    }


def bare_rule(seen: tuple[str, str, str], column: str, named: Mapping[str, str], *, owned: bool) -> tuple[str, str]:
    """The rule of a column without a transformer, and why; `named`: columns that other tables give a domain."""
    kind, rule, why = seen
    if column in named and kind not in _DATES:
        return f"{{pseudonym: {{}}, domain: {named[column]}}}", "no transformer; another table has ids of this name"
    if kind in _DATES and not owned:
        return "drop", f"no transformer, and the shift of its person is unknown; {why}"
    return rule, f"no transformer; {why}"
