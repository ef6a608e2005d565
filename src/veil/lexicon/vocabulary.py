"""Vocabulary: what each word of one language can be: a name borne by how many, a word of prose or of medicine."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from veil.lexicon.words import CLINICAL, DRUG, ENGLISH, EPONYM, EVERYDAY, FAMILY, GIVEN, read_list, read_table, unpack

_PROSE = ENGLISH | CLINICAL | EVERYDAY
_JOINT = re.compile("[-']")


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The lists of words of one language; each is loaded when a word is first sought in it.

    Shape:   `lists`: the names of the lists; `endings` of words that are no names; `bent`: an ending, and what stands
             there in the list.
    """

    lists: Mapping[str, str]
    endings: tuple[str, ...]
    bent: tuple[tuple[str, str], ...]

    @cached_property
    def table(self) -> Mapping[str, int]:
        """Word in small letters -> bits of `veil.lexicon.words`."""
        return read_table(self.lists["words"], self.lists["bits"])

    @cached_property
    def abbreviations(self) -> frozenset[str]:
        """As they are written."""
        return frozenset(read_list(self.lists["abbreviations"]).split("\n"))

    @cached_property
    def safe(self) -> frozenset[str]:
        """Safe words, in small letters."""
        return frozenset(read_list(self.lists["safe"]).split(" "))

    @cached_property
    def _safe_row(self) -> bytes:
        """Safe words in the order of their bytes, a space around each."""
        return b" " + unpack(self.lists["safe"]) + b" "

    def is_safe(self, lower: str) -> bool:
        """Whether a word in small letters is a safe one, by halving their row: the set of them takes 20 MB and a tenth of a second."""
        row, sought = self._safe_row, lower.encode()
        low, high = 0, len(row) - 1  # spaces before the first and behind the last word in question
        while low < high:
            begin = row.rfind(b" ", low, (low + high) // 2 + 1)
            end = row.index(b" ", begin + 1)
            here = row[begin + 1 : end]
            if here == sought:
                return True
            if here < sought:
                low = end
            else:
                high = begin
        return False

    def is_odd(self, lower: str) -> bool:
        """Whether no list knows a word, nor its ending: it is then mostly a name."""
        if len(lower) < 4 or lower.upper() in self.abbreviations or self.bits(lower):
            return False
        parts = _JOINT.split(lower)
        return not (self.is_wordlike(lower, 0) or any(self.is_safe(part) for part in parts))

    def bits(self, lower: str) -> int:
        """What the lists say of a word in small letters; of a hyphened one, of its parts together."""
        bits = self.table.get(lower)
        if bits is not None:
            return bits
        if not lower.isascii():
            folded = "".join(char for char in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(char))
            return self.bits(folded) if folded.isascii() else 0
        if "-" in lower or "'" in lower:
            parts = [self.table.get(part, 0) for part in _JOINT.split(lower)]
            return max(parts, key=lambda part: part & FAMILY) if all(parts) else 0
        return 0

    def is_wordlike(self, lower: str, bits: int) -> bool:
        """Whether a word is plain prose or clinical, whoever may bear it as a name."""
        names = max(given_rank(bits), family_rank(bits))
        if bits & (CLINICAL | EVERYDAY):
            return given_rank(bits) < 14
        if bits & (ENGLISH | DRUG):
            return names < 5
        if bits & EPONYM:
            return names < 6
        if names:
            return names < 3 and len(lower) > 6 and lower.endswith(self.endings)
        return self._is_bent(lower) or (len(lower) > 6 and lower.endswith(self.endings))

    def _is_bent(self, lower: str) -> bool:
        return any(
            lower.endswith(ending) and self.table.get(lower[: -len(ending)] + other, 0) & _PROSE
            for ending, other in self.bent
        )


def given_rank(bits: int) -> int:
    """How many people bear the given name of these bits, 0 (nobody) to 15."""
    return (bits & GIVEN) >> 4


def family_rank(bits: int) -> int:
    return bits & FAMILY
