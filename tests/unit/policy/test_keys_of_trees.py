"""Keys of trees are names too: those of empty objects, and those that only a star matches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from veil.errors import PolicyError
from veil.jobs.session import open_session
from veil.keys import Keys

PROJECT = "profile: redact\nin: in\nout: out\nunlisted: {unlisted}\ntrees:\n  records:\n    columns:\n      $.labs[*].code: keep\n"


def _project(folder: Path, record: object, unlisted: str) -> Path:
    (folder / "in").mkdir()
    (folder / "in" / "records.ndjson").write_text(json.dumps(record) + "\n")
    file = folder / "project.yaml"
    file.write_text(PROJECT.format(unlisted=unlisted))
    return file


def test_an_empty_object_without_a_rule_goes_with_its_key(tmp_path: Path) -> None:
    session = open_session(_project(tmp_path, {"labs": [{"code": "A"}], "Vandermeer": {}, "Okonjo": []}, "drop"))
    session.run(Keys.none())
    assert (tmp_path / "out" / "records.ndjson").read_text() == '{"labs": [{"code": "A"}]}\n'


def test_an_empty_object_without_a_rule_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="column-unlisted"):
        open_session(_project(tmp_path, {"labs": [{"code": "A"}], "Vandermeer": {}}, "stop"))


def test_an_empty_list_whose_elements_have_rules_stays(tmp_path: Path) -> None:
    open_session(_project(tmp_path, {"labs": []}, "stop")).run(Keys.none())
    assert (tmp_path / "out" / "records.ndjson").read_text() == '{"labs": []}\n'


def test_a_key_that_is_a_name_does_not_pass_through_a_star(tmp_path: Path) -> None:
    record = {"patients": {"John Smith": {"weight": 70}, "total": {"weight": 71}}}
    file = _project(tmp_path, record, "drop")
    file.write_text(file.read_text().replace("$.labs[*].code", "$.patients.*.weight"))
    open_session(file).run(Keys.none())
    assert (tmp_path / "out" / "records.ndjson").read_text() == '{"patients": {"total": {"weight": 71}}}\n'
