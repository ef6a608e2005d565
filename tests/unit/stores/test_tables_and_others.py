"""Stores of tables: what others made stays, every row is read, and nothing that a file says of a type is run."""

import contextlib
import sqlite3

import duckdb
import pyarrow as pa
import pytest

from veil.errors import StoreError
from veil.stores import open_store, open_target


def duck(path, *statements):
    with contextlib.closing(duckdb.connect(str(path))) as line:
        return [line.execute(one).fetchall() for one in statements][-1]


def put(address, folder, table):
    with contextlib.closing(open_target(address, folder)) as target:
        return target.put("patients", table.schema, table.to_batches(), "a mark")


def test_a_table_of_others_whose_name_differs_in_case_is_not_dropped(tmp_path):
    duck(tmp_path / "t.duckdb", "CREATE TABLE PATIENTS (a INTEGER)", "INSERT INTO PATIENTS VALUES (1), (2)")
    with pytest.raises(StoreError) as caught:
        put("duckdb:///t.duckdb", tmp_path, pa.table({"a": ["x"]}))
    assert caught.value.code == "publish-there"
    assert duck(tmp_path / "t.duckdb", "SELECT a FROM PATIENTS ORDER BY a") == [(1,), (2,)]


def test_no_row_is_lost_where_a_column_is_called_rowid(tmp_path):
    duck(
        tmp_path / "t.duckdb",
        "CREATE TABLE t AS SELECT CASE WHEN i % 2 = 0 THEN NULL ELSE i * 1000000 END AS RowID, i FROM range(10) r(i)",
    )
    with contextlib.closing(open_store("duckdb:///t.duckdb", tmp_path)) as store:
        table = store / "t"
        found = [row for keys in table.stretches(3) for batch in table.read(keys, 4) for row in batch["i"].to_pylist()]
    assert sorted(found) == list(range(10))


def test_a_type_that_a_sqlite_file_declares_is_no_statement(tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "s.db")) as line:
        line.execute("CREATE TABLE patients (a 'TEXT, evil TEXT', b DECIMAL(10, 2), c UNSIGNED BIG INT)")
        line.execute("INSERT INTO patients VALUES ('x', 1.5, 7)")
        line.commit()
    with contextlib.closing(open_store("sqlite:///s.db", tmp_path)) as store:
        table = pa.Table.from_batches((store / "patients").read((None, None), 10))
    put("sqlite:///t.db", tmp_path, table)
    with contextlib.closing(sqlite3.connect(tmp_path / "t.db")) as line:
        told = [(name, kind) for _, name, kind, *_ in line.execute("PRAGMA table_info(patients)")]
    assert told == [("a", "TEXT"), ("b", "DECIMAL(10, 2)"), ("c", "UNSIGNED BIG INT")]


def test_numbers_beside_other_kinds_of_cells_keep_every_digit(tmp_path):
    values = [0.1 + 0.2, 1, "text", 1e300, 2.5, -1.7976931348623157e308, 5e-324, None, float("inf")]
    with contextlib.closing(sqlite3.connect(tmp_path / "s.db")) as line:
        line.execute("CREATE TABLE t (v)")
        line.executemany("INSERT INTO t VALUES (?)", [(value,) for value in values])
        line.commit()
    with contextlib.closing(open_store("sqlite:///s.db", tmp_path)) as store:
        cells = pa.Table.from_batches((store / "t").read((None, None), 10))["v"].to_pylist()
    assert [
        type(value)(cell) if value is not None else cell for value, cell in zip(values, cells, strict=True)
    ] == values


@pytest.mark.parametrize(
    ("address", "table"),
    [
        ("sqlite:///t.db", pa.table({"a": pa.array([2**63 + 5], pa.uint64())})),
        ("sqlite:///t.db", pa.table({"a": pa.array([["Ada"]])})),
        ("delta:///t", pa.table({"a": pa.array([1], pa.time64("us"))})),
    ],
)
def test_a_type_that_the_target_does_not_have_is_told(tmp_path, address, table):
    (tmp_path / "t").mkdir()
    with pytest.raises(StoreError) as caught:
        put(address, tmp_path, table)
    assert caught.value.code == "publish-type"
    assert "Ada" not in caught.value.line()
