"""Bad input gets an error with a code, a place and a hint; nothing is lost, and no value is told."""

import json
import os
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.e2e.test_canary import PASSPHRASE, search, veil

from veil.errors import Error, FormatError, KeyringError, LimitError, PolicyError

CANARY = {"value": "Quackenthorpe-519-38-2746"}
PROJECT = """profile: expert
tables:
  people:
    subject: patient_id
    columns:
      patient_id: pseudonym
      seen: shift
      note: scan
"""
GOOD = f"patient_id,seen,note\n{CANARY['value']},2020-01-02,well\n"


def refused(made, kind, code, *, run=False, overrides=()):
    """The error of opening or running a project: its code and place, and no value."""
    with pytest.raises(kind) as caught:
        made.run(*overrides) if run else made.session(*overrides)
    error = caught.value
    assert error.code == code
    search(code, CANARY, error.line().encode())
    search(code, CANARY, repr(error).encode())
    assert error.__cause__ is None
    assert not made.out.exists()
    return error


def test_a_column_of_the_policy_that_is_not_there(project):
    error = refused(project(PROJECT, {"people.csv": GOOD.replace("seen", "sean")}), PolicyError, "column-unlisted")
    assert "project.yaml:" in error.where
    error = refused(
        project(PROJECT + "    unlisted: drop\n", {"people.csv": GOOD.replace("seen", "sean")}, "b"),
        PolicyError,
        "column-missing",
    )
    assert error.hint == "did you mean sean?"


def test_a_column_without_a_rule_stops_before_anything_is_written(project):
    made = project(
        PROJECT, {"people.csv": GOOD.replace("note", "note,extra").replace("well", f"well,{CANARY['value']}")}
    )
    error = refused(made, PolicyError, "column-unlisted")
    assert "extra" in error.message
    assert "unlisted: drop" in error.hint
    assert sorted(path.name for path in made.folder.iterdir()) == ["data", "hospital.key", "project.yaml"]


def test_a_header_with_one_name_twice(project):
    refused(project(PROJECT, {"people.csv": GOOD.replace("note", "seen")}), FormatError, "csv-header")


def test_a_table_without_a_header_is_told_without_its_first_row(project):
    made = project(PROJECT, {"people.csv": f"{CANARY['value']},2020-01-02,well\np2,2020-01-02,ill\n"})
    refused(made, PolicyError, "header-missing")


def test_an_empty_file(project):
    error = refused(project(PROJECT, {"people.csv": ""}), FormatError, "csv-empty")
    assert "file 1" in error.where
    assert "people.csv" not in error.where


def test_a_table_with_a_header_alone_comes_back_with_a_header_alone(project):
    made = project(PROJECT, {"people.csv": "patient_id,seen,note\n"})
    assert made.run().quarantined == []
    assert made.bytes_out() == {"people.csv": b"patient_id,seen,note\n"}


def quarantined(made, code):
    outcome = made.run()
    assert [one for _, one in outcome.quarantined] == [code]
    assert outcome.exit_code == 8
    manifest = (made.out / "veil-manifest.json").read_bytes()
    search("manifest", CANARY, manifest)
    told = [(one["what"], one["code"]) for one in json.loads(manifest)["quarantined"]]
    assert told == outcome.quarantined
    return outcome


@pytest.mark.parametrize("row", ["a,b\n", "a,2020-01-01,c,d\n", '"a",b\n'])
def test_a_ragged_row_costs_its_file_and_is_told(project, row):
    quarantined(project(PROJECT, {"people.csv": GOOD + row + GOOD.split("\n")[1] + "\n"}), "csv-ragged")


def test_broken_utf8_in_a_table_costs_its_file(project):
    data = GOOD.encode() + b"x,2020-01-01,caf\xe9 " + CANARY["value"].encode() + b"\n"
    made = project(PROJECT + "    encoding: utf-8\n", {"people.csv": data})
    outcome = made.run()
    assert [code for _, code in outcome.quarantined] in (["csv-unreadable"], ["encoding-broken"])
    search("manifest", CANARY, (made.out / "veil-manifest.json").read_bytes())


NOTES = "profile: redact\nnotes:\n  notes:\n    encoding: utf-8\n    subject: {from: file}\n    columns: {text: scan}\n"


def test_one_broken_note_costs_only_itself(project):
    notes = {f"notes/{i}.txt": f"note {i} of Dr. Okonkwo\n" for i in range(5)} | {
        "notes/3.txt": b"caf\xe9 " + CANARY["value"].encode()
    }
    made = project(NOTES, notes)
    outcome = quarantined(made, "encoding-broken")
    assert outcome.quarantined[0][0] == "notes file 4"
    assert len(made.bytes_out()) == 4


def test_broken_json_and_deep_json(project):
    text = "profile: redact\ntrees:\n  people:\n    columns: {$.a: drop}\n"
    error = refused(project(text, {"people.json": '{"a": "' + CANARY["value"]}), FormatError, "json-broken")
    assert "offset" in error.where or "file 1" in error.where
    refused(project(text, {"people.json": '{"a":' * 300 + "1" + "}" * 300}, "deep"), LimitError, "json-deep")


def test_a_file_that_is_no_parquet(project):
    refused(project(PROJECT, {"people.parquet": CANARY["value"]}), FormatError, "parquet-unreadable")


def test_a_parquet_table_with_one_name_twice(project):
    held = BytesIO()
    pq.write_table(pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["x", "x"]), held)
    refused(project(PROJECT, {"people.parquet": held.getvalue()}), FormatError, "parquet-header")


def test_a_row_longer_than_the_limit(project, monkeypatch):
    monkeypatch.setattr("veil.formats.tabular.LONGEST_ROW", 2_000)
    monkeypatch.setattr("veil.formats.tabular.BLOCK", 500)
    quarantined(
        project(PROJECT, {"people.csv": GOOD + "p2,2020-01-01," + "x" * 5_000 + "\n" + "p3,,\n"}), "row-too-long"
    )


def test_a_note_larger_than_the_limit(project, monkeypatch):
    monkeypatch.setattr("veil.formats.plain.LARGEST", 100)
    monkeypatch.setattr("veil.formats.plain.read_whole.__defaults__", (100,))
    quarantined(project(NOTES, {"notes/1.txt": "short\n", "notes/2.txt": "x" * 200}), "note-too-large")


def test_an_empty_subject_stays_empty_and_is_no_person(project):
    rows = "patient_id,seen,note\n,2020-01-02,a\n,2020-03-04,b\n  ,2020-05-06,c\np1,2020-01-02,d\n"
    made = project(PROJECT, {"people.csv": rows})
    assert made.run().quarantined == []
    lines = [line.split(",") for line in made.bytes_out()["people.csv"].decode().splitlines()[1:]]
    assert [line[0] == "" for line in lines[:2]] == [True, True]
    assert [line[1] for line in lines[:3]] == ["", "", ""]  # nobody's dates have no shift: masked and counted
    assert lines[3][1] not in ("", "2020-01-02")
    counts = {
        (row["address"], row["action"]): row["count"]
        for row in json.loads((made.out / "veil-manifest.json").read_text())["counts"]
    }
    assert counts["people.seen", "masked"] == 3


def test_two_rows_of_one_id_are_one_person(project):
    made = project(PROJECT, {"people.csv": "patient_id,seen,note\np1,2020-01-02,a\np2,2020-01-02,b\np1,2020-01-05,c\n"})
    assert made.run().quarantined == []
    lines = [line.split(",") for line in made.bytes_out()["people.csv"].decode().splitlines()[1:]]
    assert lines[0][0] == lines[2][0] != lines[1][0]


def test_an_id_that_leads_to_two_people_leads_to_nobody(project):
    text = (
        PROJECT + "  labs:\n    subject: {through: visits, on: visit}\n    columns: {visit: pseudonym, at: shift}\n"
        "  visits:\n    subject: patient_id\n    columns: {visit: pseudonym, patient_id: pseudonym}\n"
    )
    made = project(
        text,
        {
            "people.csv": GOOD,
            "visits.csv": "visit,patient_id\nv1,p1\nv1,p2\nv2,p1\n",
            "labs.csv": "visit,at\nv1,2020-01-02\nv2,2020-01-02\n",
        },
    )
    made.run()
    dates = [line.split(",")[1] for line in made.bytes_out()["labs.csv"].decode().splitlines()[1:]]
    assert dates[0] == ""
    assert dates[1] not in ("", "2020-01-02")


@pytest.mark.parametrize(
    ("yaml", "code"),
    [
        ("tables: [", "project-yaml"),
        ("", "project-shape"),
        ("- a\n", "project-shape"),
        ("profil: expert\n", "project-key"),
        ("profile: exprt\n", "profile-unknown"),
        ("in: nowhere\n", "input-missing"),
        ("name: a\nname: b\n", "project-key-twice"),
        ("tables: {people: {colums: {}}}\n", "project-key"),
        ("in: data\ntables: {people: {columns: {a: {keep: , drop: }}}}\n", "rule-count"),
        ("tables: {gone: {columns: {}}}\n", "files-missing"),
        ("profile: expert\nlocale: [1]\n", "project-value"),
        ("extends: other.yaml\n", "project-unreadable"),
        (
            "in: data\ntables: {people: {subject: patient_id, columns: {patient_id: pseudonym, seen: shift, note: [{where: 'seen >>', drop: }, keep]}}}\n",
            "condition-syntax",
        ),
        (
            "in: data\ntables: {people: {subject: patient_id, columns: {patient_id: pseudonym, seen: shift, note: [{where: 'abs(seen) = 1', drop: }, keep]}}}\n",
            "condition-word",
        ),
        (
            "in: data\ntables: {people: {subject: patient_id, columns: {patient_id: pseudonym, seen: shift, note: [{where: 'sean = 1', drop: }, keep]}}}\n",
            "condition-column",
        ),
        (
            "in: data\ntables: {people: {subject: pat_id, columns: {patient_id: pseudonym, seen: shift, note: scan}}}\n",
            "subject-column",
        ),
        ("in: data\ntables: {people: {columns: {patient_id: pseudnym, seen: shift, note: scan}}}\n", "part-unknown"),
    ],
)
def test_a_project_that_cannot_be_run_as_it_is_written(project, yaml, code):
    made = project(PROJECT, {"people.csv": GOOD})
    made.file.write_text(yaml, encoding="utf-8")
    with pytest.raises(Error) as caught:
        made.session("out=release")
    assert caught.value.code == code
    assert caught.value.exit_code in (2, 5)
    assert caught.value.where or caught.value.hint


def test_a_project_file_that_is_not_there_or_not_text(project, tmp_path):
    made = project(PROJECT, {"people.csv": GOOD})
    made.file.write_bytes(b"\xff\xfe\x00" + CANARY["value"].encode())
    refused(made, PolicyError, "project-unreadable")
    made.file.unlink()
    assert "check that the file exists" in refused(made, PolicyError, "project-unreadable").hint


def test_a_wrong_passphrase_and_an_open_keyring(project):
    made = project(PROJECT, {"people.csv": GOOD})
    session = made.session()
    with pytest.raises(KeyringError, match="keyring-passphrase"):
        session.keys(lambda: CANARY["value"])
    os.chmod(made.folder / "hospital.key", 0o644)
    refused(made, KeyringError, "keyring-open", run=True)


def test_a_project_without_a_keyring_that_needs_one(project):
    made = project(PROJECT, {"people.csv": GOOD})
    made.file.write_text(made.file.read_text().replace("keyring: hospital.key\n", ""))
    refused(made, KeyringError, "keys-missing", run=True)


def test_an_output_folder_that_is_not_ours_is_left_alone(project):
    made = project(PROJECT, {"people.csv": GOOD})
    made.out.mkdir()
    (made.out / "thesis.doc").write_text("years of work")
    with pytest.raises(PolicyError, match="output-there"):
        made.run()
    assert (made.out / "thesis.doc").read_text() == "years of work"


@pytest.mark.slow
def test_a_full_disk_is_told_and_the_next_run_goes_on(project):
    rows = "".join(f"{i},2020-01-02,nothing to tell of day {i}\n" for i in range(20_000))
    made = project(PROJECT, {"people.csv": "patient_id,seen,note\n" + rows})
    from veil.formats import tabular

    true = tabular.CsvWriter._put

    def full(self, data, **options):
        raise OSError(28, "No space left on device", CANARY["value"])

    tabular.CsvWriter._put = full
    try:
        refused(made, FormatError, "disk-full", run=True)
    finally:
        tabular.CsvWriter._put = true
    assert made.run().quarantined == []
    assert not list(made.folder.glob(".release*"))


def test_a_file_size_limit_of_the_system_is_told_by_the_command_line(project):
    rows = "".join(f"{i},2020-01-02,nothing\n" for i in range(40_000))
    made = project(
        PROJECT.replace("note: scan", "note: keep"),
        {"people.csv": "patient_id,seen,note\n" + rows + GOOD.split("\n")[1] + "\n"},
    )
    done = veil("run", "project.yaml", cwd=made.folder, limit=200_000)
    assert done.returncode in (4, 7)
    assert b"[disk" in done.stderr
    search("stderr", CANARY, done.stdout + done.stderr)
    assert not made.out.exists()
    assert veil("run", "project.yaml", cwd=made.folder).returncode == 0


@pytest.mark.parametrize("override", ["profile", "=x", "profile.name=x", "tabels.people=1"])
def test_an_override_that_means_nothing_fails_loudly(project, override):
    made = project(PROJECT, {"people.csv": GOOD})
    with pytest.raises(PolicyError):
        made.session(override)


def test_the_command_line_tells_code_place_and_hint_on_one_line(project):
    made = project(PROJECT, {"people.csv": GOOD.replace("seen", "sean")})
    done = veil("run", "project.yaml", cwd=made.folder)
    assert done.returncode == 2
    assert done.stderr.decode().count("\n") == 1
    assert done.stderr.decode().startswith("veil: [column-unlisted] ")
    assert PASSPHRASE not in done.stderr.decode()
