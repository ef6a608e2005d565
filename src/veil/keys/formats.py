"""Formats: the template of a value: which alphabet stands at each place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import pyarrow.compute as pc

from veil.keys.columns import Bytes, Places, TextColumn, ragged

_FEWEST = 1_000_000  # NIST SP 800-38G rev. 1: smaller domains can be tried out
_LONGEST = 256
_DIGIT, _LOWER, _UPPER, _OUTSIDE = b"9aA\x00"
_ALPHABETS = {_DIGIT: b"0123456789", _LOWER: bytes(range(97, 123)), _UPPER: bytes(range(65, 91))}
_SHAPES = np.arange(256, dtype=np.uint8)
_SHAPES[128:] = _OUTSIDE
for _mark, _letters in _ALPHABETS.items():
    _SHAPES[list(_letters)] = _mark


class Template:
    """One format: `9` for a digit, `a` and `A` for letters, all else itself.

    Shape:   `places`, `radices`: the k places that change; `middle` halves them; `serves`: whether the format has
             values enough, is not too long and holds ASCII alone.
    """

    def __init__(self, shape: str) -> None:
        self.shape = shape
        marks = shape.encode()
        self.places = [i for i, mark in enumerate(marks) if mark in _ALPHABETS]
        self._marks = [marks[i] for i in self.places]
        self.radices: Bytes = np.array([len(_ALPHABETS[mark]) for mark in self._marks], np.uint8)
        self.middle = len(self.places) // 2
        size = 1
        for radix in self.radices.tolist():
            size *= radix
        self.serves = size >= _FEWEST and len(marks) <= _LONGEST and _OUTSIDE not in marks

    @cached_property
    def _lowest(self) -> Bytes:
        return np.array([_ALPHABETS[mark][0] for mark in self._marks], np.uint8)

    def read(self, shown: Bytes) -> Bytes:
        """Shape: (n, length) characters -> (n, k) digits of their alphabets."""
        return shown[:, self.places] - self._lowest

    def write(self, digits: Bytes) -> Bytes:
        return digits + self._lowest


def templates(column: TextColumn) -> Iterator[tuple[Template, Places]]:
    """Each format of the column with the rows that have it."""
    if len(column) == 0:
        return
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(column.lengths)])
    first = int(column.starts[0])
    shapes = ragged(offsets, _SHAPES[column.data[first : first + int(offsets[-1])]])
    encoded = pc.dictionary_encode(shapes)
    kinds = encoded.indices.to_numpy(zero_copy_only=False)
    order = np.argsort(kinds, kind="stable")
    bounds = np.searchsorted(kinds[order], np.arange(len(encoded.dictionary) + 1))
    for i, shape in enumerate(encoded.dictionary.to_pylist()):
        yield Template(shape), order[bounds[i] : bounds[i + 1]]
