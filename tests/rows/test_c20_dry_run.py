"""C20: `test --rows N` writes nothing."""

from tests.rows.conftest import ALL, policy


def test_c20_a_dry_run_tells_counts_and_writes_nothing(project, veil):
    made = project(policy(), ALL)
    before = {path: path.stat().st_mtime_ns for path in made.folder.rglob("*")}
    done = veil(made.folder, "test", "project.yaml", "--rows", "2")
    assert done.code == 0
    assert "dry run: nothing was written" in done.said
    assert {path: path.stat().st_mtime_ns for path in made.folder.rglob("*")} == before
    assert "1042" not in done.said
