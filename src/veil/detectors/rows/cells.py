"""Cells: which stretches of a text a span touches, and its parts in each."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from veil.detectors.rows.grid import Grid

_BOUNDS = " |"
_BOUNDING = ("|", "  ")  # signs of rows whose cells bound a span; commas and semicolons are in names too


class Stretches:
    """Stretches of a text in order, none over another."""

    def __init__(self, stretches: Sequence[tuple[int, int]]) -> None:
        self.all = stretches
        self._starts = [start for start, _ in stretches]
        self._longest = max((end - start for start, end in stretches), default=0)

    def touched(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Those that lie over a stretch in part or as a whole."""
        first = bisect_right(self._starts, start - self._longest - 1)
        for at in range(first, bisect_left(self._starts, end)):
            if self.all[at][1] > start:
                yield self.all[at]


def cells_of(grids: Sequence[Grid]) -> list[tuple[int, int]]:
    """The cells that bound a span, in order."""
    return [
        (cell.start, cell.end)
        for grid in grids
        if grid.signs in _BOUNDING
        for row in grid.rows
        for cell in row
        if cell.start < cell.end
    ]


def cut_at(shown: str, start: int, end: int, cells: Stretches) -> list[tuple[int, int]]:
    """A stretch in pieces that go over no tab and no cell."""
    pieces = [(start, end)]
    if "\t" in shown[start:end]:
        places = [start - 1, *(i for i in range(start, end) if shown[i] == "\t"), end]
        pieces = [(first + 1, last) for first, last in pairwise(places)]
    if cells.all:
        pieces = [part for piece in pieces for part in _by_cells(piece, cells)]
    return [(first, last) for first, last in pieces if shown[first:last].strip(_BOUNDS)]


def _by_cells(piece: tuple[int, int], cells: Stretches) -> list[tuple[int, int]]:
    touched = list(cells.touched(*piece))
    if len(touched) < 2:
        return [piece]
    return [(max(piece[0], start), min(piece[1], end)) for start, end in touched]


def bare(shown: str, start: int, end: int) -> tuple[int, int]:
    """A stretch without the spaces and strokes at its ends."""
    while start < end and shown[start] in _BOUNDS:
        start += 1
    while end > start and shown[end - 1] in _BOUNDS:
        end -= 1
    return start, end
