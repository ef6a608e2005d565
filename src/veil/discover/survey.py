"""Survey: tables wherever they lie, what each of their columns seems to be, and how they lead to each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from veil.discover.coded_terms import with_coded_terms
from veil.discover.detected_labels import is_worth_scanning, labels_in, with_detected_labels
from veil.discover.entities import is_called_id
from veil.discover.keys import Columns
from veil.discover.kinds import Guess, guess
from veil.discover.links import Subjects, subjects_among
from veil.discover.roles import is_quasi, role_of
from veil.discover.sample import ROWS, Progress, sample_of
from veil.discover.signals import Signals, signals_of
from veil.discover.titles import title_of
from veil.errors import Error, PolicyError
from veil.formats.compression import bare
from veil.formats.xlsx import sheets
from veil.model import Item
from veil.parts import kind_of, traits_of
from veil.stores import FolderStore, Store, is_address, open_store

Record = dict[str, Any]
_CELL = re.compile(
    r"@|^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|^\d{5,}$|^\d+\.\d+$|^\d{3}-\d{2}-\d{4}$"
)  # what is a value, and no column's name


@dataclass(slots=True)
class SurveyedTable:
    """One table that was found: its files, columns, guesses and a sample of its values (never shown)."""

    name: str
    files: list[str]
    guesses: dict[str, Guess] = field(default_factory=dict)
    sample: Columns = field(default_factory=dict)
    signals: dict[str, Signals] = field(default_factory=dict)
    looked: int = 0
    read: int = 0
    whole: bool = True
    failed: str = ""
    broken: list[int] = field(default_factory=list)  # numbers of rows that cannot be parsed, where they are passed over
    code: str = ""
    quasi: list[str] = field(default_factory=list)
    alone: float = 0.0


def survey(
    paths: Sequence[str], *, rows: int = ROWS, seed: int = 0, hear: bool = True, tell: Progress | None = None
) -> tuple[list[SurveyedTable], Subjects]:
    """Look at tables: files, folders, databases.

    Errors:  PolicyError `scan-missing` where nothing is there; StoreError of an address. A file that cannot be read is told in `failed`.
    """
    found: list[SurveyedTable] = []
    for store, name, files, kind in [place for path in paths for place in _places(path)]:
        found.append(looked_at(store, name, files, kind, rows=rows, seed=seed, hear=hear, tell=tell))
    if not found:
        raise PolicyError(
            "scan-missing",
            "no table found",
            hint="give a file or folder of CSV, TSV, Parquet or XLSX, or an address such as sqlite:///FILE",
        )
    return found, related(found)


def related(tables: Sequence[SurveyedTable]) -> Subjects:
    """How tables lead to the people they are about; columns that hold another table's ids become ids."""
    subjects = subjects_among({table.name: (table.sample, table.guesses) for table in tables})
    _name_keys(tables, subjects)
    _name_people(tables, subjects)
    for table in tables:
        table.quasi = [column for column, guess in table.guesses.items() if is_quasi(guess)]
    return subjects


def grouped(names: Sequence[str]) -> dict[str, list[str]]:
    """Files of tables by the name of their table: that of the file, or of its first folder."""
    tables: dict[str, list[str]] = {}
    for name in names:
        kind = kind_of(name)
        if kind and traits_of(kind).is_table:
            top = PurePosixPath(name).parts[0] if "/" in name else PurePosixPath(bare(name)).stem
            tables.setdefault(top, []).append(name)
    return tables


def looked_at(
    store: Store,
    name: str,
    files: list[str],
    kind: str,
    *,
    rows: int = ROWS,
    seed: int = 0,
    hear: bool = False,
    passes_broken: bool = False,
    tell: Progress | None = None,
) -> SurveyedTable:
    """One table, looked at by a sample of its rows.

    Keeps:   where the first row seems to be one of the data, nothing of it is told.
    """
    table = SurveyedTable(name, files)
    try:
        seen = sample_of(store, files, kind, rows=rows, seed=seed, passes_broken=passes_broken, tell=tell)
    except Error as error:
        table.failed = error.code
        return table
    if not traits_of(kind).typed and any(_CELL.search(column.strip()) for column in seen.columns):
        table.failed = "header-missing"
        return table
    table.sample, table.looked, table.read, table.whole = seen.head, seen.looked, seen.read, seen.whole
    table.broken, table.code = seen.broken, seen.code
    for column, values in seen.columns.items():
        signals = signals_of(values)
        seems = guess(column, signals, name)
        if hear and is_worth_scanning(seems, signals.share):
            title = title_of(column, name)
            named = title is not None and title.kind == "code" and not title.weak
            seems = with_detected_labels(seems, labels_in(values), named=named)
        table.signals[column], table.guesses[column] = signals, seems
    if hear:
        table.guesses = with_coded_terms(seen.columns, table.guesses)
    table.alone = _alone(seen.columns, [column for column, guess in table.guesses.items() if is_quasi(guess)])
    return table


def _places(path: str) -> list[tuple[Store, str, list[str], str]]:
    """The tables of a path: store, name, files and format of each."""
    if is_address(path):
        store: Store = open_store(path, Path())
        names = store.names()
        if store.kind:
            return [(store, name, [name], store.kind) for name in names]
    else:
        place = Path(path)
        if not place.exists():
            raise PolicyError("scan-missing", "a path does not exist", hint="give files or folders that exist")
        store = FolderStore(place if place.is_dir() else place.parent)
        names = store.names() if place.is_dir() else [place.name]
    return [table for name, files in grouped(names).items() for table in _tables(store, name, files)]


def _tables(store: Store, name: str, files: Sequence[str]) -> list[tuple[Store, str, list[str], str]]:
    """The tables of files that share a name: files of two kinds are two tables, and so are two sheets."""
    found: list[tuple[Store, str, list[str], str]] = []
    kinds = dict.fromkeys(map(kind_of, files))
    for kind in kinds:
        own = [file for file in files if kind_of(file) == kind]
        if traits_of(kind).items:
            found += [
                (store, f"{PurePosixPath(file).stem} {sheet}", [Item(file, sheet)], kind)
                for file in own
                for sheet in sheets(store / file)
            ]
        else:
            found.append((store, name if len(kinds) == 1 else f"{name} {kind}", own, kind))
    return found


def _name_keys(tables: Sequence[SurveyedTable], subjects: Subjects) -> None:
    """A column that refers to the ids of a table about people is an id too, however few values it has; a dictionary's codes stay codes."""
    ids = {
        subjects.domains[table.name, column]: table.name
        for table in tables
        if _of_people(table, subjects)
        for column, guess in table.guesses.items()
        if guess.kind == "id" and (table.name, column) in subjects.domains
    }
    of_ids = {
        subjects.domains[table.name, column]
        for table in tables
        for column, guess in table.guesses.items()
        if guess.kind == "id" and (table.name, column) in subjects.domains
    }
    for table in tables:
        for column, seems in table.guesses.items():
            domain = subjects.domains.get((table.name, column), "")
            home = ids.get(domain)
            title = title_of(column)
            coded = title is not None and title.kind == "code" and not title.weak
            named = is_called_id(column) and domain in of_ids
            if seems.kind in ("code", "measure") and not coded and (named or home not in (None, table.name)):
                table.guesses[column] = Guess("id", 0.9, "its values are ids of another table")


def _name_people(tables: Sequence[SurveyedTable], subjects: Subjects) -> None:
    """The numbers that name people are ids, in whatever table they are: their joins are kept."""
    person = subjects.domains.get(subjects.person) if subjects.person else None
    for table in tables:
        for column, seems in table.guesses.items():
            if person is not None and subjects.domains.get((table.name, column)) == person and seems.kind == "number":
                table.guesses[column] = Guess("id", seems.sure, seems.why, seems.form)


def _of_people(table: SurveyedTable, subjects: Subjects) -> bool:
    led = table.name in subjects.direct or table.name in subjects.through
    return led or any(role_of(guess) == "direct" for guess in table.guesses.values())


def _alone(columns: dict[str, list[str | None]], quasi: Sequence[str]) -> float:
    """Share of the rows looked at that no other looks like over the quasi-identifiers. An upper bound: fewer rows, fewer that look alike."""
    if not quasi:
        return 0.0
    counts = Counter(zip(*(columns[name] for name in quasi), strict=True))
    return sum(count == 1 for count in counts.values()) / max(1, sum(counts.values()))


def shown_names(tables: Sequence[SurveyedTable]) -> dict[str, str]:
    """Names of tables as they may be shown: a name in which a detector finds somebody, or a long number, becomes `table 3`."""
    names = {}
    for number, table in enumerate(tables, 1):
        words = re.sub(r"[_\-.]+", " ", table.name)
        names[table.name] = f"table {number}" if re.search(r"\d{5,}", words) or labels_in([words]) else table.name
    return names


def record_of(tables: Sequence[SurveyedTable], subjects: Subjects, *, rows: int, seed: int) -> Record:
    """What was seen as JSON: names of tables and columns, shares, counts, words of evidence; no value."""
    names = shown_names(tables)
    return {
        "rows_looked_at": rows,
        "seed": seed,
        "person": f"{names[subjects.person[0]]}.{subjects.person[1]}" if subjects.person else None,
        "tables": [
            {
                "table": names[table.name],
                "looked_at": table.looked,
                "drawn_from": table.read,
                "whole": table.whole,
                "failed": table.failed or None,
                "quasi": table.quasi,
                "unique_on_quasi": round(table.alone, 4),
                "columns": [column_of(table, column) for column in table.guesses],
            }
            for table in tables
        ],
    }


def column_of(table: SurveyedTable, column: str) -> Record:
    """One column: its role and kind, how sure, why, and how full and how distinct it is."""
    guess, signals = table.guesses[column], table.signals[column]
    return {
        "column": column,
        "role": role_of(guess),
        "kind": guess.kind,
        "form": guess.form or None,
        "sure": round(guess.sure, 2),
        "evidence": guess.why,
        "null": round(1 - signals.filled, 4),
        "distinct": round(signals.distinct, 4),
        "different": signals.different,
    }


def quasi_of(paths: Sequence[str]) -> list[str]:
    """The quasi-identifiers that tables seem to have, for those who measure risk and name none."""
    tables, _ = survey(paths, hear=False)
    return list(dict.fromkeys(column for table in tables for column in table.quasi))
