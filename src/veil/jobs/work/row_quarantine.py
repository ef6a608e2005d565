"""Row quarantine: the rows of a unit that are not in its output while the others are, by number, column and code."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np

from veil.formats.skipped_rows import BrokenRows, broken_of
from veil.jobs.work.quarantine import DOUBTFUL, ROW_CODES, Quarantined
from veil.jobs.work.units import Unit
from veil.model import Batch
from veil.policy.plan import Plan
from veil.policy.row_quarantine import ALONE
from veil.verify import Findings
from veil.verify.findings import WEAK, FindingPlace

ROUNDS = 10  # times that rows of a unit are taken out and the others are read again; a check may list no more than 100 at once


class RowQuarantine:
    """Takes rows out of a unit until none is left that may not be shown, or says that its file is lost.

    Keeps:   the output is made and verified anew without them, so that it, its counts and its way back agree.
    """

    def __init__(self, plan: Plan, unit: Unit) -> None:
        self._unit, self._rounds = unit, 0
        self._weak, self._strong = (plan.on_evidence(strength) == ALONE for strength in ("weak", "strong"))
        self._places: dict[int, FindingPlace] = {}  # by number among the rows that can be parsed
        self._broken = BrokenRows("", ())
        self._doubtful: list[int] = []
        self.height = 0  # rows that were read and stay

    @property
    def unit(self) -> Unit:
        """The unit without those rows."""
        part = dataclasses.replace(self._unit.part, without=tuple(sorted(self._places)))
        return dataclasses.replace(self._unit, part=part)

    @property
    def rows(self) -> int:
        """All rows of the unit's input."""
        return self.height + len(self._places) + len(self._broken.rows)

    @property
    def is_empty(self) -> bool:
        """Whether no row stays of some."""
        return not self.height and self.rows > 0

    def begin(self) -> None:
        """The unit is read from its beginning."""
        self._broken, self._doubtful, self.height = BrokenRows("", ()), [], 0

    def see(self, batch: Batch) -> None:
        """Count a batch that was read, and note what it says of broken rows."""
        broken = broken_of(batch)
        self._broken = BrokenRows(broken.code or self._broken.code, self._broken.rows + broken.rows)
        self._doubtful += broken.doubtful
        self.height += batch.height

    def takes(self, findings: Findings) -> bool:
        """Whether rows were taken out now, so that the others must be made and read again.

        Keeps:   what no row can be blamed for (an operator at fault, rows lost, two readings that differ) costs the file.
        """
        found = {row: FindingPlace(row, "", DOUBTFUL) for row in self._doubtful if row not in self._places}
        if findings.strong and not (self._strong and _is_of_rows(findings)):
            return False
        seen = [*(findings.weak if self._weak else ()), *findings.strong.values()]
        numbers = shifted([place.row for place in seen], sorted(self._places))
        found |= {row: place._replace(row=row) for row, place in zip(numbers, seen, strict=True)}
        if not found:
            return False
        self._rounds += 1
        if self._rounds > ROUNDS:
            for place in seen:
                findings.strong.setdefault(place.row, place)
            return False
        self._places |= found
        self.height -= len(found)
        return True

    def spots(self, places: Iterable[FindingPlace]) -> list[FindingPlace]:
        """Places among the rows that stay, as places among all rows of the unit."""
        seen = list(places)
        rows = self._of_all(shifted([place.row for place in seen], sorted(self._places)))
        return [place._replace(row=row) for row, place in zip(rows, seen, strict=True)]

    def quarantined(self, label: str) -> list[Quarantined]:
        """The rows that are not in the output: one entry a code."""
        by_code: dict[str, list[FindingPlace]] = {}
        for place in self._out():
            by_code.setdefault(place.code, []).append(place)
        return [Quarantined.of(label, some, rows_only=True) for some in by_code.values()]

    def file_lost(self, label: str, findings: Findings) -> list[Quarantined]:
        """The file, where no row stays or the others cannot be shown."""
        return [Quarantined.of(label, self._out() if self.is_empty else self.spots(findings.strong.values()))]

    def _out(self) -> list[FindingPlace]:
        own = sorted(self._places.values())
        moved = self._of_all([place.row for place in own])
        broken = [FindingPlace(row, "", self._broken.code) for row in self._broken.rows]
        return broken + [place._replace(row=row) for row, place in zip(moved, own, strict=True)]

    def seen(self) -> dict[str, int]:
        """How many rows were taken out, by what verify saw in them."""
        codes = [place.code for place in self._places.values() if place.code in ROW_CODES]
        return {code: codes.count(code) for code in sorted(set(codes) - {WEAK})}

    def _of_all(self, rows: Sequence[int]) -> list[int]:
        return shifted(rows, self._broken.rows)


def shifted(rows: Sequence[int], missing: Sequence[int]) -> list[int]:
    """Numbers among all rows of those that are numbered without the missing ones. Shape: `missing` ascending; n -> n."""
    out = np.asarray(missing, np.int64)
    places = np.searchsorted(out - np.arange(len(out)), np.asarray(rows, np.int64), side="right")
    return [int(row) for row in np.asarray(rows, np.int64) + places]


def closed_up(rows: Iterable[int], missing: Sequence[int]) -> list[int]:
    """The same back: numbers without the missing ones, of rows that are none of them."""
    own = np.asarray(list(rows), np.int64)
    return [int(row) for row in own - np.searchsorted(np.asarray(missing, np.int64), own)]


def _is_of_rows(findings: Findings) -> bool:
    """Whether all that was seen and may not be shown lies in single rows, each of which was looked at."""
    return all(code.startswith("checked ") or code in ROW_CODES for code in findings.counts)
