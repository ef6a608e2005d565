"""Cases 14 and 25: names through entities of HTML, in carets, in fields of HL7, in names of files, and signs spelled in words."""

import json
from pathlib import Path

import pytest

from veil.detectors.scanner import standard
from veil.model import Text

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
SCANNER = standard()


def found(text):
    return [(str(span.label), text[span.start : span.end]) for span in SCANNER.find([text])[0]]


def case(number):
    path = CASES / number / "in.jsonl"
    if not path.exists():
        pytest.skip("the cases are not beside the checkout")
    return [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.corpora
def test_case_14_finds_names_through_entities():
    assert found(case("14")[7]) == [("NAME", "Dana&#32;Whitlock"), ("NAME", "Orla&nbsp;Quennell")]


@pytest.mark.corpora
def test_case_25_finds_names_in_carets_and_files():
    texts = case("25")
    assert [found(text) for text in texts[:3]] == [
        [("NAME", "QUENNELL^ORLA^M")],
        [("NAME", "QUENNELL^ORLA^M^")],
        [("NAME", "QUENNELL^ORLA^M^^MS")],
    ]
    assert found(texts[6]) == [("NAME", "Quennell"), ("NAME", "Orla"), ("ID", "00418812")]
    assert ("MRN", "00418812") in found(texts[3])


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Seen&#160;by Dr.&nbsp;Marlowe today", [("NAME", "Marlowe")]),
        ("Jos&eacute; Garc&iacute;a came in", [("NAME", "Jos&eacute; Garc&iacute;a")]),
        ("PN: ELLERY^TAMSIN^^^", [("NAME", "ELLERY^TAMSIN^^^")]),
        ("RUDDOCK^CLIVE^J^JR", [("NAME", "RUDDOCK^CLIVE^J^JR")]),
        ("Ekwueme_Ada_00518813.docx", [("NAME", "Ekwueme"), ("NAME", "Ada"), ("ID", "00518813")]),
        ("see CT_chest_Brandvold_Tasker.pdf", [("NAME", "Brandvold"), ("NAME", "Tasker")]),
        ("write tom dot marsh at clinic dot org", [("EMAIL", "tom dot marsh at clinic dot org")]),
        (
            "call six one seven, five five five, oh one nine nine",
            [("PHONE", "six one seven, five five five, oh one nine nine")],
        ),
        ("HOSP NO >> 00518812", [("MRN", "00518812")]),
        ("surname=Ekwueme;forename=Ada;ward=B", [("NAME", "Ekwueme"), ("NAME", "Ada")]),
    ],
)
def test_others_of_the_kind(text, right):
    assert found(text) == right


@pytest.mark.parametrize(
    "text",
    [
        "718-7^Hemoglobin^LN",
        "I10^Hypertension^ICD10",
        "scan_final_v2.pdf",
        "a &lt; b &amp; c &gt; d",
        "one two three four steps",
        "Mg^2+ and Ca^2+",
    ],
)
def test_what_looks_like_it_stays(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a&nbsp;b", "a b"),
        ("&#x41;da", "Ada"),
        ("a &amp b; c", "a &amp b; c"),
        ("&zzz; &", "&zzz; &"),
        ("caf&eacute;", "café"),
    ],
)
def test_an_entity_is_one_character_with_its_own_place(raw, shown):
    text = Text.of(raw)
    assert text.shown == shown
    assert text.raw_range(0, len(shown)) == (0, len(raw))
