#!/usr/bin/env bash
# Guess:  overwriting a Delta table and vacuuming it with no retention removes every value of the old version.
# Truth:  the old data files go, but the log keeps the smallest and the largest value of each of their columns, for 30 days by
#         default and until a checkpoint cleans it up: names and record numbers of the old version stay readable as JSON.
# Why it matters: a release that held a name by mistake, was mended and published again, still gives the name away.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'deltalake==1.6.6' 'pyarrow==24.0.0'
"$folder/venv/bin/python" - "$folder/table" <<'PY'
import sys, pathlib
import deltalake, pyarrow as pa
from deltalake import DeltaTable, write_deltalake

place = sys.argv[1]
print("deltalake", deltalake.__version__, "pyarrow", pa.__version__)
write_deltalake(place, pa.table({"name": ["Aurelia Quillfeather", "Zebulon Quillfeather"]}))
write_deltalake(place, pa.table({"name": ["[NAME]", "[NAME]"]}), mode="overwrite")
removed = DeltaTable(place).vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
print("data files that vacuum removed:", len(removed))
kept = [path.name for path in pathlib.Path(place).rglob("*") if path.is_file() and b"Quillfeather" in path.read_bytes()]
print("files that still hold the name:", kept)
assert len(removed) == 1, "vacuum removed another number of files than seen"
assert kept == ["00000000000000000000.json"], "the log no longer keeps the values of removed files"
print("as seen: the log keeps what vacuum removed")
PY
