"""Case 61: short names are not found inside words, short numbers and codes not without a cue, and nothing is torn."""

from __future__ import annotations

import csv
import io
import shutil

import pytest
from tests.conftest import SHARED, Made

from veil.detectors.base import Known, Owner
from veil.detectors.known import KnownIdentifiers
from veil.model import Label, Text
from veil.roster.strength import stated, strength
from veil.verify import Probe

DOSES = "Metoprolol 25 mg BID, ASA 81mg, 12/12 strength, pain 7/10, 5 mm stone, 100%, A1c 7.1, B12 low, T4 1.2, 10000mg, grade 2"


def owner(**values: str) -> Owner:
    known = []
    for kind, value in values.items():
        name = {"first": "given_name", "last": "family_name", "city": "city"}.get(kind)
        if name:
            label = Label.LOCATION if kind == "city" else Label.NAME
            known.append(Known(name, value, label, strength(name, value)))
        else:
            known.append(Known("number", value, Label.MRN, stated("number", value, "strong"), kind))
    if "first" in values and "last" in values:
        known.append(Known("full_name", f"{values['first']} {values['last']}", Label.NAME, "strong"))
    return Owner("p", tuple(known))


def found(text: str, whose: Owner) -> list[str]:
    return [text[span.start : span.end] for span in KnownIdentifiers().find([Text.of(text)], [whose])[0]]


@pytest.mark.parametrize("number", ["12", "7", "A1", "B12", "100", "5", "25", "81", "T4", "1000", "10", "2", "A1c"])
def test_no_dose_grade_vitamin_or_test_is_a_record_number(number):
    assert found(DOSES, owner(mrn=number)) == []
    assert Probe(owner(mrn=number).known).survivors(DOSES) == []


@pytest.mark.parametrize(
    ("text", "number", "column", "wanted"),
    [
        ("MRN 12 seen", "12", "mrn", ["12"]),
        ("MRN: 0012.", "12", "mrn", ["0012"]),
        ("account no. 7, see chart", "7", "acct", ["7"]),
        ("Patient #12 came", "12", "patient_id", ["12"]),
        ("patient id: 12", "12", "patient_id", ["12"]),
        ("patient_id=12", "12", "patient_id", ["12"]),
        ("specimen no 31 is lost", "31", "specimen_no", ["31"]),
        ("record number is A1, thanks", "A1", "rec", ["A1"]),
        ("mrn12", "12", "mrn", ["12"]),
        ("#12", "12", "mrn", ["12"]),
        ("chart 12 mg", "12", "mrn", []),
        ("MRN 12/12 strength", "12", "mrn", []),
        ("Disp #30, 2 refills", "30", "mrn", []),
        ("tooth #12 pulled", "12", "mrn", []),
        ("#1 pneumonia", "1", "mrn", []),
        ("ID: 12 weeks of vancomycin", "12", "mrn", []),
        ("Patient 12 hours post op", "12", "patient_id", []),
        ("No record. 12 tablets", "12", "mrn", []),
        ("record 12-lead ECG", "12", "mrn", []),
    ],
)
def test_a_short_identifier_is_found_behind_a_cue_alone(text, number, column, wanted):
    assert found(text, owner(**{column: number})) == wanted


@pytest.mark.parametrize(
    ("text", "number", "wanted"),
    [
        ("MRN00418812", "00418812", "00418812"),
        ("id 00418812M", "00418812", "00418812M"),
        ("00418812", "418812", "00418812"),
        ("B41277 seen", "41277", "B41277"),
        ("10000 is it", "10000", "10000"),
        ("K7Q2 seen", "K7Q2", "K7Q2"),
        ("41277DOB", "41277", "41277DOB"),
    ],
)
def test_a_long_number_is_found_whole(text, number, wanted):
    assert found(text, owner(mrn=number)) == [wanted]


@pytest.mark.parametrize("text", ["10000mg", "10000 mg is not, 10000U is", "41277mcg"])
def test_a_digit_before_the_letters_of_a_dose_is_no_end(text):
    assert "10000U" not in "".join(found(text, owner(mrn="10000")))
    assert not found(text, owner(mrn="41277"))


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("Li", "Ho", "Lipid panel ok, Holter normal. Hospital HO. holiday"),
        ("Al", "Do", "ALT 7, al dente, do not. almost done"),
        ("Art", "Bone", "ART therapy, arterial line, bone scan, an art bone"),
        ("Rose", "Stone", "He rose. Stone rose bengal, kidney stone, the rose stone"),
        ("Will", "May", "She will. may go, will may, May she? Will she?"),
        ("Ann", "Fine", "Annual exam, planned; fine crackles"),
        ("An", "Ma", "an mass, mammogram, anterior; ma"),
        ("Jo", "Wu", "jogging, join, wuchereria"),
    ],
)
def test_short_names_and_names_that_are_words_are_left_in_prose(first, last, text):
    assert found(text, owner(first=first, last=last)) == []


@pytest.mark.parametrize(
    ("first", "last", "text", "wanted"),
    [
        ("Al", "Do", "Al Do seen", ["Al Do"]),
        ("Rose", "Stone", "Rose Stone came", ["Rose Stone"]),
        ("Li", "Ho", "Mrs. Ho came; Ho, Li", ["Ho", "Li"]),
        ("May", "Quackenthorpe", "Quackenthorpe may go; QUACKENTHORPE, MAY", ["Quackenthorpe", "QUACKENTHORPE, MAY"]),
        ("Art", "Bone", "mr. bone is well", ["bone"]),
    ],
)
def test_they_are_found_where_a_name_is_written(first, last, text, wanted):
    whose = owner(first=first, last=last)
    assert set(wanted) <= set(found(text, whose))


def test_a_town_that_is_a_word_is_left_beside_a_score():
    whose = owner(city="Reading")
    assert found("Reading 7/10; reading glasses. Pain 5. Reading slowly", whose) == []
    assert found("lives in Reading", whose) == ["Reading"]


PROJECT = """profile: expert
tables:
  people: {subject: pid, columns: {pid: pseudonym, first: {as: given_name, known: true}, last: {as: family_name, known: true},
           mrn: {as: number, known: WORD, label: MRN}, note: scan}}
"""


def test_a_project_may_seek_short_numbers_everywhere(project):
    data = {"people.csv": 'pid,first,last,mrn,note\n91,Orla,Quennell,412,"Bed 412 is hers."\n'}
    for word, there in (("strong", True), ("everywhere", False)):
        made = project(PROJECT.replace("WORD", word), data, name=word)
        assert made.run().exit_code == 0
        assert ("412" in (made.out / "people.csv").read_text()) is there


def test_an_age_is_no_record_number(project):
    made = project(
        "profile: expert\ntables: {t: {subject: pid, columns: {pid: {pseudonym: {}, known: strong, label: ID}, note: scan}}}\n",
        {"t.csv": "pid,note\n92,A 92 year old woman. Seen on 3/4/2020\n93,A 93 year old man.\n"},
    )
    assert made.run().exit_code == 0
    after = list(csv.DictReader(io.StringIO((made.out / "t.csv").read_text())))
    assert all(one["pid"] not in one["note"] for one in after)


@pytest.mark.corpora
@pytest.mark.skipif(not (SHARED / "cases/61").is_dir(), reason="the cases are not beside the checkout")
def test_the_case_itself_comes_out_right(tmp_path, keyring_file):
    shutil.copytree(SHARED / "cases/61", tmp_path / "c")
    (tmp_path / "c").chmod(0o755)
    shutil.copy(keyring_file, tmp_path / "c/study.key")
    made = Made(tmp_path / "c/p.yaml")
    assert made.run().exit_code == 0
    notes = [one["note"] for one in csv.DictReader(io.StringIO((made.out / "people.csv").read_text()))]
    for note, left in zip(
        notes,
        (
            ["Lipid panel ok, Holter normal,", "12 mg daily, 12/12 strength. Hospital HO."],
            ["ART therapy, arterial line, bone scan", "Reading 7/10; reading glasses. Bone marrow."],
            ["ALT 7, A1c 7.1, al dente, do not.", "Bath chair, bathing."],
            ["Annual exam, planned; Fine needle. fine crackles.", "100%, 100 mg. Corked."],
            ["kidney stone 5 mm;", "rose bengal. Nice patient, nice."],
        ),
        strict=True,
    ):
        assert all(piece in note for piece in left), note
    assert "Al Do" not in notes[2]
    assert "Rose Stone" not in notes[4]
