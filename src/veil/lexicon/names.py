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


@cache
def is_family_first(first: str, last: str) -> bool:
    """Whether two folded words are a family name and a given name in that order (`lindqvist maeve`), by how people bear them.

    Keeps:   in doubt they are given name first: the first must be no usual given name, the last hardly a family name.
    """
    return _leans_given(last) and not given_names().get(first, (None, 0))[1]


def _leans_given(word: str) -> bool:
    given = given_names().get(word, (None, 0))[1]
    return given >= 1024 and given >= 2 * surnames().get(word, 0)


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
