"""L8: the service's sample note: the date and the age, and nothing else."""

from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "shared" / "contracts" / "detectphi.md"


@pytest.mark.corpora
def test_l8_the_sample_note_gives_its_date_and_its_age_and_neither_false_hit(ask):
    if not PAGE.exists():
        pytest.skip("the contract is not here")
    note = PAGE.read_text(encoding="utf-8").split("```text\n")[1].split("\n```")[0]
    told = [(one["Type"], one["Text"]) for one in ask("phi", text=note)["phi"]]
    assert told == [("DATE", "12/04/2012"), ("AGE", "48")]


def test_l8_headings_drugs_doses_heights_and_codes_are_no_phi(ask):
    note = (
        "OR Date : 11/05/2013 .\nDiagnosis : 543.9 .\nProcedure : appendectomy 44970 .\nPatient Age : 57 years old .\n"
        "acetaminophen 325 mg oral tablet Dose : 2 tabs PO\nHeight : 64 in / 162.5 cm.\nWeight : 158 lbs / 71.8 kg.\nBMI : 27.1 .\n"
    )
    assert [(one["Type"], one["Text"]) for one in ask("phi", text=note)["phi"]] == [
        ("DATE", "11/05/2013"),
        ("AGE", "57"),
    ]
