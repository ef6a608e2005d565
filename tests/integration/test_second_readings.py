"""A table of a database is read a second way: what a reader of ours loses, moves or spoils is caught."""

import contextlib
import sqlite3

import duckdb
import pyarrow as pa
import pytest
from tests.databases import TABLES, fill, in_maria, in_postgres, project_on
from tests.integration.test_databases import empty, maria, postgres  # noqa: F401  fixtures

from veil.errors import FormatError
from veil.formats.base import Part
from veil.formats.sql import Sql
from veil.jobs.checks.verify_release import read_again
from veil.stores import open_store


def cells(column):
    kind = column.type
    return (
        column.to_pylist()
        if pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
        else column.cast(pa.large_string()).to_pylist()
    )


def equal(one, other):
    """Whether two tables hold the same cells, NaN beside NaN."""
    assert one.schema.names == other.schema.names
    assert [name for name in one.schema.names if cells(one[name]) != cells(other[name])] == []
    return True


def both(address, folder, table, size=7):
    store = open_store(address, folder)
    relation = store / table
    try:
        first = pa.Table.from_batches(list(relation.read((None, None), size)), relation.schema())
        again = pa.Table.from_batches(list(relation.again((None, None), size)), relation.schema())
        pieces = [
            pa.Table.from_batches(list(relation.again(keys, size)), relation.schema()) for keys in relation.stretches(3)
        ]
    finally:
        store.close()
    return first, again, pa.concat_tables(pieces)


def in_duck(path, *statements):
    with contextlib.closing(duckdb.connect(str(path))) as line:
        for one in statements:
            line.execute(one)


def in_sqlite(path, *statements):
    with contextlib.closing(sqlite3.connect(path)) as line:
        for one in statements:
            line.execute(one)
        line.commit()


def test_both_readings_of_a_sqlite_table_are_the_same(tmp_path):
    for encoding in ("UTF-8", "UTF-16le", "UTF-16be"):
        path = tmp_path / f"{encoding}.sqlite"
        in_sqlite(
            path,
            f"PRAGMA encoding = '{encoding}'",
            "CREATE TABLE t (i INT, d REAL, s TEXT, m, b BLOB, e)",
            "INSERT INTO t VALUES (1, 1.1, 'a' || char(0) || 'b é\U0001f600', 5, x'00ff', NULL), (NULL, 1e300, '', 1.5, NULL, NULL)",
            "INSERT INTO t VALUES (4611686018427387904, 9e999, 'x''y', x'6162', x'', NULL), (-5, 0.1 + 0.2, '0012', 'T', x'7a', NULL)",
        )
        first, again, pieces = both(f"sqlite:///{path}", tmp_path, "t")
        assert equal(first, again)
        assert equal(first, pieces)


def test_both_readings_of_a_duckdb_table_are_the_same(tmp_path):
    path = tmp_path / "t.duckdb"
    in_duck(
        path,
        """CREATE TABLE t AS SELECT i::INTEGER i, (i * 1.1)::DOUBLE d, (i / 3)::FLOAT f, 'a' || i || chr(10) || 'é' s, DATE '2020-01-01' + i::INTEGER dd,
        TIMESTAMP '2020-01-01' + INTERVAL (i * 12345) MILLISECOND ts, (TIMESTAMP '2020-01-01' + INTERVAL (i * 12345) MILLISECOND)::TIMESTAMPTZ tz,
        i % 2 = 0 b, (i * 1.01)::DECIMAL(10, 2) de, i::HUGEINT * 170141183460469231731687303715 h, encode('x' || i) bl,
        '2020-01-01 00:00:00.123456789'::TIMESTAMP_NS ns, TIME '01:02:03.5' tm, [1, 2, i] li, {'a': i} st, INTERVAL (i) DAY iv, 'nan'::DOUBLE nn,
        'inf'::FLOAT inf FROM range(40) r(i)""",
        "INSERT INTO t (i) VALUES (NULL)",
        "CREATE VIEW v AS SELECT * FROM t",
    )
    first, again, pieces = both(f"duckdb:///{path}", tmp_path, "t")
    assert equal(first, again)
    assert equal(first, pieces)
    assert (open_store(f"duckdb:///{path}", tmp_path) / "v").again((None, None), 5) is None


@pytest.mark.server
def test_both_readings_of_a_postgresql_table_are_the_same(postgres, tmp_path, monkeypatch):  # noqa: F811
    from tests.servers import PASSWORD

    monkeypatch.setenv("VEIL_DB_PASSWORD", PASSWORD)
    in_postgres(
        postgres,
        "CREATE SCHEMA again",
        """CREATE TABLE again.t AS SELECT i::int i, i * 1.1::float8 d, (i / 3.0)::real f, 'a' || i || chr(10) || 'é' s,
        '2020-01-01'::date + i dd, '2020-01-01'::timestamp + i * interval '12345.678 ms' ts, '2020-01-01'::timestamptz + i * interval '12345.678 ms' tz,
        i % 2 = 0 b, (i * 1.01)::numeric(10, 2) de, ('\\x00ff' || decode(lpad(to_hex(i), 8, '0'), 'hex'))::bytea bl, '12:00'::time tm, array[1, i] li,
        'nan'::float8 nn, '-infinity'::float8 inf, i::smallint si, i::bigint bi, 'x'::char(5) ch, 'infinity'::date di FROM generate_series(1, 40) i""",
        "INSERT INTO again.t (i, bl) VALUES (99, '')",
        "ALTER TABLE again.t ADD PRIMARY KEY (i)",
    )
    first, again, pieces = both(f"{postgres.address}?schema=again", tmp_path, "t")
    assert equal(first, again)
    assert equal(first, pieces)


@pytest.mark.server
def test_both_readings_of_a_mariadb_table_are_the_same(maria, tmp_path, monkeypatch):  # noqa: F811
    from tests.servers import PASSWORD

    monkeypatch.setenv("VEIL_DB_PASSWORD", PASSWORD)
    in_maria(
        maria,
        "CREATE DATABASE again",
        "CREATE TABLE again.t (i INT PRIMARY KEY, d DOUBLE, f FLOAT, s TEXT CHARACTER SET utf8mb4, dd DATE, ts DATETIME(6), "
        "de DECIMAL(10, 2), bl BLOB, tm TIME, u BIGINT UNSIGNED, bi BIT(9), l CHAR(5) CHARACTER SET latin1)",
        *(
            f"INSERT INTO again.t VALUES ({i}, {i} / 7, {i} / 3, 'a{i}é\U0001f600', '2020-01-01', '2020-01-01 00:00:00.{i:06}', {i} * 1.01, "
            f"x'00ff{i:02}', '01:02:03', 18446744073709551615, b'101', 'é')"
            for i in range(1, 20)
        ),
        "INSERT INTO again.t (i) VALUES (99)",
    )
    first, again, pieces = both(maria.address.removesuffix("veil") + "again", tmp_path, "t")
    assert equal(first, again)
    assert equal(first, pieces)


SPOILT = {
    "last": lambda batch: batch.slice(0, batch.num_rows - 1),
    "shifted": lambda batch: pa.RecordBatch.from_arrays(
        [pa.concat_arrays([one.slice(len(one) - 1), one.slice(0, len(one) - 1)]) for one in batch.columns],
        schema=batch.schema,
    ),
    "repeated": lambda batch: pa.RecordBatch.from_arrays(
        [one.take(pa.array([0] * len(one))) for one in batch.columns], schema=batch.schema
    ),
    "emptied": lambda batch: pa.RecordBatch.from_arrays(
        [*batch.columns[:-1], pa.nulls(batch.num_rows, batch.schema.types[-1])], schema=batch.schema
    ),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_reader_of_a_database_that_loses_or_moves_rows_is_caught(empty, project, tmp_path, monkeypatch, how):  # noqa: F811
    """`labs` has no row whose cells are all the same, and forty rows."""
    fill(empty, TABLES, tmp_path)
    keyed(empty)
    made = project_on(project, empty)
    assert made.run().exit_code == 0
    session = made.session()
    assert read_again(session, session.keys(lambda: "open sesame")).leaks == []
    store = open_store(empty, tmp_path)
    true = type(store).batches
    store.close()

    def batches(self, table, keys, rows):
        for batch in true(self, table, keys, rows):
            yield SPOILT[how](batch) if table == "labs" else batch

    monkeypatch.setattr(type(store), "batches", batches)
    assert {one.split(" ")[0] for one, _ in made.run().quarantined} == {"labs"}


def keyed(address):
    """Gives the tables of servers a key: nothing else says in which order their rows are."""
    from tests.servers import PASSWORD

    del PASSWORD
    keys = {"patients": "patient_id", "encounters": "encounter_id", "labs": "lab_id"}
    if address.startswith("postgresql"):
        from veil.stores import open_target

        target = open_target(address, None)
        for table, key in keys.items():
            target._line.run(f"ALTER TABLE {target._at(table)} ADD PRIMARY KEY ({key})")
        target._line.commit()
        target.close()
    elif address.startswith("mariadb"):
        from veil.stores import open_target

        target = open_target(address, None)
        for table, key in keys.items():
            target._line.rows(f'ALTER TABLE "{table}" ADD PRIMARY KEY ("{key}")')
        target.close()


@pytest.mark.parametrize("how", ["last", "none"])
def test_of_rows_without_an_order_the_number_is_asked_again(tmp_path, monkeypatch, how):
    path = tmp_path / "t.duckdb"
    in_duck(path, "CREATE TABLE t AS SELECT i FROM range(9) r(i)", "CREATE VIEW v AS SELECT * FROM t")
    store = open_store(f"duckdb:///{path}", tmp_path)
    true = type(store).batches

    def batches(self, table, keys, rows):
        for batch in true(self, table, keys, rows):
            yield batch.slice(0, batch.num_rows - 1) if how == "last" else batch.slice(0, 0)

    assert sum(one.height for one in Sql().reread(store, Part(("v",)), {})) == 9
    monkeypatch.setattr(type(store), "batches", batches)
    with pytest.raises(FormatError, match="reread"):
        list(Sql().reread(store, Part(("v",)), {}))
    store.close()
