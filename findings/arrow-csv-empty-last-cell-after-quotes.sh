#!/usr/bin/env bash
# Guess:  an empty, unquoted cell of a CSV file is read by Arrow in one way, wherever it stands: as null, where
#         `strings_can_be_null=True, quoted_strings_can_be_null=False, null_values=[""]` ask for that.
# Truth:  an empty last cell of the last row, behind a cell in quotes and with no line end after it, comes as the empty text: the reader
#         takes it for a cell in quotes. With a line end at the end of the file the same cell is null.
# Why it matters: exports of hospital systems often end without a line end; null (not recorded) and "" (recorded as empty) differ in
#         one cell of the last row, and two readings of one file do not agree.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pyarrow==26.0.1'
"$folder/venv/bin/python" - <<'PY'
import io
import pyarrow as pa
from pyarrow import csv

def last_cell(data):
    options = csv.ConvertOptions(column_types={"name": pa.string(), "note": pa.string()}, strings_can_be_null=True,
                                 quoted_strings_can_be_null=False, null_values=[""])
    return csv.read_csv(io.BytesIO(data), convert_options=options)["note"].to_pylist()[-1]

print("pyarrow", pa.__version__)
found = {data: last_cell(data) for data in (b'name,note\n"Doe",\n', b'name,note\n"Doe",', b"name,note\nDoe,")}
for data, cell in found.items():
    print(data, "->", repr(cell))
assert list(found.values()) == [None, "", None], "an empty last cell is read in another way now"
print("as seen: without a line end at the end of the file, an empty cell behind quotes is '' instead of null")
PY
