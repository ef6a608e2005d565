"""Quarantine: what is not in a release, and where it stands: file, rows, columns; never a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from veil.errors import Error
from veil.verify.findings import WEAK, FindingPlace

STRONG = frozenset(
    {"known-identifier", "residual-pattern", "residual-name", "residual-date", "torn"}
)  # an identifier is left
DOUBTFUL = "row-doubtful"  # a row that may be the rest of a broken one
ROW_CODES = STRONG | {
    "residual-language",
    WEAK,
    DOUBTFUL,
}  # found by looking at every row, so that the others can be shown
SHOWN = 20  # places that a record names of a file that is in quarantine as a whole


class Spot(NamedTuple):
    """A place in a file. Units: `row` as a person counts it, the header being row 1 where there is one; 0 is not known."""

    row: int
    column: str

    def line(self) -> str:
        parts = [f"row {self.row}" if self.row else "", f"column {self.column}" if self.column else ""]
        return ", ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A file, or some of its rows, that did not pass.

    Shape:   `what` is a label without a value (`labs file 1`); `spots`: where, the first of `count`. `rows_only`: the
             other rows of the file are in the release, and `spots` are all that are not. `counted`: rows count from the
             beginning of the file, not of its unit.
    """

    what: str
    code: str
    spots: tuple[Spot, ...] = ()
    count: int = 0
    rows_only: bool = False
    counted: bool = False

    @classmethod
    def by(cls, what: str, error: Error) -> Quarantined:
        """A file that an error stopped; its row is counted from the beginning of the file already."""
        spots = (Spot(error.row, error.column),) if error.row or error.column else ()
        return cls(what, error.code, spots, len(spots), counted=True)

    @classmethod
    def of(cls, what: str, places: Sequence[FindingPlace], *, rows_only: bool = False) -> Quarantined:
        """Shape: at least one place; they are numbered later, from the beginning of their file."""
        spots = tuple(Spot(place.row, place.column) for place in places)
        return cls(what, places[0].code, spots if rows_only else spots[:SHOWN], len(spots), rows_only)

    @classmethod
    def from_json(cls, page: dict[str, Any]) -> Quarantined:
        return cls(**{**page, "spots": tuple(Spot(*spot) for spot in page["spots"])})

    def as_json(self) -> dict[str, Any]:
        """As a manifest says it; a whole file whose place is not known has no more than its name and code."""
        page: dict[str, Any] = {"what": self.what, "code": self.code}
        if self.spots:
            page |= {"places": [spot._asdict() for spot in self.spots], "count": self.count}
        return page | ({"rows_only": True} if self.rows_only else {})

    def line(self) -> str:
        """A line for people: file, place, how many more."""
        where = f", {self.spots[0].line()}" if self.spots and self.spots[0].line() else ""
        more = f" and {self.count - 1:,} more" if self.count > 1 else ""
        return f"{self.what}{where}{more}"

    def with_rows(self, later: Quarantined) -> Quarantined:
        """These rows, and those of a later part of the file that have the same code."""
        return replace(self, spots=self.spots + later.spots, count=self.count + later.count)

    def counted_from(self, first: int) -> Quarantined:
        """The same with rows counted from the first of the file. Units: `first` is the number of the unit's first row."""
        if self.counted:
            return self
        return replace(self, counted=True, spots=tuple(Spot(spot.row + first, spot.column) for spot in self.spots))


def grouped(weak: Iterable[tuple[str, Spot]]) -> list[dict[str, Any]]:
    """Weak evidence as a manifest says it: the rows of each file and column."""
    found: dict[tuple[str, str], list[int]] = {}
    for what, spot in weak:
        found.setdefault((what, spot.column), []).append(spot.row)
    return [
        {"what": what, "column": column, "rows": sorted({*rows} - {0})}
        for (what, column), rows in sorted(found.items())
    ]
