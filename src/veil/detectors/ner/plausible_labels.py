"""Plausible labels: what a text can be at all, whatever its sentence says: no number without a digit, no name of a credential alone."""

from __future__ import annotations

import re

from veil.lexicon.language import Language
from veil.lexicon.words import CLINICAL
from veil.model import SAFE_HARBOR, Label

_NUMBERED = frozenset(SAFE_HARBOR) - {Label.NAME, Label.LOCATION, Label.EMAIL, Label.URL, Label.DATE}
_WORDED = frozenset({Label.NAME, Label.LOCATION, Label.ORGANIZATION, Label.PROFESSION, Label.STATE})
_WORD = re.compile(r"[^\W\d_]+")


def can_be(label: Label, shown: str, language: Language) -> bool:
    """Whether a text can be what it was taken for."""
    if label in _NUMBERED or label in {Label.YEAR, Label.TIME, Label.AGE}:
        return any(char.isdigit() for char in shown) or label is Label.AGE_OVER_89
    if label is Label.EMAIL:
        return "@" in shown
    if label is Label.URL:
        return "." in shown
    if label is Label.DATE:  # a bare `9/10` is left to the rules, which know ratios
        return language.dates.any_date.search(shown) is not None
    if label in _WORDED:
        return _can_be_worded(label, shown, language)
    return True


def _can_be_worded(label: Label, shown: str, language: Language) -> bool:
    words, cues = _WORD.findall(shown), language.cues
    if not words:
        return False
    if label is Label.NAME:
        if all(word.lower() in cues.people for word in words):
            return False
        whole = "".join(words).lower()
        taken = whole in cues.credentials or (whole in cues.placeholders and len(words) == 1)
        return not taken and (len(whole) > 1 or words[0].isupper())
    return label is not Label.ORGANIZATION or not is_room(shown, language)


def is_room(shown: str, language: Language) -> bool:
    """Whether the name of an institution is one that every hospital has: `Postanesthesia Care Unit`."""
    cues = language.cues
    words = [word.lower() for word in _WORD.findall(shown)]
    if not words or not (words[-1] in cues.rooms or words[-1].endswith(cues.specialties)):
        return False
    return all(
        word in cues.rooms
        or word in cues.of_rooms
        or language.vocabulary.bits(word) & CLINICAL
        or word.endswith(cues.specialties)
        for word in words
        if len(word) > 2
    )
