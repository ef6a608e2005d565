"""No value: the words that tables write where a value is missing: they name nobody and stay as they are."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from veil.lexicon.language import LANGUAGES, language

_SIGNS = ("?", "??", "???", "-", "--", "---", "\u2013", "\u2014", ".", "..", "...", "0000-00-00", "00/00/0000",
          "00.00.0000", "00000000", "0000-00-00 00:00:00")  # fmt: skip


def forms(words: Iterable[str]) -> frozenset[str]:
    """Each word as it is, in small and in capital letters, with a capital, and with a capital for each of its words."""
    return frozenset(
        form for word in words for form in (word, word.lower(), word.upper(), word.capitalize(), word.title())
    )


@cache
def standard_words() -> frozenset[str]:
    """The words for "no value" where a project says nothing else: signs, and the words of every language that is read."""
    words = [language(code).no_value for code in LANGUAGES]
    return frozenset(_SIGNS).union(*(forms(one.any_case) | frozenset(one.exact) for one in words))


class NoValue:
    """Tells the cells that hold no value. Keeps: a null is one too; blanks before and after a word do not matter."""

    def __init__(self, words: frozenset[str] | None = None) -> None:
        self.words = standard_words() if words is None else words
        self._set = pa.array(sorted({*self.words, ""}), pa.large_string())
        self._longest = max(map(len, self.words), default=0) + 2

    def __contains__(self, value: str) -> bool:
        return not value.strip() or value.strip() in self.words

    def mask(self, values: pa.Array) -> pa.BooleanArray:
        """Which cells hold no value. Shape: n `large_string` -> n, never null; a null cell is True."""
        found = pc.is_in(values, self._set)
        padded = pc.or_(pc.starts_with(values, " "), pc.ends_with(values, " "))
        if pc.any(padded).as_py():
            found = pc.or_(found, pc.fill_null(pc.is_in(pc.utf8_trim_whitespace(values), self._set), fill_value=False))
        return pc.or_(found, values.is_null()) if values.null_count else found

    def emptied(self, values: pa.Array) -> pa.Array:
        """The same cells, null where they hold no value."""
        mask = self.mask(values)
        return pc.if_else(mask, pa.scalar(None, values.type), values) if pc.any(mask).as_py() else values


@cache
def standard() -> NoValue:
    return NoValue()
