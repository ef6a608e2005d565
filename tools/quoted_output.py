"""Writes the output of commands that pages quote. A test compares the pages with what the commands print now.

python tools/quoted_output.py            updates the pages

A quotation is a comment that names the command, and a block behind it:

    <!-- output: veil describe unlisted.yaml -->
    ```text
    ```
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
QUOTATION = re.compile(r"(<!-- output: (?P<command>veil .*) -->\n```text\n)(?:.*\n)*?```\n")
PROJECT = """profile: expert
keyring: hospital.key
in: data
out: release
tables:
  patients:
    subject: patient_id
    columns:
      patient_id: pseudonym
      birth_date: shift
"""
FILES = {
    "data/patients.csv": "patient_id,name,birth_date\n17,Ann Lee,1950-02-03\n",
    "unlisted.yaml": PROJECT,
    "misspelled.yaml": PROJECT.replace("subject:", "subjet:"),
    "claim.yaml": PROJECT.replace("profile: expert", "profile: safe-harbor") + "      name: drop\n",
}


def pages() -> dict[Path, str]:
    """Shape: each page with a quotation -> its text with the output of today."""
    sources = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    texts = {path: path.read_text(encoding="utf-8") for path in sources}
    return {path: updated(text) for path, text in texts.items() if QUOTATION.search(text)}


def updated(text: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        for name, content in FILES.items():
            (Path(folder) / name).parent.mkdir(exist_ok=True)
            (Path(folder) / name).write_text(content, encoding="utf-8")
        return QUOTATION.sub(lambda found: f"{found[1]}{output(found['command'], Path(folder))}```\n", text)


def output(command: str, folder: Path) -> str:
    """The command as it is typed, and what it prints."""
    program, *arguments = shlex.split(command)
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [Path(sys.executable).parent / program, *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    lines = [line.rstrip() for line in done.stdout.strip().splitlines()]
    return "\n".join([f"$ {command}", *lines]) + "\n"


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text, encoding="utf-8")
