"""Proposals for uploads: with `safe-harbor` and nobody looking, nothing that says identifier is kept, and nothing that nobody knows."""

import json

import pytest
from tests.unit.discover.test_whole_numbers import IDENTIFYING, SHAPES

from veil.service.store.choice import Choice
from veil.service.work.proposal import propose

STRICT = Choice(profile="safe-harbor")
KEPT = ("keep", "as code", "as measure", "as state")


def proposed(folder, columns, *, choice=STRICT, name="t.csv"):
    """Shape: column -> the rule that is proposed."""
    length = max(map(len, columns.values()))
    rows = [[values[i] if i < len(values) else "" for values in columns.values()] for i in range(length)]
    (folder / name).write_text("\n".join([",".join(columns), *(",".join(row) for row in rows)]) + "\n")
    return {one["column"]: one["rule"] for one in propose(folder, name, choice)["columns"]}


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_that_says_identifier_is_kept(tmp_path, shape):
    rules = proposed(
        tmp_path,
        {name: SHAPES[shape] for name in IDENTIFYING if name.lower() not in ("mrn", "ssn", "dob")}
        | {"mrn": SHAPES[shape]},
    )
    assert {name: rule for name, rule in rules.items() if rule in KEPT} == {}


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_that_says_identifier_is_kept_in_records_of_json(tmp_path, shape):
    records = [
        {"mrn": value, "patient": {"id": value, "birthDate": value}, "telecom": [{"phone": value}]}
        for value in SHAPES[shape]
    ]
    (tmp_path / "t.json").write_text(json.dumps(records))
    assert {one["rule"] for one in propose(tmp_path, "t.json", STRICT)["columns"]} & set(KEPT) == set()


def test_what_nobody_knows_is_dropped(tmp_path):
    rules = proposed(tmp_path, {
        "patient_id": [str(i) for i in range(60)], "c1": [str(1 + i % 40) for i in range(60)], "c2": [f"{100 + i}.0" for i in range(60)],
        "c3": ["Zorblax", "Quimby", "Xan"] * 20, "c4": [f"{7 + i / 9:.2f}" for i in range(60)], "c5": ["surgery", "walk"] * 30, "c6": ["I10", "E11.9"] * 30,
        "hgb": [f"{9 + i / 7:.1f}" for i in range(60)], "pulse": [str(60 + i % 30) for i in range(60)],
    })  # fmt: skip
    assert [name for name, rule in rules.items() if rule == "drop"] == ["c1", "c2", "c3"]
    assert {rules[name] for name in ("c4", "hgb", "pulse")} == {"as measure"}
    assert {rules[name] for name in ("c5", "c6")} == {"as code"}


def test_whole_numbers_that_were_written_as_decimals_join_with_those_that_were_not(tmp_path):
    (tmp_path / "t.csv").write_text(
        "mrn,seen\n418812,2024-01-02\n4.18813E+05,2024-01-03\n418814.0,2024-01-03\n418812,2024-03-04\n"
    )
    project = propose(tmp_path, "t.csv", Choice(profile="expert"))["project"]
    assert project["tables"]["table"]["columns"]["mrn"]["cast"] == "integer"
    assert project["tables"]["table"]["subject"] == "mrn"
