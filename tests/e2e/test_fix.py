"""From a table that tells its people apart to a release that does not: searched, written, run, and measured again."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from typer.testing import CliRunner

from veil.cli.app import app
from veil.errors import LeakError, LimitError, PolicyError
from veil.jobs.session import open_session
from veil.jobs.work import suppression
from veil.keys import Keys

QUASI = ("sex", "age", "zip", "seen", "job")
JOBS = {"nurse": "health", "surgeon": "health", "clerk": "office", "lawyer": "office", "farmer": "land"}
KEY = Keys.from_secret(bytes(range(32)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    draw = random.Random(11)
    with (tmp_path / "people.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", *QUASI, "ill", "note"])
        for number in range(1_200):
            age = min(99, max(18, int(draw.gauss(50, 18))))
            seen = f"20{draw.randint(18, 21)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
            zip_code = draw.choice(["02139", "02141", "02142", "01002", ""])
            rows.writerow(
                [
                    number // 2,
                    draw.choice("MF"),
                    age,
                    zip_code,
                    seen,
                    draw.choice(list(JOBS)),
                    draw.choice(["flu", "cold", "gout"]),
                    "x",
                ]
            )
    (tmp_path / "jobs.csv").write_text("".join(f"{job};{kind};*\n" for job, kind in JOBS.items()))
    return tmp_path


def risk(*words):
    return CliRunner().invoke(app, ["risk", *map(str, words)])


def quasi(*names):
    return [word for name in names or QUASI for word in ("-q", name)]


def fix(folder, project, *more):
    hierarchy = ["--hierarchy", f"job={folder / 'jobs.csv'}"]
    return risk(folder / "people.csv", *quasi(), "-s", "ill", *hierarchy, "--fix", "--k", 4, "--write", project, *more)


def measured(folder, *more):
    return json.loads(risk(folder, *quasi(), "-s", "ill", "--json", *more).stdout)


def test_a_table_that_is_fixed_and_run_meets_its_k(folder):
    done = fix(folder, folder / "p.yaml", "--distinct", 2, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["k"] == 1
    open_session(folder / "p.yaml").run(KEY)
    after = measured(folder / "release" / "people.csv", "--want", "k=4,distinct=2")
    assert after["k"] >= 4
    assert after["sensitive"][0]["distinct"] >= 2
    told = found["fix"]
    assert (after["suppressed"], after["classes"], after["k"]) == (
        told["suppressed"],
        told["classes"],
        found["after"]["k"],
    )
    assert (after["marketer"], after["unique"]) == (found["after"]["marketer"], found["after"]["unique"])
    assert told["suppressed"] <= told["allowed"] == 60
    manifest = json.loads((folder / "release" / "veil-manifest.json").read_text())
    (counted,) = [row for row in manifest["counts"] if row["action"] == "suppressed"]
    assert (counted["address"], counted["detail"], counted["count"]) == ("table", "", told["suppressed"])
    assert str(folder) not in json.dumps(manifest)
    assert f"{told['suppressed']} rows were suppressed" in (folder / "release" / "veil-report.html").read_text()


def test_any_number_of_workers_suppresses_the_same_rows(folder, monkeypatch):
    fix(folder, folder / "p.yaml")
    session = open_session(folder / "p.yaml")
    session.run(KEY)
    once = (folder / "release" / "people.csv").read_bytes()
    monkeypatch.setattr("veil.jobs.work.units.UNIT_BYTES", 9_000)
    open_session(folder / "p.yaml").run(KEY, workers=2)
    assert (folder / "release" / "people.csv").read_bytes() == once
    assert b"*,*,*,*,*" in once


def test_a_project_keeps_its_comments_and_its_other_rules(folder):
    fix(folder, folder / "p.yaml")
    first = yaml.safe_load((folder / "p.yaml").read_text())
    (folder / "own.yaml").write_text(
        """# ours, since 2019
profile: redact   # no key
claims: none
in: .
out: own
tables:
  # the only table
  people:
    files: people.csv
    unlisted: drop
    columns:
      sex:   keep      # asked by the board
      age:
        band: {width: 5}
      zip:   keep
      seen:  drop      # until we know better
      job: keep
      ill:   keep      # what it is about
"""
    )
    done = fix(folder, folder / "own.yaml")
    assert done.exit_code == 0, done.output
    text = (folder / "own.yaml").read_text()
    for comment in (
        "# ours, since 2019",
        "# no key",
        "# the only table",
        "# asked by the board",
        "# until we know better",
        "# what it is about",
    ):
        assert comment in text
    table = yaml.safe_load(text)["tables"]["people"]
    assert {name: table["columns"][name] for name in QUASI} == {
        name: first["tables"]["table"]["columns"][name] for name in QUASI
    }
    assert table["suppress"] == {"k": 4, "over": list(QUASI), "most": 0.05}
    open_session(folder / "own.yaml").run(KEY)
    assert measured(folder / "own" / "people.csv")["k"] >= 4
    again = fix(folder, folder / "own.yaml", "--suppress", 0.1)
    assert again.exit_code == 0, again.output
    assert yaml.safe_load((folder / "own.yaml").read_text())["tables"]["people"]["suppress"]["most"] == 0.1


@pytest.mark.parametrize(
    "text", ["tables: {other: {columns: {sex: keep}}}\n", "tables: [1]\n", "not: [closed\n", "x\n"]
)
def test_a_project_that_cannot_be_written_stays_as_it_was(folder, text):
    (folder / "own.yaml").write_text(text)
    done = fix(folder, folder / "own.yaml")
    assert isinstance(done.exception, PolicyError)
    assert (folder / "own.yaml").read_text() == text


def test_persons_are_counted_where_rows_would_hide_them(folder):
    fix(folder, folder / "p.yaml", "--person", "id")
    assert yaml.safe_load((folder / "p.yaml").read_text())["tables"]["table"]["suppress"]["person"] == "id"
    text = (folder / "p.yaml").read_text().replace("id: drop", "id: keep")
    (folder / "p.yaml").write_text(text)
    open_session(folder / "p.yaml").run(KEY)
    assert measured(folder / "release" / "people.csv", "--person", "id")["k"] >= 4


def test_typed_columns_are_suppressed_too(folder):
    import pyarrow.csv as pacsv

    table = pacsv.read_csv(folder / "people.csv")
    (folder / "typed").mkdir()
    pq.write_table(table, folder / "typed" / "people.parquet")
    project = {
        "profile": "redact",
        "claims": "none",
        "in": "typed",
        "out": "after",
        "unlisted": "drop",
        "tables": {
            "people": {
                "suppress": {"k": 3, "over": ["sex", "age", "job"], "most": 0.5},
                "columns": {"sex": "keep", "age": "keep", "job": "keep"},
            }
        },
    }
    (folder / "p.yaml").write_text(yaml.safe_dump(project))
    open_session(folder / "p.yaml").run(KEY)
    found = json.loads(risk(folder / "after" / "people.parquet", *quasi("sex", "age", "job"), "--json").stdout)
    assert found["k"] >= 3
    assert 0 < found["suppressed"] < 600


def test_a_table_that_needs_more_suppression_than_it_may_have_is_not_shown(folder):
    fix(folder, folder / "p.yaml")
    strict = (folder / "p.yaml").read_text().replace("most: 0.05", "most: 0.001")
    (folder / "p.yaml").write_text(strict)
    with pytest.raises(LimitError, match="suppress-most"):
        open_session(folder / "p.yaml").run(KEY)
    assert not (folder / "release").exists()


def test_a_class_that_was_overlooked_stops_the_run(folder, monkeypatch):
    fix(folder, folder / "p.yaml")
    whole = suppression._of

    def one_less(*words):
        found = whole(*words)
        return suppression.SmallClasses(found.keys, found.words[1:])

    monkeypatch.setattr(suppression, "_of", one_less)
    with pytest.raises(LeakError, match="suppress-short"):
        open_session(folder / "p.yaml").run(KEY)
    assert not (folder / "release").exists()


def test_a_run_that_stars_every_row_is_not_shown(folder, monkeypatch):
    fix(folder, folder / "p.yaml")
    monkeypatch.setattr(suppression.np, "isin", lambda words, _: np.ones(len(words), np.bool_))
    with pytest.raises(LimitError, match="suppress-most"):
        open_session(folder / "p.yaml").run(KEY)


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("suppress-column", "drop"),
        ("suppress-column", "scan"),
        ("suppress-column", [{"where": "sex = 'F'", "mask": {}}, "keep"]),
    ],
)
def test_suppression_over_a_column_without_one_answer_is_refused(folder, code, rule):
    columns = {"sex": "keep", "age": rule}
    project = {
        "profile": "redact",
        "claims": "none",
        "unlisted": "drop",
        "tables": {"people": {"suppress": {"k": 3, "over": ["age"]}, "columns": columns}},
    }
    (folder / "p.yaml").write_text(yaml.safe_dump(project))
    with pytest.raises(PolicyError, match=code):
        open_session(folder / "p.yaml")


def test_a_hierarchy_that_changes_is_another_plan(folder):
    rule = {"generalize": {"hierarchy": "jobs.csv", "level": 1}}
    project = {
        "profile": "redact",
        "claims": "none",
        "unlisted": "drop",
        "out": "wide",
        "tables": {"people": {"suppress": {"k": 2, "over": ["job"]}, "columns": {"job": rule, "ill": "keep"}}},
    }
    (folder / "p.yaml").write_text(yaml.safe_dump(project))
    before = open_session(folder / "p.yaml")
    before.run(KEY)
    with (folder / "wide" / "people.csv").open() as file:
        assert {row["job"] for row in csv.DictReader(file)} == {"health", "office", "land"}
    assert str(folder) not in (folder / "wide" / "veil-manifest.json").read_text()
    (folder / "jobs.csv").write_text("".join(f"{job};work;*\n" for job in JOBS))
    after = open_session(folder / "p.yaml")
    assert after.plan.digest() != before.plan.digest()
    after.run(KEY)
    with (folder / "wide" / "people.csv").open() as file:
        assert {row["job"] for row in csv.DictReader(file)} == {"work"}
    (folder / "jobs.csv").unlink()
    with pytest.raises(PolicyError, match="side-file-missing"):
        open_session(folder / "p.yaml")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--hierarchy", "job"], "hierarchy-shape"),
        (["--hierarchy", "ill=star"], "fix-goal"),
        (["--hierarchy", "job=gone.csv"], "hierarchy-missing"),
        (["--distinct", "2"], "fix-goal"),
        (["--closeness", "0.1"], "fix-goal"),
        (["--k", "2000"], "fix-none"),
        (["-s", "ill", "--closeness", "0.3", "--person", "id"], "fix-goal"),
    ],
)
def test_a_search_that_cannot_be_made_says_why(folder, words, code):
    done = risk(folder / "people.csv", *quasi("sex", "job"), "--fix", *words)
    assert code in str(done.exception)


def test_a_value_without_a_row_in_its_hierarchy_is_counted_and_not_told(folder):
    (folder / "jobs.csv").write_text("nurse;health;*\nclerk;office;*\n")
    done = risk(folder / "people.csv", *quasi("sex", "job"), "--fix", "--hierarchy", f"job={folder / 'jobs.csv'}")
    assert "3 values of column job" in str(done.exception)
    assert "farmer" not in str(done.exception)


def test_the_command_writes_the_page_of_a_search(folder):
    page = folder / "risk.html"
    done = fix(folder, folder / "p.yaml", "-o", page)
    assert done.exit_code == 0
    assert "combinations of levels were tested" in done.stdout
    text = page.read_text()
    for value in ("surgeon", "02139", "gout", str(folder), "jobs.csv"):
        assert value not in text
    for shown in ("combinations were evaluated", "Before and after", "Signature", "<svg"):
        assert shown in text
    assert "<script" not in text
