#!/usr/bin/env bash
# The same with curl:  URL=http://localhost:8000 TOKEN=... ./client.sh table.csv clean.csv
set -euo pipefail
call() { curl --fail-with-body -sS -H "Authorization: Bearer $TOKEN" "$@"; }
field() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/"; }

call "$URL/api/v1/deidentify" -H 'Content-Type: application/json' -d '{"text": "Patient John Smith SSN 123-45-6789"}' | field deidentified_text
echo

job="$(call "$URL/api/v1/jobs" -H 'Content-Type: application/json' -d "{\"name\": \"$(basename "$1")\", \"profile\": \"expert\"}" | field id)"
call -X PUT "$URL/api/v1/jobs/$job/file" -H 'Content-Type: application/octet-stream' --data-binary "@$1" >/dev/null
until state="$(call "$URL/api/v1/jobs/$job" | field state)" && [[ "$state" =~ ^(done|failed|cancelled|expired)$ ]]; do sleep 0.5; done
[ "$state" = done ] || { echo "the job is $state" >&2; exit 1; }
call "$URL/api/v1/jobs/$job/result" -o "$2"
