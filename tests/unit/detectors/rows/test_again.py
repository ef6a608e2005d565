"""An odd word that is a name in one spot of a text is one in the others."""

from __future__ import annotations

import pytest

from veil.detectors.rows.again import Again
from veil.lexicon.language import english
from veil.model import Label, Span, Text

AGAIN = Again(english())


def more(raw: str, first: str, score: float = 0.8, label: Label = Label.NAME) -> list[str]:
    at = raw.index(first)
    found = AGAIN.more(Text.of(raw), [Span(at, at + len(first), label, score, "ner")])
    return [f"{span.start}:{raw[span.start : span.end]}:{span.label}" for span in found]


def test_the_word_is_found_where_it_stands_again() -> None:
    assert more("Dr. Quovinel came. Ask Quovinel.", "Quovinel") == ["23:Quovinel:NAME"]
    assert more("lives in Brolaville; Brolaville bus", "Brolaville", label=Label.LOCATION) == ["21:Brolaville:LOCATION"]


@pytest.mark.parametrize(
    ("raw", "first", "score"),
    [
        ("Dr. Carter came. Ask Carter.", "Carter", 0.8),  # a word that lists know is left to the other rules
        ("Deflux was used. Deflux held. Deflux injected.", "Deflux", 0.8),  # left in more spots than it is found in
        ("Dr. Quovinel came. Ask Quovinelson.", "Quovinel", 0.8),  # another word
        ("Dr. Quovinel came. Ask Quovinel.", "Quovinel", 0.4),  # not accepted
        ("Dr. Lasix came. Give Lasix.", "Lasix", 0.8),
    ],
)
def test_another_word_is_not(raw: str, first: str, score: float) -> None:
    assert more(raw, first, score) == []
