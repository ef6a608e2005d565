"""Propose: a project for a folder that nobody has described, with the evidence and no value."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from veil.discover.file_names import note_pattern
from veil.discover.links import Subjects
from veil.discover.person_names import with_person
from veil.discover.signals import Signals
from veil.discover.survey import SurveyedTable, grouped, looked_at, related
from veil.discover.titles import title_of
from veil.errors import PolicyError
from veil.formats.compression import opened
from veil.formats.file_content import HEAD
from veil.formats.traits import Kind
from veil.parts import FORMATS, kind_in, kind_of, traits_of
from veil.policy.profile import Profile, read_profile
from veil.stores import FolderStore, data_files

_KNOWN = {
    "given_name": "true",
    "family_name": "true",
    "person_name": "true",
    "phone": "strong",
    "email": "strong",
    "address": "true",
    "city": "true",
    "number": "strong",
    "birth_date": "true",
}
_LABEL = {"number": "ID", "phone": "PHONE", "email": "EMAIL", "address": "LOCATION", "city": "LOCATION"}
_WHOLE = frozenset({"id", "number", "phone", "zip", "age", "birth_year"})
_NEARLY_ALL = 0.98
SHORTEST = 5  # digits of a number that says something by itself
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
class Proposal:
    """What was found in a folder, and the project that follows from it.

    Shape:   `standards`: the files of each format whose fields a published standard names, by the format's name.
    """

    folder: Path
    profile: str
    tables: list[SurveyedTable]
    notes: dict[str, list[str]]
    subjects: Subjects
    unknown: int
    standards: dict[str, list[str]] = field(default_factory=dict)

    def rows(self) -> list[list[str]]:
        found = [
            [table.name, column, guess.kind, f"{guess.sure:.0%}", guess.why]
            for table in self.tables
            for column, guess in table.guesses.items()
        ]
        found += [[name, "(text)", "text", "", f"{len(files)} notes"] for name, files in self.notes.items()]
        return found + [
            [name, "(all fields)", "by the standard", "", f"{len(files)} files"]
            for name, files in self.standards.items()
        ]


def propose(folder: Path, profile: str) -> Proposal:
    """Look at a folder of tables and notes.

    Errors:  PolicyError `input-missing`, `files-missing`, `profile-unknown`.
    """
    if not folder.is_dir():
        raise PolicyError("input-missing", "the folder does not exist", hint="veil init DIR")
    read_profile(profile)
    names = [file for file in data_files(folder) if not _has_items(file)]  # a sheet is named by a person
    standards = _standards_of(folder, names)
    names_left = [file for file in names if not any(file in files for files in standards.values())]
    notes = _notes_of(names_left)
    tables = grouped(names_left)
    unknown = len(names) - sum(map(len, [*tables.values(), *notes.values(), *standards.values()]))
    found = [
        looked_at(FolderStore(folder), name, files, kind_of(files[0]), hear=True) for name, files in tables.items()
    ]
    if not found and not notes and not standards:
        raise PolicyError(
            "files-missing",
            "the folder contains no table, no note, no messages and no documents",
            hint="supported: CSV, TSV, Parquet, TXT, HL7, X12, FHIR, C-CDA",
        )
    return Proposal(folder, profile, found, notes, related(found), unknown, standards)


def _standards_of(folder: Path, names: list[str]) -> dict[str, list[str]]:
    """Files of formats whose fields a published standard names, by the name of the file, else by how it begins."""
    found: dict[str, list[str]] = {}
    for file in names:
        kind = kind_in(folder / file, kind_of(file))
        if not kind or traits_of(kind).kind is Kind.NOTES:
            kind = _kind_inside(folder / file)
        elif traits_of(kind).kind is Kind.RECORDS and not traits_of(kind).standard:
            kind = _kind_by_key(folder / file)
        if kind and traits_of(kind).standard:
            found.setdefault(kind, []).append(file)
    return found


def _kind_inside(path: Path) -> str:
    """The format whose files begin as this one does; "" for none."""
    with opened(path) as file:
        head = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip(b"\x0b \r\n")
    return next((name for name in FORMATS if head.startswith(traits_of(name).begins or (b"\0",))), "")


def _kind_by_key(path: Path) -> str:
    """The format of a standard whose records state what this file states; "" for none."""
    with opened(path) as file:
        head = file.read(HEAD)
    return next((name for name in FORMATS if traits_of(name).key and traits_of(name).key in head), "")


def _notes_of(names: list[str]) -> dict[str, list[str]]:
    """Notes by the name of their folder; of a folder with several formats of notes, those of the first."""
    found: dict[str, dict[str, list[str]]] = {}
    for file in names:
        kind = kind_of(file)
        if kind and traits_of(kind).kind is Kind.NOTES:
            folder = PurePosixPath(file).parts[0] if "/" in file else "notes"
            found.setdefault(folder, {}).setdefault(kind, []).append(file)
    return {
        folder: min(kinds.items(), key=lambda entry: list(FORMATS).index(entry[0]))[1]
        for folder, kinds in found.items()
    }


def _has_items(file: str) -> bool:
    kind = kind_of(file)
    return bool(kind) and traits_of(kind).items


def pattern_of(proposal: Proposal, files: list[str]) -> tuple[str, str] | None:
    """How the names of notes are built, if a piece of them is an id that the tables hold."""
    ids: dict[str, set[str]] = {}
    for table in sorted(proposal.tables, key=lambda table: table.name != (proposal.subjects.person or ("",))[0]):
        for column, guess in table.guesses.items():
            if guess.kind in ("id", "number"):
                ids.setdefault(column, {value for value in table.sample[column] if value})
    return note_pattern([PurePosixPath(file).name for file in files], ids, Counter())


def born_column(table: SurveyedTable, *, each_another: bool) -> str | None:
    """The column of the birth of a row's own person.

    Shape:   `each_another`: every row of the table is another person. Keeps: a date of events is no birth, however far back
             it goes: either the column's name says so, or each row is another person.
    """
    births = [column for column, guess in table.guesses.items() if guess.kind == "birth_date"]
    named = [column for column in births if (title := title_of(column)) is not None and title.kind == "birth_date"]
    return next(iter(named or (births if each_another else [])), None)


def is_cast(profile: Profile, kind: str, signals: Signals, *, padded: bool) -> bool:
    """Whether a column's cells are whole numbers that are to be read as such: `418800.0` is `418800`.

    Shape:   `padded`: its ids are written in more than one way. Keeps: only beside an operator, which alone takes a cast.
    """
    if kind not in _WHOLE or profile.kinds.get(kind) in ("drop", "keep", "scan", None):
        return False
    return padded or (kind != "id" and signals.at("disguised") > 0 and signals.at("integer") > _NEARLY_ALL)


_RECORD = re.compile(r"mrn|medical[\W_]?record|(?:chart|hospital)[\W_]?(?:no|nr|num|number|id)\b", re.IGNORECASE)


def rule_text(
    kind: str, column: str, domain: str | None, *, own: bool, staff: bool, whole: bool = False, short: bool = False
) -> str:
    """A rule as it stands in the file: `as KIND` of the profile, with what is known beside it.

    Shape:   `own`: the table is the people's own, so its ids are theirs; `staff`: the table is about nobody's record; `whole`:
             the operator reads whole numbers, however they are written; `short`: its numbers are too short to be sought in text.
    """
    if kind in ("empty", "document"):
        return "drop" if kind == "empty" else "scan"
    is_record = kind == "id" and bool(
        _RECORD.search(column)
    )  # a second number of the patient, beside the one that keys the table
    theirs = "strong" if kind == "id" and (own or (is_record and not staff)) else None
    known = _STAFF.get(kind) or (_OF_STAFF if staff else _KNOWN).get(kind) or theirs
    pieces = [f"as: {kind}"]
    if known and not (short and kind == "number"):
        pieces.append(f"known: {known}")
        label = ("MRN" if is_record else "ID") if kind == "id" else _LABEL.get(kind)
        pieces += [f"label: {label}"] if label else []
        pieces += [f"kind: {_KIND[kind]}"] if kind in _KIND else []
    if domain:
        pieces.append(f"domain: {domain}")
    if whole:
        pieces.append("cast: integer")
    rule = "{" + ", ".join(pieces) + "}"
    return rule if staff else with_person(rule, kind, column)
