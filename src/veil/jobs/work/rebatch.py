"""Rebatch: batches of an output cut anew, so that each has the rows of the input's batch."""

from __future__ import annotations

from collections.abc import Iterator

from veil.model import Batch


class Aligned:
    """Takes rows from batches as they come, as many as are asked for.

    Keeps:   batches whose fields say their own rows (trees) are handed on as they are: their format cuts them alike.
    """

    def __init__(self, batches: Iterator[Batch]) -> None:
        self._batches = batches
        self._left: Batch | None = None

    def take(self, height: int) -> Batch | None:
        """The next rows; fewer, where the output ends early; None where it has ended."""
        parts: list[Batch] = []
        have = 0
        while have < height or not parts:
            batch = self._left if self._left is not None else next(self._batches, None)
            self._left = None
            if batch is None:
                break
            if any(field.rows is not None for field in batch.fields):
                return batch
            cut = min(batch.height, height - have)
            parts.append(_slice(batch, 0, cut))
            have += cut
            if cut < batch.height:
                self._left = _slice(batch, cut, batch.height - cut)
        return _joined(parts) if parts else None

    def ended(self) -> bool:
        """Whether no row is left."""
        while self._left is None or self._left.height == 0:
            batch = next(self._batches, None)
            if batch is None:
                return True
            self._left = batch
        return False


def _slice(batch: Batch, start: int, count: int) -> Batch:
    if start == 0 and count == batch.height:
        return batch
    fields = tuple(field.slice(start, count) for field in batch.fields)
    return Batch(fields, count, batch.first + start)


def _joined(parts: list[Batch]) -> Batch:
    if len(parts) == 1:
        return parts[0]
    fields = tuple(field.followed([part.fields[i] for part in parts[1:]]) for i, field in enumerate(parts[0].fields))
    return Batch(fields, sum(part.height for part in parts), parts[0].first)
