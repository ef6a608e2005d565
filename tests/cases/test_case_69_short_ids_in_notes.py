"""Case 69: patients 1 to 40 with notes, as `veil init` proposes them: no note is quarantined and no dose changes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from tests.conftest import SHARED, Made

RULES = """profile: expert
person: patients.patient_id
tables:
  patients:
    subject: patient_id
    born: birth_date
    columns:
      patient_id: {as: id, known: strong, label: ID}
      first_name: {as: given_name, known: true, kind: given_name}
      last_name:  {as: family_name, known: true, kind: family_name}
      birth_date: {as: birth_date, known: true, kind: birth_date}
notes:
  notes:
    files: [notes/]
    subject: {from: file_name, pattern: "{patient_id}-{n}.txt"}
    columns: {text: scan}
"""
FIRST, LAST = ["Orla", "Bram", "Maeve", "Hugo", "Petra"], ["Quennell", "Tasker", "Lindqvist", "Brandt", "Orsini"]
NOTES = [
    "{name} seen. Warfarin {n}mg, vitamin B{n}, T{n} level, L{n}-L5, drain {n}mL, x{n} days. WBC {n}.{n}, {n}-0 silk, q{n}h.",
    "{name} here. Grade {n}/6 murmur, {n}% burns, EF {n}%, stage {n}b, {n}cm mass, G{n}P1, CN {n}, 1:{n}000 epi, {n}\u00b0.",
    "{name} stable. K {n}, Hgb {n}, insulin {n}u with meals, {n}U lispro, {n}th rib, Apgar {n}/9, bed {n}, room {n}A, #{n} blade.",
    "{name} well. APACHE {n}. Foley {n}Fr, {n}g needle, {n} packs, {n}-year history, age {n}, visit {n} of 12, POD#{n}, HD{n}.",
    "{name} back. {n} tabs, disp #{n}, sig {n} po, {n} units NPH, {n}mcg fentanyl, {n} x {n} cm, BP 1{n}0/80, {n}kg, {n} mg qd.",
]


def as_left(text: str, name: str) -> str:
    return text.replace(name, "")


def check(made: Made, before: dict[str, tuple[str, str]]) -> None:
    outcome = made.run()
    assert outcome.exit_code == 0
    assert outcome.manifest["quarantined"] == []
    after = sorted(path.read_text() for path in (made.out / "notes").glob("*.txt"))
    assert len(after) == len(before)
    wanted = sorted(text.split(" ", 2)[2] for text, _ in before.values())
    assert sorted(text.split(" ", 2)[2] for text in after) == wanted
    assert not any(name in text for text in after for _, name in before.values())


def test_doses_grades_and_counts_stay_with_ids_of_one_or_two_digits(project):
    people = {n: f"{FIRST[n % 5]} {LAST[n // 5 % 5]}" for n in range(1, 26)}
    table = "patient_id,first_name,last_name,birth_date\n" + "".join(
        f"{n},{name.replace(' ', ',')},19{40 + n}-03-1{n % 10}\n" for n, name in people.items()
    )
    notes = {f"notes/{n}-1.txt": (NOTES[n % 5].format(n=n, name=name), name) for n, name in people.items()}
    made = project(RULES, {"patients.csv": table, **{file: text for file, (text, _) in notes.items()}})
    check(made, notes)


@pytest.mark.parametrize(
    ("said", "stays"), [("Patient ID: 7.", False), ("MRN 7.", False), ("Dose 7 mg.", True), ("7mg.", True)]
)
def test_the_id_itself_goes_where_a_cue_says_so(project, said, stays):
    made = project(
        RULES,
        {
            "patients.csv": "patient_id,first_name,last_name,birth_date\n7,Orla,Quennell,1961-02-03\n",
            "notes/7-1.txt": f"Orla Quennell seen. {said} Stable.",
        },
    )
    assert made.run().exit_code == 0
    (text,) = [path.read_text() for path in (made.out / "notes").glob("*.txt")]
    assert (said in text) is stays
    assert bool(re.search(r"\b7(?:mg)?\b", text)) is stays


@pytest.mark.corpora
@pytest.mark.skipif(not (SHARED / "cases/69").is_dir(), reason="the cases are not beside the checkout")
def test_the_case_itself_comes_out_right(tmp_path, keyring_file):
    folder = tmp_path / "c"
    shutil.copytree(SHARED / "cases/69/data", folder / "data")
    folder.chmod(0o755)
    shutil.copy(keyring_file, folder / "hospital.key")
    (folder / "p.yaml").write_text(
        "keyring: hospital.key\nin: data\nout: release\nreference_date: 2026-11-29\n" + RULES
    )
    notes = {path.name: path.read_text() for path in Path(folder / "data/notes").glob("*.txt")}
    check(Made(folder / "p.yaml"), {name: (text, " ".join(text.split(" ")[:2])) for name, text in notes.items()})
