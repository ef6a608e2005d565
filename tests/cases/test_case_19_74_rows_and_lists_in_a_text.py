"""Cases 19 and 74: rows, columns and lists inside a text are read as such; no span goes over a tab or a cell."""

import json
from pathlib import Path

import pytest

from veil.detectors.scanner import standard
from veil.model import Label

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
SCANNER = standard()
STAYS = {Label.AGE, Label.YEAR, Label.STATE, Label.WEEKDAY, Label.TIME, Label.PROFESSION}


def found(text):
    return [(span.label, text[span.start : span.end]) for span in SCANNER.find([text])[0] if span.label not in STAYS]


def names(text):
    return [value for label, value in found(text) if label is Label.NAME]


def case(number):
    path = CASES / number / "in.jsonl"
    if not path.exists():
        pytest.skip("the cases are not beside the checkout")
    return [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.corpora
def test_case_19_finds_names_under_their_heads_and_leaves_the_sex():
    texts = case("19")
    assert names(texts[0]) == ["HARROW", "MAEVE", "VANCE", "OTTO", "PELL", "SAUL"]
    assert names(texts[3]) == ["QUENNELL O", "HARROW", "TASKER B", "VANCE"]
    assert all("\t" not in value and "|" not in value for text in texts for _, value in found(text))


@pytest.mark.corpora
def test_case_74_finds_every_name_of_a_list():
    texts = case("74")
    right = (
        ["QUENNELL", "TASKER", "LINDQVIST", "OKAFOR"],
        ["Quennell", "Tasker", "Okafor"],
        ["Harrow", "Vance", "Okafor"],
        ["Quennell", "Tasker"],
    )
    assert tuple(names(text) for text in texts[1:5]) == right
    assert names(texts[6]) == ["Quennell", "Tasker", "Okafor"]
    assert names(texts[7]) == ["HARROW", "MAEVE", "VANCE", "OTTO", "PELL", "SAUL"]
    assert names(texts[9]) == ["HARROW", "MAEVE", "VANCE", "OTTO"]
    assert [value for text in texts for _, value in found(text) if "\t" in value] == []


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (
            "Last name\tFirst name\tSex\tWard\nELLERY\tTAMSIN\tFemale\tB\nRUDDOCK\tCLIVE\tMale\tC",
            ["ELLERY", "TAMSIN", "RUDDOCK", "CLIVE"],
        ),
        (
            "Rm  Patient      Nurse\n12  PELHAM A     CROFT\n14  GRIMSTEAD T  LARK",
            ["PELHAM A", "CROFT", "GRIMSTEAD T", "LARK"],
        ),
        (
            "Surname;Given name;DOB\nOrme;Petra;02/03/1961\nSallow;Idris;04/05/1970",
            ["Orme", "Petra", "Sallow", "Idris"],
        ),
        (
            "| Pt | Attending | Dx |\n|---|---|---|\n| Birch, Nora | STEEP | CHF |\n| Fenn, Karl | MOSS | PNA |",
            ["Birch, Nora", "STEEP", "Fenn, Karl", "MOSS"],
        ),
        ("1. Okonkwo - CHF\n2. Lindgren - COPD\n3. Tasker - DKA", ["Okonkwo", "Lindgren", "Tasker"]),
        ("Ekwueme\t00518812\tCHF\nBrandvold\t00518813\tCOPD", ["Ekwueme", "Brandvold"]),
        (
            "Bed 1  Ellery, J   68F  CHF\nBed 2  Tasker, B   47M  COPD\nBed 3  Ruddock, M   61F  DKA",
            ["Ellery, J", "Tasker, B", "Ruddock, M"],
        ),
    ],
)
def test_names_of_other_rows_and_lists(text, right):
    assert names(text) == right


@pytest.mark.parametrize(
    "text",
    [
        "ID\tAge\tNa\tK\nA\t45\t138\t4.1\nB\t51\t140\t3.9",
        "- Metoprolol: 25 mg\n- Lisinopril: 10 mg\n- Warfarin: 5 mg",
        "Sodium 138, Potassium 4.1, Chloride 101, Glucose 99",
        "Lungs clear, Heart regular, Abdomen soft, Skin warm",
        "Neuro: intact\nCardio: RRR\nPulm: CTAB\nAbd: soft",
        "Test   Result  Units\nWBC    11.2    K/uL\nHgb    9.8     g/dL",
        "1. Sepsis - improving\n2. Anemia - stable\n3. Diabetes - on insulin",
    ],
)
def test_rows_and_lists_of_medicine_stay(text):
    assert found(text) == []


@pytest.mark.parametrize("sign", ["\t", " | "])
def test_no_span_goes_over_a_cell(sign):
    for cells in (
        ("MRN 345", "542", "889"),
        ("Ada Quill", "Tom Marsh", "x"),
        ("12 Larkspur Lane", "Dayton", "OH 45402"),
    ):
        text = sign.join(cells)
        assert [value for _, value in found(text) if sign.strip(" ") in value] == []
