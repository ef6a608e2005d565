"""A visit on the day of birth of somebody over 89 is excused where the interval is checked, and nothing else is."""

from __future__ import annotations

import pytest
from tests.conftest import SHARED

from veil.operators.dates import Shift

CASE = SHARED / "cases" / "70"
PROJECT = """profile: expert
tables:
  patients: {subject: pid, born: dob, columns: {pid: pseudonym, dob: {as: birth_date}}}
  visits: {subject: pid, columns: {vid: pseudonym, pid: pseudonym, seen: shift, reason: keep}}
"""
PATIENTS = "pid,dob\n1,1926-02-03\n2,1961-02-03\n3,1930-12-31\n"


def visits(*rows):
    return "vid,pid,seen,reason\n" + "".join(f"{i},{row}\n" for i, row in enumerate(rows, 10))


@pytest.mark.parametrize(
    "rows",
    [
        ["1,1926-02-03,birth", "1,2020-05-05,checkup", "2,1961-02-03,birth", "2,2021-01-01,checkup"],
        ["1,2020-05-05,checkup", "1,1926-02-03,birth", "1,2020-05-06,checkup"],
        ["3,1930-12-31,birth", "3,1930-12-31,naming", "3,1931-01-01,checkup"],
        ["1,1926-02-03,birth"],
        ["1,1926-02-03,birth", "3,1930-12-31,birth", "2,2021-01-01,checkup"],
        ["1,1926-02-04,feast", "1,1926-02-03,birth", "1,1926-02-05,feast"],
    ],
)
def test_the_table_is_released(project, rows):
    made = project(PROJECT, {"patients.csv": PATIENTS, "visits.csv": visits(*rows)})
    assert made.run().quarantined == []
    assert len((made.out / "visits.csv").read_text().splitlines()) == len(rows) + 1


def test_a_day_of_birth_that_did_not_move_is_no_excuse(project, monkeypatch):
    whole = Shift.replace

    def lazy(self, values, about, keys):
        outcome = whole(self, values, about, keys)
        return outcome.__class__(values, outcome.unread, outcome.listed, outcome.uncast)

    made = project(PROJECT, {"patients.csv": PATIENTS, "visits.csv": visits("1,1926-02-03,birth", "1,2020-05-05,x")})
    monkeypatch.setattr(Shift, "replace", lazy)
    assert "visits file 1" in dict(made.run().quarantined)


@pytest.mark.corpora
def test_the_case_of_two_visits_at_birth(project):
    if not CASE.is_dir():
        pytest.skip("no cases here")
    text = (CASE / "p.yaml").read_text().replace("study.key", "hospital.key")
    made = project("", {path.name: path.read_text() for path in (CASE / "data").iterdir()})
    made.file.write_text(text)
    assert made.run().quarantined == []
    assert len((made.out / "visits.csv").read_text().splitlines()) == len(
        (CASE / "data" / "visits.csv").read_text().splitlines()
    )
