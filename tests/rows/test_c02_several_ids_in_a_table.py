"""C2: map patient_id, mrn, encounter_id, ssn in one table, each with its own map."""

from tests.rows.conftest import column

TABLE = "patient_id,mrn,encounter_id,ssn\n5,5,5,5\n6,6,5,\n"


def test_c2_the_same_text_has_another_pseudonym_in_each_column(project, veil):
    rules = "{patient_id: pseudonym, mrn: pseudonym, encounter_id: pseudonym, ssn: pseudonym}"
    made = project(f"profile: expert\ntables: {{t: {{columns: {rules}}}}}\n", {"t.csv": TABLE})
    assert veil(made.folder, "run", "project.yaml").code == 0
    first = [column(made.out, "t", name)[0] for name in TABLE.splitlines()[0].split(",")]
    assert len(set(first)) == 4
    assert len(set(column(made.out, "t", "encounter_id"))) == 1


def test_c2_columns_of_one_domain_share_a_map(project, veil):
    rules = "{patient_id: pseudonym, mrn: {pseudonym: {domain: patient_id}}, encounter_id: drop, ssn: drop}"
    made = project(f"profile: expert\ntables: {{t: {{columns: {rules}}}}}\n", {"t.csv": TABLE})
    assert veil(made.folder, "run", "project.yaml").code == 0
    assert column(made.out, "t", "patient_id") == column(made.out, "t", "mrn")
