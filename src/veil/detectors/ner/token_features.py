"""Token features: what one token shows by itself, whatever stands beside it: its letters, its shape, what the lists say."""

from __future__ import annotations

import unicodedata
import zlib
from typing import NamedTuple

from veil.lexicon.language import Language
from veil.lexicon.words import (
    CITY,
    CLINICAL,
    DRUG,
    ENGLISH,
    EPONYM,
    EVERYDAY,
    FAMILY,
    FEMALE,
    GIVEN,
    MALE,
)

BUCKETS = 1 << 15
SHORTEST, LONGEST = 3, 5  # letters of a gram, the marks of beginning and end among them
SHAPES = 32
FACTS = 15
_FLAGS = (FEMALE, MALE, ENGLISH, CLINICAL, DRUG, CITY, EVERYDAY, EPONYM)
_SIGNS = {
    ".": 16,
    ",": 17,
    ":": 18,
    ";": 19,
    "-": 20,
    "/": 21,
    "(": 22,
    ")": 23,
    "'": 24,
    '"': 25,
    "#": 26,
    "|": 27,
    "@": 28,
}
_OTHER_SIGN = 29


class Surface(NamedTuple):
    """Shape: `key` of the list of words; `grams` below BUCKETS; `shape` below SHAPES; `facts` FACTS numbers of 0 to 1."""

    key: str
    grams: tuple[int, ...]
    shape: int
    facts: tuple[float, ...]


def surface(word: str, language: Language) -> Surface:
    """What one token of `cut` shows.

    Keeps:   the digits of a number do not count, but how many they are and whether it can be a day, an age or a year.
    """
    if word[0].isdecimal():
        return _number(word)
    if not word[0].isalpha():
        return Surface(word[0], (), _SIGNS.get(word[0], _OTHER_SIGN), (0.0,) * FACTS)
    lower = plain(word)
    return Surface(lower, grams(lower), _shape(word), _facts(lower, word, language))


def plain(word: str) -> str:
    """Small letters without marks."""
    lower = word.lower()
    if lower.isascii():
        return lower
    return "".join(char for char in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(char)) or lower


def grams(lower: str) -> tuple[int, ...]:
    """The hashed grams of a word between its marks."""
    whole = f"<{lower}>".encode()
    size = len(whole)
    return tuple(
        zlib.crc32(whole[at : at + width]) & (BUCKETS - 1)
        for width in range(SHORTEST, LONGEST + 1)
        for at in range(size - width + 1)
    )


def _number(word: str) -> Surface:
    size = len(word)
    kind = ""
    if size <= 2:
        value = int(word)
        kind = "m" if value <= 12 else "d" if value <= 31 else "a" if value < 90 else "o"
    elif size == 3:
        kind = "o" if "090" <= word <= "125" else ""
    elif size == 4 and word[:2] in {"19", "20"}:
        kind = "y"
    return Surface(f"#{min(size, 12)}{kind}", (), min(size, 12) // 2, (0.0,) * FACTS)


def _shape(word: str) -> int:
    """8: small; 9: Title; 10: CAPITALS; 11: one capital; 12: mixed; 13: one small letter; 14: two capitals; 15: beyond ASCII."""
    if len(word) == 1:
        return 11 if word.isupper() else 13
    if word.islower():
        return 8
    if word.isupper():
        return 14 if len(word) == 2 else 10
    if word[0].isupper() and word[1:].islower():
        return 9
    return 12 if word[0].isascii() else 15


def _facts(lower: str, word: str, language: Language) -> tuple[float, ...]:
    bits = language.vocabulary.bits(lower)
    family, given = bits & FAMILY, (bits & GIVEN) >> 4
    flags = [1.0 if bits & flag else 0.0 for flag in _FLAGS]
    if lower in language.cues.eponyms:
        flags[-1] = 1.0
    short = float(word in language.vocabulary.abbreviations)
    borne = family / 15, given / 15, float(family > 0), float(given > 0)
    return (*borne, min(len(word), 16) / 16, float(not bits), short, *flags)
