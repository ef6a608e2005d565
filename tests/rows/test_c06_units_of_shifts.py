"""C6: hours, days, weeks, months, years; inclusive min and max; min = max legal; all reverse exactly."""

import datetime as dt

import pytest
from tests.rows.conftest import column

ROWS = "pid,at\n" + "".join(f"{i},2012-01-31 10:00:00\n" for i in range(200))


def release(project, veil, shift):
    made = project(
        f"profile: expert\ntables: {{t: {{subject: pid, columns: {{pid: pseudonym, at: {{shift: {shift}}}}}}}}}\n",
        {"t.csv": ROWS},
    )
    done = veil(made.folder, "run", "project.yaml")
    assert done.code == 0, done.erred
    days = column(made.out, "t", "at")
    return made, [dt.datetime.fromisoformat(one) - dt.datetime.fromisoformat("2012-01-31 10:00:00") for one in days]


@pytest.mark.parametrize(("unit", "hours"), [("hours", 1), ("days", 24), ("weeks", 168)])
def test_c6_both_ends_of_a_range_are_met_and_zero_never(project, veil, unit, hours):
    _, moved = release(project, veil, f"{{unit: {unit}, min: 1, max: 3}}")
    assert {one.total_seconds() / 3600 / hours for one in moved} == {-3, -2, -1, 1, 2, 3}


def test_c6_a_signed_range_is_met_at_both_ends_without_zero(project, veil):
    assert {one.days for one in release(project, veil, "{min: -2, max: 1}")[1]} == {-2, -1, 1}


def test_c6_a_range_of_one_is_legal(project, veil):
    assert {one.days for one in release(project, veil, "{min: 30, max: 30}")[1]} == {-30, 30}


def test_c6_a_range_under_zero_moves_all_one_way(project, veil):
    assert {one.days for one in release(project, veil, "{min: -30, max: -30}")[1]} == {-30}


@pytest.mark.parametrize(
    "shift", ["{min: 0}", "{min: 3, max: 2}", "{unit: fortnights}", "{min: -1, max: -2}", "{max: 400}"]
)
def test_c6_a_range_that_is_none_is_refused(project, veil, shift):
    made = project(
        f"profile: expert\ntables: {{t: {{subject: pid, columns: {{pid: pseudonym, at: {{shift: {shift}}}}}}}}}\n",
        {"t.csv": ROWS},
    )
    done = veil(made.folder, "run", "project.yaml")
    assert done.code == 2
    assert "[operator-option]" in done.erred


@pytest.mark.parametrize("unit", ["hours", "days", "weeks", "months", "years"])
def test_c6_every_unit_comes_back_exactly(project, veil, unit):
    made, _ = release(project, veil, f"{{unit: {unit}}}")
    assert veil(made.folder, "reverse", "project.yaml", "--reason", "r", "-o", "back").code == 0
    assert (made.folder / "back/t.csv").read_text() == ROWS


def test_c6_a_day_without_a_time_is_emptied_where_hours_would_leave_it(project, veil):
    made = project(
        "profile: expert\ntables: {t: {subject: pid, columns: {pid: pseudonym, at: {shift: {unit: hours, min: 2, max: 2}}}}}\n",
        {"t.csv": "pid,at\n1,2012-01-31\n"},
    )
    done = veil(made.folder, "run", "project.yaml")
    assert done.code == 0
    assert column(made.out, "t", "at") == [""]
