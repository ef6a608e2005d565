"""Strength: whether a known identifier is sought everywhere, or only where the context says a name or a place."""

from __future__ import annotations

from functools import lru_cache

from veil.lexicon import words

_NAMES = frozenset({"given_name", "family_name"})
_PLACES = frozenset({"city", "county", "organization", "street", "address"})
SHORTEST_NAME = 4
SHORTEST_NUMBER = 5


@lru_cache(maxsize=65_536)
def strength(kind: str, value: str) -> str:
    """`strong` or `weak`; "" for what is too small to be sought at all.

    Shape:   numbers, e-mails and full names are strong; a name or a town is strong if it has four letters and is no
             word of everyday, clinical or drug language (Will, May, White, Reading are weak); a number is strong from five
             letters or digits, and not sought under three.
    """
    letters = sum(char.isalnum() for char in value)
    if letters < 2:
        return ""
    if kind in ("full_name", "email"):
        return "strong"
    if kind in _NAMES or kind in _PLACES:
        if any(char.isdigit() for char in value) and kind in ("street", "address"):
            return "strong"
        return "weak" if letters < SHORTEST_NAME or _is_word(value) else "strong"
    if kind in ("birth_date", "date", "sex"):
        return "weak"
    if letters < 3:
        return ""
    return "strong" if letters >= SHORTEST_NUMBER else "weak"


def _is_word(value: str) -> bool:
    bits = words.table().get(value.lower(), 0)
    return bool(bits & (words.EVERYDAY | words.CLINICAL | words.DRUG | words.ENGLISH | words.EPONYM))
