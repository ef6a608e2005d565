"""Elements: the records of a batch and the elements of their lists, as one tree."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

Numbers = np.ndarray[Any, np.dtype[np.int64]]
NONE = -1


class Elements:
    """What holds what in a batch: a record is an element of its own, and so is each element of a list within it.

    Shape:   e elements; `parent`: the element around each, -1 for a record; `row`: the record of each. Element i of the
             first `height` is record i; a parent has a lower number than what it holds.
    """

    def __init__(self, parent: pa.Array, row: pa.Array) -> None:
        self.parent, self.row = parent, row

    @classmethod
    def of_rows(cls, height: int) -> Elements:
        """The tree of records without a list."""
        return cls(pa.array(np.full(height, NONE)), pa.array(np.arange(height)))

    def __len__(self) -> int:
        return len(self.parent)

    @cached_property
    def parents(self) -> Numbers:
        return np.asarray(self.parent.to_numpy(zero_copy_only=False), dtype=np.int64)

    @cached_property
    def depth(self) -> Numbers:
        """How many lists each element lies in. Shape: e numbers, 0 for a record."""
        depth = np.zeros(len(self), np.int64)
        at = self.parents.copy()
        while (inside := at >= 0).any():
            depth[inside] += 1
            at[inside] = self.parents[at[inside]]
        return depth

    def above(self, elements: pa.Array, depth: int) -> Numbers:
        """The element at a depth that each of these is or lies in; -1 where it is less deep. Shape: n -> n."""
        at: Numbers = np.array(elements.to_numpy(zero_copy_only=False), dtype=np.int64)
        while (deeper := self.depth[at] > depth).any() if len(at) else False:
            at[deeper] = self.parents[at[deeper]]
        return np.where(self.depth[at] == depth, at, NONE) if len(at) else at
