"""C27: outputs, maps and status stay consistent after a failure; re-running continues. See also tests/e2e/test_crash.py."""

import json

from tests.rows.conftest import ALL, policy


def test_c27_a_table_that_fails_is_told_the_others_are_whole_and_the_next_run_mends_it(project, veil):
    made = project(policy(), {**ALL, "labs.csv": ALL["labs.csv"] + "6,901,7\n"})
    done = veil(made.folder, "run", "project.yaml")
    assert done.code == 8
    assert "quarantined: labs file 1, row 7 [csv-ragged]" in done.erred
    assert sorted(made.bytes_out()) == ["encounters.csv", "patients.csv"]
    manifest = json.loads((made.out / "veil-manifest.json").read_text())
    assert [one["name"] for one in manifest["outputs"]] == ["encounters.csv", "patients.csv"]
    before = made.bytes_out()
    (made.folder / "data/labs.csv").write_text(ALL["labs.csv"])
    assert veil(made.folder, "run", "project.yaml").code == 0
    assert {**made.bytes_out(), **before} == made.bytes_out()
    assert "labs.csv" in made.bytes_out()
