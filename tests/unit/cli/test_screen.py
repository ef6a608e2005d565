"""What a command prints: `--quiet`, `--json`, `--debug`, NO_COLOR, rates."""

import json
import sys

import pytest
from typer.testing import CliRunner

from veil.cli import app as cli
from veil.cli.screen import OUTPUT, rate

SECRET = "Quackenthorpe"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "stays.csv").write_text("ward,note\nA,seen today\n")
    file = tmp_path / "stays.yaml"
    file.write_text(
        "name: stays\nprofile: redact\nin: data\nreference_date: 2026-06-30\ntables:\n  stays:\n    columns: {ward: keep, note: drop}\n"
    )
    return file


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    for name in ("quiet", "debug", "synthetic"):
        monkeypatch.setattr(OUTPUT, name, False)


def call(*words):
    return CliRunner().invoke(cli.app, [str(word) for word in words], catch_exceptions=False)


@pytest.mark.parametrize("words", [("-q", "run"), ("--quiet", "run"), ("run", "--quiet")])
def test_quiet_prints_nothing_where_nothing_is_wrong(project, words):
    done = call(*words, project)
    assert (done.exit_code, done.stdout) == (0, "")
    assert call("run", project).stdout != ""  # the next command of the process is not quiet


def quiet(tmp_path, *words):
    env = {"VEIL_PASSPHRASE": "open sesame", "VEIL_SIGNING_PASSPHRASE": "open sesame"}
    done = CliRunner().invoke(cli.app, [str(word) for word in words], catch_exceptions=False, env=env)
    assert done.exit_code == 0, done.stderr
    return done.stdout


def test_quiet_comes_after_each_command_and_inside_groups(project, tmp_path):
    ring, table = tmp_path / "a.key", tmp_path / "data" / "stays.csv"
    assert quiet(tmp_path, "keys", "new", ring, "--quiet") == ""
    assert ring.exists()
    assert quiet(tmp_path, "keys", "rotate", "--quiet", ring) == ""
    assert quiet(tmp_path, "scan", "--quiet", table) == ""
    assert quiet(tmp_path, "lint", "--quiet", project) == ""
    assert quiet(tmp_path, "run", "--quiet", project) == ""
    assert quiet(tmp_path, "verify", "--quiet", project) == ""
    assert quiet(tmp_path, "keys", "new", tmp_path / "b.key") != ""  # the next command of the process is not quiet


def test_quiet_keeps_what_was_asked_for(project, tmp_path):
    ring = tmp_path / "a.key"
    quiet(tmp_path, "keys", "new", ring)
    assert len(json.loads(quiet(tmp_path, "keys", "list", "--json", "--quiet", ring))) == 1
    assert json.loads(quiet(tmp_path, "scan", "--json", "--quiet", tmp_path / "data"))["tables"]
    (tmp_path / "note.txt").write_text("Seen by Dr. Wong.")
    assert "NAME" in quiet(tmp_path, "find", "--quiet", tmp_path / "note.txt")


def test_json_is_the_manifest_and_nothing_else(project):
    done = call("run", "--json", project)
    manifest = json.loads(done.stdout)
    assert manifest == json.loads((project.parent / "release" / "veil-manifest.json").read_text())


def test_a_verdict_is_json_too(project):
    call("run", project)
    assert json.loads(call("verify", "--json", project).stdout)["leaks"] == []


def breaking(monkeypatch, project, *words):
    def fails(*_, **__):
        raise RuntimeError(f"row of {SECRET}")

    monkeypatch.setattr("veil.jobs.session.Session.run", fails)
    monkeypatch.setattr(sys, "argv", ["veil", *words, str(project)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 70


@pytest.mark.parametrize("words", [("run",), ("--debug", "run")])
def test_a_traceback_never_shows_data_that_is_not_declared_synthetic(monkeypatch, project, capsys, words):
    breaking(monkeypatch, project, *words)
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err
    assert "unexpected error: RuntimeError" in said.err
    assert ("needs `synthetic: true`" in said.err) == ("--debug" in words)


def test_debug_shows_the_traceback_of_synthetic_data(monkeypatch, project, capsys):
    project.write_text("synthetic: true\n" + project.read_text())
    breaking(monkeypatch, project, "--debug", "run")
    assert "Traceback" in capsys.readouterr().err


def test_no_color_means_no_escape_sequences(project, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("FORCE_COLOR", "")
    assert "\x1b[3" not in call("describe", project).stdout


@pytest.mark.parametrize(
    ("speed", "shown"),
    [(None, ""), (0.0, ""), (2.25, "2.2/s"), (950.4, "950/s"), (12_500.0, "12.5k/s"), (3.2e6, "3.2M/s")],
)
def test_rates_are_short(speed, shown):
    assert rate(speed) == shown
