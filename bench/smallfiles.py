"""A folder of small tables as one source, beside the same rows as one table: what a file costs beside its rows.

Usage: python -m bench.smallfiles [FILES]     CSV and JSON; ends with 1 where a file costs over the aim
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from bench.machine import OUT, cost_of, machine
from veil.keys import Cost, Keyring

FILES, ROWS = 1_000, 5
AIM = 3.0  # milliseconds of CPU a file
PROJECT = """\
name: small
profile: expert
keyring: small.key
in: data
out: release
tables:
  events:
    files: "{glob}"
    format: {format}
    subject: {id}
    columns:
      {id}: pseudonym
      {day}: shift
      {unit}: keep
"""
KINDS = {"csv": ("patient_id", "seen", "unit"), "json": ('"$.patient_id"', '"$.seen"', '"$.unit"')}


def _rows(start: int, count: int) -> list[dict[str, str]]:
    return [
        {"patient_id": f"P{10_000 + i // 7}", "seen": f"20{10 + i % 12}-0{1 + i % 9}-1{i % 10}", "unit": "mg/dL"}
        for i in range(start, start + count)
    ]


def _written(path: Path, rows: list[dict[str, str]], kind: str) -> None:
    if kind == "json":
        path.write_text(json.dumps(rows), encoding="utf-8")
        return
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def make(folder: Path, kind: str, files: int, rows: int) -> None:
    """A project over so many files of so many rows each."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data" / "events").mkdir(parents=True)
    for number in range(files):
        _written(folder / "data" / "events" / f"part-{number:05}.{kind}", _rows(number * rows, rows), kind)
    who, day, unit = KINDS[kind]
    subject = who.strip('"')
    project = PROJECT.format(glob=f"events/*.{kind}", format=kind, id=who, day=day, unit=unit)
    (folder / "small.yaml").write_text(project.replace(f"subject: {who}", f'subject: "{subject}"'), encoding="utf-8")
    Keyring.create(folder / "small.key", "bench", Cost.cheap())


def spent(folder: Path) -> float:
    """CPU seconds of `veil run`."""
    veil = str(Path(sys.executable).with_name("veil"))
    return cost_of(veil, "run", str(folder / "small.yaml"), env={**os.environ, "VEIL_PASSPHRASE": "bench"}).cpu


def measure(kind: str, files: int) -> float:
    """Milliseconds that each file costs beside its rows: many files against one of the same rows."""
    folder = OUT / "smallfiles"
    make(folder, kind, 1, files * ROWS)
    one = spent(folder)
    make(folder, kind, files, ROWS)
    many = spent(folder)
    shutil.rmtree(folder)
    each = 1000 * (many - one) / (files - 1)
    print(
        f"{kind}: {files * ROWS:,} rows in one file {one:.2f} CPU s, in {files:,} files {many:.2f}; {each:.2f} ms a file (aim {AIM:g})",
        flush=True,
    )
    return each


def main(arguments: list[str]) -> None:
    files = int(arguments[0]) if arguments else FILES
    print(machine())
    sys.exit(0 if max(measure(kind, files) for kind in KINDS) <= AIM else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
