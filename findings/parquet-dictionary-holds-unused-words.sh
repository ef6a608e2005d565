#!/usr/bin/env bash
# Guess:  a Parquet file holds the values of its rows, so filtering the rows of a categorical column before writing removes values.
# Truth:  pyarrow writes the whole dictionary of a text column, used or not, also inside structs and lists; polars writes all levels of
#         an Enum into the metadata of its column. Readers show neither unless asked.
# Why it matters: a table cut down to the rows that may be shared still holds the names of everybody else.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pyarrow==24.0.0' 'polars==2.0.0'
"$folder/venv/bin/python" - "$folder" <<'PY'
import pathlib, sys
import polars as pl, pyarrow as pa, pyarrow.parquet as pq

folder = pathlib.Path(sys.argv[1])
print("pyarrow", pa.__version__, "polars", pl.__version__)
people = pa.array(["Ada Ashe", "Bo Brand", "Cy Quillfeather"])
shared = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0], pa.int8()), people)
shapes = {
    "dictionary": shared,
    "in a struct": pa.StructArray.from_arrays([shared], ["name"]),
    "in a list": pa.ListArray.from_arrays(pa.array([0, 1, 2, 3]), shared),
}
seen = {}
for name, column in shapes.items():
    path = folder / f"{name}.parquet"
    pq.write_table(pa.table({"c": column}), path)
    assert "Quillfeather" not in str(pq.read_table(path).to_pylist())
    seen[name] = b"Quillfeather" in path.read_bytes()
frame = pl.DataFrame({"c": pl.Series(["Ada Ashe"], dtype=pl.Enum(people.to_pylist()))})
frame.write_parquet(folder / "enum.parquet")
seen["Enum of polars"] = "Quillfeather" in str(pq.read_schema(folder / "enum.parquet").field("c").metadata)
print("a word that no row holds is in the file:", seen)
assert all(seen.values()), "unused words are no longer written"
print("as seen: dictionaries and levels are written whole")
PY
