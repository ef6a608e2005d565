"""Delta tables are read a second way, by their log and their files alone: the same rows in the same order, and a lie of the first way is seen."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from veil.stores.delta import DeltaStore
from veil.stores.opening import open_store

deltalake = pytest.importorskip("deltalake")
ROWS = {
    "id": pa.array([1, 2, 3, 4], pa.int64()),
    "name": pa.array(["Orla", None, "é/x %", ""]),
    "born": pa.array([dt.date(1931, 2, 3), None, dt.date(1, 1, 1), dt.date(2020, 2, 29)]),
    "seen": pa.array([dt.datetime(2020, 1, 1, 3, 4, 5, 6, dt.UTC)] * 4, pa.timestamp("us", "UTC")),
    "cost": pa.array([Decimal("1.50"), None, Decimal("-2.25"), Decimal("0.00")]),
    "ward": pa.array(["a b", "c/d", None, "a b"]),
    "day": pa.array([dt.date(2020, 1, 1), dt.date(2020, 1, 2), None, dt.date(2020, 1, 1)]),
    "raw": pa.array([b"\x00\xff", b"", None, b"x"]),
    "tags": pa.array([["a"], [], None, ["b", "c"]]),
    "ok": pa.array([True, False, None, True]),
}
TABLE = pa.table(ROWS)


def wide(folder):
    deltalake.write_deltalake(str(folder), TABLE)


def partitioned(folder):
    for start in range(0, 4, 2):
        deltalake.write_deltalake(str(folder), TABLE.slice(start, 2), mode="append", partition_by=["ward", "day"])


def overwritten(folder):
    deltalake.write_deltalake(str(folder), TABLE)
    deltalake.write_deltalake(str(folder), TABLE.slice(1, 2), mode="overwrite")


def many_commits(folder):
    for i in range(12):
        deltalake.write_deltalake(str(folder), TABLE.slice(i % 4, 1), mode="append")


def with_a_checkpoint(folder):
    many_commits(folder)
    table = deltalake.DeltaTable(str(folder))
    table.create_checkpoint()
    deltalake.write_deltalake(str(folder), TABLE.slice(0, 1), mode="append")


def a_checkpoint_alone(folder):
    many_commits(folder)
    deltalake.DeltaTable(str(folder)).create_checkpoint()
    for path in sorted((folder / "_delta_log").glob("*.json"))[:-1]:
        path.unlink()


def rows_deleted(folder):
    many_commits(folder)
    deltalake.DeltaTable(str(folder)).delete("id = 2")


def compacted(folder):
    many_commits(folder)
    deltalake.DeltaTable(str(folder)).optimize.compact()


def a_new_column(folder):
    deltalake.write_deltalake(str(folder), TABLE.drop_columns(["ok"]))
    deltalake.write_deltalake(str(folder), TABLE, mode="append", schema_mode="merge")


def empty(folder):
    deltalake.write_deltalake(str(folder), TABLE.slice(0, 0))


FORMS = [
    wide,
    partitioned,
    overwritten,
    many_commits,
    with_a_checkpoint,
    a_checkpoint_alone,
    rows_deleted,
    compacted,
    a_new_column,
    empty,
]


def both(folder):
    relation = open_store(f"delta:///{folder}", folder) / "t"
    again = relation.again((None, None), 3)
    assert again is not None
    schema = relation.schema()
    return (pa.Table.from_batches(found, schema=schema) for found in (relation.read((None, None), 3), again))


@pytest.mark.parametrize("form", FORMS)
def test_the_second_way_gives_the_rows_of_the_first_in_their_order(tmp_path, form):
    form(tmp_path / "t")
    first, second = both(tmp_path)
    assert second.equals(first)
    assert first.num_rows == deltalake.DeltaTable(str(tmp_path / "t")).to_pyarrow_dataset().count_rows()


def test_the_second_way_does_not_use_the_library(tmp_path, monkeypatch):
    many_commits(tmp_path / "t")
    relation = open_store(f"delta:///{tmp_path}", tmp_path) / "t"
    first = pa.Table.from_batches(relation.read((None, None), 100))
    schema = relation.schema()
    monkeypatch.setattr(DeltaStore, "_open", None)
    monkeypatch.setattr(DeltaStore, "schema", lambda *_: schema)
    assert pa.Table.from_batches(relation.again((None, None), 100)).equals(first)


def test_a_run_whose_first_reading_loses_rows_is_caught(project, tmp_path, monkeypatch):
    folder = tmp_path / "lake"
    folder.mkdir()
    for start in (0, 50):
        deltalake.write_deltalake(
            str(folder / "people"),
            pa.table({"pid": [f"P{i}" for i in range(start, start + 50)], "n": list(range(50))}),
            mode="append",
        )
    text = f"profile: expert\ntables:\n  people: {{in: 'delta:///{folder}', subject: pid, columns: {{pid: pseudonym, n: keep}}}}\n"
    assert project(text, {"x.csv": "a\n1\n"}, "whole").run().quarantined == []
    whole = DeltaStore.batches
    monkeypatch.setattr(
        DeltaStore, "batches", lambda *rest: (batch.slice(0, batch.num_rows - 1) for batch in whole(*rest))
    )
    made = project(text, {"x.csv": "a\n1\n"}, "torn")
    assert made.run().quarantined != []
