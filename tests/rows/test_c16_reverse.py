"""C16: restore all mapped columns exactly; typed, exact, row order kept."""

import json

import pytest
from tests.rows.conftest import ENCOUNTERS, LABS, PATIENTS

POLICY = """profile: expert
tables:
  patients:
    subject: patient_id
    columns: {patient_id: pseudonym, mrn: {pseudonym: {format: keep}}, ssn: pseudonym, first: {surrogate: given_name},
              born: {shift: {birth: true}}, zip: zip3}
  encounters:
    subject: patient_id
    columns: {encounter_id: {pseudonym: {format: integer}}, patient_id: pseudonym, start: {shift: {unit: UNIT}}}
  labs:
    subject: {through: encounters, on: encounter_id}
    columns:
      lab_id: drop
      encounter_id: {pseudonym: {format: integer}}
      concept_id: keep
      event_name: keep
      taken: {shift: {unit: UNIT}}
      value:
        - {where: event_name = 'user submitted', pseudonym: {domain: patient_id}}
        - {where: event_name = 'date of visit', shift: {unit: UNIT}}
        - keep
"""
FILES = {"patients.csv": PATIENTS, "encounters.csv": ENCOUNTERS, "labs.csv": LABS}


@pytest.mark.parametrize("unit", ["days", "months"])
def test_c16_mapped_columns_come_back_exactly_and_the_others_are_told(project, veil, unit):
    made = project(POLICY.replace("UNIT", unit), FILES)
    assert veil(made.folder, "run", "project.yaml").code == 0
    done = veil(made.folder, "reverse", "project.yaml", "--reason", "a safety notice", "-o", "back")
    assert done.code == 0, done.erred
    assert (made.folder / "back/encounters.csv").read_text() == ENCOUNTERS
    back = [line.split(",") for line in (made.folder / "back/patients.csv").read_text().splitlines()]
    for row, was in zip(back, PATIENTS.splitlines(), strict=True):
        assert [row[i] for i in (0, 1, 2, 4)] == [was.split(",")[i] for i in (0, 1, 2, 4)]
    assert [line.split(",", 1)[1] for line in LABS.splitlines()] == (
        made.folder / "back/labs.csv"
    ).read_text().splitlines()
    for told in ("not restored: drop", "not restored: zip3", "not restored: surrogate"):
        assert told in done.said
    record = json.loads((made.folder / "release.private/audit.jsonl").read_text())
    assert (record["what"], record["reason"], record["number"]) == ("reverse", "a safety notice", 1)
    assert (made.folder / "back").stat().st_mode & 0o777 == 0o700


def test_c16_a_release_comes_back_when_its_input_is_gone_and_its_rules_have_changed(project, veil):
    made = project(POLICY.replace("UNIT", "days"), FILES)
    assert made.run().exit_code == 0
    for path in (made.folder / "data").iterdir():
        path.unlink()
    made.file.write_text(made.file.read_text().replace("domain: patient_id", "domain: other"))
    assert veil(made.folder, "reverse", "project.yaml", "--reason", "r").code == 0
    assert (made.folder / "release.reversed/encounters.csv").read_text() == ENCOUNTERS


def test_c16_nothing_comes_back_without_the_key_the_way_or_the_release_as_it_was(project, veil):
    made = project(POLICY.replace("UNIT", "days"), FILES)
    assert made.run().exit_code == 0
    assert veil(made.folder, "reverse", "project.yaml").code == 2  # no reason
    table = made.out / "encounters.csv"
    whole = table.read_bytes()
    table.write_bytes(whole + b"1,2,3\n")
    assert "[release-changed]" in veil(made.folder, "reverse", "project.yaml", "--reason", "r").erred
    table.write_bytes(whole)
    assert veil(made.folder, "keys", "rotate", "hospital.key").code == 0
    assert "[key-other]" in veil(made.folder, "reverse", "project.yaml", "--reason", "r").erred
    (way,) = (made.folder / "release.private").glob("*.vault")
    way.unlink()
    told = veil(
        made.folder,
        "reverse",
        "project.yaml",
        "--reason",
        "r",
        "--override",
        "keyring={file: hospital.key, version: 1}",
    )
    assert "[trail-missing]" in told.erred
    assert not (made.folder / "release.reversed").exists()
    assert not (made.folder / "release.private/audit.jsonl").exists()


def test_c16_a_project_may_keep_no_way_back(project, veil):
    made = project("reversible: false\n" + POLICY.replace("UNIT", "days"), FILES)
    assert made.run().exit_code == 0
    assert not (made.folder / "release.private").exists()
    assert "[way-back-none]" in veil(made.folder, "reverse", "project.yaml", "--reason", "r").erred
