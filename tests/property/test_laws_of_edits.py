"""The law of edits: no character outside a span changes, whatever the format and however its text is written there."""

import contextlib
import csv
import io
import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veil.errors import FormatError
from veil.formats.base import Part
from veil.model import Edits, by_value, moved, span_table, spliced
from veil.parts import part

CHARS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r\ufeff")
TEXTS = st.text(CHARS, max_size=12)
CUTS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=3)
NEW = st.sampled_from(["", "x", "é", '"', "\\", "[NAME]", "a,b", "\U0001f600"])
FEW = settings(deadline=None)


def disjoint(text, cuts):
    """Spans of a text, sorted, none in another."""
    found, at = [], 0
    for start, end in sorted((min(pair), max(pair)) for pair in cuts):
        if start >= at and start < end <= len(text):
            found.append((start, end))
            at = end
    return found


def with_spans(text, cuts, new):
    pieces, at = [], 0
    for start, end in cuts:
        pieces += [text[at:start], new]
        at = end
    return "".join([*pieces, text[at:]])


@given(rows=st.lists(st.tuples(st.none() | TEXTS, CUTS), min_size=1, max_size=5), new=NEW)
@FEW
def test_a_column_of_spans_changes_nothing_else(rows, new):
    cuts = [disjoint(text or "", some) if text is not None else [] for text, some in rows]
    flat = [(i, start, end, new, "NAME") for i, some in enumerate(cuts) for start, end in some]
    spans = span_table(*zip(*flat, strict=True)) if flat else span_table()
    values = pa.array([text for text, _ in rows], pa.large_string())
    wanted = [None if text is None else with_spans(text, some, new) for (text, _), some in zip(rows, cuts, strict=True)]
    assert spliced(values, spans).to_pylist() == wanted
    places = pa.array(range(10, 10 + len(rows)), pa.int64())
    assert {place - 10: some for place, some in by_value(moved(spans, places)).items()} == by_value(spans)


def written(text, how):
    """A text as JSON may write it: with as few escapes as it must, with none but ASCII, with an escape for every sign."""
    if how == "all":
        units = text.encode("utf-16-be")
        return '"' + "".join(f"\\u{units[i]:02X}{units[i + 1]:02x}" for i in range(0, len(units), 2)) + '"'
    whole = json.dumps(text, ensure_ascii=how == "ascii")
    return whole.replace("/", "\\/") if how == "slash" else whole


@given(text=TEXTS, cuts=CUTS, new=NEW, how=st.sampled_from(["few", "ascii", "all", "slash"]))
@FEW
def test_a_string_of_a_document_keeps_every_escape_outside_its_spans(tmp_path_factory, text, cuts, new, how):
    from veil.formats.tree import closed_documents, open_documents

    cuts = disjoint(text, cuts)
    token = written(text, how)
    document = '{ "before":1.0 , "note" : ' + token + ' ,"after": ["x" ] }'
    batch = open_documents([document], "d")
    flat = [(0, start, end, new, "NAME") for start, end in cuts]
    spans = span_table(*zip(*flat, strict=True)) if flat else span_table()
    closed = closed_documents(batch, Edits(spans={"$.note": spans}))[0]
    wanted = with_spans(text, cuts, new)
    assert json.loads(closed)["note"] == wanted
    assert closed.startswith('{ "before":1.0 , "note" : "')
    assert closed.endswith(' ,"after": ["x" ] }')
    pieces, at = [], 0
    for start, end in [*cuts, (len(text), len(text))]:
        pieces.append(written(text[at:start], how)[1:-1])
        at = end
    if wanted != text:
        inside, at = closed[len('{ "before":1.0 , "note" : ') :], 0
        for piece in pieces:
            assert piece in inside[at:]
            at += inside[at:].index(piece) + len(piece)


@given(rows=st.lists(TEXTS, min_size=1, max_size=5), cuts=CUTS, new=NEW)
@FEW
def test_cells_and_notes_keep_what_is_outside_their_spans(tmp_path_factory, rows, cuts, new):
    folder = tmp_path_factory.mktemp("edits")
    held = io.StringIO(newline="")
    csv.writer(held, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(
        [("n", "t"), *((f"r{i}", row) for i, row in enumerate(rows))]
    )
    for name, data, address in (("t.csv", held.getvalue(), "t"), ("t.txt", rows[0], "text")):
        (folder / name).write_bytes(data.encode())
        kind = part("formats", {"t.csv": "csv", "t.txt": "text"}[name])()
        seen = kind.inspect(folder / name, {"encoding": "utf-8"})
        settings_ = {**seen.settings, "addresses": list(seen.addresses)}
        side = folder / "side"
        side.mkdir(exist_ok=True)
        writer = kind.writer(side, Part((name,)), settings_)
        texts = []
        for batch in kind.read(folder, Part((name,)), settings_):
            texts = [value or "" for value in batch.field(address).values.to_pylist()]
            flat = [(i, *pair, new, "NAME") for i, text in enumerate(texts) for pair in disjoint(text, cuts)]
            spans = span_table(*zip(*flat, strict=True)) if flat else span_table()
            writer.write(batch, Edits(spans={address: spans}))
        writer.finish()
        wanted = [with_spans(text, disjoint(text, cuts), new) for text in texts]
        if name == "t.txt":
            assert (side / name).read_bytes().decode() == wanted[0]
        else:
            there = list(csv.reader(io.StringIO((side / name).read_bytes().decode(), newline="")))
            assert [row[1] for row in there[1:]] == wanted
            assert [row[0] for row in there[1:]] == [f"r{i}" for i in range(len(rows))]


class _Closing:
    def __init__(self, writer):
        self.close = writer.finish


def kept(name, data, edits):
    """A file written with edits. Shape: bytes -> bytes."""
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / name).write_bytes(data)
        kind = part("formats", {"csv": "csv", "ndjson": "ndjson", "json": "json", "txt": "text"}[name.split(".")[1]])()
        seen = kind.inspect(folder / name, {"encoding": "utf-8"})
        settings_ = {**seen.settings, "addresses": list(seen.addresses)}
        (folder / "side").mkdir()
        writer = kind.writer(folder / "side", Part((name,)), settings_)
        with contextlib.closing(_Closing(writer)):
            for batch in kind.read(folder, Part((name,)), settings_):
                writer.write(batch, edits)
        target = folder / "side" / name
        return target.read_bytes() if target.exists() else None


@pytest.mark.parametrize(
    ("name", "data", "rows", "left"),
    [
        ("a.csv", b'a,b\n1,"x"\n2,y\n3,z\n', [1], b'a,b\n1,"x"\n3,z\n'),
        ("a.csv", b"a,b\r\n1,x\r\n2,y\r\n", [0, 1], b"a,b\r\n"),
        ("a.ndjson", b'{"a":1}\n{"a":2}\n{"a":3}\n', [0, 2], b'{"a":2}\n'),
        ("a.json", b'[ {"a": 1},\n  {"a": 2},\n  {"a": 3} ]\n', [1], b'[ {"a": 1},\n  {"a": 3} ]\n'),
        ("a.json", b'[{"a": 1}, {"a": 2}]', [1], b'[{"a": 1}]'),
        ("a.json", b'[{"a": 1}, {"a": 2}]', [0, 1], b"[]"),
        ("a.json", b'{"a": 1}', [0], b"null"),
        ("a.txt", b"a note", [0], None),
    ],
)
def test_a_removed_row_goes_with_what_ends_it_and_nothing_else(name, data, rows, left):
    assert kept(name, data, Edits(removed_rows=pa.array(rows, pa.int64()))) == left


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        ('{"t": [{"a": 1}, {"a": 2}, {"a": 3}], "b": 4}', [0], '{"t": [{"a": 2}, {"a": 3}], "b": 4}'),
        ('{"t": [{"a": 1}, {"a": 2}, {"a": 3}], "b": 4}', [1], '{"t": [{"a": 1}, {"a": 3}], "b": 4}'),
        ('{"t": [{"a": 1}, {"a": 2}, {"a": 3}], "b": 4}', [2], '{"t": [{"a": 1}, {"a": 2}], "b": 4}'),
        ('{"t": [{"a": 1}, {"a": 2}, {"a": 3}], "b": 4}', [0, 1, 2], '{"t": [], "b": 4}'),
        ('{"t": [[1, 2], [3]]}', [1], '{"t": [[2], [3]]}'),
        ('{"t": ["x" , null]}', [1], '{"t": ["x"]}'),
    ],
)
def test_a_removed_element_leaves_its_list_with_its_comma(text, gone, left):
    from veil.formats.tree import closed_documents, open_documents

    batch = open_documents([text], "d")
    assert closed_documents(batch, Edits(removed_elements=pa.array([batch.height + n for n in gone], pa.int64()))) == [
        left
    ]


def test_what_a_format_cannot_remove_is_refused_and_does_not_stay():
    with pytest.raises(FormatError, match="removal-unknown"):
        kept("a.csv", b"a,b\n1,x\n", Edits(removed_elements=pa.array([1], pa.int64())))
