"""Gazetteer: finds names of people and places by lists and by the words next to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from veil.detectors.base import Owner
from veil.detectors.found_names import FoundName
from veil.detectors.person_names import PersonNames
from veil.detectors.places import FoundPlace, Places
from veil.detectors.tokens import Tokens
from veil.lexicon.language import Language, english
from veil.lexicon.words import CLINICAL, bearers, given_bearers
from veil.model import Label, Span, Text

MANY_BEARERS = 1 << 17
CERTAIN = 0.72
# The number that follows the name at the head of a page, four to fourteen signs long.
_BANNER_NUMBER = re.compile(r"[ \t]{1,3}#?([A-Z]{0,3}\d{4,12}[A-Z]?(?:-\d{2,4}){0,3})(?![\w\-/.])")


class Gazetteer:
    """Finds people, towns and institutions.

    Keeps:   a name that is certain once is found everywhere in its own text, and in no other.
    """

    name = "gazetteer"
    labels = frozenset({Label.NAME, Label.LOCATION, Label.ORGANIZATION})
    reads_owners = False

    def __init__(self, language: Language | None = None) -> None:
        self._language = language or english()

    def find(self, texts: Sequence[Text], owners: Sequence[Owner]) -> list[list[Span]]:
        del owners
        return [list(self._spans(text)) for text in texts]

    def _spans(self, text: Text) -> Iterator[Span]:
        tokens = Tokens(text.shown, self._language)
        places = Places(tokens).read()
        people = PersonNames(tokens, {i for place in places for i in range(place.first, place.last + 1)})
        names = people.read().found
        for place in places:
            yield _span(text, tokens, place, place.label)
        for name in names:
            yield _span(text, tokens, name, Label.NAME)
            number = _BANNER_NUMBER.match(text.shown, tokens.ends[name.last]) if name.rule == "banner" else None
            if number:
                yield Span(*text.raw_range(*number.span(1)), Label.MRN, 0.7, "gazetteer:banner")
        for name in repeated_names(tokens, people):
            yield _span(text, tokens, name, Label.NAME)


def _span(text: Text, tokens: Tokens, found: FoundName | FoundPlace, label: Label) -> Span:
    start, end = text.raw_range(tokens.starts[found.first], tokens.ends[found.last])
    return Span(start, end, label, found.score, f"gazetteer:{found.rule}")


def repeated_names(tokens: Tokens, people: PersonNames) -> Iterator[FoundName]:
    """The words of a certain name where they occur again: after `Mr. John Hope` each later `Hope` is a name.

    Keeps:   a plain word at the start of a sentence or in a heading is not a name: `Hope`, `WHITE`.
    """
    certain: dict[str, bool] = {}
    for name in people.names.found:
        if name.score >= CERTAIN:
            for i in range(name.first, name.last + 1):
                lower = tokens.lower[i]
                if len(lower) > 2 and lower not in tokens.cues.particles:
                    certain[lower] = _is_rather_a_word(tokens, lower) or lower in tokens.cues.not_names
    if not certain:
        return
    for i, lower in enumerate(tokens.lower):
        if lower not in certain or i in people.names.taken or not (tokens.words[i][0].isupper() or tokens.quiet):
            continue
        if people.words.names_a_thing(i):
            continue
        plain = certain[lower]
        if plain and (tokens.begins(i) or tokens.line_is_loud(i) or not tokens.words[i][0].isupper()):
            continue
        people.names.taken.add(i)
        initial = i and tokens.gap(i) == ". " and len(tokens.words[i - 1]) == 1 and tokens.words[i - 1].isupper()
        yield FoundName(i - bool(initial), i, 0.8, "echo")


def _is_rather_a_word(tokens: Tokens, lower: str) -> bool:
    """Whether prose means the word more often than the name: `White` and `Hope` are words, `Smith` and `Carter` names."""
    bits = tokens.bits_of(lower)
    return tokens.is_wordlike(lower, bits) and (
        bool(bits & CLINICAL) or max(bearers(bits), given_bearers(bits)) < MANY_BEARERS
    )
