"""Where a name that was read loosely begins and ends."""

from __future__ import annotations

import pytest

from veil.detectors.rows.bounds import Bounds
from veil.model import Label, Span

BOUNDS = Bounds(frozenset({"info", "warn", "mrn", "kind"}))


def moved(marked: str, label: Label = Label.NAME, detector: str = "ner") -> str | None:
    """What is left of the words between the marks."""
    raw = marked.replace("«", "").replace("»", "")
    span = Span(marked.index("«"), marked.index("»") - 1, label, 0.8, detector)
    found = BOUNDS.moved(raw, span)
    return None if found is None else raw[found.start : found.end]


@pytest.mark.parametrize(
    ("marked", "left"),
    [
        ("user=«rvance» ok", "rvance"),
        ("«pt=Orla Vance» ok", "Orla Vance"),
        ("took=4ms «user=rvance» ok", "rvance"),
        ('pt="«Orla Vance" mrn»=44', "Orla Vance"),
        ("«INFO Orla Vance» signed", "Orla Vance"),
        ("«WARN INFO Vance» signed", "Vance"),
        ("«Orla Vance MRN» 44", "Orla Vance"),
        ("seen by «Jorkas»-Vance today", "Jorkas-Vance"),
        ("seen by Jorkas-«Vance» today", "Jorkas-Vance"),
        ("ask «quennell»_rn about", "quennell_rn"),
        ("ask «quennell»42 about", "quennell42"),
        ("by «orla».quennell now", "orla.quennell"),
        ("«Vance»-like", "Vance"),
        ("seen by «Vance». Then", "Vance"),
        ("«Vance»3.5", "Vance"),
    ],
)
def test_an_end_is_where_the_name_is(marked: str, left: str) -> None:
    assert moved(marked) == left


@pytest.mark.parametrize("marked", ["«INFO» signed", "«mrn»=4411", "«ver»=2.5.1"])
def test_nothing_is_left_of_a_key_or_a_word_of_a_log(marked: str) -> None:
    assert moved(marked) is None


def test_a_number_and_a_known_identifier_stay_as_they_are() -> None:
    assert moved("«mrn=44120»", Label.MRN, "patterns") == "mrn=44120"
    assert moved("«mrn=44120»", Label.MRN) == "44120"
    assert moved("«INFO Vance»", Label.NAME, "known") == "INFO Vance"
