"""Names: who is called what, and the ranked lists that surrogates are drawn from."""

from __future__ import annotations

from functools import cache

from veil.lexicon.language import english
from veil.lexicon.words import FEMALE, MALE, bearers, given_bearers, table


@cache
def surnames() -> dict[str, int]:
    """Lower-case family name -> about how many people bear it (a power of two)."""
    return {word: count for word, bits in table().items() if (count := bearers(bits))}


@cache
def given_names() -> dict[str, tuple[str | None, int]]:
    """Lower-case given name -> (F, M or None for both, about how many people bear it)."""
    return {word: (_sex(bits), count) for word, bits in table().items() if (count := given_bearers(bits))}


def sex_of(given: str) -> str | None:
    """F or M where more than nine in ten bearers are one; else None."""
    return _sex(table().get(given.lower(), 0))


def surrogate_given(sex: str | None = None) -> tuple[str, ...]:
    """Given names to draw from: F, M, or both for None.

    Shape:   1,500 of one sex, 3,000 of both; title case, sorted, without doubles.
    Keeps:   the same list in the same order in every process; none is an English, clinical or drug word.
    """
    return english().surrogates.given(sex)


def surrogate_family() -> tuple[str, ...]:
    """Family names to draw from: 8,000, title case, sorted, none of them an everyday word."""
    return english().surrogates.family


def _sex(bits: int) -> str | None:
    return {FEMALE: "F", MALE: "M"}.get(bits & (FEMALE | MALE))
