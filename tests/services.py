"""Services as processes of their own: `veil serve` started as a user starts it, and asked over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from veil.service.gate.grants import SCOPES, Grants, new_grant
from veil.service.gate.root_key import root_keys

README = """Patient John Smith (DOB: 03/15/1985, MRN: 123456789)
SSN: 123-45-6789, Phone: 555-123-4567
Email: john.smith@email.com
Dr. Sarah Johnson at Memorial Hospital, 123 Main St, Boston MA"""
MASKED = """Patient [NAME] (DOB: [DATE], MRN: [MRN])
SSN: [SSN], Phone: [PHONE]
Email: [EMAIL]
Dr. [NAME] at [ORGANIZATION], [LOCATION]"""


@dataclass
class Service:
    """A running service. `log` is the file with all that it wrote to standard error."""

    url: str
    token: str
    log: Path
    process: subprocess.Popen[str]

    def client(self, **more) -> httpx2.Client:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=60, **more)


@contextmanager
def served(folder: Path, *options: str, local: bool = False, more: dict[str, str] | None = None) -> Iterator[Service]:
    """`veil serve` on a free port, until it is left."""
    log = folder / "service.log"
    words = [
        sys.executable,
        "-c",
        "from veil.cli import main; main()",
        "serve",
        "--port",
        "0",
        *(["--local"] if local else []),
        *options,
    ]
    with log.open("w") as errors:
        process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=errors, text=True, env={**_environment(), **(more or {})}, cwd=folder
        )
    try:
        told = [process.stdout.readline() for _ in range(2)]
        assert told[0].startswith("Veil"), log.read_text()
        token = "" if local else _token(told[1].split()[1], folder, options, more or {})
        yield Service(told[0].split()[1], token, log, process)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _token(told: str, folder: Path, options: tuple[str, ...], more: dict[str, str]) -> str:
    """That which the service wrote; where it has a key that is kept, it writes none, and one is made under its key."""
    if told.startswith("veil_"):
        return told
    file = folder / options[options.index("--key-file") + 1] if "--key-file" in options else None
    return Grants(root_keys(file, more, known=True)).token(new_grant(SCOPES, 12 * 3600))


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("VEIL_", "PROMETHEUS_", "AWS_"))}
