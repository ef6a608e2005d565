"""Skipped rows: rows of a file that are not read: those in quarantine, by their number, and those that cannot be parsed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from veil.model import Batch

BROKEN = "broken"  # the setting of a source whose broken rows are passed over, and the key in `Batch.about`


@dataclass(frozen=True, slots=True)
class BrokenRows:
    """Rows that cannot be parsed and were passed over before or within a batch.

    Shape:   `doubtful`: rows of the batch that can be parsed and may be the rest of one that cannot.
    Units:   `rows` from 0, among all rows of the part; `doubtful` from 0, among those that can be parsed.
    """

    code: str
    rows: tuple[int, ...]
    doubtful: tuple[int, ...] = ()


_NONE = BrokenRows("", ())


def broken_of(batch: Batch) -> BrokenRows:
    """What a batch says of broken rows."""
    found: BrokenRows = batch.about.get(BROKEN, _NONE)
    return found


class SkippedRows:
    """Says which of the rows that come stay.

    Units:   `without` from 0, ascending, among the rows of a part that can be parsed.
    """

    def __init__(self, without: Sequence[int]) -> None:
        self._without, self.seen = without, 0

    def kept(self, height: int) -> pa.Array | None:
        """The places of the rows that stay among the next ones, or None where all do."""
        first, self.seen = self.seen, self.seen + height
        low, high = bisect_left(self._without, first), bisect_left(self._without, self.seen)
        if low == high:
            return None
        stays = np.ones(height, np.bool_)
        stays[np.asarray(self._without[low:high]) - first] = False
        return pa.array(np.flatnonzero(stays))


def tables_without_skipped(batches: Iterable[Batch], without: Sequence[int]) -> Iterator[Batch]:
    """Batches of a table, of which nothing is written again, without some of their rows."""
    left = SkippedRows(without)
    for batch in batches:
        first, kept = left.seen, left.kept(batch.height)
        if kept is None:
            yield batch
        elif len(kept):
            yield Batch(tuple(field.take(kept) for field in batch.fields), len(kept), first)


def records_without_skipped(batches: Iterable[pa.RecordBatch], without: Sequence[int]) -> Iterator[pa.RecordBatch]:
    """The same of Arrow's own batches; one of which no row stays is empty."""
    left = SkippedRows(without)
    for batch in batches:
        kept = left.kept(batch.num_rows)
        yield batch if kept is None else batch.take(kept)
