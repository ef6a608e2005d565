"""Coded: whether what stands in a field that should hold a code may be one, so that what people wrote there is read as text."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from veil.lexicon import words

CODE, LONG, WORDS, OTHER = "code", "long", "words", "other"
_WORD = re.compile(r"[^\W\d_]{3,}")
_NUMBER = re.compile(r"[<>=~≤≥]*\s*[-+]?\d[\d.,]*(?:[eE][-+]?\d+)?\s*%?")
_TELLING = re.compile(
    r"@|://|\b\d{3}-\d{2}-\d{4}\b|\(\d{3}\)\s*\d{3}"
)  # an address, a social security number, a telephone number
_LONG_NUMBER = re.compile(r"\d{8,}")
_LONG = re.compile(r"\d{5}")
_KNOWN = words.ENGLISH | words.CLINICAL | words.EVERYDAY | words.DRUG
_NAME = words.FAMILY | words.GIVEN
_MARKED = re.compile(r"[\d_]")
_CAPITAL, _SMALL = 10, 4  # the most letters of a word that no list has: in capitals, in small letters


def codes_in(columns: Sequence[pa.Array]) -> pa.Array:
    """What the values of a column are.

    Shape:   one column of n -> n of `code`, `long` (a whole number of eight digits or more), `words` (several, that may
             be read as text), `other`.
    """
    (values,) = columns
    seen = pc.dictionary_encode(values)
    found = pa.array([kind_of(value or "") for value in seen.dictionary.to_pylist()], pa.large_string())
    return pc.fill_null(found.take(seen.indices), CODE)


def kind_of(value: str) -> str:
    if is_code(value):
        return LONG if _LONG_NUMBER.fullmatch(value.strip()) else CODE
    return WORDS if len(value.split()) > 1 else OTHER


def is_code(value: str) -> bool:
    """Whether a value may be a code, a number or words that are no names."""
    text = value.strip()
    if not text or _NUMBER.fullmatch(text):
        return True
    if _TELLING.search(text):
        return False
    pieces = text.split()
    if len(pieces) > 2 and _LONG.search(text):
        return False
    return all(_is_code_word(word, piece) for piece in pieces for word in _WORD.findall(piece))


def _is_code_word(word: str, piece: str) -> bool:
    """Whether a word may be one of a code. Shape: `piece`: what it stands in, between blanks."""
    if _is_vocabulary(word):
        return True
    if words.table().get(word.lower(), 0) & _NAME:
        return len(word) == 3 and (word.isupper() or word.islower())  # `USA`, `eng`
    most = _CAPITAL if word.isupper() else _SMALL
    return len(word) <= most or bool(_MARKED.search(piece))


def _is_vocabulary(word: str) -> bool:
    lower = word.lower()
    return bool(words.table().get(lower, 0) & _KNOWN) or lower in words.safe_words() or word in words.abbreviations()
