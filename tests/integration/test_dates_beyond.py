"""Dates that no calendar has: `infinity`, years before 1 and after 9999, from a database to a release and into a database."""

import pyarrow.parquet as pq
import pytest
from tests.databases import in_postgres, project_on
from tests.servers import PASSWORD, Postgres, serving

from veil.errors import StoreError
from veil.stores import open_store, open_target

ROWS = """(1, 'infinity', 'infinity', '0044-03-15 BC', '2019-03-01'), (2, '2020-01-31 10:00', '-infinity', '0001-01-01', '2019-03-31'),
          (2, NULL, '2020-02-29', '10000-01-01', NULL)"""
RULES = """profile: expert
tables:
  stays:
    subject: patient_id
    columns: {patient_id: {pseudonym: {format: integer}}, valid_to: RULE, ended: RULE, odd: RULE, plain: RULE}
"""


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    yield from serving(Postgres, tmp_path_factory.mktemp("postgres"))


@pytest.fixture(params=["duckdb", pytest.param("postgresql", marks=pytest.mark.server)])
def address(request, tmp_path, monkeypatch):
    """A database with such dates, and an empty one of its kind."""
    monkeypatch.setenv("VEIL_DB_PASSWORD", PASSWORD)
    if request.param == "duckdb":
        import duckdb

        with duckdb.connect(str(tmp_path / "in.duckdb")) as line:
            line.execute("CREATE TABLE stays (patient_id INT, valid_to TIMESTAMP, ended DATE, odd DATE, plain DATE)")
            line.execute(f"INSERT INTO stays VALUES {ROWS}".replace(" BC'", " (BC)'"))
        return f"duckdb:///{tmp_path}/in.duckdb", f"duckdb:///{tmp_path}/out.duckdb"
    server = request.getfixturevalue("postgres")
    for space in ("a", "b"):
        in_postgres(server, f"DROP SCHEMA IF EXISTS {space} CASCADE", f"CREATE SCHEMA {space}")
    in_postgres(
        server,
        "CREATE TABLE a.stays (patient_id int, valid_to timestamp, ended date, odd date, plain date)",
        f"INSERT INTO a.stays VALUES {ROWS}",
    )
    return f"{server.address}?schema=a", f"{server.address}?schema=b"


def published(address, folder):
    store = open_store(address, folder)
    schema = (store / "stays").schema()
    rows = [row for batch in (store / "stays").read((None, None), 100) for row in batch.to_pylist()]
    store.close()
    return schema, sorted(rows, key=str)


def test_kept_dates_beyond_the_calendar_reach_release_and_database_as_they_were(address, project, tmp_path):
    source, target = address
    made = project_on(project, source)
    write(made, source, target, "keep")
    assert made.run().exit_code == 0
    table = pq.read_table(made.out / "stays.parquet")
    assert table["ended"].to_pylist() == ["infinity", "-infinity", "2020-02-29"]
    assert table["valid_to"].to_pylist()[0] == "infinity"
    before, after = published(source, tmp_path), published(target, tmp_path)
    assert [row["ended"] for row in after[1]] and {row["ended"] for row in after[1]} == {
        row["ended"] for row in before[1]
    }
    assert {row["odd"] for row in after[1]} == {row["odd"] for row in before[1]}
    assert [field.metadata for field in after[0]][1:] == [field.metadata for field in before[0]][1:]


def test_shifted_periods_without_an_end_have_none_still_and_odd_years_are_counted(address, project, tmp_path):
    source, target = address
    made = project_on(project, source)
    write(made, source, target, "shift")
    outcome = made.run()
    assert outcome.exit_code == 0
    table = pq.read_table(made.out / "stays.parquet")
    ended, plain = table["ended"].to_pylist(), table["plain"].to_pylist()
    assert ended[:2] == ["infinity", "-infinity"]
    assert ended[2] not in (None, "2020-02-29")
    assert table["odd"].to_pylist() == [None, None, None]
    assert plain[1] is not None
    manifest = made.out.joinpath("veil-manifest.json").read_text()
    assert "stays" in manifest and "unreadable" in manifest and "listed" in manifest
    assert {row["ended"] for row in published(target, tmp_path)[1]} == set(ended)  # as dates of the database


def write(made, source, target, rule):
    text = RULES.replace("RULE", rule)
    head = made.file.read_text()
    keyring = next(line for line in head.splitlines() if line.startswith("keyring"))
    made.file.write_text(f"{text}{keyring}\nin: '{source}'\nout: release\npublish: '{target}'\n")


@pytest.mark.server
def test_a_value_that_the_server_refuses_is_no_lost_connection(postgres, tmp_path, monkeypatch):
    import pyarrow as pa

    monkeypatch.setenv("VEIL_DB_PASSWORD", PASSWORD)
    in_postgres(postgres, "DROP SCHEMA IF EXISTS c CASCADE", "CREATE SCHEMA c", "CREATE TABLE c.t (a smallint)")
    target = open_target(f"{postgres.address}?schema=c", tmp_path)
    for cells in (pa.array([70_000]), pa.array(["x"]), pa.array([2**62], pa.timestamp("us")), pa.array(["a\x00b"])):
        with pytest.raises(StoreError) as error:
            target.put("t", pa.schema([("a", cells.type)]), [pa.record_batch([cells], names=["a"])], "mark")
        assert error.value.code in ("publish-type", "store-statement"), error.value.code
    target.close()
