"""Findings: what verify saw in one output, by row, column and code; counts, never values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

WEAK = "weak-identifier"
LISTED = 1000  # places of weak evidence that a unit names; all are counted


class FindingPlace(NamedTuple):
    """Where something was seen. Units: `row` from 0, among the rows that were read together."""

    row: int
    column: str
    code: str


REREAD = "reread"  # two readings of one file differ


@dataclass(slots=True)
class Findings:
    """What verify saw in one output.

    Shape:   `column`: the address of what is looked at from here on. `bad`: rows that may not be shown, each with the
             place of its first reason. `weak`: places where something is that may be an identifier and may be none;
             those rows are shown unless the project says otherwise. `counts`: how often each check was made
             (`checked ...`) and what was seen, by code.
    """

    column: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    strong: dict[int, FindingPlace] = field(default_factory=dict)
    weak: list[FindingPlace] = field(default_factory=list)

    @property
    def bad_rows(self) -> dict[int, str]:
        """The code of each row that may not be shown."""
        return {row: place.code for row, place in self.strong.items()}

    def bad(self, row: int, code: str) -> None:
        self.counts[code] += 1
        self.strong.setdefault(row, FindingPlace(row, self.column, code))

    def doubt(self, row: int, count: int = 1) -> None:
        """Weak evidence: a short number, a ZIP or an everyday word that is an identifier of the subject too."""
        self.counts[WEAK] += count
        if len(self.weak) < LISTED:
            self.weak.append(FindingPlace(row, self.column, WEAK))

    def merge(self, other: Findings, first_row: int = 0, rows: Sequence[int] | None = None) -> None:
        """The findings of a part. Shape: row i of the part is `rows[i]`, or `first_row + i`."""

        def moved(place: FindingPlace) -> FindingPlace:
            row = place.row if rows is None or place.row >= len(rows) else rows[place.row]
            return place._replace(row=first_row + row)

        self.counts += other.counts
        for place in map(moved, other.strong.values()):
            self.strong.setdefault(place.row, place)
        self.weak += map(moved, other.weak[: max(0, LISTED - len(self.weak))])
