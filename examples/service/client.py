"""De-identify a text, then a table, with a running `veil serve --data DIR --key-file FILE`. Standard library only.

URL=http://localhost:8000 TOKEN=... python client.py table.csv clean.csv
"""

import json
import os
import sys
import time
import urllib.request
from pathlib import Path

URL = os.environ.get("URL", "http://localhost:8000")
TOKEN = os.environ["TOKEN"]  # of `veil serve token --key-file FILE --scope deidentify --scope jobs --days 30`


def call(method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> bytes:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": kind}
    request = urllib.request.Request(f"{URL}/api/v1{path}", body, headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        content: bytes = answer.read()
        return content


def deidentify(text: str) -> str:
    answer = json.loads(call("POST", "/deidentify", json.dumps({"text": text}).encode()))
    return str(answer["deidentified_text"])


def deidentify_file(source: Path, target: Path, profile: str = "expert") -> None:
    job = json.loads(call("POST", "/jobs", json.dumps({"name": source.name, "profile": profile}).encode()))
    call("PUT", f"/jobs/{job['id']}/file", source.read_bytes(), "application/octet-stream")
    while job["state"] not in ("done", "failed", "cancelled", "expired"):
        time.sleep(0.5)
        job = json.loads(call("GET", f"/jobs/{job['id']}"))
    if job["state"] != "done":
        sys.exit(f"the job is {job['state']}: {job['code']}")
    target.write_bytes(call("GET", f"/jobs/{job['id']}/result"))


if __name__ == "__main__":
    print(deidentify("Patient John Smith SSN 123-45-6789"))
    deidentify_file(Path(sys.argv[1]), Path(sys.argv[2]))
