"""C16: restore all mapped columns exactly; typed, exact, row order kept."""

import pytest
from tests.rows.conftest import ENCOUNTERS, LABS, PATIENTS

from veil.audit import read_acts

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
    record = read_acts(made.folder / "release.private/audit.jsonl")[-1]
    assert (record["what"], record["reason"], record["number"]) == ("reverse", "a safety notice", 3)
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
    assert [act["what"] for act in read_acts(made.folder / "release.private/audit.jsonl")] == ["run begun", "run ended"]


def test_c16_a_project_may_keep_no_way_back(project, veil):
    made = project("reversible: false\n" + POLICY.replace("UNIT", "days"), FILES)
    assert made.run().exit_code == 0
    assert {path.name for path in (made.folder / "release.private").iterdir()} == {"audit.jsonl", "audit.jsonl.head"}
    assert "[way-back-none]" in veil(made.folder, "reverse", "project.yaml", "--reason", "r").erred


HARBOR = """profile: safe-harbor
tables: {encounters: {subject: patient_id, columns: {encounter_id: {pseudonym: {format: integer}}, patient_id: pseudonym, start: keep}}}
"""


def test_c16_random_codes_come_back_from_their_vault(project, veil):
    made = project(HARBOR.replace("start: keep", "start: year"), FILES)
    assert veil(made.folder, "run", "project.yaml").code == 0
    assert veil(made.folder, "reverse", "project.yaml", "--reason", "r", "-o", "back").code == 0
    was, back = (
        path.read_text().splitlines()
        for path in (made.folder / "data/encounters.csv", made.folder / "back/encounters.csv")
    )
    assert [line.split(",")[:2] for line in back] == [line.split(",")[:2] for line in was]


@pytest.mark.parametrize("workers", [1, 2])
def test_c16_many_units_many_workers_and_other_blocks_come_back_the_same(project, veil, monkeypatch, workers):
    monkeypatch.setattr("veil.jobs.work.units.UNIT_BYTES", 3000)
    monkeypatch.setattr("veil.formats.tabular.BLOCK", 700)
    encounters = "encounter_id,patient_id,start\n" + "".join(
        f'{i},"{i % 9}",20{10 + i % 12}-01-31\n' for i in range(300)
    )
    labs = (
        LABS.splitlines()[0]
        + "\n"
        + "".join(f"{i},{i % 317},7,user submitted,{i % 9},2019-01-31 08:00:00\n" for i in range(260))
    )
    made = project(POLICY.replace("UNIT", "months"), {**FILES, "encounters.csv": encounters, "labs.csv": labs})
    assert made.run(workers=workers).exit_code == 0
    monkeypatch.setattr("veil.formats.tabular.BLOCK", 1100)
    from tests.conftest import PASSPHRASE

    from veil.jobs.reversal.reverse import open_reversal, reverse

    reversal = open_reversal(made.file)
    out = reverse(reversal, reversal.keys(lambda: PASSPHRASE), "r").out
    assert (out / "encounters.csv").read_text() == encounters
    assert (out / "labs.csv").read_text() == "".join(line.split(",", 1)[1] + "\n" for line in labs.splitlines())


def test_c16_a_reversal_may_not_lie_in_the_input_the_output_or_a_folder_of_others(project, veil):
    made = project(POLICY.replace("UNIT", "days"), FILES)
    assert made.run().exit_code == 0
    (made.folder / "others").mkdir()
    (made.folder / "others" / "a.txt").write_text("mine")
    for place in ("release/back", "data", "others", "."):
        assert "[reverse-target]" in veil(made.folder, "reverse", "project.yaml", "--reason", "r", "-o", place).erred
    assert (made.folder / "others" / "a.txt").read_text() == "mine"


def test_c16_no_value_is_in_the_record_the_screen_or_the_way_back(project, veil):
    made = project(POLICY.replace("UNIT", "months"), FILES)
    assert made.run().exit_code == 0
    done = veil(made.folder, "reverse", "project.yaml", "--reason", "r", "-o", "back")
    told = done.said + done.erred + (made.folder / "back/veil-reverse.json").read_text()
    sealed = b"".join(path.read_bytes() for path in (made.folder / "release.private").iterdir())
    for value in ("1042", "00771234", "2019-01-31", "98.6", "1950-02-28"):
        assert value not in told
        assert value.encode() not in sealed
