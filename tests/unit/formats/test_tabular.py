"""Situations of tables: what a cell is, what stays as it stood, what is refused."""

import pyarrow as pa
import pytest

from veil.errors import FormatError
from veil.formats.base import Part
from veil.formats.tabular import Csv
from veil.model import Edits


def read(tmp_path, data, **given):
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    reader = Csv()
    seen = reader.inspect(path, given)
    settings = {**seen.settings, "addresses": list(seen.addresses)}
    return reader, settings, list(reader.read(tmp_path, Part((path.name,)), settings))


def rewritten(tmp_path, data, columns=None, removed=(), **given):
    reader, settings, batches = read(tmp_path, data, **given)
    writer = reader.writer(tmp_path / "out", Part(("t.csv",)), settings)
    for batch in batches:
        writer.write(
            batch,
            Edits(
                {name: pa.array(values, pa.large_string()) for name, values in (columns or {}).items()}, set(removed)
            ),
        )
    writer.finish()
    return (tmp_path / "out" / "t.csv").read_bytes()


def cells(tmp_path, data, **given):
    _, _, batches = read(tmp_path, data, **given)
    return [
        list(row)
        for batch in batches
        for row in zip(*(field.values.to_pylist() for field in batch.fields), strict=True)
    ]


def test_cells_are_text_and_nothing_is_guessed(tmp_path):
    data = b'id,a\n007,NA\n12345678901234567890,"two\nlines"\n 1 ,"say ""no"""\n,""\n'
    assert cells(tmp_path, data) == [
        ["007", "NA"],
        ["12345678901234567890", "two\nlines"],
        [" 1 ", 'say "no"'],
        [None, ""],
    ]


@pytest.mark.parametrize(
    ("data", "delimiter"),
    [
        (b"a,b\n1,2\n", ","),
        (b"a;b\n1,5;2\n", ";"),
        (b"a\tb\n1\t2\n", "\t"),
        (b"a|b|c\n1|2|3\n", "|"),
        (b'a,b\n"x;y;z",2\n', ","),
        (b"only\n1\n2\n", ","),
    ],
)
def test_the_delimiter_is_found_out(tmp_path, data, delimiter):
    assert read(tmp_path, data)[1]["delimiter"] == delimiter


def test_quotes_of_untouched_cells_stay_and_changed_cells_take_them_where_they_must(tmp_path):
    data = b'a,b,c\n"1",2,"3"\n4,5,6\n'
    assert rewritten(tmp_path, data, {"b": ["x,y", 'q"']}) == b'a,b,c\n"1","x,y","3"\n4,"q""",6\n'


def test_null_and_empty_are_told_apart(tmp_path):
    assert rewritten(tmp_path, b"a,b\n1,2\n3,4\n", {"b": [None, ""]}) == b'a,b\n1,\n3,""\n'


def test_a_column_that_goes_takes_its_header_with_it(tmp_path):
    assert rewritten(tmp_path, b'\xef\xbb\xbf"a",b,c\r\n1,2,3\r\n', removed=["a"]) == b"\xef\xbb\xbfb,c\r\n2,3\r\n"
    assert rewritten(tmp_path, b"a,b\n1,\n,\n", removed=["a"]) == b"b\n\n\n"


def test_a_file_without_a_last_line_end_stays_without(tmp_path):
    assert rewritten(tmp_path, b"a,b\n1,2", {"b": ["x"]}) == b"a,b\n1,x"
    assert rewritten(tmp_path, b"a,b\n1,2\n\n\n", {"b": ["x"]}) == b"a,b\n1,x\n\n\n"


def test_mixed_line_ends_stay_mixed(tmp_path):
    assert rewritten(tmp_path, b"a,b\r\n1,2\n3,4\r\n", {"b": ["x", "y"]}) == b"a,b\r\n1,x\n3,y\r\n"


def test_another_encoding_stays_another_encoding(tmp_path):
    data = "a,b\nMüller,1\n".encode("cp1252")
    assert cells(tmp_path, data, encoding="cp1252") == [["Müller", "1"]]
    assert rewritten(tmp_path, data, {"b": ["é"]}, encoding="cp1252") == "a,b\nMüller,é\n".encode("cp1252")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "csv-empty"),
        (b"\n\n", "csv-empty"),
        (b"a,a\n1,2\n", "csv-header"),
        (b"a,b\n1,2\n3\n", "csv-ragged"),
        (b"a,b\n1,2\n3,4,5\n", "csv-ragged"),
        (b'a,b\n"1",2\n3\n', "csv-ragged"),
        (b"a,b\n1,2\n\n3,4\n", "csv-ragged"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_the_row(tmp_path, data, code):
    with pytest.raises(FormatError) as caught:
        read(tmp_path, data)
    assert caught.value.code == code


def test_parts_begin_and_end_at_rows_even_within_quotes(tmp_path):
    rows = b"".join(b'%d,"line\nline %d",x\n' % (i, i) for i in range(50))
    reader, settings, batches = read(tmp_path, b"id,t,u\n" + rows)
    bounds = reader.split(tmp_path / "t.csv", settings, 100)
    assert len(bounds) > 5
    ids = [
        value
        for bound in bounds
        for batch in reader.read(tmp_path, Part(("t.csv",), *bound), settings)
        for value in batch.fields[0].values.to_pylist()
    ]
    assert ids == [str(i) for i in range(50)] == batches[0].fields[0].values.to_pylist()
