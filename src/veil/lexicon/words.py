"""Words: one table of what each word can be: a name borne by how many, an English or clinical word, a town.

Source: lists/SOURCES.md; `tools/build_lists.py` packs the table.
"""

from __future__ import annotations

import array
import gzip
import sys
from functools import cache
from importlib.resources import files

FAMILY = 0x000F  # log2 of the bearers, from 1 (some 200) to 15 (two million and more); 0: nobody's
GIVEN = 0x00F0
FEMALE = 1 << 8
MALE = 1 << 9
ENGLISH = 1 << 10
CLINICAL = 1 << 11
DRUG = 1 << 12
CITY = 1 << 13
EVERYDAY = 1 << 14
EPONYM = 1 << 15


def read_list(name: str) -> str:
    """The unpacked text of one list of the package."""
    return unpack(name).decode("utf-8")


def unpack(name: str) -> bytes:
    return gzip.decompress((files("veil.lexicon") / "lists" / name).read_bytes())


@cache
def read_table(words: str, bits: str) -> dict[str, int]:
    """Lower-case word -> bits; what is not in it is no word and no name that we know."""
    numbers = array.array("H", unpack(bits))
    if sys.byteorder == "big":
        numbers.byteswap()
    return dict(zip(read_list(words).split(" "), numbers, strict=True))


def table() -> dict[str, int]:
    """The table of English."""
    return read_table("words.txt.gz", "words.bits.gz")


@cache
def abbreviations() -> frozenset[str]:
    """Abbreviations of medicine, in the letters they are written in."""
    return frozenset(read_list("abbreviations.txt.gz").split("\n"))


@cache
def safe_words() -> frozenset[str]:
    """Words of a note, in small letters, that no list of names has; for what asks which words are safe."""
    return frozenset(read_list("safe.txt.gz").split(" "))


def bearers(bits: int) -> int:
    """About how many people bear the family name of these bits; 0 for none."""
    log = bits & FAMILY
    return 1 << (log + 6) if log else 0


def given_bearers(bits: int) -> int:
    """About how many people bear the given name of these bits; 0 for none."""
    log = (bits & GIVEN) >> 4
    return 1 << (log + 6) if log else 0
