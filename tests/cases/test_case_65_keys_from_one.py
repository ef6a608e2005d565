"""Case 65: keys that count from one contain each other; names of tables and columns say which refers to which."""

import datetime as dt
import shutil

import pytest
from tests.conftest import PASSPHRASE, SHARED, Made
from tests.hospitals import STYLES, make_six_tables, rows_of
from typer.testing import CliRunner

from veil.cli.app import app
from veil.discover.propose import propose


def initiated(folder, keyring_file, monkeypatch):
    """`veil init`, `lint`, `describe` and `run` as a user types them, all of which succeed."""
    monkeypatch.setenv("VEIL_PASSPHRASE", PASSPHRASE)
    shutil.copy(keyring_file, folder / "veil.key")
    project = folder / "p.yaml"
    for words in (
        ["init", str(folder / "data"), "-o", str(project)],
        ["lint", "--strict", str(project)],
        ["describe", str(project)],
        ["run", str(project)],
    ):
        outcome = CliRunner().invoke(app, words)
        assert outcome.exit_code == 0, f"{words[0]}: {outcome.output}\n{project.read_text()}"
        assert "quarantined" not in outcome.output
    return Made(project)


def days(word):
    return dt.date.fromisoformat(word[:10]).toordinal()


@pytest.mark.parametrize("style", STYLES)
def test_six_tables_with_keys_from_one(tmp_path, keyring_file, monkeypatch, style):
    columns = make_six_tables(tmp_path / "data", style)
    made = initiated(tmp_path, keyring_file, monkeypatch)
    was = {table: rows_of(tmp_path / "data" / f"{table}.csv") for table in columns}
    now = {table: rows_of(made.out / f"{table}.csv") for table in columns}
    people, doctors, visits, payments, rooms, tests = columns
    names = list(columns.values())
    for table in columns:
        assert len(was[table]) == len(now[table])
    joins = [
        (people, names[0][0], visits, names[2][1]),
        (doctors, names[1][0], visits, names[2][2]),
        (rooms, names[4][0], visits, names[2][3]),
        (visits, names[2][0], payments, names[3][1]),
        (visits, names[2][0], tests, names[5][1]),
    ]
    for table, key, other, column in joins:
        whose = {one[key]: two[key] for one, two in zip(was[table], now[table], strict=True)}
        assert len(set(whose.values())) == len(whose)
        assert all(whose[one[column]] == two[column] for one, two in zip(was[other], now[other], strict=True)), (
            table,
            other,
        )
    for table, column in (
        (visits, names[2][5]),
        (doctors, names[1][2]),
        (payments, names[3][3]),
        (tests, names[5][2]),
        (tests, names[5][3]),
    ):
        assert [row[column] for row in was[table]] == [row.get(column) for row in now[table]], (table, column)
    steps = {}
    for one, two in zip(was[people], now[people], strict=True):
        steps[one[names[0][0]]] = days(two[names[0][3]]) - days(one[names[0][3]])
        assert one[names[0][1]] != two[names[0][1]] or one[names[0][2]] != two[names[0][2]]
    whose = {row[names[2][0]]: row[names[2][1]] for row in was[visits]}
    for table, column, date in (
        (visits, names[2][0], names[2][4]),
        (payments, names[3][1], names[3][2]),
        (tests, names[5][1], names[5][4]),
    ):
        for one, two in zip(was[table], now[table], strict=True):
            assert days(two[date]) - days(one[date]) == steps[whose[one[column]]] != 0, (table, date)
    assert not {row[names[1][1]] for row in was[doctors]} & {row[names[1][1]] for row in now[doctors]}


@pytest.mark.parametrize("style", STYLES)
def test_who_the_tables_are_about(tmp_path, style):
    columns = make_six_tables(tmp_path, style)
    found = propose(tmp_path, "expert").subjects
    people, _, visits, payments, _, tests = columns
    assert found.person == (people, columns[people][0])
    assert found.direct == {people: columns[people][0], visits: columns[visits][1]}
    assert set(found.through) == {payments, tests}


@pytest.mark.corpora
def test_the_tables_of_the_case(tmp_path, keyring_file, monkeypatch):
    case = SHARED / "cases" / "65" / "data"
    if not case.exists():
        pytest.skip("the cases are not beside the checkout")
    shutil.copytree(case, tmp_path / "data")
    made = initiated(tmp_path, keyring_file, monkeypatch)
    was, now = (
        {name: rows_of(at / f"{name}.csv") for name in ("patients", "visits", "payments", "doctors")}
        for at in (case, made.out)
    )
    for key, table in (("patient_id", "patients"), ("doctor_id", "doctors")):
        whose = {one[key]: two[key] for one, two in zip(was[table], now[table], strict=True)}
        assert [whose[row[key]] for row in was["visits"]] == [row[key] for row in now["visits"]]
    assert "subject: {through: visits, on: visit_id}" in made.file.read_text(encoding="utf-8")
