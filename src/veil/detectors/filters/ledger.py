"""Ledger: what has been settled of each character of one text: safe, PHI of some filter, or nothing yet."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

Range = tuple[int, int]


class Ledger:
    """Characters of a text, settled by filters in their order.

    Keeps:   what is settled by an earlier filter stays: a range that overlaps or touches what is settled the other
             way is not taken at all. Only `settle(..., override=True)` (contexts, known identifiers) changes it.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.safe = bytearray(len(text))
        self._phi = bytearray(len(text))
        self._by = array("I", [0]) * len(text)

    def settle(self, ranges: Iterable[Range], number: int, *, exclude: bool, override: bool = False) -> None:
        """Shape: ranges that neither overlap nor touch, of filter `number`; `exclude`: they are PHI."""
        mine, other = (self._phi, self.safe) if exclude else (self.safe, self._phi)
        for start, end in ranges:
            if override:
                other[start:end] = bytes(end - start)
            elif other.find(1, max(0, start - 1), end + 1) >= 0:
                continue
            mine[start:end] = b"\1" * (end - start)
            if exclude:
                for at in range(start, end):
                    self._by[at] = number

    def spans(self) -> Iterator[tuple[int, int, int]]:
        """What is to be masked, each stretch with the filter that found it, 0 for what no filter knows.

        Shape:   (start, end, number), in order, disjoint; each begins and ends with a letter or a digit. What a filter
                 found goes on over points and spaces found with it; what none knows is cut at them.
        Keeps:   every letter and digit that is not safe is in one of them.
        """
        at = 0
        while at < len(self._text):
            if self.safe[at] or not self._text[at].isalnum():
                at += 1
                continue
            end = self._end(at)
            yield at, end, self._number(at)
            at = end

    def _end(self, start: int) -> int:
        """Behind the last letter or digit of the stretch that begins here."""
        number, end = self._number(start), start
        for at in range(start, len(self._text)):
            if self.safe[at] or self._number(at) != number:
                break
            if self._text[at].isalnum():
                end = at + 1
            elif not number:
                break
        return end

    def _number(self, at: int) -> int:
        return self._by[at] if self._phi[at] else 0


def joined(ranges: Iterable[Range]) -> list[Range]:
    """Ranges of one filter, those that overlap or touch made one."""
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
