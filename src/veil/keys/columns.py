"""Columns: Arrow text as NumPy blocks, and back, without a Python object per value."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

_SLACK = 64


class TextColumn:
    """The non-null values of a `large_string` array, as one buffer with starts and lengths.

    Shape:   `data` has slack at both ends, so a block may be read past the first or last value; `starts`, `lengths`: m
             values, m <= n; `back` spreads m results over the n places, null where the value was null.
    """

    def __init__(self, values: pa.Array | pa.ChunkedArray) -> None:
        if isinstance(values, pa.ChunkedArray):
            values = values.combine_chunks()
        if values.type != pa.large_string():
            values = values.cast(pa.large_string())
        self._valid = values.is_valid() if values.null_count else None
        present = values.drop_null() if values.null_count else values
        _, offset_buffer, data = present.buffers()
        count = len(present)
        offsets = (
            np.frombuffer(offset_buffer, np.int64, count + 1, present.offset * 8) if count else np.zeros(1, np.int64)
        )
        low, high = int(offsets[0]), int(offsets[-1])
        self.lengths: Places = np.diff(offsets)
        slack = _SLACK + int(self.lengths.max(initial=0))
        self.data: Bytes = np.zeros(_SLACK + high - low + slack, np.uint8)
        if high > low:
            self.data[_SLACK:-slack] = np.frombuffer(data, np.uint8, high - low, low)
        self.starts: Places = offsets[:-1] - (low - _SLACK)
        self.values = present

    def __len__(self) -> int:
        return len(self.lengths)

    def blocks(self, starts: Places, width: int) -> Bytes:
        """`width` bytes from each start, whatever value they belong to."""
        first = np.frombuffer(self.data, f"V{width}", 1)
        view = np.lib.stride_tricks.as_strided(first, shape=(len(self.data) - width + 1,), strides=(1,))
        return view[starts].view(np.uint8).reshape(len(starts), width)  # take would first copy the whole view

    def back(self, results: pa.Array) -> pa.Array:
        if self._valid is None:
            return results
        places = pc.cumulative_sum(self._valid.cast(pa.int64()))
        return results.take(pc.if_else(self._valid, pc.subtract(places, 1), None))

    def spread(self, rows: Words) -> Words:
        """M rows over the n places, zeros where the value was null."""
        if self._valid is None:
            return rows
        out = np.zeros((len(self._valid), rows.shape[1]), rows.dtype)
        out[self._valid.to_numpy(zero_copy_only=False)] = rows
        return out


def texts_of(matrix: Bytes) -> pa.Array:
    """A `large_string` array from one row of ASCII bytes each."""
    count, width = matrix.shape
    offsets = np.arange(count + 1, dtype=np.int64) * width
    return ragged(offsets, np.ascontiguousarray(matrix).reshape(-1))


def ragged(offsets: Places, data: Bytes) -> pa.Array:
    buffers: list[Any] = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.LargeStringArray.from_buffers(len(offsets) - 1, buffers[1], buffers[2])


def nulled(values: pa.Array, wrong: npt.NDArray[np.bool_]) -> pa.Array:
    """The values, null where they are wrong."""
    if not wrong.any():
        return values
    return pc.if_else(pa.array(wrong), pa.scalar(None, values.type), values)
