"""A kept clinical number that is equal to a ZIP by chance costs nobody a table: it is listed, and kept."""

from __future__ import annotations

import json

import pytest
from tests.conftest import SHARED

from veil.errors import LeakError
from veil.jobs.checks.verify_release import read_again

CASE = SHARED / "cases" / "66"
PROJECT = """profile: expert
VERIFY
tables:
  patients:
    subject: patient_id
    columns: {patient_id: pseudonym, last: {as: family_name, known: true}, zip: {as: zip, known: weak}}
  labs:
    subject: patient_id
    columns: {lab_id: pseudonym, patient_id: pseudonym, test: keep, value: keep}
"""
PATIENTS = "patient_id,last,zip\nP1,Quennell,01201\nP2,Tasker,10032\nP3,Will,01730\n"
CLEAN = "lab_id,patient_id,test,value\n1,P1,BNP,77\n2,P2,BNP,88\n"


def labs(*rows):
    return "lab_id,patient_id,test,value\n" + "".join(f"{i},{row}\n" for i, row in enumerate(rows, 1))


def run(project, verify, *rows):
    made = project(PROJECT.replace("VERIFY", verify), {"patients.csv": PATIENTS, "labs.csv": labs(*rows)})
    return made, made.run()


def manifest(made):
    return json.loads((made.out / "veil-manifest.json").read_text())


@pytest.mark.parametrize(
    ("rows", "column", "lines"),
    [
        (["P1,BNP,88", "P1,BNP,1201", "P2,BNP,3"], "value", [3]),
        (["P2,Ferritin,10032"], "value", [2]),
        (["P2,Platelets,10032.0", "P2,Platelets,214"], "value", [2]),
        (["P3,Will,1730", "P3,x,1730"], "value", [2, 3]),
        (["P3,Will,5"], "test", [2]),
        (["P1,ratio,01201"], "value", [2]),
    ],
)
def test_a_value_that_is_equal_by_chance_is_listed_and_kept(project, rows, column, lines):
    made, outcome = run(project, "", *rows)
    assert outcome.quarantined == []
    told = {one["column"]: one["rows"] for one in manifest(made)["weak_evidence"] if one["what"] == "labs file 1"}
    assert told[column] == lines
    out = (made.out / "labs.csv").read_text().splitlines()
    assert [line.split(",")[2:] for line in out[1:]] == [row.split(",")[1:] for row in rows]
    page = (made.out / "veil-report.html").read_text()
    assert f"labs file 1, column {column}, rows {', '.join(map(str, lines))}" in page


def test_the_identifier_of_another_person_is_no_evidence(project):
    made, outcome = run(project, "", "P2,BNP,1201")
    assert outcome.quarantined == []
    assert manifest(made)["weak_evidence"] == []


def test_a_project_may_stop_on_weak_evidence(project):
    with pytest.raises(LeakError) as caught:
        run(project, "verify: {weak: stop}", "P1,x,88", "P1,BNP,1201")
    assert caught.value.code == "evidence-weak"
    assert "labs file 1, row 3, column value" in caught.value.line()
    assert "1201" not in caught.value.line()


def test_a_project_may_put_the_file_in_quarantine(project):
    made, outcome = run(project, "verify: {weak: quarantine}", "P1,x,88", "P1,BNP,1201")
    assert outcome.quarantined == [("labs file 1", "weak-identifier")]
    assert not (made.out / "labs.csv").exists()
    [one] = manifest(made)["quarantined"]
    assert one["places"] == [{"row": 3, "column": "value"}]


def test_strong_evidence_still_fails_closed(project):
    made, outcome = run(project, "", "P1,x,88", "P1,Quennell came,2")
    assert outcome.quarantined == [("labs file 1", "known-identifier")]
    assert manifest(made)["quarantined"][0]["places"] == [{"row": 3, "column": "test"}]
    assert not (made.out / "labs.csv").exists()


@pytest.mark.corpora
def test_the_case_of_labs_beside_zips(project):
    if not CASE.is_dir():
        pytest.skip("no cases here")
    text = (CASE / "p.yaml").read_text().replace("study.key", "hospital.key")
    made = project("", {path.name: path.read_text() for path in (CASE / "data").iterdir()})
    made.file.write_text(text)
    outcome = made.run()
    assert outcome.quarantined == []
    assert [row.split(",")[3:] for row in (made.out / "labs.csv").read_text().splitlines()[1:]] == [
        ["BNP", "1201"],
        ["BNP", "88"],
        ["Ferritin", "10032"],
        ["Platelets", "214"],
    ]
    assert {tuple(one["rows"]) for one in manifest(made)["weak_evidence"]} == {(2, 4)}


def test_verify_names_the_row_and_the_column_of_what_is_left(project):
    made, outcome = run(project, "", "P1,x,88", "P2,y,3")
    assert outcome.quarantined == []
    text = (made.out / "labs.csv").read_text()
    (made.out / "labs.csv").write_text(text.replace(",x,", ",Quennell,"))
    session = made.session()
    leaks = read_again(session, session.keys(lambda: "open sesame")).leaks
    assert ("labs file 1, row 2, column test", "known-identifier") in leaks
