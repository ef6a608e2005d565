"""Situations of scan: what columns seem to be, from any place, without a value in what is said."""

import json
import sqlite3

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench.scan import DIRECT, FOUND, told
from bench.scan_tables import UNSEEN, _shape
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from veil.cli.app import app
from veil.discover.kinds import guess
from veil.discover.roles import role_of
from veil.discover.signals import signals_of
from veil.discover.survey import quasi_of, record_of, survey
from veil.errors import PolicyError
from veil.jobs.session import open_session
from veil.reports.scan import scan_page

PEOPLE = "id,c2,c3,ward\n" + "".join(
    f"{4000 + 7 * n},{name},{100 + n}-{20 + n}-{3000 + n},B\n"
    for n, name in enumerate(
        [
            "Mary Smith",
            "John Brown",
            "Ann Lopez",
            "Carl Young",
            "Rita Moore",
            "Hugo Perez",
            "Lena Clark",
            "Omar Lewis",
            "Nina Scott",
            "Ivan Baker",
            "Tess Adams",
            "Noah Allen",
            "Ella Evans",
            "Liam Green",
            "Zoe Howard",
        ]
    )
)


def kinds_of(tables):
    return {(table.name, column): (role_of(one), one.kind) for table in tables for column, one in table.guesses.items()}


def test_a_name_and_a_number_are_told_without_a_name_of_the_column(tmp_path):
    (tmp_path / "people.csv").write_text(PEOPLE)
    found = kinds_of(survey([str(tmp_path)])[0])
    assert found["people", "c2"] == ("direct", "person_name")
    assert found["people", "c3"] == ("direct", "number")
    assert found["people", "id"][0] == "key"


def test_a_database_is_scanned_as_its_files_are(tmp_path):
    rows = [line.split(",") for line in PEOPLE.splitlines()[1:]]
    with sqlite3.connect(tmp_path / "hospital.db") as base:
        base.execute("create table people (id text primary key, c2 text, c3 text, ward text)")
        base.executemany("insert into people values (?, ?, ?, ?)", rows)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "people.csv").write_text(PEOPLE)
    assert kinds_of(survey([f"sqlite:///{tmp_path / 'hospital.db'}"])[0]) == kinds_of(
        survey([str(tmp_path / "data")])[0]
    )


def test_rows_are_drawn_from_the_whole_file_and_alike_under_one_seed(tmp_path):
    late = "".join(f"{n},\n" for n in range(30_000)) + "".join(
        f"{n},mary.smith{n}@mailbox.org\n" for n in range(30_000, 60_000)
    )
    (tmp_path / "late.csv").write_text("n,contact\n" + late)
    tables, _ = survey([str(tmp_path / "late.csv")], rows=300)
    assert tables[0].guesses["contact"].kind == "email"
    assert tables[0].read == 60_000
    assert 0.4 < tables[0].signals["contact"].filled < 0.6
    again, _ = survey([str(tmp_path / "late.csv")], rows=300)
    assert again[0].signals == tables[0].signals


def test_people_in_a_column_that_looks_like_codes_are_heard(tmp_path):
    names = ["Discussed with Dr. Maria Gonzalez", "Seen by Dr. Peter Whitfield", "Per Dr. Anna Kowalski"]
    (tmp_path / "t.csv").write_text("n,flag_text\n" + "".join(f"{n},{names[n % 3]}\n" for n in range(300)))
    tables, _ = survey([str(tmp_path)])
    assert tables[0].guesses["flag_text"].kind == "text"
    assert "NAME" in tables[0].guesses["flag_text"].why


@pytest.fixture(scope="module")
def unseen():
    """A shape that no rule was written with; what its columns look like is measured once, whatever their names."""
    tables, measured = _shape(UNSEEN[0], seed=7), {}

    def measured_once(values):
        if id(values) not in measured:
            measured[id(values)] = signals_of(values)
        return measured[id(values)]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("veil.discover.signals.signals_of", measured_once)
        yield tables


@pytest.mark.parametrize("named", [True, False])
def test_direct_identifiers_of_a_shape_that_no_rule_was_written_with_are_found(unseen, named):
    found = [(gold, kind) for _, _, gold, kind in told(unseen, named=named) if gold in DIRECT]
    assert len(found) > 30
    assert sum(kind in FOUND for _, kind in found) >= 0.95 * len(found)


def test_what_is_said_of_the_hospital_holds_no_value(hospital):
    tables, subjects = survey([str(hospital.folder / "data")])
    said = json.dumps(record := record_of(tables, subjects, rows=2_000, seed=0)) + scan_page(record)
    for table in tables:
        for column, values in table.sample.items():
            if table.guesses[column].kind in ("given_name", "family_name", "number", "email", "address", "phone", "id"):
                held = {value for value in values if value and len(value) > 5}
                assert [1 for value in held if value in said] == [], (table.name, column)


def test_a_file_that_is_named_after_a_person_is_shown_by_its_number(tmp_path):
    (tmp_path / "maria_gonzalez.csv").write_text(PEOPLE)
    (tmp_path / "visits_20391847.csv").write_text(PEOPLE)
    (tmp_path / "encounters.csv").write_text(PEOPLE)
    record = record_of(*survey([str(tmp_path)]), rows=2_000, seed=0)
    assert [one["table"] for one in record["tables"]] == ["encounters", "table 2", "table 3"]
    assert "gonzalez" not in json.dumps(record).lower()


def test_quasi_identifiers_are_proposed_for_those_who_measure_risk(hospital):
    assert {"sex", "birth_date", "zip"} <= set(quasi_of([str(hospital.folder / "data" / "patients.csv")]))


def test_a_path_that_is_not_there_and_a_page_in_no_folder_are_told(tmp_path):
    (tmp_path / "people.csv").write_text(PEOPLE)
    run = CliRunner().invoke
    assert "scan-missing" in str(run(app, ["scan", str(tmp_path / "none")]).exception)
    assert "folder-missing" in str(
        run(app, ["scan", str(tmp_path), "-o", str(tmp_path / "no" / "page.html")]).exception
    )
    assert "scan-write" in str(
        run(app, ["scan", str(tmp_path / "people.csv"), "--write", str(tmp_path / "p.yaml")]).exception
    )


def test_a_file_that_is_no_table_is_told_by_its_code_and_the_others_are_scanned(tmp_path):
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "broken.parquet").write_bytes(b"no parquet")
    done = CliRunner().invoke(app, ["scan", str(tmp_path), "--json", "--no-hear"])
    record = json.loads(done.stdout)
    assert done.exit_code == 1
    assert {one["table"]: one["failed"] for one in record["tables"]} == {"broken": "parquet-unreadable", "people": None}


@given(st.lists(st.one_of(st.none(), st.text(max_size=30)), max_size=60), st.text(max_size=20))
def test_any_column_gets_a_kind_and_its_evidence_quotes_none_of_its_values(values, name):
    seems = guess(name, signals_of(values))
    assert role_of(seems)
    assert 0 <= seems.sure <= 1
    told_words = {word.strip(",;()%") for word in seems.why.split()}
    assert not {value for value in values if value and len(value) > 6} & told_words


@given(
    st.lists(
        st.sampled_from(["Smith, Mary", "Nguyen, Peter", "Garcia, Ana", "Brown, John", "Miller, Susan"]),
        min_size=20,
        max_size=60,
    )
)
def test_no_name_of_a_column_makes_people_a_code(values):
    for name in ("status", "code", "type_cd", "flag", "unit"):
        assert guess(
            name,
            signals_of(
                [
                    *values,
                    "Lopez, Rita",
                    "Clark, Lena",
                    "Perez, Hugo",
                    "Scott, Nina",
                    "Allen, Noah",
                    "Evans, Ella",
                    "Adams, Tess",
                    "Baker, Ivan",
                    "Green, Liam",
                    "Howard, Zoe",
                ]
            ),
        ).kind not in ("code", "measure")


HEADLESS = "Okonjo Vandermeer,1950-02-28,F\n" + "Ann Lee,1960-01-01,M\n" * 9


def test_the_first_row_of_a_table_without_a_header_is_not_shown(tmp_path):
    (tmp_path / "people.csv").write_text(HEADLESS)
    done = CliRunner().invoke(app, ["scan", str(tmp_path), "--json"])
    assert "Okonjo" not in done.output
    assert "1950" not in done.output
    assert "header-missing" in done.output


def test_a_project_of_a_table_without_a_header_stops(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "people.csv").write_text(HEADLESS)
    (tmp_path / "data" / "visits.csv").write_text("ward\nB\nC\n")
    project = tmp_path / "p.yaml"
    asked = ["init", str(tmp_path / "data"), "--profile", "redact", "-o", str(project)]
    assert CliRunner().invoke(app, asked).exit_code == 0
    assert "Okonjo" not in project.read_text()
    with pytest.raises(PolicyError) as caught:
        open_session(project)
    assert caught.value.code == "header-missing"
    assert "Okonjo" not in caught.value.line()


def test_files_of_two_kinds_that_share_a_name_are_both_looked_at(tmp_path):
    (tmp_path / "people.csv").write_text(PEOPLE)
    pq.write_table(pa.table({"ssn": ["123-45-6789", "987-65-4321"] * 9}), tmp_path / "people.parquet")
    found = kinds_of(survey([str(tmp_path)])[0])
    assert found["people csv", "c2"] == ("direct", "person_name")
    assert found["people parquet", "ssn"] == ("direct", "number")
