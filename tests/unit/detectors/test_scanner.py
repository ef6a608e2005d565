"""Texts go in, spans come out: the examples that users know, and the laws."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veil.detectors.scanner import Scanner, standard
from veil.errors import PartError
from veil.model import Label

RULES = ("patterns", "gazetteer", "known")
README = """Patient John Smith (DOB: 03/15/1985, MRN: 123456789)
SSN: 123-45-6789, Phone: 555-123-4567
Email: john.smith@email.com
Dr. Sarah Johnson at Memorial Hospital, 123 Main St, Boston MA"""
PIECES = (
    "Dr. Ana Ruiz",
    "SSN 219-09-9999",
    " é",
    "\u200b",
    "\n",
    " ",
    "Żółć Šimon",
    "92 years old",
    "call (555) 123-4567",
    "日本",
    "\U0001f600",
    "MRN: ",
    "00412",
    "lives in Boston, MA 02115",
    "i\u0307",
    "\u00ad",
    "Mr.",
    ", ",
    "a@b.org",
    "\x00",
)
NOTES = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=12).map("".join)


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return standard(RULES)


def marked(scanner: Scanner, text: str) -> str:
    for span in reversed(scanner.find([text])[0]):
        text = f"{text[: span.start]}[{span.label}]{text[span.end :]}"
    return text


def test_the_example_of_the_rest_service_reads_as_its_users_know_it(scanner: Scanner) -> None:
    assert marked(standard(), README) == (
        "Patient [NAME] (DOB: [DATE], MRN: [MRN])\nSSN: [SSN], Phone: [PHONE]\nEmail: [EMAIL]\n"
        "Dr. [NAME] at [ORGANIZATION], [LOCATION]"
    )
    assert marked(scanner, "Patient John Smith SSN 123-45-6789") == "Patient [NAME] SSN [SSN]"


def test_an_operating_room_codes_doses_and_heights_are_no_phi(scanner: Scanner) -> None:
    note = (
        "OR Date : .\nDiagnosis : DISEASES OF APPENDIX  543.9 .\nappendectomy  44970  Appendectomy  44950 .\n"
        "Patient Age : 48  years old .\nacetaminophen 325 mg oral tablet    Dose : 2 tabs PO\n"
        "docusate ( Doc – Q – Lace 100 mg oral capsule )\nHeight : 64 in / 162.5 cm.\nBMI : 27.1 ."
    )
    assert [(span.label, note[span.start : span.end]) for span in scanner.find([note])[0]] == [(Label.AGE, "48")]


def test_an_age_over_89_is_told_from_one_under(scanner: Scanner) -> None:
    note = "A 48-year-old man. His mother is 93, his aunt ninety-two years old; a 101yo neighbor."
    assert [(span.label, note[span.start : span.end]) for span in scanner.find([note])[0]] == [
        (Label.AGE, "48"),
        (Label.AGE_OVER_89, "93"),
        (Label.AGE_OVER_89, "ninety-two"),
        (Label.AGE_OVER_89, "101"),
    ]


def test_what_a_policy_denies_is_found_and_what_it_allows_is_not() -> None:
    text = "Project Bluebird, contact Dr. Ana Ruiz"
    scanner = standard(RULES, allow=["ana ruiz"], deny={"Bluebird": Label.ID})
    assert [(span.label, text[span.start : span.end]) for span in scanner.find([text])[0]] == [(Label.ID, "Bluebird")]


def test_a_threshold_refuses_but_never_a_check_digit() -> None:
    text = "Dr. Ana Ruiz paid with 4111 1111 1111 1111"
    scanner = standard(RULES, thresholds=dict.fromkeys(Label, 1.0), allow=["4111 1111 1111 1111"])
    assert [span.label for span in scanner.find([text])[0]] == [Label.ACCOUNT]


def test_an_unknown_detector_is_named_as_an_error() -> None:
    with pytest.raises(PartError, match="detector-unknown"):
        standard(["oracle"])


@settings(max_examples=150, deadline=None)
@given(st.lists(NOTES, min_size=1, max_size=4))
def test_spans_are_disjoint_sorted_and_the_same_alone_as_in_a_batch(notes: list[str]) -> None:
    scanner = standard(RULES)
    together = scanner.find(notes)
    for note, spans in zip(notes, together, strict=True):
        assert scanner.find([note]) == [spans]
        assert all(0 <= span.start < span.end <= len(note) for span in spans)
        assert all(one.end <= other.start for one, other in pairwise(spans))


@settings(max_examples=100, deadline=None)
@given(NOTES, NOTES)
def test_a_number_is_cut_out_of_any_unicode_at_its_own_place(before: str, behind: str) -> None:
    note = f"{before}\nSSN: 219-09-9999\n{behind}"
    at = len(before) + len("\nSSN: ")
    spans = standard(RULES).find([note])[0]
    assert any(span.start == at and span.end == at + 11 and span.label is Label.SSN for span in spans)


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "a",
        "A",
        "A ",
        "Dr. ",
        "1-",
        "1 ",
        "MRN",
        "MRN: ",
        "a@",
        "a.",
        ".",
        " ",
        "\n",
        "http://",
        "St. ",
        "Aa ",
        ":",
        "=",
        "1.",
        "-",
    ],
)
def test_a_hostile_text_takes_time_by_its_length(scanner: Scanner, piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        begun = time.process_time()
        scanner.find([text])
        return time.process_time() - begun

    seconds(2_000)
    assert seconds(80_000) < 0.1 + 12 * max(0.01, seconds(10_000))


def test_rows_are_read_beside_detectors_that_read_and_not_beside_lists_alone():
    """A site that asks for its own list alone gets what the list says, and no more."""
    text = "Surname\tGiven\tMRN\nHARROW\tLinnea\t0048812\nQUENNELL\tOrla\t0051177\n"
    (alone,) = standard(["known"]).find([text])
    (read,) = standard(["patterns"]).find([text])
    assert alone == []
    assert "HARROW" in {text[span.start : span.end] for span in read}
