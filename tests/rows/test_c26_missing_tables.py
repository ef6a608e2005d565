"""C26: choose skip or fail; "all missing" is never success; exit codes tell."""

from tests.rows.conftest import ALL, policy

FEW = {name: data for name, data in ALL.items() if name != "labs.csv"}


def test_c26_a_missing_table_stops_unless_it_may_be_skipped(project, veil):
    made = project(policy(), FEW)
    done = veil(made.folder, "run", "project.yaml")
    assert done.code == 2
    assert "[files-missing] no file found for labs" in done.erred
    assert veil(made.folder, "run", "project.yaml", "-o", "missing=skip").code == 0
    assert (made.out / "patients.csv").exists()


def test_c26_all_missing_is_never_success(project, veil):
    made = project(policy(), {"other.csv": "a\n1\n"})
    done = veil(made.folder, "run", "project.yaml", "-o", "missing=skip")
    assert done.code == 2
    assert "[files-missing]" in done.erred
    assert not made.out.exists()
