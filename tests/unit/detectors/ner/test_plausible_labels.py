"""What a text can be at all, before any sentence is asked."""

import pytest

from veil.detectors.ner.plausible_labels import can_be, is_room
from veil.lexicon.language import english
from veil.model import Label


@pytest.mark.parametrize("text", ["M.D.", "e", "RN", "X.", "..."])
def test_a_credential_a_letter_or_a_placeholder_alone_is_no_name(text: str) -> None:
    assert not can_be(Label.NAME, text, english())


@pytest.mark.parametrize("text", ["the 10th", "29/30", "2-7/10", "0.25"])
def test_an_ordinal_or_a_ratio_is_no_date_by_its_sentence_alone(text: str) -> None:
    assert not can_be(Label.DATE, text, english())


@pytest.mark.parametrize("text", ["late March", "12-3-2020", "2019", "the fourteenth"])
def test_what_has_a_month_a_year_or_three_parts_can_be_a_date(text: str) -> None:
    assert can_be(Label.DATE, text, english())


@pytest.mark.parametrize("text", ["Post Anesthesia Care Unit", "Newborn Nursery", "Plastic Surgery"])
def test_a_room_that_every_hospital_has_is_no_institution(text: str) -> None:
    assert is_room(text, english())


@pytest.mark.parametrize("text", ["Mercy Hospital", "Lindbeck Surgery", "Okafor Unit"])
def test_a_name_makes_an_institution(text: str) -> None:
    assert not is_room(text, english())
