"""Names of people and places, by what stands beside them."""

import pytest

from veil.detectors.base import Owner
from veil.detectors.gazetteer import Gazetteer
from veil.model import Label, Text


def found(text: str, label: Label = Label.NAME) -> list[str]:
    spans = Gazetteer().find([Text.of(text)], [Owner()])[0]
    return [text[span.start : span.end] for span in sorted(spans) if span.label is label and span.score >= 0.5]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Dr. Graves discussed Graves disease.", ["Graves"]),
        ("Dr. Will saw her; she will return.", ["Will"]),
        ("dr. okonkwo was called", ["okonkwo"]),
        ("Drs. Okoye and Lindqvist assisted.", ["Okoye", "Lindqvist"]),
        ("Attending: Casper Holloway, D.O.", ["Casper Holloway"]),
        ("Patient Name: OAKES, PIERS J", ["OAKES, PIERS J"]),
        ("Name as it stands on the card: ilse brandt\nPlan: rest", ["ilse brandt"]),
        ("cc: Frost, Alden", ["Frost, Alden"]),
        ("Seen with her husband Anders today.", ["Anders"]),
        ("His daughter, Mary, agrees.", ["Mary"]),
        ("Reviewed by Lena Voss-Hale MD", ["Lena Voss-Hale"]),
        ("Rosa de la Vega came.", ["Rosa de la Vega"]),
        ("Nora B., a teacher", ["Nora B"]),
        ("Monica's wound is dry.", ["Monica"]),
        ("Brandvold, Thomas 0048812 Rm 4", ["Brandvold, Thomas"]),
    ],
)
def test_a_name_is_found_beside_its_cue(text: str, wanted: list[str]) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "A Foley catheter and a Kelly clamp were used; Jackson-Pratt drains.",
        "Crohn disease, Down syndrome, Parkinson's disease, Graves' ophthalmopathy.",
        "PREOPERATIVE DIAGNOSIS: Chronic Pain. PATIENT: Alert and oriented.",
        "White count 7. Brown discharge. Long leg cast. May resume diet. Will follow.",
        "Mother: alive and well. Surgeon: none.",
        "Babinski negative. Romberg negative. Weber midline.",
    ],
)
def test_eponyms_and_plain_words_are_no_names(text: str) -> None:
    assert found(text) == []


def test_a_name_that_is_certain_once_is_found_everywhere_in_its_note() -> None:
    text = "Mr. Otis Harkaway was seen. Later Harkaway left. HARKAWAY's wife called."
    assert found(text) == ["Otis Harkaway", "Harkaway", "HARKAWAY"]
    assert found("Later Harkaway left.") == []


@pytest.mark.parametrize(
    ("text", "label", "wanted"),
    [
        ("at St. Odile Hospital today", Label.ORGANIZATION, ["St. Odile Hospital"]),
        ("transferred to Larkmoor Medical Center.", Label.ORGANIZATION, ["Larkmoor Medical Center"]),
        ("seen in the Pain Clinic of our hospital", Label.ORGANIZATION, []),
        ("lives in Iowa Falls with", Label.LOCATION, ["Iowa Falls"]),
        ("moved here from Chicago", Label.LOCATION, ["Chicago"]),
        ("in Quillmoor, New Mexico", Label.LOCATION, ["Quillmoor, New Mexico"]),
        ("John Duncan, MD", Label.LOCATION, []),
        ("works in Marengo County", Label.LOCATION, ["Marengo County"]),
    ],
)
def test_places_and_institutions_are_found(text: str, label: Label, wanted: list[str]) -> None:
    assert found(text, label) == wanted
