"""External sort: any number of rows of words, returned sorted, one part at a time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from veil.risk.spill import Spill, SpilledRange, Words

SHARES = 256
MEMORY = 1 << 30
_CHUNK = 1 << 20  # rows that are sorted at once, on their way in
_EDGES = np.arange(1, SHARES, dtype=np.uint64) << np.uint64(64 - SHARES.bit_length() + 1)


class SortMemory:
    """The memory that some bags share; what does not fit lies sealed on disk.

    Units:   `memory` in bytes of words held. One share of one bag is always held: 1/256 of its rows.
    """

    def __init__(self, memory: int = MEMORY, folder: Path | None = None) -> None:
        self.memory, self._folder = memory, folder
        self._bytes = 0
        self._bags: list[ExternalSort] = []
        self.spill: Spill | None = None

    def bag(self, width: int = 1) -> ExternalSort:
        fresh = ExternalSort(self, width)
        self._bags.append(fresh)
        return fresh

    def took(self, size: int) -> None:
        self._bytes += size
        if self._bytes > self.memory:
            self.spill = self.spill or Spill(self._folder)
            for bag in self._bags:
                bag.put_away(self.spill)
            self._bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.spill is not None:
            self.spill.close()


class ExternalSort:
    """Rows of `width` words; the first word is a key whose bits are as good as random.

    Keeps:   every row that was added, as often as it was added; rows of one key are in one share.
    """

    def __init__(self, room: SortMemory, width: int) -> None:
        self._room, self.width = room, width
        self._waiting: list[tuple[Words, ...]] = []
        self._rows = 0
        self._in_memory: list[list[tuple[Words, ...]]] = [[] for _ in range(SHARES)]
        self._away: list[list[tuple[SpilledRange, ...]]] = [[] for _ in range(SHARES)]

    def add(self, *columns: Words) -> None:
        """Shape: `width` columns of n words."""
        self._waiting.append(columns)
        self._rows += len(columns[0])
        if self._rows >= _CHUNK:
            self._cut()

    def share(self, number: int) -> tuple[Words, ...]:
        """Shape: its rows as `width` columns, sorted by the first, then the second ..."""
        self._cut()
        pieces = [*self._in_memory[number], *(tuple(map(self._got, places)) for places in self._away[number])]
        if not pieces:
            return (np.zeros(0, np.uint64),) * self.width
        return _sorted(tuple(np.concatenate(column) for column in zip(*pieces, strict=True)))

    def shares(self) -> Iterator[tuple[Words, ...]]:
        """Every share that has a row, in order."""
        for number in range(SHARES):
            columns = self.share(number)
            if len(columns[0]):
                yield columns

    def put_away(self, spill: Spill) -> None:
        for batches, away in zip(self._in_memory, self._away, strict=True):
            if batches:
                away.append(tuple(spill.put(np.concatenate(column)) for column in zip(*batches, strict=True)))
                batches.clear()

    def _got(self, place: SpilledRange) -> Words:
        if self._room.spill is None:
            raise OSError("a temporary file is closed")
        return self._room.spill.get(place)

    def _cut(self) -> None:
        """Rows that waited, sorted by their key and cut into shares."""
        if not self._rows:
            return
        columns = tuple(np.concatenate(column) for column in zip(*self._waiting, strict=True))
        self._waiting, self._rows = [], 0
        if self.width == 1:
            columns[0].sort()
        else:
            order = np.argsort(columns[0])
            columns = tuple(column[order] for column in columns)
        bounds = [0, *np.searchsorted(columns[0], _EDGES).tolist(), len(columns[0])]
        for share, (start, stop) in enumerate(pairwise(bounds)):
            if start < stop:
                self._in_memory[share].append(tuple(column[start:stop] for column in columns))
        self._room.took(8 * self.width * len(columns[0]))


def runs(*columns: Words) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where equal rows begin in sorted columns, and how many they are."""
    new = np.empty(len(columns[0]), np.bool_)
    new[:1] = True
    np.not_equal(columns[0][1:], columns[0][:-1], out=new[1:])
    for column in columns[1:]:
        new[1:] |= column[1:] != column[:-1]
    start = np.flatnonzero(new)
    return start, np.diff(start, append=len(new))


def _sorted(columns: tuple[Words, ...]) -> tuple[Words, ...]:
    if len(columns) == 1:
        columns[0].sort()
        return columns
    order = np.lexsort(columns[::-1])
    return tuple(column[order] for column in columns)
