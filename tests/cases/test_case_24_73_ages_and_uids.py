"""Cases 24 and 73: ages over 89 in every form, whole; a UID is one identifier, its last part too. And national numbers."""

import pytest

from veil.detectors.scanner import standard
from veil.model import Label

SCANNER = standard()


def found(text, *labels):
    return [text[span.start : span.end] for span in SCANNER.find([text])[0] if span.label in labels]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("He is 91", ["91"]),
        ("he turns 90 next month", ["90"]),
        ("age 90y3m", ["90y3m"]),
        ("94 yrs 2 mths, frail", ["94 yrs 2 mths"]),
        ("y.o. 94 male", ["94"]),
        ("age 91.5, frail", ["91.5"]),
        ("A 95-year-old; 101yo; 93F", ["95", "101", "93F"]),
        ("She's 97, lives alone", ["97"]),
    ],
)
def test_ages_over_89_are_found_in_other_forms(text, right):
    assert found(text, Label.AGE_OVER_89) == right


@pytest.mark.parametrize(
    "text", ["He is 91% on air", "She is 92 kg", "T 99, 98F", "he is 45", "HR 95, BP 120/90", "45y3m", "93 bpm"]
)
def test_other_numbers_are_no_age_over_89(text):
    assert found(text, Label.AGE_OVER_89) == []


@pytest.mark.parametrize(
    "uid",
    [
        "1.2.840.88888888.3.41207716.1702468011235",
        "1.3.6.1.4.1.77777.8.1.3.4410.2208",
        "2.25.12345678901234567890.1.7.3.4",
        "1.2.276.0.7230010.3.1.4.8323329.5576.1517874.33",
        "2.16.840.1.113883.3.4.99.12",
    ],
)
def test_a_uid_is_one_identifier_to_its_last_part(uid):
    assert found(uid, Label.ID) == [uid]
    assert found(f"Study UID {uid} received", Label.ID) == [uid]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("NHS no 943 476 5919 on file", "943 476 5919"),
        ("NIR 2 55 08 14 168 025 38", "2 55 08 14 168 025 38"),
        ("DNI 12345678Z", "12345678Z"),
        ("Steuer-ID 86 095 742 719", "86 095 742 719"),
        ("BSN 111222333", "111222333"),
        ("Medicare 2123 45670 1", "2123 45670 1"),
        ("CF RSSMRA85T10A562S", "RSSMRA85T10A562S"),
    ],
)
def test_numbers_of_states_are_masked_whole(text, number):
    assert number in found(text, *Label)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Tasker MD signed the form", "Tasker"),
        ("Spoke with Ward's wife today", "Ward"),
        ("Admitted to the Okafor service", "Okafor"),
        ("Ellery RN notified", "Ellery"),
    ],
)
def test_a_name_beside_a_degree_a_relative_or_a_team_is_found(text, name):
    assert found(text, Label.NAME) == [name]


@pytest.mark.parametrize(
    "text", ["Patient's wife called", "Cardiology service", "Stroke team paged", "Attending MD signed"]
)
def test_words_for_people_and_services_are_no_names(text):
    assert found(text, Label.NAME) == []
