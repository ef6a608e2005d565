"""A site tunes what is masked, end to end: by the command line and by a project."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from veil.cli.app import app
from veil.errors import Error
from veil.jobs.session import open_session
from veil.keys import Keys

NOTE = "Mr. John Smith was given 12 mgs of xyzzol at Bluebird, code W-4417."
SLOW = {"type": "regex", "title": "slow", "exclude": True, "data": r"(?=x)(?:x|xx)+[yz]"}
LIST = {"type": "set", "title": "s", "exclude": False, "data": ["was", "given", "at", "of", "mgs", "12", "mr", "code"]}


@pytest.fixture
def notes(tmp_path, monkeypatch):
    monkeypatch.setenv("VEIL_PASSPHRASE", "open sesame")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "1.txt").write_text(NOTE, encoding="utf-8")
    (tmp_path / "allow.txt").write_text("# ours\nxyzzol\n", encoding="utf-8")
    (tmp_path / "filters.json").write_text(json.dumps([LIST]), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def called(*arguments, code=0):
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    if isinstance(done.exception, Error):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.stdout


def cleaned(folder, *options, code=0):
    called("notes", "-i", "notes", "-o", "out", *options, code=code)
    return (folder / "out" / "1.txt").read_text(encoding="utf-8")


def ran(folder, text):
    (folder / "p.yaml").write_text(
        f"profile: safe-harbor\nin: .\nout: out\nnotes: {{notes: {{subject: {{from: file}}}}}}\n{text}"
    )
    session = open_session(folder / "p.yaml")
    session.run(Keys.none())
    return (folder / "out" / "notes" / "1.txt").read_text(encoding="utf-8")


def test_a_site_allows_and_denies_by_word_pattern_and_file_on_the_command_line(notes):
    options = ("--safelist", "--allow", "@allow.txt", "--deny", "bluebird", "--deny", r"re:\bW-\d+")
    assert cleaned(notes, *options) == "Mr. [NAME] was given 12 mgs of xyzzol at [ID], code [ID]."
    printed = (notes / "out" / "veil-manifest.json").read_text()
    assert "luebird" not in printed
    assert "xyzzol" not in printed


def test_a_site_allows_and_denies_by_word_pattern_and_file_in_a_project(notes):
    text = r"""
detectors: [standard, safelist]
allow: [{file: allow.txt}, {pattern: 'j\w+ smith'}]
deny: [{word: bluebird, label: ORGANIZATION}, {pattern: '\bW-\d+', label: MRN}]
"""
    assert ran(notes, text) == "Mr. John Smith was given 12 mgs of xyzzol at [ORGANIZATION], code [MRN]."


def test_a_threshold_and_the_detectors_are_the_policys(notes):
    (notes / "notes" / "1.txt").write_text("Kowalczyk left early.")
    assert ran(notes, "detectors: [patterns]\n") == "Kowalczyk left early."
    assert ran(notes, "detectors: [patterns, safelist]\n") == "[NAME] left early."
    assert ran(notes, "detectors: [patterns, safelist]\nthresholds: {NAME: 0.9}\n") == "Kowalczyk left early."


def test_what_the_policys_detectors_leave_is_still_seen_when_the_output_is_read_again(notes):
    with pytest.raises(FileNotFoundError):
        ran(notes, "detectors: [patterns]\n")
    manifest = json.loads((notes / "out" / "veil-manifest.json").read_text())
    assert [one["code"] for one in manifest["quarantined"]] == ["residual-name"]


def test_a_filter_file_is_read_by_command_and_by_project(notes):
    alone = cleaned(notes, "-f", "filters.json", "-d", "filters")
    assert alone == "Mr. [NAME] [NAME] was given 12 mgs of [NAME] at [NAME], code [NAME]-[ID]."
    assert ran(notes, "detectors: [filters: filters.json]\n") == alone
    both = cleaned(notes, "-f", "filters.json")
    assert both == "Mr. [NAME] was given 12 mgs of [NAME] at [LOCATION], code [ID]."


def test_another_list_behind_the_same_filter_file_is_another_plan(notes):
    plans = []
    for words in (["was"], ["was", "given"]):
        (notes / "filters.json").write_text(json.dumps([{**LIST, "data": words}]))
        (notes / "p.yaml").write_text(
            "profile: safe-harbor\nin: .\nnotes: {notes: {subject: {from: file}}}\ndetectors: [filters: filters.json]\n"
        )
        plans.append(open_session(notes / "p.yaml").plan.digest())
    assert plans[0] != plans[1]


def test_a_note_on_which_a_pattern_never_ends_is_quarantined_and_the_others_are_not(notes, monkeypatch):
    monkeypatch.setattr(
        "veil.detectors.filters.detector.Filters.__init__.__kwdefaults__", {"tagger": None, "seconds": 0.2}
    )
    (notes / "filters.json").write_text(json.dumps([LIST, SLOW]))
    (notes / "notes" / "2.txt").write_text("x" * 70)
    cleaned(notes, "-f", "filters.json", "--masked-words", "words", code=8)
    assert not (notes / "out" / "2.txt").exists()
    manifest = json.loads((notes / "out" / "veil-manifest.json").read_text())
    assert manifest["quarantined"] == [{"what": "notes file 2", "code": "filters-slow"}]
    (notes / "lines").write_text('{"id": 1, "text": "%s"}\n{"id": 2, "text": "was Zed"}\n' % ("x" * 70))
    first, second = called("find", "lines", "--jsonl", "-f", "filters.json", "-d", "filters", code=4).splitlines()
    assert json.loads(first) == {"id": 1, "error": "filters-slow"}
    assert [span["source"] for span in json.loads(second)["spans"]] == ["filters:unknown"]


def test_masked_words_are_kept_sealed_and_opened_with_the_passphrase(notes):
    (notes / "notes" / "2.txt").write_text("xyzzol again, XYZZOL")
    cleaned(notes, "--safelist", "--masked-words", "words")
    assert (notes / "words").stat().st_mode & 0o777 == 0o600
    assert b"xyzzol" not in (notes / "words").read_bytes()
    rows = [line.split("\t") for line in called("words", "words").splitlines()]
    assert sum(int(row[0]) for row in rows if row[3] == "xyzzol") == 3
    assert {row[1] for row in rows if row[3] == "xyzzol"} == {"NAME"}
    assert {"john smith", "xyzzol"} <= {row[3] for row in rows}
    assert called("words", "words", "-l", "PHONE") == ""
    assert len(called("words", "words", "-n", "1").splitlines()) == 1


def test_masked_words_may_not_lie_in_the_output_and_need_a_passphrase(notes, monkeypatch):
    with pytest.raises(Error, match="protected-inside"):
        called("notes", "-i", "notes", "-o", "out", "--masked-words", "out/words")
    monkeypatch.delenv("VEIL_PASSPHRASE")
    with pytest.raises(Error, match="passphrase-missing"):
        called("notes", "-i", "notes", "-o", "out", "--masked-words", "words")
    assert not (notes / "out").exists()


def test_file_names_stay_under_the_safelist(notes):
    (notes / "notes" / "progress-note.txt").write_text("was seen")
    cleaned(notes, "--safelist")
    assert (notes / "out" / "progress-note.txt").exists()


def test_the_page_on_site_lists_does_what_it_says(notes):
    page = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "site-lists.md"
    script = "\n".join(re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=notes,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "xyzzol" in done.stdout
    assert "[ID]" in (notes / "clean" / "1.txt").read_text(encoding="utf-8")
