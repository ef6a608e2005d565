"""Phrases: what stands where a name should is a name, or a sentence."""

import pytest

from veil.policy.phrases import phrase_of


@pytest.mark.parametrize(
    "value",
    [
        "Dr. José Eduardo181 Jaimes535",
        "Mr. Paris331 Lindgren255",
        "van der Berg, Anna-Maria",
        "O'Neil",
        "Mary Ann Smith Jones PhD",
        "",
    ],
)
def test_a_name_is_a_name(value):
    assert phrase_of(value) == "name"


@pytest.mark.parametrize(
    "value",
    [
        "Patient Thelma Hartford, MRN 84038025",
        "Ana Braun MRN40012345",
        "Dr. Lee, ext 5",
        "ana.braun@example.org",
        "the nurse who was on duty that night",
        "seen by Dr. Lee on 3/4",
    ],
)
def test_a_sentence_or_a_number_is_none(value):
    assert phrase_of(value) == "sentence"
