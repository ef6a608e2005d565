"""Report: counts of what was done, and where; the holder of no value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class ReportLine(NamedTuple):
    """What was counted: a source, an address in it ("": the source itself), an action and its detail."""

    source: str
    address: str
    action: str
    detail: str


@dataclass(slots=True)
class Report:
    """Counts by line; reports of parts add up to the report of the whole.

    Shape:   `source` is that of what is counted from here on; a report of several sources has none of its own.
    """

    source: str = ""
    counts: Counter[ReportLine] = field(default_factory=Counter)

    def count(self, address: str, action: str, detail: str = "", n: int = 1) -> None:
        if n:
            self.counts[ReportLine(self.source, address, action, detail)] += n

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """The counts of another report, as its `rows` gave them."""
        for row in rows:
            self.counts[ReportLine(row["source"], row["column"], row["action"], row["detail"])] += row["count"]

    def __add__(self, other: Report) -> Report:
        return Report(self.source, self.counts + other.counts)

    def total(self, action: str, detail: str | None = None) -> int:
        return sum(n for line, n in self.counts.items() if line.action == action and detail in (None, line.detail))

    def rows(self) -> list[dict[str, str | int]]:
        """Shape: JSON: `source` and `column` say where; `address` is the two joined, for people to read."""
        return [
            {
                "source": line.source,
                "column": line.address,
                "address": shown(line.source, line.address),
                "action": line.action,
                "detail": line.detail,
                "count": n,
            }
            for line, n in sorted(self.counts.items())
        ]


def shown(source: str, address: str) -> str:
    """A place for people: `labs.value`; a source alone is its name."""
    return f"{source}.{address}" if source and address else source or address
