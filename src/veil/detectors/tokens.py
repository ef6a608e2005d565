"""Tokens: the words of one text with what the lists say of each."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property

from veil.lexicon.words import CLINICAL, DRUG, ENGLISH, EPONYM, EVERYDAY, FAMILY, GIVEN, table

# Possessive quantifiers: each word is read once, nothing is tried again.
_LETTERS = r"(?:[^\W\d_]++[\u0300-\u036f]*+)++"
_TOKEN = re.compile(rf"[^\W\d_]{{1,2}}+(?:\.[^\W\d_]{{1,2}}+)++(?![^\W\d_])|{_LETTERS}(?:['\-]{_LETTERS})*+")
_ENDINGS = (
    "tion", "tions", "ment", "ments", "ing", "ed", "ly", "ness", "ity", "able", "ible", "ous", "ical", "ology", "itis",
    "ectomy", "oscopy", "gram", "graphy", "osis", "iasis", "otomy", "ostomy", "plasty", "emia", "uria", "pathy", "ful",
    "less", "ship", "ism", "ive", "ance", "ence", "ular", "eal", "oma", "omas", "cillin", "mycin", "pril", "olol",
    "statin", "azole", "idine", "amine", "ine", "ide", "ate", "ol", "gery", "ics",
)  # fmt: skip


class Tokens:
    """Words in order; `words[i]` stands at `starts[i]:ends[i]` of `shown`.

    Keeps:   a possessive `'s` is no part of its word.
    """

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        for match in _TOKEN.finditer(shown):
            word, end = match.group(), match.end()
            if word[-2:] in {"'s", "'S"}:
                word, end = word[:-2], end - 2
            self.words.append(word)
            self.starts.append(match.start())
            self.ends.append(end)
        self.lower = [word.lower() for word in self.words]

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def loud(self) -> bool:
        """Whether most of the text is in capitals, so that capitals say nothing."""
        return sum(word.isupper() for word in self.words) * 2 > len(self.words)

    @cached_property
    def quiet(self) -> bool:
        """Whether the text has next to no capitals, so that small letters say nothing."""
        return sum(word[0].isupper() for word in self.words) * 25 < len(self.words)

    def gap(self, i: int) -> str:
        """What stands before word i, back to the word before it (without its possessive)."""
        return self.shown[self.ends[i - 1] if i else 0 : self.starts[i]]

    def gap_behind(self, i: int) -> str:
        return self.shown[self.ends[i] : self.starts[i + 1] if i + 1 < len(self.words) else len(self.shown)]

    def tail(self, i: int) -> str:
        """The dozen characters behind word i."""
        return self.shown[self.ends[i] : self.ends[i] + 12]

    def begins(self, i: int) -> bool:
        """Whether word i begins a sentence, a line or a value."""
        if i == 0:
            return True
        gap = self.gap(i)
        return gap != " " and any(char in gap for char in ".!?:;\n*|>\u2022\u00b7\t") and self.lower[i - 1] not in {
            "dr", "mr", "mrs", "ms", "st", "mt",
        }  # fmt: skip

    def line_is_loud(self, i: int) -> bool:
        """Whether the line of word i is a heading or a text in capitals: four words of capitals in it."""
        first = max(0, self.starts[i] - 40)
        start = self.shown.rfind("\n", first, self.starts[i]) + 1
        near = self.shown[max(start, first) : self.ends[i] + 40].partition("\n")[0]
        words = [word for word in near.split() if len(word) > 2 and word[0].isalpha()]
        return len(words) > 3 and sum(word.isupper() for word in words) > 0.8 * len(words)


def bits_of(lower: str) -> int:
    """What the lists say of a word in small letters; of a hyphened one, of its parts together."""
    bits = table().get(lower)
    if bits is not None:
        return bits
    if not lower.isascii():
        folded = "".join(char for char in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(char))
        return bits_of(folded) if folded.isascii() else 0
    if "-" in lower or "'" in lower:
        parts = [table().get(part, 0) for part in re.split("[-']", lower)]
        return max(parts, key=lambda part: part & FAMILY) if all(parts) else 0
    return 0


def given_rank(bits: int) -> int:
    return (bits & GIVEN) >> 4


def family_rank(bits: int) -> int:
    return bits & FAMILY


def is_wordlike(lower: str, bits: int) -> bool:
    """Whether a word is plain English or clinical, whoever may bear it as a name."""
    names = max(given_rank(bits), family_rank(bits))
    if bits & (CLINICAL | EVERYDAY):
        return given_rank(bits) < 14
    if bits & (ENGLISH | DRUG):
        return names < 5
    if bits & EPONYM:
        return names < 6
    if names:
        return names < 3 and len(lower) > 6 and lower.endswith(_ENDINGS)
    return _is_inflected(lower) or (len(lower) > 6 and lower.endswith(_ENDINGS))


def _is_inflected(lower: str) -> bool:
    for ending, other in (("s", ""), ("es", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ies", "y")):
        if lower.endswith(ending) and table().get(lower[: -len(ending)] + other, 0) & (ENGLISH | CLINICAL | EVERYDAY):
            return True
    return False
