"""All columns without a rule, of all tables, in one answer."""

from __future__ import annotations

import pytest

from veil.errors import PolicyError
from veil.jobs.checks.lint import lint
from veil.jobs.session import open_session

HEAD = "profile: redact\nin: data\nout: release\ntables:\n"


def project(folder, files, tables, head=HEAD):
    (folder / "data").mkdir()
    for name, text in files.items():
        (folder / "data" / name).write_text(text, encoding="utf-8")
    path = folder / "project.yaml"
    path.write_text(head + "".join(f"  {name}: {said}\n" for name, said in tables.items()), encoding="utf-8")
    return path


def refusal(path):
    with pytest.raises(PolicyError) as caught:
        open_session(path)
    return caught.value


THREE = {"a.csv": "id,x,y\n1,2,3\n", "b.csv": "id,x\n1,2\n", "c.csv": "id,x,z\n1,2,3\n"}


def test_two_of_three_tables_are_named_with_all_their_columns(tmp_path):
    rules = {"a": "{columns: {id: drop}}", "b": "{columns: {id: drop, x: keep}}", "c": "{columns: {x: keep}}"}
    error = refusal(project(tmp_path, THREE, rules))
    assert error.code == "column-unlisted"
    assert "a (project.yaml:5): x, y\n" in error.message
    assert "c (project.yaml:7): id, z\n" in error.message
    assert "\n  b " not in error.message
    assert "unlisted: drop" in error.hint


def test_lint_says_the_same_at_once(tmp_path):
    rules = dict.fromkeys("abc", "{columns: {id: drop}}")
    [smell] = lint(project(tmp_path, THREE, rules))
    assert [smell.about.count(f"{name} (project.yaml") for name in "abc"] == [1, 1, 1]
    assert "x, z" in smell.about


def test_a_table_without_any_rule_says_no_name_of_its_columns(tmp_path):
    files = {**THREE, "d.csv": "Orla,Quennell\nBram,Tasker\n"}
    error = refusal(project(tmp_path, files, {"a": "{columns: {id: drop}}", "d": "{columns: {other: drop}}"}))
    assert "Quennell" not in error.line()
    assert "d (project.yaml:6): all 2 columns; check that the file has a header row" in error.message


def test_several_files_of_one_table_are_asked_together(tmp_path):
    files = {"t/1.csv": "id,x\n1,2\n", "t/2.csv": "id,y\n1,2\n"}
    (tmp_path / "data" / "t").mkdir(parents=True)
    for name, text in files.items():
        (tmp_path / "data" / name).write_text(text, encoding="utf-8")
    path = tmp_path / "project.yaml"
    path.write_text(HEAD + "  t: {files: t/*.csv, columns: {id: drop}}\n", encoding="utf-8")
    assert "t has columns without a rule: x, y" in refusal(path).message


def test_tables_and_records_are_named_together(tmp_path):
    files = {"a.csv": "id,x\n1,2\n", "r.ndjson": '{"id": 1, "family": {"name": 2}}\n'}
    head = "profile: redact\nin: data\nout: release\ntrees:\n  r: {columns: {$.id: drop}}\ntables:\n"
    error = refusal(project(tmp_path, files, {"a": "{columns: {id: drop}}"}, head))
    assert "a (project.yaml" in error.message
    assert "$.family.name" in error.message


def test_a_misspelled_rule_is_no_answer_of_its_own_while_columns_have_none(tmp_path):
    error = refusal(project(tmp_path, THREE, dict.fromkeys("abc", "{columns: {id: drop, xx: keep}}")))
    assert error.code == "column-unlisted"
    assert error.message.startswith("3 tables have columns without a rule")
