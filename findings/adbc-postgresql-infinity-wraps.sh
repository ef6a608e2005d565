#!/usr/bin/env bash
# Guess:  PostgreSQL's `infinity`, usual in valid_to columns, reaches Arrow as null, as the largest timestamp, or as an error.
# Truth:  the ADBC driver adds the distance between the two epochs to the largest integer, which wraps: both `infinity` and `-infinity`
#         become moments some 290,000 years ago (timestamp) or numbers that no calendar has (date), without a warning.
# Why it matters: an open-ended stay becomes one that ended before history, and sorts, filters and date shifts take it for a date.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pgserver==0.1.4' 'adbc-driver-postgresql==1.8.0' 'pyarrow==24.0.0'
"$folder/venv/bin/python" - "$folder/data" <<'PY'
import sys
import adbc_driver_postgresql, pgserver
from adbc_driver_postgresql import dbapi

server = pgserver.get_server(sys.argv[1])
print("adbc-driver-postgresql", adbc_driver_postgresql.__version__, "|", server.psql("SHOW server_version").split()[2])
with dbapi.connect(server.get_uri()) as line, line.cursor() as cursor:
    cursor.execute("SELECT 'infinity'::timestamp AS open_end, '-infinity'::timestamp AS open_begin, 'infinity'::date AS last_day")
    row = cursor.fetch_arrow_table()
moments = [row[name].cast("int64")[0].as_py() for name in ("open_end", "open_begin")]
day = row["last_day"].cast("int32")[0].as_py()
print("microseconds since 1970:", moments, "| days since 1970:", day)
assert moments == [-9222425352054775809, -9222425352054775808] and day < 0, "infinity no longer wraps"
print("as seen: infinity wraps into the distant past")
server.cleanup()
PY
