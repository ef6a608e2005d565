"""Odd but real tables: each runs to its right answer, or is refused with its reason."""

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from veil.errors import PolicyError


def test_a_blank_cell_of_a_lone_column_is_no_finding(project):
    made = project(
        "tables: {t: {subject: pid, columns: {pid: pseudonym}}}\nprofile: expert\n", {"t.csv": "pid\n1\n\n2\n"}
    )
    assert made.run().exit_code == 0
    assert made.bytes_out()["t.csv"].decode().splitlines()[2] == '""'


TYPED = """profile: expert
tables:
  t:
    files: t/
    subject: pid
    columns: {pid: {pseudonym: {format: integer}}, age: age, zip: zip3, seen: shift}
"""


def parquet_of(pid, age, zip_code, seen) -> bytes:
    table = pa.table(
        {
            "pid": pa.array(pid, pa.int64()),
            "age": pa.array(age, pa.int32()),
            "zip": pa.array(zip_code, pa.int32()),
            "seen": pa.array(seen, pa.timestamp("us", "America/New_York")),
        }
    )
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return sink.getvalue().to_pybytes()


def test_segments_of_a_typed_table_come_out_with_one_schema_the_empty_one_too(project):
    days = [
        dt.datetime(2019, 3, 9, 12, tzinfo=dt.UTC),
        dt.datetime(2019, 7, 1, 23, 59, tzinfo=dt.UTC),
        dt.datetime(2020, 11, 1, 5, 30, tzinfo=dt.UTC),
    ]
    made = project(
        TYPED,
        {
            "t/young.parquet": parquet_of([1, 2, 3], [4, 5, None], [94110, 94111, None], days),
            "t/old.parquet": parquet_of([1, 2, 4], [91, 95, 60], [10001, 3601, 82101], days),
            "t/none.parquet": parquet_of([], [], [], []),
        },
    )
    assert made.run().exit_code == 0
    tables = {name: pq.read_table(made.out / "t" / f"{name}.parquet") for name in ("young", "old", "none")}
    assert len({str(table.schema) for table in tables.values()}) == 1
    assert tables["old"]["age"].to_pylist() == [90, 90, 60], "a column of numbers stays one; 90 is 90 or older"
    assert tables["none"].num_rows == 0


def test_times_with_a_zone_keep_their_hour_on_the_wall_across_seasons(project):
    days = [dt.datetime(2019, month, 15, 17, tzinfo=dt.UTC) for month in range(1, 13)]
    made = project(TYPED, {"t/a.parquet": parquet_of([1] * 12, [4] * 12, [94110] * 12, days)})
    assert made.run().exit_code == 0
    local = pq.read_table(made.folder / "data/t/a.parquet")["seen"].to_pylist()
    after = pq.read_table(made.out / "t/a.parquet")["seen"].to_pylist()
    assert [one.hour for one in after] == [one.hour for one in local]
    assert len({(new.date() - old.date()).days for new, old in zip(after, local, strict=True)}) == 1


@pytest.mark.parametrize("where", ["known: gone.csv\n", "offsets: gone.csv\n"])
def test_a_side_file_that_is_not_there_is_told_before_the_run(project, where):
    with pytest.raises(PolicyError) as told:
        project(where + TYPED, {"t/a.parquet": parquet_of([1], [4], [94110], [None])}).session()
    assert told.value.code == "side-file-missing"
    assert "project.yaml:5" in str(told.value)
