"""C34: `init` yields a config that validates and runs."""

from tests.rows.conftest import ALL, column


def test_c34_a_proposed_project_lints_describes_and_runs_as_it_is(tmp_path, veil):
    (tmp_path / "extract").mkdir()
    for name, data in ALL.items():
        (tmp_path / "extract" / name).write_text(data)
    assert veil(tmp_path, "init", "extract").code == 0
    text = (tmp_path / "extract.yaml").read_text()
    name = next(
        line.split(":", 1)[1].split("#")[0].strip() for line in text.splitlines() if line.startswith("keyring:")
    )
    assert veil(tmp_path, "keys", "new", name).code == 0
    linted = veil(tmp_path, "lint", "extract.yaml")
    assert linted.code == 0, linted.said
    assert veil(tmp_path, "describe", "extract.yaml").code == 0
    done = veil(tmp_path, "run", "extract.yaml")
    assert done.code == 0, done.erred
    out = next(path.parent for path in tmp_path.rglob("veil-manifest.json"))
    assert not set(column(out, "patients", "patient_id")) & {"1042", "7"}
