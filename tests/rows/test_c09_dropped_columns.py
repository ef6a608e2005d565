"""C9: drop columns; the run says which."""

from tests.rows.conftest import ALL, policy


def test_c9_a_dropped_column_is_gone_and_the_run_names_it(project, veil):
    made = project(policy().replace("ssn: pseudonym", "ssn: drop").replace("value: keep", "value: drop"), ALL)
    done = veil(made.folder, "run", "project.yaml")
    assert done.code == 0
    assert "dropped: patients.ssn, labs.value" in done.said
    assert "ssn" not in (made.out / "patients.csv").read_text().splitlines()[0]
