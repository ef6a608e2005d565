"""Rows of an uploaded table that cannot be released: the plan names them, and offers to leave them out and release the others."""

import io

import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from tests.cases.test_case_34_rows_with_a_residue import as_csv, as_parquet, as_xlsx
from tests.portals import joined, parquet, served, site_in, workbook, working
from tests.visits import a_chromium, a_visit, downloaded, hand_in, shot  # noqa: F401  fixtures

from veil.service.store import ServiceStore

CSV = b"patient_id,first,note\n1,Ada,seen\n2,Bo\n3,Cy,fine\n4,Di,ok,more\n5,Ed,ok\n"
SHORT = b"patient_id,first,note\n" + b"".join(b"%d,Ada,fine\n" % n for n in range(1, 400)) + b"400,Quackenbush\n"
TSV = b"patient_id\tfirst\n1\tAda\n2\tBo\textra\n3\tCy\n"
LINES = b'{"patient_id": "1", "hgb": 12.5}\n{"patient_id": "2", "hgb"\n{"patient_id": "3", "hgb": 11.0}\n'


@pytest.fixture(name="portal")
def a_portal(tmp_path):
    store = ServiceStore(site_in(tmp_path))
    with served(store) as address, working(store.site) as worker, joined(store, address, "bob") as bob:
        yield bob, worker
    store.close()


def planned(portal, name, data):
    bob, worker = portal
    job = bob.hand_in(name, data, review=True, profile="expert")
    worker.once()
    assert bob.ask("GET", f"/jobs/{job}").json()["state"] == "planned"
    return job, bob.ask("GET", f"/jobs/{job}/plan").json()


@pytest.mark.parametrize(
    ("name", "data", "rows", "left"),
    [
        ("t.csv", CSV, [3, 5], ["1", "3", "5"]),
        ("t.csv", SHORT, [401], None),
        ("t.tsv", TSV, [3], ["1", "3"]),
        ("t.jsonl", LINES, [2], ["1", "3"]),
        ("t.csv", CSV.replace(b"\n", b"\r\n"), [3, 5], ["1", "3", "5"]),
    ],
)
def test_a_plan_names_the_rows_that_cannot_be_read_and_the_others_are_released(portal, name, data, rows, left):
    bob, worker = portal
    job, plan = planned(portal, name, data)
    assert (plan["broken"], plan["broken_rows"], plan["rows"]) == (len(rows), rows, "quarantine")
    changed = bob.ask("PUT", f"/jobs/{job}/plan", json={"columns": [], "rows": "quarantine-rows"})
    assert changed.json()["rows"] == "quarantine-rows"
    bob.ask("POST", f"/jobs/{job}/start")
    worker.once()
    assert bob.ask("GET", f"/jobs/{job}").json()["state"] == "done"
    lines = bob.ask("GET", f"/jobs/{job}/result").content.splitlines()
    kept = len(data.splitlines()) - len(rows)
    assert kept - 1 <= len(lines) <= kept  # a row after a short one may be the end of it, and is left out too
    assert b"Quackenbush" not in b"".join(lines)
    report = bob.ask("GET", f"/jobs/{job}/report").json()
    assert all(any(f"row {row}" in place for place in report["places"]) for row in rows), report["places"]


@pytest.mark.parametrize(("name", "data"), [("t.csv", CSV), ("t.tsv", TSV), ("t.jsonl", LINES)])
def test_without_the_wish_nothing_of_the_file_is_released(portal, name, data):
    bob, worker = portal
    job, _ = planned(portal, name, data)
    bob.ask("POST", f"/jobs/{job}/start")
    worker.once()
    assert bob.ask("GET", f"/jobs/{job}").json()["state"] == "failed"
    assert bob.ask("GET", f"/jobs/{job}/result").status_code == 409


NAMES = ["Quennell", "Tasker", "Whitlock", "Harrow", "Lindqvist", "Okafor"]


def labs():
    """Results of six patients; in the 16th row the code of a test is a patient's family name."""
    rows = [
        {"patient_id": f"P{i % 6}", "last_name": NAMES[i % 6], "panel": "BNP" if i % 2 else "TSH", "result": f"{i}.5"}
        for i in range(24)
    ]
    rows[15]["panel"] = "Harrow"
    return rows


@pytest.mark.parametrize(
    ("name", "written"),
    [("labs.csv", lambda rows: as_csv(rows).encode()), ("labs.parquet", as_parquet), ("labs.xlsx", as_xlsx)],
)
def test_a_row_that_the_verification_does_not_clear_costs_the_file_or_itself_alone(portal, name, written):
    bob, worker = portal
    job, plan = planned(portal, name, written(labs()))
    (panel,) = [column for column in plan["columns"] if column["column"] == "panel"]
    wish = {"columns": [{"source": panel["source"], "column": "panel", "rule": "keep"}], "rows": "quarantine"}
    for rows, state in (("quarantine", "failed"), ("quarantine-rows", "done")):
        if state == "done":
            job, _ = planned(portal, name, written(labs()))
        assert bob.ask("PUT", f"/jobs/{job}/plan", json={**wish, "rows": rows}).status_code == 200
        bob.ask("POST", f"/jobs/{job}/start")
        worker.once()
        assert bob.ask("GET", f"/jobs/{job}").json()["state"] == state
    report = bob.ask("GET", f"/jobs/{job}/report").json()
    assert len(report["places"]) == 1
    assert f"only row {16 if name.endswith('parquet') else 17}, column panel" in report["places"][0]
    released = bob.ask("GET", f"/jobs/{job}/result").content
    panels = cells_of(name, released, "panel")
    assert len(panels) == 23
    assert "Harrow" not in panels


def cells_of(name, data, column):
    """The cells of a column of a table that came back."""
    if name.endswith("csv"):
        return pl.read_csv(data, infer_schema=False)[column].to_list()
    if name.endswith("parquet"):
        return pl.read_parquet(data)[column].to_list()
    head, *rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    return [row[head.index(column)] for row in rows]


@pytest.mark.parametrize(
    ("name", "data", "row"), [("t.csv", CSV, "row 3"), ("t.tsv", TSV, "row 3"), ("t.jsonl", LINES, "row 2")]
)
def test_a_job_that_nobody_reviews_fails_and_names_the_row(portal, name, data, row):
    bob, worker = portal
    job = bob.hand_in(name, data, profile="expert")
    worker.once()
    assert bob.ask("GET", f"/jobs/{job}").json()["state"] == "failed"
    why = bob.ask("GET", f"/jobs/{job}/report").json()
    assert row in why["where"]
    assert "review the plan" in why["hint"]
    assert "Bo" not in str(why)


def test_a_sound_table_is_offered_it_too_and_a_note_has_no_plan(portal):
    bob, _ = portal
    job, plan = planned(portal, "t.csv", b"patient_id,first,note\n1,Ada,seen\n2,Bo,ok\n")
    assert (plan["broken"], plan["broken_rows"], plan["rows"]) == (0, [], "quarantine")
    refused = bob.ask("PUT", f"/jobs/{job}/plan", json={"columns": [], "rows": "all"})
    assert refused.status_code == 422


@pytest.mark.browser
def test_a_person_is_told_of_the_rows_and_leaves_them_out(visit):
    page = visit.submitter()
    hand_in(page, "labs.csv", CSV)
    visit.worker.once()
    page.click("text=Review plan")
    page.wait_for_selector("#plan[open]")
    assert page.inner_text("#broken") == "2 rows of this file cannot be read: 3, 5."
    assert not page.is_checked("#leave-out")
    shot(page, "portal-plan-rows")
    page.click("#accept")
    page.wait_for_selector("#plan-said:not([hidden])")
    assert "Leave them out" in page.inner_text("#plan-said")
    page.check("#leave-out")
    page.click("#accept")
    page.wait_for_selector("#plan:not([open])", state="attached")
    visit.worker.once()
    page.wait_for_selector(".badge.good")
    assert len(downloaded(page).splitlines()) in (3, 4)
    page.click("button:text-is('What was done')")
    page.wait_for_selector("#report[open]")
    said = page.inner_text("#told")
    assert "row 3" in said
    assert "row 5" in said
    assert "Bo" not in said


@pytest.mark.browser
@pytest.mark.parametrize(("name", "data"), [("people.xlsx", workbook("People")), ("people.parquet", parquet())])
def test_a_workbook_and_a_parquet_file_are_planned_changed_and_fetched(visit, name, data):
    page = visit.submitter()
    hand_in(page, name, data)
    visit.worker.once()
    page.click("text=Review plan")
    page.wait_for_selector("#plan[open]")
    assert page.inner_text("#plan-title") == f"Plan: {name}"
    assert "First name" in page.locator("#columns tr", has_text="first_name").inner_text()
    page.select_option("[aria-label='Action for first_name']", "drop")
    page.click("#accept")
    page.wait_for_selector("#plan:not([open])", state="attached")
    visit.worker.once()
    page.wait_for_selector(".badge.good")
    back = downloaded(page)
    people = cells_of(name, back, "patient_id")
    assert len(set(people)) == 2
    assert not {"1042", "7"} & set(people)
    assert not {"1950-02-28", "1951-02-28"} & set(map(str, cells_of(name, back, "born")))
    with pytest.raises((ValueError, pl.exceptions.ColumnNotFoundError)):
        cells_of(name, back, "first_name")
