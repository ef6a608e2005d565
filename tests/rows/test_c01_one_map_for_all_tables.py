"""C1: give patients, encounters and labs, get one pseudonym per original id in all tables; joins return the same rows."""

from tests.rows.conftest import ALL, column, policy


def joined(folder):
    visits = dict(
        zip(column(folder, "encounters", "encounter_id"), column(folder, "encounters", "patient_id"), strict=True)
    )
    known = set(column(folder, "patients", "patient_id"))
    return [visits[one] in known for one in column(folder, "labs", "encounter_id")]


def test_c1_tables_join_over_their_pseudonyms_as_they_did_over_their_ids(project, veil):
    made = project(policy(), ALL)
    assert veil(made.folder, "run", "project.yaml").code == 0
    assert joined(made.out) == joined(made.folder / "data")
    was, now = column(made.folder / "data", "encounters", "patient_id"), column(made.out, "encounters", "patient_id")
    assert len(set(zip(was, now, strict=True))) == len(set(was)) == len(set(now))
    assert not set(was) & set(now)
