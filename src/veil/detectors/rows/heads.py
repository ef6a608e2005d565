"""Heads: what the word at the head of a column, or the key before a value, says of what it governs."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from veil.lexicon.language import Language
from veil.model import Label

STAY, FREE, FILE = "STAY", "FREE", "FILE"
_SIGNS = re.compile(r"[^a-z0-9]+")
_DATE = re.compile(
    r"\d{1,4}[./\-]\d{1,2}[./\-]\d{1,4}|\d{8}|\d{1,2}[./\-]\d{1,4}|\d{1,2}[ \-]?[A-Za-z]{3,9}[ \-,]*\d{2,4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{2,4}"
)
_OLD = re.compile(r"(?:[MFmf][ /]?)?(?:9\d|1[01]\d)\+?(?:[ /]?(?:[MFmf]|yo?|y/?o|yrs?|years?)\.?)?(?:[ /]?[MFmf])?")
_NUMBERED = re.compile(r" ?\d{1,2}\Z")  # `phone 2`
_MOST_WORDS = 6


@dataclass(frozen=True, eq=False)
class HeadWords:
    """Shape: `kinds`: words of a head -> a label, or STAY; `segments`: segment of HL7 -> field -> label."""

    kinds: dict[str, str]
    files: frozenset[str]
    segments: dict[str, dict[int, str]]
    vacant: frozenset[str]
    beside: frozenset[str]
    systems: frozenset[str]
    dot: re.Pattern[str]  # what an e-mail in words has in it
    mail: re.Pattern[str]
    spelled: re.Pattern[str]  # a digit in words
    digits: re.Pattern[str]

    def kind(self, value: str) -> str | None:
        """What a head or a key says; None where it says nothing."""
        plain = _SIGNS.sub(" ", value.lower()).strip()
        if len(plain) > 28:
            return None
        found = self.kinds.get(plain)
        return found or (self.kinds.get(_NUMBERED.sub("", plain)) if plain else None)


@cache
def head_words(code: str) -> HeadWords | None:
    """The heads of a language, by its code; None for one that has no such page."""
    place = files("veil.lexicon") / "languages" / f"{code}-rows.toml"
    if not place.is_file():
        return None
    page = tomllib.loads(place.read_text(encoding="utf-8"))
    split = {kind: text.replace("\n", "").split("|") for kind, text in page["heads"].items()}
    names = split.pop(FILE)
    segments = {}
    for name, text in page["segments"].items():
        parts = text.split()
        segments[name] = dict(zip(map(int, parts[::2]), parts[1::2], strict=True))
    words = page["words"]
    return HeadWords(
        {word: kind for kind, some in reversed(split.items()) for word in some},
        frozenset(names),
        segments,
        frozenset(words["vacant"].split()),
        frozenset(words.get("beside", "").split()),
        frozenset(words["systems"].split()),
        *(
            re.compile(page["spelled"][name].replace("\n", ""), re.IGNORECASE)
            for name in ("dot", "mail", "digit", "digits")
        ),
    )


class ValueChecks:
    """Says whether a value can be what its head says."""

    def __init__(self, language: Language, heads: HeadWords) -> None:
        self._language, self._heads = language, heads

    def fits(self, kind: str, value: str) -> bool:
        digits = sum(char.isdigit() for char in value)
        if kind == Label.NAME:
            return self.can_be_name(value)
        if kind == Label.AGE_OVER_89:
            return _OLD.fullmatch(value.strip()) is not None
        if kind == Label.DATE:
            return _DATE.fullmatch(value.strip()) is not None
        if kind in (Label.PHONE, Label.FAX):
            return digits >= 5
        if kind == Label.EMAIL:
            return "@" in value
        if kind == Label.LOCATION:
            return sum(char.isalpha() for char in value) > 2 and len(value) < 80 and not self._is_vacant(value)
        if kind == Label.ZIP:
            return 3 <= len(value) <= 10 and digits >= 2
        return (digits >= 2 and len(value) <= 40 and " " not in value.strip()) or digits >= 6

    def can_be_name(self, value: str) -> bool:
        """A few words with letters, none of them one of prose in small letters only."""
        words = re.findall(r"[^\W\d_][\w'\-]*", value)
        if not words or len(words) > _MOST_WORDS or len(value) > 48 or any(char.isdigit() for char in value):
            return False
        if self._is_vacant(value) or all(word.lower() in self._language.cues.people for word in words):
            return False
        return any(word[0].isupper() for word in words) or not all(self._is_word(word.lower()) for word in words)

    def _is_word(self, lower: str) -> bool:
        vocabulary = self._language.vocabulary
        return vocabulary.is_wordlike(lower, vocabulary.bits(lower))

    def _is_vacant(self, value: str) -> bool:
        return value.strip(" .-[]()").lower() in self._heads.vacant
