"""Strength: whether a known identifier is sought everywhere, or only where the context says a name or a place."""

from __future__ import annotations

from functools import lru_cache

from veil.lexicon import words

_NAMES = frozenset({"given_name", "family_name"})
_PLACES = frozenset({"city", "county", "organization", "street", "address"})
SHORTEST_NAME = 4
SHORTEST_NUMBER = 5
MANY_BEARERS = 1 << 17


@lru_cache(maxsize=65_536)
def strength(kind: str, value: str) -> str:
    """`strong` or `weak`; "" for what is too small to be sought at all.

    Shape:   numbers, e-mails and full names are strong; a name or a town is strong if it has four letters and is
             no word of everyday, clinical or drug language (Will, May, White, Reading are weak, Smith is strong); a number is strong from five
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
    """Whether prose writes it small: a clinical word or a drug, or an everyday word that few people are called.

    Source:  the lists of `veil.lexicon`; 2^17 bearers is where a name is met more often than its word (Smith, Carter).
    """
    bits = words.table().get(value.lower(), 0)
    if bits & (words.CLINICAL | words.DRUG):
        return True
    everyday = bits & words.EVERYDAY and bits & words.ENGLISH
    return bool(everyday) and max(words.bearers(bits), words.given_bearers(bits)) < MANY_BEARERS
