"""Words that no row of a Parquet table holds do not reach a release: the writer cuts them, and the reading again looks for them."""

import io
import json

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from veil.jobs.checks.verify_release import read_again

PLANTED = "078-05-1120"
CODES = pa.DictionaryArray.from_arrays(
    pa.array([0, 1, 0, 1], pa.int8()), pa.array(["low", "high", PLANTED]), ordered=True
)
SHAPES = {
    "ordered": CODES,
    "list": pa.ListArray.from_arrays(pa.array([0, 1, 2, 3, 4]), CODES),
    "struct": pa.StructArray.from_arrays([CODES, CODES], ["a", "b"]),
    "deep": pa.ListArray.from_arrays(pa.array([0, 1, 2, 3, 4]), pa.StructArray.from_arrays([CODES], ["a"])),
}
RULES = "profile: redact\ntables:\n  labs: {columns: {id: keep, grade: keep}}\n"


def table_of(column, **more):
    held = io.BytesIO()
    schema = pa.schema(
        [pa.field("id", pa.int64(), metadata={"note": PLANTED}), pa.field("grade", column.type, metadata=more or None)]
    )
    pq.write_table(pa.table([pa.array([1, 2, 3, 4]), column], schema=schema.with_metadata({"owner": PLANTED})), held)
    return held.getvalue()


@pytest.mark.parametrize("shape", SHAPES)
def test_no_unused_word_of_a_kept_column_is_released(project, shape):
    made = project(RULES, {"labs.parquet": table_of(SHAPES[shape])})
    assert made.run().exit_code == 0
    assert PLANTED.encode() not in (made.out / "labs.parquet").read_bytes()
    assert pq.read_table(made.out / "labs.parquet")["grade"].to_pylist() == SHAPES[shape].to_pylist()


def test_levels_of_an_enum_of_polars_are_not_released(project, tmp_path):
    levels = pl.Enum(["low", "high", PLANTED])
    pl.DataFrame({"id": [1, 2], "grade": pl.Series(["low", "high"], dtype=levels)}).write_parquet(
        tmp_path / "labs.parquet"
    )
    made = project(RULES, {"labs.parquet": (tmp_path / "labs.parquet").read_bytes()})
    assert made.run().exit_code == 0
    assert PLANTED.encode() not in (made.out / "labs.parquet").read_bytes()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_writer_that_leaves_them_is_caught_by_the_run(project, monkeypatch, shape):
    monkeypatch.setattr("veil.formats.parquet.without_unused", lambda column: column)
    made = project(RULES, {"labs.parquet": table_of(SHAPES[shape])})
    outcome = made.run()
    assert outcome.exit_code != 0
    assert not (made.out / "labs.parquet").exists()
    assert [one["code"] for one in json.loads((made.out / "veil-manifest.json").read_text())["quarantined"]] == [
        "hidden-value"
    ]


def test_one_that_was_put_in_later_is_caught_by_verify(project, passphrase):
    made = project(RULES, {"labs.parquet": table_of(CODES)})
    made.run()
    pq.write_table(pa.table({"id": [1, 2, 3, 4], "grade": CODES}), made.out / "labs.parquet")
    session = made.session()
    codes = {code for _, code in read_again(session, session.keys(lambda: passphrase)).leaks}
    assert codes == {"file-changed", "hidden-value"}
