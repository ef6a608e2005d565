"""Hashed cells: the cells of a column as words that say nothing without the run's own random numbers."""

from __future__ import annotations

import hashlib
import os

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from veil.risk.spill import Words

_LONGEST = 256  # bytes of a cell that are hashed in columns; longer ones are rare, and hashed alone
_STEP = 1 << 16
_HIGH = np.uint64(32)


class HashedCells:
    """One word of 64 bits for each text of a column.

    Keeps:   equal texts have equal words; of two different ones, whatever they are, the chance over the random numbers
             is 2^-64. Null has a word of its own. Another column and another run have other numbers.
    Source:  multilinear hashing, twice 32 bits: Carter and Wegman 1979; Lemire and Kaser, "Strongly universal string
             hashing is fast", The Computer Journal 57 (2014). BLAKE2b with a key for long texts.
    """

    def __init__(self) -> None:
        self._numbers: Words = np.frombuffer(os.urandom(16 * (_LONGEST // 4 + 2)), np.uint64).reshape(2, -1)
        self._key = os.urandom(32)
        self.null = np.uint64(int.from_bytes(os.urandom(8), "little"))

    def words(self, texts: pa.Array) -> Words:
        """Shape: n texts of `large_string`, each null or not -> n words."""
        found = np.empty(len(texts), np.uint64)
        for start in range(0, len(texts), _STEP):
            piece = texts.slice(start, _STEP)
            found[start : start + len(piece)] = self._of(piece)
        return found

    def word(self, text: str) -> np.uint64:
        return np.uint64(self.words(pa.array([text], pa.large_string()))[0])

    def words_of(self, column: pa.Array) -> Words:
        """Shape: n cells, as text or as a dictionary -> n words."""
        words, rows = self.coded(column)
        return words[rows]

    def coded(self, column: pa.Array) -> tuple[Words, NDArray[np.int64]]:
        """The words of a column's different cells, null last, and for each cell which of them it is."""
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        words = np.append(self.words(column.dictionary.cast(pa.large_string())), self.null)
        rows = column.indices
        if rows.null_count:
            rows = pc.fill_null(rows.cast(pa.int32()), len(words) - 1)
        return words, rows.to_numpy(zero_copy_only=False)

    def _of(self, texts: pa.Array) -> Words:
        lengths = pc.fill_null(pc.binary_length(texts), 0).to_numpy().astype(np.int64)
        long = lengths > _LONGEST
        if long.any():
            short = pc.if_else(pa.array(long), pa.scalar("", pa.large_string()), texts)
            found = self._of(short)
            found[long] = [self._alone(cell) for cell in texts.filter(pa.array(long)).to_pylist()]
            return found
        width = int(lengths.max(initial=0) + 3) // 4
        cells = np.zeros((len(texts), 4 * width), np.uint8)
        cells[np.arange(4 * width) < lengths[:, None]] = _bytes_of(texts)
        words = cells.view("<u4").astype(np.uint64)
        first, second = (
            (words * numbers[2 : 2 + width]).sum(axis=1, dtype=np.uint64)
            + lengths.astype(np.uint64) * numbers[1]
            + numbers[0]
            for numbers in self._numbers
        )
        joined: Words = (first & ~np.uint64(0xFFFFFFFF)) | (second >> _HIGH)
        joined[texts.is_null().to_numpy(zero_copy_only=False)] = self.null
        return joined

    def _alone(self, cell: str) -> int:
        return int.from_bytes(hashlib.blake2b(cell.encode(), key=self._key, digest_size=8).digest(), "little")


def _bytes_of(texts: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """The bytes of all cells, one after the other; a null has none."""
    if texts.null_count:
        texts = pc.fill_null(texts, "")
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    if data is None:
        return np.zeros(0, np.uint8)
    return np.frombuffer(data, np.uint8)[int(bounds[0]) : int(bounds[-1])]
