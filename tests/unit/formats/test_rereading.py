"""The second reading of each format sees what the first does, and is caught by nothing that the first is."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from veil.errors import FormatError
from veil.formats.base import Part
from veil.formats.csv_reread import read_again
from veil.formats.csvplain import is_plain
from veil.parts import part

TABLES = {
    "plain": b"a,b\n1,x\n2,\n,y\n",
    "one column": b"a\n1\n\n3\n",
    "quoted": b'a,b\n1,"x, y"\n2,"say ""so"""\n3,"two\nlines"\n4,""\n',
    "windows": b'a,b\r\n1,x\r\n2,"y\r\nz"\r\n',
    "mixed ends": b"a,b\n1,x\r\n2,y\n",
    "no last end": b"a,b\n1,x\n2,y",
    "a mark": b"\xef\xbb\xbfa,b\n1,x\n",
    "latin": "a;b\n1;M\u00fcller\n2;caf\u00e9\n".encode("cp1252"),
    "wide": "a,b\n1,\u4e2d\n".encode("utf-16"),
    "no rows": b"a,b\n",
    "blank lines": b"a,b\n1,x\n\n\n",
    "blanks before quotes": b'a,b\n1, "Smith, John"\n2, x\n',
    "a lone return": b"a,b\n1,x\ry\n2,z\n",
    "spaces": b"a,b\n 1 , x \n",
    "stray quotes": b'a,b\n1,5" scar\n2,6 foot\n',
    "NULL": b"a,b\nNULL,NA\nnan,\\N\n",
    "long numbers": b"a,b\n00012345678901234567890,1e5\n",
}
TREES = {
    "t.json": [
        b'{"a": 1.50, "b": [true, null, "x"], "c": {}, "d": [ ], "e": {"f": [{"g": "\\u00e9"}]}}',
        b'[{"a": 1}, {"a": null, "b": []}]',
        b"[]",
        b'"x"',
        b'\xef\xbb\xbf{"a": -0.0, "a": 2}',
        json.dumps({"k": "\u4e2d"}).encode("utf-16"),
    ],
    "t.ndjson": [b'{"a": 1}\n\n{"a": "x", "b": {"c": [1, 2]}}\r\n', b'{"a": NaN}', b"\n\n"],
}


def values(batches):
    found, rows = {}, 0
    for batch in batches:
        for field in batch.fields:
            told = field.rows.to_pylist() if field.rows is not None else range(len(field))
            found.setdefault(field.address, []).extend(
                zip((rows + row for row in told), field.values.to_pylist(), strict=True)
            )
        rows += batch.height
    return rows, {address: one for address, one in found.items() if one}


def both(name, folder, data, **given):
    (folder / name).write_bytes(data)
    kind = {"csv": "csv", "gz": "csv", "json": "json", "ndjson": "ndjson", "txt": "text", "parquet": "parquet"}[
        name.rpartition(".")[2]
    ]
    reader = part("formats", kind)()
    seen = reader.inspect(folder / name, given)
    settings = {**seen.settings, "addresses": list(seen.addresses)}
    return reader, settings, values(reader.read(folder, Part((name,)), settings))


@pytest.mark.parametrize("what", TABLES)
@pytest.mark.parametrize("careful", [False, True])
def test_a_table_of_text_is_read_alike(tmp_path, what, careful):
    reader, settings, first = both("t.csv", tmp_path, TABLES[what])
    odd = what in (
        "blanks before quotes",
        "a lone return",
        "stray quotes",
    )  # read otherwise by Arrow, so read carefully
    if odd and not careful:
        return
    assert values(reader.reread(tmp_path, Part(("t.csv",)), settings, careful=careful)) == first


@pytest.mark.parametrize("what", ["plain", "quoted", "windows", "latin"])
def test_the_parts_of_a_table_are_read_alike(tmp_path, what):
    head, _, rows = TABLES[what].partition(b"\n")
    reader, settings, first = both(
        "t.csv", tmp_path, head + b"\n" + (rows if rows.endswith(b"\n") else rows + b"\n") * 9
    )
    again = [
        batch
        for start, stop in reader.split(tmp_path / "t.csv", settings, 16)
        for batch in reader.reread(tmp_path, Part(("t.csv",), start, stop), settings)
    ]
    assert len(reader.split(tmp_path / "t.csv", settings, 16)) > 3
    assert values(again) == first


def test_a_packed_table_is_read_alike(tmp_path):
    reader, settings, first = both("t.csv.gz", tmp_path, gzip.compress(TABLES["quoted"]))
    assert values(reader.reread(tmp_path, Part(("t.csv.gz",)), settings)) == first


def test_a_table_whose_header_is_another_is_noticed(tmp_path):
    _, settings, _ = both("t.csv", tmp_path, TABLES["plain"])
    (tmp_path / "t.csv").write_bytes(TABLES["plain"].replace(b"a,b", b"b,a"))
    for careful in (False, True):
        with pytest.raises(FormatError) as told:
            list(read_again(tmp_path, Part(("t.csv",)), settings, careful=careful))
        assert told.value.code == "reread"


@pytest.mark.parametrize(("name", "data"), [(name, data) for name, every in TREES.items() for data in every])
def test_a_tree_is_read_alike(tmp_path, name, data):
    reader, settings, first = both(name, tmp_path, data)
    assert values(reader.reread(tmp_path, Part((name,)), settings)) == first


@pytest.mark.parametrize(
    "data", [b"Orla\r\nQuennell\n", "Orla M\u00fcller".encode("cp1252"), "Orla".encode("utf-16"), b"\xef\xbb\xbfx", b""]
)
def test_a_note_is_read_alike(tmp_path, data):
    reader, settings, first = both("t.txt", tmp_path, data)
    assert values(reader.reread(tmp_path, Part(("t.txt",)), settings)) == first


def test_a_typed_table_is_read_alike(tmp_path):
    table = pa.table({"a": [1, None, 3], "b": ["x", "", None], "c": pa.array(["p", "q", "p"]).dictionary_encode()})
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=2)
    reader, settings, first = both("t.parquet", tmp_path, (tmp_path / "t.parquet").read_bytes())
    assert values(reader.reread(tmp_path, Part(("t.parquet",)), settings)) == first


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [b"", b"\n", b"\r\n\r\n\r\n"])
@pytest.mark.parametrize("size", [7, 64, 1 << 20])
def test_rows_without_quotes_are_read_alike_however_they_are_cut(tmp_path, monkeypatch, end, last, size):
    monkeypatch.setattr("veil.formats.csvplain.AT_ONCE", size)
    rows = [f"{i},{'Müller' * (i % 3)},{'' if i % 4 else i}".encode() for i in range(50)]
    last = end if last == b"\n" else last if end == b"\r\n" else last.replace(b"\r", b"")
    reader, settings, first = both("t.csv", tmp_path, end.join([b"a,b,c", *rows]) + last)
    assert is_plain((tmp_path / "t.csv").read_bytes(), ",", 3)
    assert first[0] == 50
    assert values(reader.reread(tmp_path, Part(("t.csv",)), settings)) == first


ODD = {
    "a cell too many": (b"1,x\n", b"1,x,y\n"),
    "a cell too few": (b"2,y\n", b"2\n"),
    "two rows in one": (b"1,x\n2", b"1,x,2"),
    "a row in two": (b"3,z", b"3\n4,z"),
    "no text": (b"x", b"\xff\xfe"),
}


@pytest.mark.parametrize("what", ODD)
def test_rows_without_quotes_that_are_odd_are_refused(tmp_path, what):
    data = b"a,b\n1,x\n2,y\n3,z\n"
    _, settings, _ = both("t.csv", tmp_path, data)
    (tmp_path / "t.csv").write_bytes(data.replace(*ODD[what]))
    with pytest.raises(FormatError) as told:
        list(read_again(tmp_path, Part(("t.csv",)), settings, careful=False))
    assert told.value.code == "reread"


def test_rows_without_quotes_are_never_read_by_the_runs_own_parser(tmp_path, monkeypatch):
    reader, settings, first = both("t.csv", tmp_path, TABLES["plain"])
    monkeypatch.setattr("pyarrow.csv.open_csv", None)
    monkeypatch.setattr("pyarrow.csv.read_csv", None)
    assert values(reader.reread(tmp_path, Part(("t.csv",)), settings)) == first
