"""What the tables know of an owner is found in every written form."""

import pytest

from veil.detectors.base import Known, Owner
from veil.detectors.known import KnownIdentifiers
from veil.detectors.scanner import standard
from veil.model import Label, Text

OWNER = Owner(
    "s1",
    (
        Known("given_name", "Will", Label.NAME, "weak"),
        Known("family_name", "Vangström", Label.NAME, "strong"),
        Known("phone", "555-123-4567", Label.PHONE, "strong"),
        Known("number", "00123456", Label.MRN, "strong"),
        Known("number", "AB-12-4412", Label.ID, "strong"),
        Known("street", "123 N Main Street Apt 4", Label.LOCATION, "strong"),
        Known("email", "w.v@x.example", Label.EMAIL, "strong"),
        Known("city", "Mobile", Label.LOCATION, "weak"),
        Known("birth_date", "1950-01-02", Label.DATE, "strong"),
    ),
)


def found(text: str, owner: Owner = OWNER) -> set[str]:
    spans = KnownIdentifiers().find([Text.of(text)], [owner])[0]
    assert all(span.source.startswith("known:") for span in spans)
    return {text[span.start : span.end] for span in spans}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("seen: VANGSTROM, WILL", "VANGSTROM, WILL"),
        ("will vangström came", "will vangström"),
        ("Will J. Vangstrom", "Will J. Vangstrom"),
        ("W. Vangstrom's wound", "W. Vangstrom"),
        ("the Vangstroms", "Vangstroms"),
        ("for Vang-\nstrom", "Vang-\nstrom"),
        ("tel 5551234567", "5551234567"),
        ("tel (555) 123 4567", "555) 123 4567"),
        ("tel 123-4567", "123-4567"),
        ("tel +1.555.123.4567", "1.555.123.4567"),
        ("MRN123456", "123456"),
        ("no 0000123456", "0000123456"),
        ("ab124412", "ab124412"),
        ("AB 12/4412", "AB 12/4412"),
        ("at 123 North Main St., apt 4", "123 North Main St., apt 4"),
        ("mail W.V@X.EXAMPLE", "W.V@X.EXAMPLE"),
        ("Mr. Will", "Will"),
        ("lives in Mobile", "Mobile"),
    ],
)
def test_a_known_identifier_is_found_however_it_is_written(text: str, wanted: str) -> None:
    assert wanted in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "He will come. Will the wound heal?",
        "a mobile mass",
        "Mobile unit",
        "1234567890",
        "91234567",
        "born 1950-01-02",
        "w/ vang",
    ],
)
def test_a_weak_or_a_longer_word_is_left_where_nothing_says_a_name(text: str) -> None:
    assert not found(text)


def test_what_is_known_of_one_owner_is_not_sought_in_the_note_of_another() -> None:
    texts = [Text.of("Vangstrom")] * 2
    spans = KnownIdentifiers().find(texts, [OWNER, Owner("s2")])
    assert [len(one) for one in spans] == [1, 0]


def test_a_doctor_called_like_the_patients_town_is_a_doctor() -> None:
    owner = Owner("p", (Known("city", "Lowell", Label.LOCATION, "strong"),))
    text = "Seen by Dr. Lowell. Lives in Lowell."
    labels = [(text[span.start : span.end], span.label) for span in standard().find([text], [owner])[0]]
    assert labels == [("Lowell", Label.NAME), ("Lowell", Label.LOCATION)]
