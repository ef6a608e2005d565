"""The sample of OHDSI/dbt-synthea, eighteen tables of an earlier export, by the pack `synthea-csv` from end to end."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter

import pytest
from tests.conftest import SHARED

DATA = SHARED / "corpora" / "tables" / "dbt-synthea"
PROJECT = "schema: synthea-csv\nprofile: expert\n"
JOINS = [
    *(
        (table, "PATIENT", "patients", "Id")
        for table in (
            "allergies",
            "careplans",
            "conditions",
            "devices",
            "encounters",
            "imaging_studies",
            "immunizations",
            "medications",
            "observations",
            "payer_transitions",
            "procedures",
            "supplies",
        )
    ),
    *(
        (table, "ENCOUNTER", "encounters", "Id")
        for table in (
            "allergies",
            "careplans",
            "conditions",
            "devices",
            "immunizations",
            "medications",
            "observations",
            "procedures",
            "supplies",
        )
    ),
    ("claims", "PATIENTID", "patients", "Id"),
    ("claims", "APPOINTMENTID", "encounters", "Id"),
    ("claims", "PROVIDERID", "providers", "Id"),
    ("claims_transactions", "CLAIMID", "claims", "Id"),
    ("claims_transactions", "PATIENTID", "patients", "Id"),
    ("encounters", "ORGANIZATION", "organizations", "Id"),
    ("encounters", "PROVIDER", "providers", "Id"),
    ("encounters", "PAYER", "payers", "Id"),
    ("providers", "ORGANIZATION", "organizations", "Id"),
]
CODES = [
    "allergies",
    "careplans",
    "conditions",
    "devices",
    "encounters",
    "immunizations",
    "medications",
    "observations",
    "procedures",
    "supplies",
]
STAYS = [("START", "STOP", table) for table in ("encounters", "procedures", "careplans", "medications", "conditions")]


def table(folder, name):
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def joined(folder, left, on, right, key):
    keys = Counter(row[key] for row in table(folder, right))
    return sum(keys[row[on]] for row in table(folder, left) if row[on])


def lengths(folder, start, stop, name):
    pairs = [(row[start], row[stop]) for row in table(folder, name)]
    return [
        dt.datetime.fromisoformat(stop) - dt.datetime.fromisoformat(start) if start and stop else None
        for start, stop in pairs
    ]


@pytest.fixture(scope="module")
def released(tmp_path_factory, keyring_file):
    import shutil

    from tests.conftest import Made

    if not DATA.is_dir():
        pytest.skip("no corpora here")
    folder = tmp_path_factory.mktemp("synthea")
    shutil.copytree(DATA, folder / "data", ignore=shutil.ignore_patterns("*.md"))
    shutil.copy(keyring_file, folder / "hospital.key")
    (folder / "project.yaml").write_text(
        PROJECT + "keyring: hospital.key\nin: data\nout: release\nreference_date: 2026-06-30\n"
    )
    made = Made(folder / "project.yaml")
    made.outcome = made.run()
    return made


@pytest.mark.corpora
def test_all_eighteen_tables_are_released_with_all_rows(released):
    assert released.outcome.quarantined == []
    names = sorted(path.stem for path in released.out.glob("*.csv"))
    assert len(names) == 18
    for name in names:
        assert len(table(released.out, name)) == len(table(DATA, name))


@pytest.mark.corpora
@pytest.mark.parametrize("join", JOINS, ids=lambda join: "-".join(join[:3]))
def test_every_join_has_the_rows_that_it_had(released, join):
    before = joined(DATA, *join)
    assert joined(released.out, *join) == before
    assert before > 0


@pytest.mark.corpora
@pytest.mark.parametrize("name", CODES)
def test_codes_and_their_words_stay_in_their_rows(released, name):
    columns = [column for column in ("CODE", "DESCRIPTION", "REASONCODE", "UNITS") if column in table(DATA, name)[0]]
    assert [[row[one] for one in columns] for row in table(released.out, name)] == [
        [row[one] for one in columns] for row in table(DATA, name)
    ]


@pytest.mark.corpora
@pytest.mark.parametrize("pair", STAYS, ids=lambda pair: pair[2])
def test_every_interval_is_as_long_as_it_was(released, pair):
    before, after = lengths(DATA, *pair), lengths(released.out, *pair)
    assert after == before


@pytest.mark.corpora
def test_no_name_or_number_of_a_patient_is_in_the_release(released):
    told = {
        row[one]
        for row in table(DATA, "patients")
        for one in ("Id", "SSN", "DRIVERS", "PASSPORT", "ADDRESS", "LAST")
        if row[one]
    }
    cells = {
        cell for path in released.out.glob("*.csv") for row in table(released.out, path.stem) for cell in row.values()
    }
    assert told & cells == set()
