"""Findings: what verify saw in one output, by row and by code; counts, never values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

REREAD = "reread"  # two readings of one file differ


@dataclass(slots=True)
class Findings:
    """What verify saw in one output.

    Shape:   `bad_rows`: rows of the batch that may not be shown, each with the code of its first reason.
             `counts`: how often each check was made (`checked ...`) and what was seen, by code.
    """

    counts: Counter[str] = field(default_factory=Counter)
    bad_rows: dict[int, str] = field(default_factory=dict)

    def bad(self, row: int, code: str) -> None:
        self.counts[code] += 1
        self.bad_rows.setdefault(row, code)

    def merge(self, other: Findings, first_row: int) -> None:
        self.counts += other.counts
        for row, code in other.bad_rows.items():
            self.bad_rows.setdefault(first_row + row, code)
