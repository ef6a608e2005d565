"""C19: rule ids, severities, line numbers, suppress comments, `--strict`; and checks against the data."""

import json

from tests.rows.conftest import ALL, policy


def said(made, veil, *words):
    done = veil(made.folder, "lint", "project.yaml", "--json", *words)
    return done.code, {one["rule"]: one for one in json.loads(done.said)}


def test_c19_a_fault_of_the_project_has_its_rule_and_its_line(project, veil):
    made = project(policy().replace("born: shift", "burn: shift"), ALL)
    code, found = said(made, veil)
    assert code == 1
    assert found["veil-001"]["severity"] == "error"
    assert found["veil-001"]["where"] == "project.yaml:7"
    assert "column" in found["veil-001"]["about"]


def test_c19_a_kept_column_that_looks_like_an_identifier_is_told_with_evidence_and_no_value(project, veil):
    made = project(policy().replace("mrn: pseudonym", "mrn: keep"), {**ALL, "stray.csv": "a\n1\n"})
    code, found = said(made, veil)
    assert code == 0
    assert found["veil-002"]["where"] == "project.yaml:9"
    assert "patients.mrn looks like id" in found["veil-002"]["about"]
    assert "00771234" not in json.dumps(found)
    assert "veil-003" in found  # unused
    assert said(made, veil, "--strict")[0] == 1


def test_c19_a_comment_says_that_a_person_has_looked(project, veil):
    text = policy().replace("mrn: pseudonym", "mrn: keep").replace("zip: zip3}\n", "zip: zip3} # noqa: veil-002\n")
    _, found = said(project(text, ALL), veil)
    assert "veil-002" not in found


def test_c19_what_splits_a_patients_dates_or_ids_is_told(project, veil):
    text = (
        policy()
        .replace("start: shift", "start: {shift: {unit: weeks}}")
        .replace("{encounter_id: pseudonym, patient_id", "{encounter_id: {pseudonym: {format: integer}}, patient_id")
    )
    _, found = said(project(text, ALL), veil)
    assert {"veil-007", "veil-008"} <= set(found)
    _, none = said(project(policy(), ALL, "sound"), veil)
    assert not {"veil-006", "veil-007", "veil-008", "veil-009"} & set(none)


def test_c19_dates_without_a_subject_no_keyring_and_an_output_over_the_input_are_told(project, veil):
    text = (
        policy()
        .replace("    subject: patient_id\n    columns: {encounter_id", "    columns: {encounter_id")
        .replace("    subject: {through: encounters, on: encounter_id}\n", "")
    )
    made = project(text, ALL)
    (made.folder / "hospital.key").unlink()
    code, found = said(made, veil, "-o", "out=data")
    assert code == 1
    assert {"veil-005", "veil-006", "veil-009"} <= set(found)
