"""Files that hospitals share: what is left of planted identities by channel, what is still of use, and messages a second.

Usage: python -m bench.files [FORMAT ...]     of those that this build reads; ends with 1 where a channel is left or a use is lost
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.corpora import PEERS, corpus, give_up
from bench.machine import OUT, machine
from veil.errors import Error
from veil.jobs.session import open_session
from veil.keys import Keys
from veil.parts import FORMATS

READERS = {"hl7v2": "hl7", "x12": "x12", "fhir": "fhir", "ccda": "ccda"}  # of each format of the battery, that of Veil
MESSAGES = 200
PROJECT = """\
profile: expert
in: in
out: out
reference_date: 2026-06-01
trees:
  records: {{files: "{glob}", format: {format}, names: keep}}
"""
MESSAGE = (
    "MSH|^~\\&|EHR|NORTH|LAB|SOUTH|20260203101112||ADT^A01|{n}|P|2.5.1\r"
    "PID|1||{n}^^^NORTH^MR||Okonkwo^Adaeze||19660728|F|||12 Elm Ct^^Miami^FL^33111||3055550144\r"
    "PV1|1|I|W1^12^3||||77^Kildare^Ben\rDG1|1||J45.909^Asthma^I10||20260131|A\r"
)


def project(folder: Path, glob: str, format_: str) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "in").mkdir(parents=True)
    path = folder / "project.yaml"
    path.write_text(PROJECT.format(glob=glob, format=format_), encoding="utf-8")
    return path


def run(path: Path) -> tuple[int, float]:
    """How many files went to quarantine, and the CPU seconds of a run."""
    begun = time.process_time()
    outcome = open_session(path).run(Keys.from_secret(bytes(range(32))))
    return len(outcome.quarantined), time.process_time() - begun


def left(format_: str, entries: list[dict[str, Any]]) -> tuple[str, bool]:
    """The row of a format, and whether nothing is left and all is of use."""
    folder = OUT / "files" / format_
    path = project(folder, "**/*", READERS[format_])
    for entry in entries:
        target = folder / "in" / entry["file"]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(corpus("files/battery") / entry["file"], target)
    try:
        withheld, _ = run(path)
    except Error as error:
        return f"{format_:8} not written: {error.code}", False
    report = folder / "report.json"
    asked = [sys.executable, str(PEERS / "files_leak.py"), str(corpus("files/battery")), str(folder / "out")]
    subprocess.run([*asked, "--formats", format_, "--no-ocr", "--json", str(report)], check=True, capture_output=True)
    rows = json.loads(report.read_text(encoding="utf-8"))
    every = [use for row in rows for use in row["use"]]
    uses = [use["ok"] for use in every if not use["note"].startswith("ModuleNotFoundError")]
    unread = len(every) - len(uses)  # by readers that are not installed: files_requirements.txt
    stay, channels = sum(len(row["left"]) for row in rows), sum(row["channels"] for row in rows)
    line = f"{format_:8} left {stay}/{channels} channels, use {sum(uses)}/{len(uses)}, withheld {withheld} of {len(rows)} files"
    line += f", {unread} checks not made: their readers are not installed" if unread else ""
    return line, not stay and all(uses)


def speed() -> str:
    """Messages of HL7 v2 without text for each CPU second, whole runs: read, treated, written, read again and checked."""
    path = project(OUT / "files" / "speed", "*.hl7", "hl7")
    text = "".join(MESSAGE.format(n=1_000 + n) for n in range(MESSAGES))
    (path.parent / "in" / "feed.hl7").write_text(text, encoding="utf-8", newline="")
    _, seconds = run(path)
    return f"hl7v2    {MESSAGES / seconds:,.0f} messages of {len(text) // MESSAGES} bytes a CPU second, {MESSAGES} in one file"


def main(words: list[str]) -> int:
    if not (PEERS / "files_leak.py").is_file():
        give_up("../shared/peers/files_leak.py is not there")
    print(machine())
    manifest = json.loads((corpus("files/battery") / "manifest.json").read_text(encoding="utf-8"))
    sound = True
    for format_, reader in READERS.items():
        if reader in FORMATS and format_ in (words or READERS):
            line, is_sound = left(format_, [entry for entry in manifest["files"] if entry["format"] == format_])
            sound &= is_sound
            print(line, flush=True)
    if not words or "hl7v2" in words:
        print(speed())
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
