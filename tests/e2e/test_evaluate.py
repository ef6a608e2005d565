"""`veil evaluate` as a user has it: tables, pages, files, exit codes, and no value where none may be."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest
from tests.commands import command
from tests.e2e.test_canary import search
from tests.e2e.test_docs import ROOT, _blocks, _environment

GOLDEN = ROOT / "tests" / "golden" / "annotations"
GOLD = {
    "name": "Zebulonia Quackenthorpe",
    "mrn": "MR-88410377",
    "phone": "617-883-4021",
    "alarm": "Ombrellone",
    "words": "pale heliotropium grigio",
    "file": "Marmaduketh-Osterwald",
}
TEXT = f"Patient {GOLD['name']}, MRN {GOLD['mrn']}, {GOLD['words']} {GOLD['alarm']}. Tel {GOLD['phone']}.\n"


def spans(*pairs):
    return [{"start": TEXT.index(word), "end": TEXT.index(word) + len(word), "label": label} for word, label in pairs]


def veil(*words, cwd):
    """A command in this process; what it and its libraries log and leave behind can be searched."""
    (cwd / "tmp").mkdir(exist_ok=True)
    log, root = logging.FileHandler(cwd / "log.txt"), logging.getLogger()
    with patch.object(tempfile, "tempdir", str(cwd / "tmp")), patch.object(root, "level", 0):
        root.addHandler(log)
        try:
            return command(cwd, *words)
        finally:
            root.removeHandler(log)
            log.close()


@pytest.fixture
def sets(tmp_path):
    """Gold of a patient who is nowhere else, and predictions with a leak and a false alarm."""
    gold = {
        "id": GOLD["file"],
        "text": TEXT,
        "spans": spans((GOLD["name"], "NAME"), (GOLD["mrn"], "MRN"), (GOLD["phone"], "PHONE")),
    }
    told = {
        "id": GOLD["file"],
        "spans": spans((GOLD["name"], "NAME"), (GOLD["alarm"], "NAME"), (GOLD["phone"], "PHONE")),
    }
    (tmp_path / "gold.jsonl").write_text(json.dumps(gold) + "\n")
    (tmp_path / "pred.jsonl").write_text(json.dumps(told) + "\n")
    return tmp_path


def quiet(folder, done, *files):
    search("stdout", GOLD, done.said.encode())
    search("stderr", GOLD, done.erred.encode())
    for name in ("log.txt", *files):
        search(name, GOLD, (folder / name).read_bytes())
    for path in (folder / "tmp").rglob("*"):
        assert not path.is_file()


@pytest.mark.parametrize("pred", [("--pred", "pred.jsonl"), ("-d", "patterns", "-d", "gazetteer")])
@pytest.mark.parametrize("way", [(), ("--json",), ("--no-curation",)])
def test_figures_hold_no_value_and_no_name(sets, pred, way):
    done = veil("evaluate", "--gold", "gold.jsonl", *pred, *way, "-o", "page.html", cwd=sets)
    assert done.code == 0, done.erred
    quiet(sets, done, "page.html")
    if "--json" in way:
        assert json.loads(done.said)["figures"]["tokens"]["tp"] > 0


def test_the_page_of_errors_shows_each_in_its_context_to_its_owner_alone(sets):
    done = veil("evaluate", "--gold", "gold.jsonl", "--pred", "pred.jsonl", "--errors", "look", cwd=sets)
    assert done.code == 0, done.erred
    quiet(sets, done)
    page = sets / "look" / "veil-errors.html"
    assert (page.stat().st_mode & 0o777, page.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    text = page.read_text()
    assert GOLD["mrn"] in text
    assert GOLD["alarm"] in text
    assert text.index("MRN") < text.index("Written by Veil")


def test_markup_in_a_note_is_shown_as_text(sets):
    odd = "<script>alert(1)</script> Bob"
    (sets / "odd.jsonl").write_text(
        json.dumps({"id": "<b>", "text": odd, "spans": [{"start": 26, "end": 29, "label": "NAME"}]})
    )
    (sets / "none.jsonl").write_text('{"id": "<b>", "spans": [[0, 8]]}')
    done = veil("evaluate", "--gold", "odd.jsonl", "--pred", "none.jsonl", "--errors", "look", cwd=sets)
    assert done.code == 0, done.erred
    assert "<script" not in (sets / "look" / "veil-errors.html").read_text()


@pytest.mark.parametrize("form", ["i2b2", "brat", "jsonl"])
def test_what_was_found_is_written_and_is_its_own_perfect_prediction(sets, form):
    done = veil("evaluate", "--gold", "gold.jsonl", "--pred", "pred.jsonl", "--write", "out", "--as", form, cwd=sets)
    assert done.code == 0, done.erred
    files = [path for path in (sets / "out").rglob("*") if path.is_file()]
    assert files
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    again = veil("evaluate", "--gold", "out", "--pred", "pred.jsonl", "--json", cwd=sets)
    assert again.code == 0, again.erred
    shares = json.loads(again.said)["figures"]["shares"]
    assert (shares["chars"], shares["other"], shares["span_recall"], shares["token_f2"]) == (100, 0, 100, 100)


@pytest.mark.parametrize(
    ("code", "exit_code", "words"),
    [
        ("output-there", 2, ("--write", "full")),
        ("write-format", 2, ("--write", "new", "--as", "docx")),
        ("evaluate-inside", 2, ("--errors", "gold.jsonl/look")),
        ("evaluate-inside", 2, ("--write", "new", "--errors", "new/look")),
        ("folder-missing", 2, ("-o", "nowhere/page.html")),
        ("folder-missing", 2, ("--errors", "pred.jsonl.copy")),
        ("evaluate-options", 2, ("--all",)),
        ("want-unknown", 2, ("--want", "speed=1")),
        ("map-broken", 2, ("--map", "no.toml")),
        ("input-missing", 2, ("--pred", "nowhere")),
        ("annotation-line", 4, ("--pred", "broken.jsonl")),
        ("prediction-text", 4, ("--pred", "other.jsonl")),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_code_and_no_value(sets, code, exit_code, words):
    (sets / "full").mkdir()
    (sets / "pred.jsonl.copy").write_text("")
    (sets / "full" / "a").write_text("")
    (sets / "broken.jsonl").write_text('{"id": "' + GOLD["name"])
    (sets / "other.jsonl").write_text(json.dumps({"id": GOLD["file"], "text": GOLD["mrn"], "spans": []}))
    pred = () if "--pred" in words else ("--pred", "pred.jsonl")
    done = veil("evaluate", "--gold", "gold.jsonl", *pred, *words, cwd=sets)
    assert f"[{code}]" in done.erred
    assert done.code == exit_code
    quiet(sets, done)
    assert not (sets / "new").exists()


def test_an_id_that_is_no_file_name_is_written_as_json_lines_alone(sets):
    gold = json.loads((sets / "gold.jsonl").read_text()) | {"id": "../" + GOLD["file"]}
    (sets / "gold.jsonl").write_text(json.dumps(gold))
    done = veil("evaluate", "--gold", "gold.jsonl", "-d", "patterns", "--write", "out", cwd=sets)
    assert "[note-name]" in done.erred
    assert not (sets / "out").exists()
    quiet(sets, done)


def test_a_bar_that_is_not_reached_ends_with_one(sets):
    words = ("evaluate", "--gold", "gold.jsonl", "--pred", "pred.jsonl", "--want")
    assert veil(*words, "chars=50,other=30", cwd=sets).code == 0
    done = veil(*words, "chars=99.9,other=0.1", cwd=sets)
    assert done.code == 1
    assert done.erred.strip() == "below the threshold: chars 99.9, other 0.1"


def test_a_masked_folder_is_measured_like_any_prediction(tmp_path):
    (tmp_path / "masked").mkdir()
    for path in (GOLDEN / "brat").glob("*.txt"):
        (tmp_path / "masked" / path.name).write_text(
            re.sub(r"[A-Z]\w+", lambda word: "*" * len(word[0]), path.read_text())
        )
    done = veil("evaluate", "--gold", GOLDEN / "brat", "--pred", "masked", "--json", cwd=tmp_path)
    record = json.loads(done.said)
    assert record["found_by"] == "masked"
    assert list(record["figures"]["labels"])[-1] == "(no label)"
    assert record["figures"]["spans"]["recall"]["any_same"] == 0


def test_the_page_of_the_documentation_does_what_it_says(tmp_path: Path) -> None:
    shutil.copytree(GOLDEN / "i2b2", tmp_path / "marked")
    (block,) = _blocks(ROOT / "docs/how-to/evaluate.md", "sh")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block], cwd=tmp_path, env=_environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "evaluation.html").exists()
    assert len(os.listdir(tmp_path / "first")) == 6
    assert (tmp_path / "look" / "veil-errors.html").stat().st_mode & 0o777 == 0o600
