"""schemathesis over the whole OpenAPI of a service: as anybody, as a submitter, as a reviewer, as an admin; no 5xx, no answer outside its schema.

Usage: python -m bench.fuzz [--examples N]     N of each operation and visitor; 300 comes to more than 50,000 cases (half an hour)
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2

from bench.machine import machine

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
PASSWORD = "correct horse battery"
NOTES = b'{"note": "Seen by Dr. Wong on 03/04/2019."}\n' * 12
TABLE = b"patient_id,name,note\n7,Ada Lovelace,seen by Dr. Wong\n8,Bo Smith,ok\n"


class Person:
    """One who signed in: cookie and token as headers."""

    def close(self) -> None:
        self._client.close()

    def __init__(self, url: str, path: str, **told: str) -> None:
        self._client = httpx2.Client(base_url=f"{url}/portal/api", timeout=60)
        self.me = self._client.post(path, json={"password": PASSWORD, **told}).raise_for_status().json()
        self.headers = {"X-CSRF-Token": self.me["change"]}

    def ask(self, method: str, path: str, **more: object) -> dict:
        return self._client.request(method, path, headers=self.headers, **more).raise_for_status().json()

    def words(self) -> list[str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._client.cookies.items())
        return ["-H", f"Cookie: {cookies}", "-H", f"X-CSRF-Token: {self.me['change']}"]

    def job(self, name: str, data: bytes, **asked: object) -> str:
        job = self.ask("POST", "/jobs", json={"name": name, "profile": "safe-harbor", **asked})["id"]
        self.ask("PUT", f"/jobs/{job}/file", content=data)
        for _ in range(300):
            if self.ask("GET", f"/jobs/{job}")["state"] in ("done", "planned", "failed"):
                break
            time.sleep(0.1)
        return job


def fuzzed(folder: Path, url: str, who: str, words: list[str], job: str, examples: int) -> tuple[int, bool]:
    """How many cases, and whether all passed."""
    (folder / "schemathesis.toml").write_text(f'[parameters]\njob = "{job}"\n' if job else "", encoding="utf-8")
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "--config-file",
        str(folder / "schemathesis.toml"),
        "run",
        f"{url}/openapi.json",
        "--max-examples",
        str(examples),
        "--checks",
        CHECKS,
        "--no-color",
        "--exclude-path",
        "/portal/api/logout",
        *words,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    counted = re.search(r"([\d,]+) generated(?:, ([\d,]+) found)?", done.stdout)
    cases = int(counted[1].replace(",", "")) if counted else 0
    print(f"as {who:10} {cases:7,} cases, {'all passed' if done.returncode == 0 else 'FAILED'}", flush=True)
    if done.returncode:
        print(done.stdout[-6000:])
    return cases, done.returncode == 0


def visitors(url: str, code: str) -> list[tuple[str, list[str], str]]:
    """Who calls, by which headers, and a job of theirs."""
    admin = Person(url, "/setup", name="ada", code=code)
    others = {}
    for role in ("submitter", "reviewer"):
        token = admin.ask("POST", "/invitations", json={"role": role})["token"]
        others[role] = Person(url, "/invitations/accept", name=role, token=token)
    planned = others["submitter"].job("t.csv", TABLE, review=True)
    sample = others["reviewer"].job("n.jsonl", NOTES, sample=10)
    told = [
        ("anybody", [], ""),
        ("submitter", others["submitter"].words(), planned),
        ("reviewer", others["reviewer"].words(), sample),
        ("admin", admin.words(), planned),
    ]
    for one in (admin, *others.values()):
        one.close()
    return told


def run(examples: int) -> tuple[int, bool]:
    total, fine = 0, True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        words = [
            str(Path(sys.executable).with_name("veil")),
            "serve",
            "--local",
            "--data",
            "data",
            "--key-file",
            "key",
            "--port",
            "0",
        ]
        with (
            (folder / "log").open("w") as log,
            subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder) as process,
        ):
            told = [process.stdout.readline() for _ in range(3)]
            url = told[0].split()[1]
            for who, headers, job in visitors(url, told[2].split()[1]):
                cases, passed = fuzzed(folder, url, who, headers, job, examples)
                total, fine = total + cases, fine and passed
            process.terminate()
        fine = fine and not re.search(r"status=5\d\d|failed kind", (folder / "log").read_text())
    return total, fine


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--examples", type=int, default=300)
    total, fine = run(options.parse_args().examples)
    print(f"{machine()}: {total:,} cases, {'no 5xx and no answer outside its schema' if fine else 'FAILED'}")
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
