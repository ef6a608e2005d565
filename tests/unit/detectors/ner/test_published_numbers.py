"""Numbers and dates of papers, trials and books are nobody's; those beside a patient are."""

import pytest

from veil.detectors.ner.published_numbers import is_public
from veil.lexicon.language import english
from veil.model import Label


def told(marked: str, label: Label) -> bool:
    before, value, after = (
        marked.partition("<")[0],
        marked.partition("<")[2].partition(">")[0],
        marked.partition(">")[2],
    )
    return is_public(before + value + after, len(before), len(before) + len(value), label, english())


@pytest.mark.parametrize(
    "text",
    [
        "see PMID <31234567>",
        "enrolled in <NCT01234567>",
        "DOI: <10.1000/182-3>",
        "LOINC code <2345-7>",
        "ISBN <9780306406157>",
    ],
)
def test_a_number_of_a_public_register_is_nobodys(text: str) -> None:
    assert told(text, Label.ID)


@pytest.mark.parametrize(
    "text", ["The guideline was published on <3 May 2019>", "manual, second edition, printed <2018-05-12>"]
)
def test_the_date_of_a_printed_thing_is_nobodys(text: str) -> None:
    assert told(text, Label.DATE)


@pytest.mark.parametrize(
    "text",
    [
        "MRN <31234567>",
        "case no. <NC-0123>",
        "Read the guideline. Seen on <3 May 2019>",
        "the consent was issued on <3 May 2019>",
        "we follow the guideline; admitted <3 May 2019>",
        "released from prison on <3 May 2019>",
    ],
)
def test_what_stands_beside_a_patient_is_theirs(text: str) -> None:
    assert not told(text, Label.ID)
    assert not told(text, Label.DATE)
