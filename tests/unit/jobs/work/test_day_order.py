"""Day order: a column of dates that contradicts the order in which it is read is known before anything is written."""

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from veil.cli.app import app
from veil.errors import PolicyError
from veil.jobs.checks.lint import lint
from veil.jobs.work.day_order import _matters, contradictions

FORMS = {
    "slashes": ("{m:02}/{d:02}/{y}", "{d:02}/{m:02}/{y}"),
    "dashes": ("{m}-{d}-{y}", "{d}-{m}-{y}"),
    "eight digits": ("{m:02}{d:02}{y}", "{d:02}{m:02}{y}"),
    "a lost zero": ("{m}{d:02}{y}", "{d}{m:02}{y}"),
    "with a time": ("{m:02}/{d:02}/{y} 14:30", "{d:02}/{m:02}/{y} 14:30"),
    "short years": ("{m}/{d}/19", "{d}/{m}/19"),
}
RULES = "profile: expert\ntables:\n  visits: {subject: pid, columns: {pid: pseudonym, seen: shift, born: {as: birth_date}, n: keep}}\n"


def table(pattern, odd="", at=900, rows=1_000):
    """A table of visits; the row `at` has another text."""
    days = [pattern.format(d=1 + i % 12, m=1 + i % 9, y=2019) for i in range(rows)]
    days[at] = odd or days[at]
    return "pid,seen,born,n\n" + "".join(f"P{i},{day},1950-02-{1 + i % 28:02},{i}\n" for i, day in enumerate(days))


@pytest.mark.parametrize("form", FORMS)
def test_one_date_of_the_other_order_stops_the_run_before_anything_is_written(project, form):
    month_first, day_first = FORMS[form]
    made = project(RULES, {"visits.csv": table(month_first, day_first.format(d=31, m=3, y=2019))})
    with pytest.raises(PolicyError, match="day-order") as told:
        made.run()
    assert (
        "visits.seen: 1 of 1,000 values are dates only with the day first, and the plan reads the month first"
        in str(told.value)
    )
    assert "2019" not in str(told.value)
    assert not made.out.exists()
    assert [
        (one.rule, one.severity, "visits.seen" in one.about) for one in lint(made.file) if one.rule == "veil-014"
    ] == [("veil-014", "error", True)]
    assert "visits.seen: 1 of 1,000 values" in CliRunner().invoke(app, ["describe", str(made.file)]).output


@pytest.mark.parametrize("form", FORMS)
def test_the_column_is_emptied_whole_where_the_project_says_so(project, form):
    month_first, day_first = FORMS[form]
    made = project(
        RULES + "dates: {contradiction: empty}\n",
        {"visits.csv": table(month_first, day_first.format(d=31, m=3, y=2019))},
    )
    outcome = made.run()
    rows = [line.split(",") for line in (made.out / "visits.csv").read_text().splitlines()[1:]]
    assert {row[1] for row in rows} == {""}
    assert all(row[2] for row in rows)
    assert any("visits.seen" in notice and "emptied" in notice for notice in outcome.manifest["notices"])
    assert [one.rule for one in lint(made.file) if one.rule in ("veil-014", "veil-015")] == ["veil-015"]


@pytest.mark.parametrize("form", FORMS)
def test_dates_that_fit_their_order_are_moved_in_their_own_form(project, form):
    day_first = FORMS[form][1]
    odd = day_first.format(d=31, m=3, y=2019)
    made = project(
        RULES.replace("subject: pid", "subject: pid, day_first: true"), {"visits.csv": table(day_first, odd)}
    )
    assert contradictions(made.session().plan, made.session().inputs) == []
    assert made.run().quarantined == []
    moved = [line.split(",")[1] for line in (made.out / "visits.csv").read_text().splitlines()[1:]]
    assert all(moved)
    assert moved[900] != odd


def test_dates_of_the_other_order_far_behind_others_stop_the_run_at_its_end(project, monkeypatch):
    monkeypatch.setattr("veil.jobs.work.day_order._FIRST_UNITS", 0)
    made = project(RULES, {"visits.csv": table("{m:02}/{d:02}/{y}", "31/03/2019")})
    with pytest.raises(PolicyError, match="day-order"):
        made.run()
    assert not made.out.exists()


def test_what_is_no_date_in_either_order_is_masked_alone(project):
    made = project(RULES, {"visits.csv": table("{m:02}/{d:02}/{y}", "soon")})
    made.run()
    moved = [line.split(",")[1] for line in (made.out / "visits.csv").read_text().splitlines()[1:]]
    assert [i for i, one in enumerate(moved) if not one] == [900]


def test_columns_that_are_kept_or_conditional_do_not_stop_a_run(project):
    rules = (
        "profile: expert\ntables:\n  facts: {subject: pid, columns: {pid: pseudonym, kind: keep, value: "
        "[{shift: {}, where: \"kind = 'day'\"}, keep], when: keep}}\n"
    )
    made = project(
        rules,
        {
            "facts.csv": "pid,kind,value,when\nA,day,03/04/2019,31/03/2019\nA,ratio,31/03/2019,x\nB,day,05/06/2019,03/31/2019\n"
        },
    )
    assert made.run().quarantined == []


@pytest.mark.parametrize("year_first", ["2019-05-{:02}", "2019-05-{:02}T10:30", "2019-05-{:02} 10:30:00"])
def test_dates_with_the_year_first_have_one_order_and_hide_no_others(project, year_first):
    days = [year_first.format(1 + i % 28) for i in range(1_000)]
    assert not _matters(pa.array([*days, None, ""], pa.large_string()))
    assert _matters(pa.array([*days, "03/04/2019", "é"], pa.large_string()).slice(3))
    assert _matters(pa.array([*days, "2019-05-01 / 03/04/2019", "31/03/2019"], pa.large_string()))
    rows = "".join(f"P{i},{day},1950-02-03,{i}\n" for i, day in enumerate([*days, "03/04/2019", "31/03/2019"]))
    made = project(RULES, {"visits.csv": "pid,seen,born,n\n" + rows})
    with pytest.raises(PolicyError, match="day-order"):
        made.run()


CONDITIONAL = (
    "profile: expert\ntables:\n  facts: {subject: pid, columns: {pid: pseudonym, kind: keep, value: "
    "[{shift: {}, where: \"kind = 'day'\"}, {as: birth_date, where: \"kind = 'born'\"}, keep]}}\n"
)


def facts(odd, kind, at=900):
    rows = [f"P{i},{('day', 'ratio', 'born')[i % 3]},{1 + i % 9:02}/{1 + i % 12:02}/2019" for i in range(1_000)]
    rows[at] = f"P{at},{kind},{odd}"
    return "pid,kind,value\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize("kind", ["day", "born"])
@pytest.mark.parametrize("odd", ["31/03/2019", "31/03/2019 10:30"])
def test_dates_under_a_condition_are_held_to_their_order_too(project, kind, odd):
    made = project(CONDITIONAL, {"facts.csv": facts(odd, kind)})
    with pytest.raises(PolicyError, match="day-order") as told:
        made.run()
    assert "facts.value: 1 of 66" in str(told.value)
    assert not made.out.exists()
    assert [one.rule for one in lint(made.file) if one.rule == "veil-014"] == ["veil-014"]


@pytest.mark.parametrize("kind", ["day", "born"])
def test_under_a_condition_what_is_read_as_dates_is_emptied_and_the_rest_stays(project, kind):
    made = project(CONDITIONAL + "dates: {contradiction: empty}\n", {"facts.csv": facts("31/03/2019", kind)})
    made.run()
    rows = [line.split(",") for line in (made.out / "facts.csv").read_text().splitlines()[1:]]
    assert {row[2] for row in rows if row[1] != "ratio"} == {""}
    assert all(row[2].endswith("/2019") for row in rows if row[1] == "ratio")


def test_a_date_of_the_other_order_where_no_condition_holds_stops_nothing(project):
    made = project(CONDITIONAL, {"facts.csv": facts("31/03/2019", "ratio")})
    assert made.run().quarantined == []


def test_rows_of_facts_are_held_to_their_order(project):
    rows = "".join(f"p{i},{'DOB' if i % 2 else 'ratio'},{1 + i % 9:02}/{1 + i % 12:02}/1960\n" for i in range(100))
    made = project(
        "profile: expert\ntables:\n  t:\n    subject: pid\n    facts: {by: [attribute], values: [value]}\n"
        "    columns: {pid: pseudonym, attribute: keep, value: keep}\n",
        {"t.csv": f"pid,attribute,value\n{rows}p1,DOB,31/03/1960\n"},
    )
    with pytest.raises(PolicyError, match="day-order"):
        made.run()
    assert not made.out.exists()
