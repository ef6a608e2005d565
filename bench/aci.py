"""A project made from outpatient notes and their gold: a patient table, visits, staff, and the notes as files.

Usage: python -m bench.aci     share of identifiers masked and of other text changed, with and without tables.
"""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.corpora import NO_REAL_GOLD, corpus
from bench.machine import OUT, machine, veil_run

NAMES = ("NAME_PATIENT", "NAME_PROVIDER")
HEAD = """\
name: outpatient notes
profile: {profile}
keyring: notes.key
in: data
out: {out}
reference_date: 2026-06-30
"""
TABLES = """\
tables:
  patients:
    subject: patient_id
    columns:
      patient_id: as id
      first_name: {as: given_name, known: true, kind: given_name}
      last_name:  {as: family_name, known: true, kind: family_name}
  visits:
    subject: patient_id
    columns:
      patient_id: as id
      date: as date
  providers:
    columns:
      provider_id: as id
      first_name: {as: given_name, known: staff, kind: given_name}
      last_name:  {as: family_name, known: staff, kind: family_name}
"""
IDS_ONLY = (
    "person: patient_id\ntables: {patients: {subject: patient_id, unlisted: drop, columns: {patient_id: as id}}}\n"
)
NOTES = """\
notes:
  notes:
    subject: {from: file_name, pattern: "{patient_id}.txt"}
    columns: {text: scan}
"""
RUNS = (("expert", "tables and notes"), ("expert", "notes alone"), ("safe-harbor", "tables and notes"))
Record = dict[str, Any]


def prepare(folder: Path) -> list[Record]:
    """Tables and notes on disk; a patient for each note."""
    from veil.keys import Cost, Keyring

    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data" / "notes").mkdir(parents=True)
    with corpus("aci-visit-notes.jsonl").open(encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    patients, visits, staff = [], [], {}
    for number, record in enumerate(records):
        record["patient"] = f"P{number:05d}"
        patients.append((record["patient"], *_parts(max(said(record, "NAME_PATIENT"), key=len, default=""))))
        visits += [(record["patient"], date.isoformat()) for date in dates(record)]
        staff |= {name: _parts(name) for name in said(record, "NAME_PROVIDER")}
        (folder / "data" / "notes" / f"{record['patient']}.txt").write_bytes(record["text"].encode())
    _table(folder / "data" / "patients.csv", ("patient_id", "first_name", "last_name"), patients)
    _table(folder / "data" / "visits.csv", ("patient_id", "date"), visits)
    _table(
        folder / "data" / "providers.csv",
        ("provider_id", "first_name", "last_name"),
        ((f"C{i:03d}", *parts) for i, parts in enumerate(staff.values())),
    )
    Keyring.create(folder / "notes.key", "bench", Cost.cheap())
    for number, (profile, what) in enumerate(RUNS):
        middle = TABLES if what.startswith("tables") else IDS_ONLY
        (folder / f"{number}.yaml").write_text(HEAD.format(profile=profile, out=f"out{number}") + middle + NOTES)
    return records


def said(record: Record, label: str) -> list[str]:
    return [record["text"][span["start"] : span["end"]] for span in record["spans"] if span["label"] == label]


def dates(record: Record) -> list[dt.date]:
    """The days written in full with figures."""
    found = [re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", one) for one in said(record, "DATE")]
    return [dt.date(int(one[3]), int(one[1]), int(one[2])) for one in found if one]


def _parts(name: str) -> tuple[str, str]:
    first, _, last = name.rpartition(" ")
    return first, last


def _table(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def changed(before: str, after: str) -> bytearray:
    """1 for each character of a text that its new version does not hold at that place, told by aligning their words."""
    old, new = (re.findall(r"\w+|\s+|[^\w\s]", text) for text in (before, after))
    marks = bytearray(len(before))
    at = [0]
    for piece in old:
        at.append(at[-1] + len(piece))
    for kind, start, end, _, _ in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            marks[at[start] : at[end]] = b"\1" * (at[end] - at[start])
    return marks


def measure(folder: Path, number: int, records: list[Record]) -> Counter[str]:
    """Spans and characters of each kind, and how many of them are changed in the output.

    Shape:   a name is masked where no word of it is left; a date or a place where any part is another (`2021` and
             `Hospital` may stay).
    """
    found: Counter[str] = Counter()
    with (folder / f"out{number}" / "patients.csv").open(encoding="utf-8", newline="") as file:
        names = [row["patient_id"] for row in csv.DictReader(file)]
    moved = _moves(folder, number, names)
    for name, record in zip(names, records, strict=True):
        after = (folder / f"out{number}" / "notes" / f"{name}.txt").read_text(encoding="utf-8")
        marks = changed(record["text"], after)
        told = bytearray(len(marks))
        for span in record["spans"]:
            start, end = span["start"], span["end"]
            told[start:end] = b"\1" * (end - start)
            kind = (
                span["label"]
                if span["label"] in NAMES
                else "DATE"
                if span["label"] == "DATE"
                else "other PHI"
                if span["phi"] == "yes"
                else ""
            )
            letters = [marks[i] for i in range(start, end) if record["text"][i].isalnum()]
            found[f"{kind} spans"] += 1
            found[f"{kind} masked"] += all(letters) if kind in NAMES else any(letters)
        free = [i for i in range(len(marks)) if not told[i] and not record["text"][i].isspace()]
        found["other characters"] += len(free)
        found["other changed"] += sum(marks[i] for i in free)
        for date in dates(record) if name in moved else []:
            found["dates in notes and tables"] += 1
            found["dates moved alike"] += f"{date + moved[name]:%m/%d/%Y}" in after
    return found


def _moves(folder: Path, number: int, names: list[str]) -> dict[str, dt.timedelta]:
    """By how much the dates of each patient moved in the table of visits; nothing where only years are left."""
    out = folder / f"out{number}" / "visits.csv"
    if not out.exists():
        return {}
    with out.open(encoding="utf-8") as new, (folder / "data" / "visits.csv").open(encoding="utf-8") as old:
        rows = list(zip(csv.DictReader(old), csv.DictReader(new), strict=True))
    whole = [(now["patient_id"], was["date"], now["date"]) for was, now in rows if len(now["date"]) == 10]
    assert {who for who, _, _ in whole} <= set(names)
    return {who: dt.date.fromisoformat(now) - dt.date.fromisoformat(was) for who, was, now in whole}


def main() -> None:
    print(
        f"{machine()}\n{NO_REAL_GOLD} The names and dates of these notes are invented; their gold was made by hand.\n"
    )
    folder = OUT / "aci"
    records = prepare(folder)
    for number, (profile, what) in enumerate(RUNS):
        veil_run(folder / f"{number}.yaml")
        found = measure(folder, number, records)
        print(f"{profile}, {what}: {len(records)} notes")
        for kind in (*NAMES, "DATE", "other PHI"):
            masked, spans = found[f"{kind} masked"], found[f"{kind} spans"]
            print(f"  {kind:<14} {masked:>4} of {spans:<4} masked ({100 * masked / spans:.1f} %)")
        both = found["dates in notes and tables"]
        if both:
            print(
                f"  {'':<14} {found['dates moved alike']:>4} of {both:<4} full dates moved in the note as in the table"
            )
        print(
            f"  other text     {found['other changed']:,} of {found['other characters']:,} characters changed "
            f"({100 * found['other changed'] / found['other characters']:.3f} %)\n",
            flush=True,
        )
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
