"""No value: the words that tables write where a value is missing: they name nobody and stay as they are."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from veil.lexicon.language import LANGUAGES, language

_SIGNS = (
    "?",
    "??",
    "???",
    "-",
    "--",
    "---",
    "\u2013",
    "\u2014",
    ".",
    "..",
    "...",
    "0000-00-00",
    "00/00/0000",
    "00.00.0000",
    "00000000",
    "0000-00-00 00:00:00",
)
_TEXT = pa.large_string()
# The first bytes of the blanks of Unicode, and of some letters more: what begins otherwise is no blank.
_BLANKS = bytes((*range(9, 14), *range(28, 33), 0xC2, 0xE1, 0xE2, 0xE3))


def forms(words: Iterable[str]) -> frozenset[str]:
    """Each word as it is, in small and in capital letters, with a capital, and with a capital for each of its words."""
    return frozenset(
        form for word in words for form in (word, word.lower(), word.upper(), word.capitalize(), word.title())
    )


@cache
def standard_words() -> frozenset[str]:
    """The words for "no value" where a project says nothing else: signs, and the words of every language that is read."""
    words = [language(code).no_value for code in LANGUAGES]
    return frozenset(_SIGNS).union(*(forms(word.any_case) | frozenset(word.exact) for word in words))


class NoValue:
    """Tells the cells that hold no value. Keeps: a null is one too; blanks before and after a word do not matter."""

    def __init__(self, words: frozenset[str] | None = None) -> None:
        self.words = standard_words() if words is None else words
        self._set = pa.array(sorted({*self.words, ""}), _TEXT)
        self._first = np.zeros(256, np.bool_)  # the bytes with which a cell that holds no value may begin
        self._first[[*_BLANKS, *{word.encode()[0] for word in self.words if word}]] = True

    def __contains__(self, value: str) -> bool:
        return not value.strip() or value.strip() in self.words

    def mask(self, values: pa.Array) -> pa.BooleanArray:
        """Which cells hold no value. Shape: n `large_string` -> n, never null; a null cell is True."""
        if values.type != _TEXT or isinstance(values, pa.ChunkedArray):
            values = pa.array(values.to_pylist(), _TEXT)
        found = np.zeros(len(values), np.bool_)
        places = self._may_be(values)
        if len(places):
            some = values if len(places) == len(values) else values.take(pa.array(places))
            found[places] = pc.is_in(pc.utf8_trim_whitespace(some), self._set).to_numpy(zero_copy_only=False)
        if values.null_count:
            found |= values.is_null().to_numpy(zero_copy_only=False)
        return pa.array(found)

    def _may_be(self, values: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The places of cells that may hold no value: empty, or with the first byte of a blank or of a word.

        Keeps:   told from the first bytes alone: most columns have no such cell, and are done.
        """
        _, offsets, data = values.buffers()
        if data is None or not len(values):
            return np.arange(len(values))
        bounds = np.frombuffer(offsets, np.int64, len(values) + 1, values.offset * 8)
        octets = np.frombuffer(data, np.uint8)
        if not len(octets):
            return np.arange(len(values))
        first = self._first[octets[np.minimum(bounds[:-1], len(octets) - 1)]]
        return np.flatnonzero(first | (bounds[1:] == bounds[:-1]))

    def emptied(self, values: pa.Array) -> pa.Array:
        """The same cells, null where they hold no value."""
        mask = self.mask(values)
        return pc.if_else(mask, pa.scalar(None, values.type), values) if pc.any(mask).as_py() else values


@cache
def standard() -> NoValue:
    return NoValue()
