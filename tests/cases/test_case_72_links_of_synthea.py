"""Case 72: what init proposes for Synthea's tables keeps every join, code and interval; names in capitals are found."""

import re
import shutil

import pytest
from tests.cases.test_case_65_keys_from_one import days, initiated
from tests.conftest import SHARED
from tests.hospitals import rows_of

from veil.discover.propose import propose

DBT = SHARED / "corpora" / "tables" / "dbt-synthea"
CASE = SHARED / "cases" / "72" / "data"
NAMES = [
    f"{given}{100 + 7 * i} {family}{300 + i}"
    for i, (given, family) in enumerate(
        [("Nora", "Pell"), ("Saul", "Vance"), ("Ravi", "Okafor"), ("Ines", "Sutter")] * 6
    )
]
CODED = {
    "conditions": "CODE",
    "procedures": "CODE",
    "medications": "DESCRIPTION",
    "observations": "CODE",
    "claims": "DIAGNOSIS1",
    "supplies": "QUANTITY",
}


def copied(at, folder):
    if not at.exists():
        pytest.skip("the corpora are not beside the checkout")
    shutil.copytree(at, folder / "data", ignore=shutil.ignore_patterns("*.md"))


def uuid(number):
    return f"{number:08x}-0000-4000-8000-{number * 7919:012x}"


def small_synthea(folder):
    """Tables as Synthea writes them, in which a quantity, a year and one patient's supplies look like links."""
    folder.mkdir()
    people = [uuid(i) for i in range(1, 25)]
    (folder / "patients.csv").write_text(
        "Id,BIRTHDATE,FIRST,LAST\n"
        + "".join(f"{who},19{40 + i % 50}-0{1 + i % 9}-11,Nora,Pell\n" for i, who in enumerate(people))
    )
    (folder / "supplies.csv").write_text(
        "DATE,PATIENT,CODE,DESCRIPTION,QUANTITY\n"
        + "".join(
            f"2020-10-{1 + i % 28:02},{people[3]},{409534000 + i % 3},isolation gown,{(2, 24, 12, 1)[i % 4]}\n"
            for i in range(36)
        )
    )
    (folder / "charges.csv").write_text(
        "ID,PATIENT,CHARGEID,FROMDATE,DIAGNOSIS2\n"
        + "".join(
            f"{uuid(900 + i)},{people[i % 24]},{i + 1},2024-01-{1 + i % 28:02},{73599000 + i}\n" for i in range(60)
        )
    )
    (folder / "coverage.csv").write_text(
        "PATIENT,START_YEAR,END_YEAR,OWNERNAME\n"
        + "".join(
            f"{who},{1958 + 2 * i}-05-06T04:17:47Z,{1960 + 2 * i}-05-06T04:17:47Z,{NAMES[i]}\n"
            for i, who in enumerate(people)
        )
    )


def test_no_quantity_and_no_count_is_a_link_and_no_year_of_an_event_a_birth(tmp_path):
    small_synthea(tmp_path / "data")
    found = propose(tmp_path / "data", "expert")
    kinds = {table.name: {column: one.kind for column, one in table.guesses.items()} for table in found.tables}
    assert found.subjects.person == ("patients", "Id")
    assert found.subjects.direct == {
        "patients": "Id",
        "supplies": "PATIENT",
        "charges": "PATIENT",
        "coverage": "PATIENT",
    }
    assert found.subjects.through == {}
    assert kinds["supplies"]["QUANTITY"] == "measure"
    assert kinds["charges"]["DIAGNOSIS2"] == "code"
    assert (kinds["coverage"]["START_YEAR"], kinds["coverage"]["OWNERNAME"]) == ("datetime", "person_name")


def test_what_init_proposes_keeps_joins_codes_and_steps(tmp_path, keyring_file, monkeypatch):
    small_synthea(tmp_path / "data")
    made = initiated(tmp_path, keyring_file, monkeypatch)
    was, now = (
        {name: rows_of(at / f"{name}.csv") for name in ("patients", "supplies", "charges", "coverage")}
        for at in (tmp_path / "data", made.out)
    )
    whose = {one["Id"]: two["Id"] for one, two in zip(was["patients"], now["patients"], strict=True)}
    steps = {}
    for table, date in (
        ("supplies", "DATE"),
        ("charges", "FROMDATE"),
        ("coverage", "START_YEAR"),
        ("coverage", "END_YEAR"),
    ):
        for one, two in zip(was[table], now[table], strict=True):
            assert whose[one["PATIENT"]] == two["PATIENT"]
            steps.setdefault(one["PATIENT"], set()).add(days(two[date]) - days(one[date]))
    assert {len(one) for one in steps.values()} == {1}
    assert [row["QUANTITY"] for row in was["supplies"]] == [row["QUANTITY"] for row in now["supplies"]]
    assert [row["DIAGNOSIS2"] for row in was["charges"]] == [row["DIAGNOSIS2"] for row in now["charges"]]
    assert not set(NAMES) & {row["OWNERNAME"] for row in now["coverage"]}


@pytest.mark.corpora
def test_the_tables_of_the_case_keep_their_joins(tmp_path, keyring_file, monkeypatch):
    copied(CASE, tmp_path)
    made = initiated(tmp_path, keyring_file, monkeypatch)
    whose = {
        one["Id"]: two["Id"]
        for one, two in zip(rows_of(CASE / "patients.csv"), rows_of(made.out / "patients.csv"), strict=True)
    }
    for table in ("supplies", "charges", "coverage"):
        for one, two in zip(rows_of(CASE / f"{table}.csv"), rows_of(made.out / f"{table}.csv"), strict=True):
            assert whose[one["PATIENT"]] == two["PATIENT"]


@pytest.mark.corpora
def test_eighteen_tables_of_synthea_run_by_init(tmp_path, keyring_file, monkeypatch):
    copied(DBT, tmp_path)
    made = initiated(tmp_path, keyring_file, monkeypatch)
    tables = sorted(path.stem for path in DBT.glob("*.csv"))
    was, now = ({name: rows_of(at / f"{name}.csv") for name in tables} for at in (DBT, made.out))
    assert len(tables) == 18
    for table, name in (
        ("patients", "PATIENT"),
        ("encounters", "ENCOUNTER"),
        ("payers", "PAYER"),
        ("organizations", "ORGANIZATION"),
        ("providers", "PROVIDER"),
    ):
        whose = {one["Id"]: two["Id"] for one, two in zip(was[table], now[table], strict=True)}
        for other in tables:
            for column in was[other][0]:
                if re.fullmatch(f"{name}(ID)?", column) and column in now[other][0]:
                    pairs = [
                        (one[column], two[column])
                        for one, two in zip(was[other], now[other], strict=True)
                        if one[column]
                    ]
                    assert all(whose.get(one) == two for one, two in pairs), (other, column)
    for table, column in CODED.items():
        assert [row[column] for row in was[table]] == [row[column] for row in now[table]], table
    steps = {}
    for table, date in (
        ("encounters", "START"),
        ("observations", "DATE"),
        ("supplies", "DATE"),
        ("medications", "START"),
        ("payer_transitions", "START_YEAR"),
    ):
        for one, two in zip(was[table], now[table], strict=True):
            steps.setdefault(one["PATIENT"], set()).add(days(two[date]) - days(one[date]))
    assert {len(one) for one in steps.values()} == {1}
    assert not {row["OWNERNAME"] for row in was["payer_transitions"] if row["OWNERNAME"]} & {
        row["OWNERNAME"] for row in now["payer_transitions"]
    }
