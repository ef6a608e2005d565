"""C24: what a file inherits, and overrides, hold from any folder, and fail loudly where they name nothing."""

import pytest
from tests.conftest import PASSPHRASE
from typer.testing import CliRunner

from veil.cli.app import app
from veil.errors import PolicyError

BASE = "profile: redact\ntables: {labs: {columns: {id: drop, value: keep}}}\n"
LABS = {"labs.csv": "id,value\n7,3\n"}


@pytest.mark.parametrize("from_folder", [True, False])
def test_an_inherited_project_and_an_override_hold_from_any_folder(project, monkeypatch, from_folder):
    made = project("extends: base.yaml\nname: study\n", LABS)
    (made.folder / "base.yaml").write_text(BASE)
    monkeypatch.setenv("VEIL_PASSPHRASE", PASSPHRASE)
    if from_folder:
        monkeypatch.chdir(made.folder)
    path = "project.yaml" if from_folder else str(made.file)
    done = CliRunner().invoke(
        app,
        ["run", path, "-o", "name=other", "-o", "tables.labs.columns.value=drop", "-o", "tables.labs.dropped=empty"],
    )
    assert done.exit_code == 0, done.exception
    assert made.bytes_out()["labs.csv"] == b"id,value\n,\n"


@pytest.mark.parametrize(
    "override",
    ["nmae=x", "tables.labs.fils=x", "tables.labs.subject.throgh=x", "name", "name.x=1", "tables.lbs.columns.a=keep"],
)
def test_an_override_that_names_nothing_is_an_error_and_nothing_is_written(project, override):
    made = project(BASE, LABS)
    done = CliRunner().invoke(app, ["run", str(made.file), "-o", override])
    assert isinstance(done.exception, PolicyError)
    assert not made.out.exists()


def test_a_project_that_inherits_from_nothing_that_is_there_is_an_error(project):
    with pytest.raises(PolicyError, match="project-unreadable"):
        project("extends: gone.yaml\n", LABS).session()


def test_a_configuration_of_cleared_with_defaults_is_imported_from_any_folder(tmp_path, monkeypatch):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "data").mkdir()
    (tmp_path / "conf" / "data" / "labs.csv").write_text("id,value\n7,3\n8,4\n")
    (tmp_path / "conf" / "io_config.yaml").write_text(
        "io: {data: {input_config: {io_type: filesystem, configs: {base_path: data}}}}\n"
    )
    table = "tables: {labs: {name: labs, transformers: [{method: IDDeidentifier, configs: {idconfig: {name: id, uid: id_uid}}}]}}\n"
    (tmp_path / "conf" / "main.yaml").write_text("defaults: [io_config, labs_config]\nname: main\n")
    (tmp_path / "conf" / "labs_config.yaml").write_text(table)
    monkeypatch.chdir(tmp_path)
    made = []
    for words in (["conf/main.yaml", "-f"], [str(tmp_path / "conf" / "main.yaml"), "-f"]):
        assert CliRunner().invoke(app, ["import", "cleared", *words, "--override", "name=other"]).exit_code == 0
        made.append((tmp_path / "conf" / "main-veil.yaml").read_text())
        assert CliRunner().invoke(app, ["validate", "conf/main-veil.yaml"]).exit_code == 0
    assert made[0] == made[1]
    assert "name: other\n" in made[0]
    refused = CliRunner().invoke(app, ["import", "cleared", "conf/main.yaml", "-f", "--override", "nmae=other"])
    assert refused.exception.code == "import-override"
