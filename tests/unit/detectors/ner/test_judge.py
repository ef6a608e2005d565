"""Rules and network together: what is certain stays, what is doubted goes, a name found once is found everywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veil.detectors.scanner import Scanner, standard
from veil.model import Label, Span


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return standard()


def told(scanner: Scanner, text: str, label: Label) -> list[str]:
    return [text[span.start : span.end] for span in scanner.find([text])[0] if span.label is label]


def test_a_name_at_character_ninety_nine_thousand_is_found(scanner: Scanner) -> None:
    filler = "Lungs clear to auscultation bilaterally. Continue metoprolol 25 mg twice a day. "
    text = (filler * 1300)[:99_000] + ". Patient: Marisol Okonkwo, MRN: 4471203. " + filler * 5
    spans = scanner.find([text])[0]
    found = [text[span.start : span.end] for span in spans if span.start >= 99_000]
    assert found == ["Marisol Okonkwo", "4471203"]


def test_a_name_that_is_certain_once_is_found_everywhere_in_its_note(scanner: Scanner) -> None:
    text = "Patient: Marisol Quenby.\nDoing well on room air.\nQuenby, seen again at noon, no new complaint."
    assert told(scanner, text, Label.NAME).count("Quenby") == 1
    assert "Marisol Quenby" in told(scanner, text, Label.NAME)


def test_an_eponym_is_no_echo_of_a_doctor_of_that_name(scanner: Scanner) -> None:
    text = "Seen by Dr. Graves today. Graves disease, stable. Dr. Graves agrees."
    assert told(scanner, text, Label.NAME) == ["Graves", "Graves"]


def test_a_checked_number_is_never_lost_to_an_opinion(scanner: Scanner) -> None:
    text = "the catheter 4111 1111 1111 1111 was flushed"
    assert told(scanner, text, Label.ACCOUNT) == ["4111 1111 1111 1111"]


@given(
    st.lists(
        st.sampled_from(
            [
                "Dr. Okafor ",
                "\U0001f600",
                "e\u0301",
                "\u200b",
                "Quenby\u00ad ",
                "\u05d0\u05d1 ",
                "92F ",
                "\x00",
                "Mr. \uff2aohn ",
            ]
        ),
        max_size=12,
    )
)
def test_offsets_are_those_of_the_raw_text(parts: list[str]) -> None:
    text = "".join(parts)
    spans = standard().find([text])[0]
    assert all(isinstance(span, Span) and 0 <= span.start < span.end <= len(text) for span in spans)
    assert all(not text[span.start].isspace() and not text[span.end - 1].isspace() for span in spans)
