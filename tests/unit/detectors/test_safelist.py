"""What is known to be safe in a note, and what is not."""

import pytest

from veil.detectors.safelist import Safelist
from veil.detectors.scanner import Scanner, standard
from veil.model import Label, Span, Text


def masked(text):
    return [text[start:end] for start, end, _ in Safelist().unsafe(text)]


@pytest.mark.parametrize(
    "text",
    [
        "The patient was seen in clinic and denied chest pain.",
        "BP 120/80, HR 72, RR 16, T 98.6 F, O2 sat 98%.",
        "Metformin 500 mg BID, Lasix 40mg q12h, 0.125 mcg.",
        "2-0 Vicryl, 3-0 Prolene, #10 blade, 5 mm trocar, 16-French Foley.",
        "Laparoscopic cholecystectomy with intraoperative cholangiogram.",
        "L4-L5 disc, T2 signal, B12, CD4 350, HbA1c 7.2.",
        "WBC 12,000, platelets 250, sodium 138, INR 1.1.",
        "nontender, nondistended; normoactive bowel sounds",
        "1500 mL of crystalloid, 2500 units",
        "The Jackson-Pratt drain was placed.",
        "1st, 2nd and 3rd digits x3",
        "4-1/2 inches, 1:1000 epinephrine, 2 x 3 cm",
        "IMPRESSION: COPD, CHF, s/p CABG.",
        "PHYSICAL EXAMINATION: HEENT: normocephalic, atraumatic.",
    ],
)
def test_the_language_of_the_clinic_is_safe(text):
    assert masked(text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("seen by Vandermolen", ["Vandermolen"]),
        ("Kowalczyk called", ["Kowalczyk"]),
        ("account 0041882", ["0041882"]),
        ("code W-443x", ["443x"]),
        ("ref AB12345", ["AB12345"]),
        ("room 4471", ["4471"]),
        ("José left", ["José"]),
        ("日本 12", ["日本"]),
        ("123-45-6789", ["123-45-6789"]),
        ("KIM was here", ["KIM"]),
        ("ticket #2217", ["2217"]),
        ("O'Malley's note", ["O'Malley"]),
    ],
)
def test_what_nothing_makes_safe_is_masked(text, wanted):
    assert masked(text) == wanted


def test_letters_become_a_name_and_digits_an_id():
    assert [label for _, _, label in Safelist().unsafe("Qxzw 99887")] == [Label.NAME, Label.ID]


def test_a_safe_word_that_is_a_name_here_is_found_by_the_other_detectors():
    text = "Dr. Baker will see Mr. White; the baker wore a white coat."
    found = [text[span.start : span.end] for span in standard(["standard", "safelist"]).find([text])[0]]
    assert found == ["Baker", "White"]


def test_a_state_or_a_year_that_others_know_stays_theirs():
    text = "Texas 2014"
    theirs = [Span(0, 5, Label.STATE, 0.9, "gazetteer:state"), Span(6, 10, Label.YEAR, 0.9, "patterns:year")]
    assert Safelist().judge([Text.of(text)], [theirs]) == [theirs]
    assert Safelist().judge([Text.of("Qxzw")], [[Span(0, 4, Label.STATE, 0.1, "gazetteer:state")]])[0][1:] != []


def test_an_allowed_word_of_the_site_is_safe():
    text = "given 3 xyzzols today"
    assert Scanner([Safelist()]).find([text]) != [[]]
    assert Scanner([Safelist()], allow=["xyzzols"]).find([text]) == [[]]


def test_the_safelist_is_asked_for_and_goes_last():
    assert "safelist" not in {one.name for one in standard().detectors}
    assert [one.name for one in standard(["safelist", "standard"]).detectors][-1] == "safelist"
