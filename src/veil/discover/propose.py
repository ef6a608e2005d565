"""Propose: a project for a folder that nobody has described, with the evidence and no value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from veil.discover.kinds import Guess, guess
from veil.discover.links import Columns, Subjects, note_pattern, subjects_among
from veil.discover.signals import signals_of
from veil.errors import Error, PolicyError
from veil.formats.base import Format, Part
from veil.formats.packing import bare
from veil.parts import kind_of, part
from veil.policy.profile import read_profile
from veil.stores import data_files

SAMPLE_ROWS = 2_000
_KNOWN = {"given_name": "true", "family_name": "true", "person_name": "true", "phone": "strong", "email": "strong", "address": "true",
          "city": "true", "number": "strong", "birth_date": "true"}  # fmt: skip
_LABEL = {"number": "ID", "phone": "PHONE", "email": "EMAIL", "address": "LOCATION", "city": "LOCATION"}
_STAFF = {"staff_name": "staff"}
_OF_STAFF = {"given_name": "staff", "family_name": "staff", "person_name": "staff"}
_KIND = {
    "birth_date": "birth_date",
    "given_name": "given_name",
    "family_name": "family_name",
    "city": "city",
    "person_name": "full_name",
    "staff_name": "full_name",
}


@dataclass(slots=True)
class Table:
    """One table that was found: its files, columns, guesses and a sample of its values (never shown)."""

    name: str
    files: list[str]
    guesses: dict[str, Guess] = field(default_factory=dict)
    sample: Columns = field(default_factory=dict)


@dataclass(slots=True)
class Proposal:
    """What was found in a folder, and the project that follows from it."""

    folder: Path
    profile: str
    tables: list[Table]
    notes: dict[str, list[str]]
    subjects: Subjects
    unknown: int

    def rows(self) -> list[list[str]]:
        found = [
            [table.name, column, one.kind, f"{one.sure:.0%}", one.why]
            for table in self.tables
            for column, one in table.guesses.items()
        ]
        return found + [[name, "(text)", "text", "", f"{len(files)} notes"] for name, files in self.notes.items()]


def propose(folder: Path, profile: str) -> Proposal:
    """Look at a folder of tables and notes.

    Errors:  PolicyError `input-missing`, `files-missing`, `profile-unknown`.
    """
    if not folder.is_dir():
        raise PolicyError("input-missing", "the folder is not there", hint="veil init DIR")
    read_profile(profile)
    tables: dict[str, list[str]] = {}
    notes: dict[str, list[str]] = {}
    unknown = 0
    for file in data_files(folder):
        kind = kind_of(file)
        if kind == "text":
            notes.setdefault(PurePosixPath(file).parts[0] if "/" in file else "notes", []).append(file)
        elif kind in ("csv", "tsv", "parquet"):
            tables.setdefault(PurePosixPath(file).parts[0] if "/" in file else PurePosixPath(bare(file)).stem, []).append(
                file
            )
        else:
            unknown += 1
    found = [_looked_at(folder, name, files) for name, files in tables.items()]
    if not found and not notes:
        raise PolicyError(
            "files-missing", "there is no table and no note in the folder", hint="CSV, TSV, Parquet or TXT"
        )
    subjects = subjects_among({table.name: (table.sample, table.guesses) for table in found})
    _name_keys(found, subjects)
    return Proposal(folder, profile, found, notes, subjects, unknown)


def _name_keys(tables: list[Table], subjects: Subjects) -> None:
    """A column that refers to another table's ids is an id too, however few values it has."""
    ids = {subjects.domains[table.name, column]: table.name for table in tables for column, one in table.guesses.items()
           if one.kind == "id" and (table.name, column) in subjects.domains}  # fmt: skip
    for table in tables:
        for column, one in table.guesses.items():
            home = ids.get(subjects.domains.get((table.name, column), ""))
            if one.kind in ("code", "measure") and home not in (None, table.name):
                table.guesses[column] = Guess("id", 0.9, f"its values are ids of {home}")


def _looked_at(folder: Path, name: str, files: list[str]) -> Table:
    table = Table(name, files)
    kind = kind_of(files[0])
    reader: Format = part("formats", kind)()
    try:
        seen = reader.inspect(folder / files[0], {"delimiter": "\t"} if kind == "tsv" else {})
        settings = {**seen.settings, "addresses": list(seen.addresses)}
        batch = next(reader.read(folder, Part((files[0],)), settings), None)
    except Error:
        return table
    for one in batch.fields if batch is not None else ():
        values = one.values.slice(0, 50 * SAMPLE_ROWS).to_pylist()
        step = max(1, len(values) // SAMPLE_ROWS)
        table.sample[one.address] = values
        table.guesses[one.address] = guess(one.address, signals_of(values[::step]))
    return table


def pattern_of(proposal: Proposal, files: list[str]) -> tuple[str, str] | None:
    """How the names of notes are built, if a piece of them is an id that the tables hold."""
    ids: dict[str, set[str]] = {}
    for table in sorted(proposal.tables, key=lambda one: one.name != (proposal.subjects.person or ("",))[0]):
        for column, one in table.guesses.items():
            if one.kind in ("id", "number"):
                ids.setdefault(column, {value for value in table.sample[column] if value})
    return note_pattern([PurePosixPath(file).name for file in files], ids, Counter())


def rule_text(kind: str, column: str, domain: str | None, *, own: bool, staff: bool) -> str:
    """A rule as it stands in the file: `as KIND` of the profile, with what is known beside it.

    Shape:   `own`: the table is the people's own, so its ids are theirs; `staff`: the table is about nobody's record.
    """
    if kind in ("empty", "document"):
        return "drop" if kind == "empty" else "scan"
    known = (
        _STAFF.get(kind) or (_OF_STAFF if staff else _KNOWN).get(kind) or ("strong" if own and kind == "id" else None)
    )
    pieces = [f"as: {kind}"]
    if known:
        pieces.append(f"known: {known}")
        label = ("MRN" if "mrn" in column.lower() else "ID") if kind == "id" else _LABEL.get(kind)
        pieces += [f"label: {label}"] if label else []
        pieces += [f"kind: {_KIND[kind]}"] if kind in _KIND else []
    if domain:
        pieces.append(f"domain: {domain}")
    return "{" + ", ".join(pieces) + "}"
