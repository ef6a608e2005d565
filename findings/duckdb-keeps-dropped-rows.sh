#!/usr/bin/env bash
# Guess:  CREATE OR REPLACE TABLE and a CHECKPOINT leave the new rows alone in a DuckDB file, as VACUUM would in other databases.
# Truth:  the blocks of the dropped table stay in the file as they were until something else is written over them, and neither
#         CHECKPOINT nor VACUUM takes them out; only a copy of the database into a new file does.
# Why it matters: a study database that was published with identifiers, then published again without them, still holds them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'duckdb==2.0.0'
"$folder/venv/bin/python" - "$folder" <<'PY'
import pathlib, sys
import duckdb

folder = pathlib.Path(sys.argv[1])
print("duckdb", duckdb.__version__)
word = b"Quillfeather"
with duckdb.connect(str(folder / "study.duckdb")) as line:
    line.execute("CREATE TABLE people AS SELECT i AS id, 'Quillfeather ' || i AS name FROM range(20000) t(i)")
    line.execute("CHECKPOINT")
    line.execute("CREATE OR REPLACE TABLE people AS SELECT 1 AS id, '[NAME]' AS name")
    line.execute("CHECKPOINT")
    line.execute("VACUUM")
    rows = line.execute("SELECT count(*) FROM people WHERE name LIKE 'Quill%'").fetchone()[0]
held = word in (folder / "study.duckdb").read_bytes()
with duckdb.connect() as line:
    line.execute(f"ATTACH '{folder}/study.duckdb' AS old (READ_ONLY)")
    line.execute(f"ATTACH '{folder}/fresh.duckdb' AS fresh")
    line.execute("COPY FROM DATABASE old TO fresh")
fresh = word in (folder / "fresh.duckdb").read_bytes()
print("rows with the name:", rows, "| name in the file:", held, "| in a copy of the database:", fresh)
assert rows == 0 and held and not fresh, "the file no longer keeps dropped rows"
print("as seen: the file keeps what was dropped")
PY
