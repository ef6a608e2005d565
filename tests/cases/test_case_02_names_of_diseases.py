"""Case 02: diseases, signs and operations that are called after somebody stay, wherever they are; people of that name do not."""

import json
from pathlib import Path

import pytest

from veil.detectors.scanner import standard
from veil.model import Label

CASE = Path(__file__).resolve().parents[3] / "shared" / "cases" / "02" / "in.jsonl"
SCANNER = standard()


def names(text):
    return [text[span.start : span.end] for span in SCANNER.find([text])[0] if span.label is Label.NAME]


@pytest.mark.corpora
@pytest.mark.skipif(not CASE.exists(), reason="the cases are not beside the checkout")
def test_only_people_are_masked_in_the_case():
    texts = [json.loads(line)["text"] for line in CASE.read_text(encoding="utf-8").splitlines()]
    assert [names(text) for text in texts] == [[]] * 7 + [["Lewy", "Graves"]]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("PMH: Hirschsprung, Caroli, Budd-Chiari, Lemierre.", []),
        ("Ddx: Kaposi's vs Mondor's; Peyronie's excluded.", []),
        ("Ogilvie's with perforation; Tietze's; Plummer-Vinson.", []),
        ("+ Cullen's, + Grey Turner's, Courvoisier's negative", []),
        ("s/p Hartmann's, Ivor Lewis and Puestow in the past", []),
        ("Dr. Caroli saw Mrs. Sever for Sever's disease.", ["Caroli", "Sever"]),
    ],
)
def test_others_of_the_kind(text, right):
    assert names(text) == right
