"""What a Parquet file holds beside its rows: words of dictionaries at any depth, statistics, metadata."""

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from veil.formats.parquet_unused import hidden_values, without_unused

PLANTED = "078-05-1120"
WORDS = pa.array(["low", "mid", "high", PLANTED])
CODES = pa.DictionaryArray.from_arrays(pa.array([2, 0, None, 2], pa.int8()), WORDS)
SCALE = pa.DictionaryArray.from_arrays(pa.array([2, 0, None, 2], pa.int8()), WORDS, ordered=True)
LISTS = pa.array([0, 2, 3, 3, 4], pa.int32())
SHAPES = {
    "codes": CODES,
    "scale": SCALE,
    "numbers": pa.DictionaryArray.from_arrays(pa.array([0, 1, 0, None], pa.uint8()), pa.array([5, 7, 78051120])),
    "struct": pa.StructArray.from_arrays([CODES, pa.array([1, 2, 3, 4])], ["code", "n"]),
    "struct in struct": pa.StructArray.from_arrays([pa.StructArray.from_arrays([SCALE], ["code"])], ["inner"]),
    "nulled struct": pa.StructArray.from_arrays(
        [pa.DictionaryArray.from_arrays(pa.array([0, 3, 1, 1], pa.int8()), WORDS)],
        ["code"],
        mask=pa.array([False, True, False, False]),
    ),
    "list": pa.ListArray.from_arrays(LISTS, CODES),
    "large list": pa.LargeListArray.from_arrays(LISTS.cast(pa.int64()), SCALE),
    "nulled list": pa.ListArray.from_arrays(
        LISTS,
        pa.DictionaryArray.from_arrays(pa.array([0, 3, 1, 1], pa.int8()), WORDS),
        mask=pa.array([True, False, False, False]),
    ),
    "list of struct": pa.ListArray.from_arrays(LISTS, pa.StructArray.from_arrays([CODES], ["code"])),
    "fixed list": pa.FixedSizeListArray.from_arrays(CODES, 2),
    "map": pa.MapArray.from_arrays(LISTS, pa.array(list("abcd")), CODES),
    "slice": pa.concat_arrays([CODES, CODES]).slice(1, 3),
    "slice of a list": pa.ListArray.from_arrays(LISTS, CODES).slice(1, 2),
}


def written(tmp_path, column):
    pq.write_table(pa.table({"c": column}), tmp_path / "t.parquet")
    return tmp_path / "t.parquet"


@pytest.mark.parametrize("name", SHAPES)
def test_no_word_that_no_row_holds_is_written(tmp_path, name):
    column = SHAPES[name]
    kept = without_unused(column)
    assert kept.to_pylist() == column.to_pylist()
    kept.validate(full=True)
    path = written(tmp_path, kept)
    assert PLANTED.encode() not in path.read_bytes()
    assert hidden_values(path) == []


@pytest.mark.parametrize(
    "name", [name for name in SHAPES if name not in ("numbers", "fixed list", "map", "nulled struct", "nulled list")]
)
def test_such_a_word_in_a_file_is_named_by_its_column(tmp_path, name):
    assert hidden_values(written(tmp_path, SHAPES[name])) == ["c"]


def test_types_and_the_order_of_a_scale_stay():
    assert without_unused(SCALE).type == SCALE.type
    assert without_unused(SCALE).dictionary.to_pylist() == ["low", "high"]
    nested = SHAPES["list of struct"]
    assert without_unused(nested).type.value_type.field("code").type == CODES.type
    whole = pa.DictionaryArray.from_arrays(pa.array([3, 2, 1, 0]), WORDS, ordered=True)
    assert without_unused(whole).dictionary.to_pylist() == WORDS.to_pylist()


def test_an_enum_of_polars_carries_no_level_that_no_row_has(tmp_path):
    pl.DataFrame({"c": pl.Series(["low", "high"], dtype=pl.Enum(["low", "high", PLANTED]))}).write_parquet(
        tmp_path / "in.parquet"
    )
    table = pq.read_table(tmp_path / "in.parquet")
    assert hidden_values(tmp_path / "in.parquet") != []
    path = written(tmp_path, without_unused(table["c"].combine_chunks()))
    assert PLANTED.encode() not in path.read_bytes()
    assert pl.read_parquet(path)["c"].to_list() == ["low", "high"]


def test_words_about_columns_and_files_are_named(tmp_path):
    field = pa.field("c", pa.struct([pa.field("x", pa.int64(), metadata={"note": PLANTED})]))
    table = pa.table([pa.array([{"x": 1}], field.type)], schema=pa.schema([field]))
    pq.write_table(table, tmp_path / "a.parquet")
    assert hidden_values(tmp_path / "a.parquet") == ["c"]
    pq.write_table(pa.table({"c": [1]}).replace_schema_metadata({"owner": PLANTED}), tmp_path / "b.parquet")
    assert hidden_values(tmp_path / "b.parquet") == ["(file)"]


def test_statistics_that_name_what_no_row_has_are_named(tmp_path, monkeypatch):
    path = written(tmp_path, pa.array(["b", "c"]))
    data = path.read_bytes()
    assert hidden_values(path) == []
    at = data.rindex(b"b", 0, data.rindex(b"PAR1"))  # the last `b` before the end: the least value of the statistics
    spoilt = tmp_path / "spoilt.parquet"
    for place in [i for i in range(len(data)) if data[i : i + 1] == b"b"]:
        spoilt.write_bytes(data[:place] + b"a" + data[place + 1 :])
        try:
            found = hidden_values(spoilt)
        except (pa.ArrowException, OSError):
            continue
        if found:
            assert found == ["c"]
            return
    pytest.fail(f"no statistics were spoilt, {at}")


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", None]), max_size=3) | st.none(), max_size=6), st.data())
def test_any_list_of_codes_keeps_its_cells(cells, data):
    flat = [cell for row in cells if row is not None for cell in row]
    words = pa.array(["c", "x", "a", "b"])
    codes = pa.DictionaryArray.from_arrays(
        pa.array([None if one is None else "cxab".index(one) for one in flat], pa.int8()), words
    )
    sizes = np.cumsum([0, *(len(row or ()) for row in cells)])
    column = pa.ListArray.from_arrays(
        pa.array(sizes, pa.int32()), codes, mask=pa.array([row is None for row in cells], pa.bool_())
    )
    start = data.draw(st.integers(0, len(cells)))
    kept = without_unused(column.slice(start))
    kept.validate(full=True)
    assert kept.to_pylist() == cells[start:]
    assert "x" not in kept.flatten().dictionary.to_pylist()
