"""Parquet: beside the cells that are kept, nothing of a file reaches the output: no word of its schema, no unused value."""

import base64

import pyarrow as pa
import pyarrow.parquet as pq


def released(project, table, rules):
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    made = project(
        f"profile: redact\ntables: {{t: {{columns: {rules}}}}}\n", {"t.parquet": sink.getvalue().to_pybytes()}
    )
    assert made.run().exit_code == 0
    return made.out / "t.parquet"


def said(path):
    """All bytes of a file, the schema that Arrow hides in base 64 among them."""
    return path.read_bytes() + base64.b64decode(pq.read_metadata(path).metadata[b"ARROW:schema"])


def test_words_that_a_file_says_beside_its_fields_do_not_reach_the_output(project):
    inner = pa.field("element", pa.string(), metadata={"note": "Jane Roe"})
    held = pa.struct([pa.field("n", pa.large_list(inner), metadata={"note": "Jim Poe"})])
    schema = pa.schema(
        [
            pa.field("id", pa.string(), metadata={"note": "John Doe", "veil.sql": "sqlite TEXT, Joe INT"}),
            pa.field("l", pa.list_(inner)),
            pa.field("s", held),
            pa.field("f", pa.list_(inner, 2)),
            pa.field("m", pa.map_(pa.string(), held)),
        ],
        metadata={"pandas": '{"index_columns": ["Joan"]}'},
    )
    row = {"id": "1", "l": ["x", None], "s": {"n": ["y"]}, "f": ["a", "b"], "m": [("k", {"n": None})]}
    table = pa.Table.from_pylist([row, dict.fromkeys(row)], schema)
    path = released(project, table, "{id: keep, l: keep, s: keep, f: keep, m: keep}")
    assert not [word for word in (b"Roe", b"Poe", b"Doe", b"Joe", b"Joan") if word in said(path)]
    assert pq.read_table(path).to_pylist() == table.to_pylist()


def test_a_value_of_a_dictionary_that_no_row_has_does_not_reach_the_output(project):
    rows = pa.array([2, None, 0, 2], pa.int8())
    column = pa.DictionaryArray.from_arrays(rows, pa.array(["ward A", "Ada Lovelace", "ward B"]))
    path = released(project, pa.table({"k": column}), "{k: keep}")
    assert b"Lovelace" not in said(path)
    found = pq.read_table(path)["k"]
    assert found.to_pylist() == ["ward B", None, "ward A", "ward B"]
    assert pa.types.is_dictionary(found.type)


def test_the_order_of_a_scale_stays_among_the_words_that_are_used(project):
    rows = pa.array([2, 0], pa.int8())
    column = pa.DictionaryArray.from_arrays(rows, pa.array(["mild", "grave", "fatal"]), ordered=True)
    found = pq.read_table(released(project, pa.table({"k": column}), "{k: keep}"))["k"]
    assert found.type.ordered
    assert found.chunk(0).dictionary.to_pylist() == ["mild", "fatal"]
    assert found.to_pylist() == ["fatal", "mild"]
