"""Report: counts of what was done, and where; the holder of no value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Report:
    """Counts by (address, action, detail); reports of parts add up to the report of the whole."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def count(self, address: str, action: str, detail: str = "", n: int = 1) -> None:
        if n:
            self.counts[address, action, detail] += n

    def __add__(self, other: Report) -> Report:
        return Report(self.counts + other.counts)

    def total(self, action: str, detail: str | None = None) -> int:
        return sum(n for (_, act, what), n in self.counts.items() if act == action and detail in (None, what))

    def rows(self) -> list[dict[str, str | int]]:
        return [
            {"address": address, "action": action, "detail": detail, "count": n}
            for (address, action, detail), n in sorted(self.counts.items())
        ]
