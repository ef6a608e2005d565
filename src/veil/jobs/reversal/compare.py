"""Compare: tables that were brought back, held against their originals: every column of every table, every cell."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from veil.engine.operators import Operators
from veil.engine.reversibility import LOST, Way, cases_of, ways_of
from veil.errors import Error, PolicyError
from veil.formats.base import Part, Typed
from veil.jobs.release.manifest import version
from veil.jobs.session import Session
from veil.jobs.work.rebatch import Aligned
from veil.jobs.work.units import format_of, reader_of, settings_of
from veil.keys import Keys
from veil.model import Batch
from veil.policy.plan import SourcePlan

SHOWN = 100
PASS, MISMATCH, MISSING, FOREIGN, APART = "pass", "mismatch", "missing", "foreign", "not-reversible"
_BAD = frozenset({MISMATCH, MISSING, FOREIGN})


@dataclass(slots=True)
class _ComparedColumn:
    """What was seen of one column: how many rows, which differ, how many differ because the rule has no way back."""

    status: str = PASS
    description: str = ""
    rows: int = 0
    mismatches: int = 0
    expected: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, wrong: pa.Array, expected: pa.Array, first_row: int, height: int) -> None:
        self.rows += height
        self.expected += pc.sum(expected).as_py() or 0
        places = np.flatnonzero(wrong.to_numpy(zero_copy_only=False))
        self.mismatches += len(places)
        self.first += (places[: SHOWN - len(self.first)] + first_row).tolist()
        if self.mismatches:
            self.status = MISMATCH

    def as_json(self, name: str) -> dict[str, Any]:
        return {
            "column": name,
            "status": self.status,
            "told": self.description,
            "rows": self.rows,
            "mismatches": self.mismatches,
            "not_reversible_cells": self.expected,
            "first_rows": self.first,
        }


def compare(session: Session, reversed_: Path) -> dict[str, Any]:
    """The record of a comparison: counts and numbers of rows, no value and no name of a file.

    Shape:   `passed`; `overview`; `tables`, each with `columns`: status `pass`, `mismatch`, `missing`, `foreign` (no
             column of the original) or `not-reversible` (dropped, hashed, generalised ...: the rule says so). Rows count
             from 0.
    Keeps:   null is not the empty text, and of typed tables the type counts too; cells of a case without a way back are
             counted apart, and fail nothing.
    Errors:  PolicyError `reversed-missing`.
    """
    if not reversed_.is_dir():
        raise PolicyError(
            "reversed-missing", "the folder of reversed tables does not exist", hint="run `veil reverse PROJECT` first"
        )
    operators = Operators(session.plan, Keys.none())
    tables = [
        _table(session, source, number, file.path, reversed_, ways_of(source, operators))
        for source in session.plan.sources
        if source.traits.reversible
        for number, file in enumerate(source.files)
    ]
    if not tables:
        raise PolicyError(
            "tables-missing",
            "the project has no table that can be compared",
            hint="notes and documents cannot be reversed",
        )
    columns = [column for table in tables for column in table["columns"]]
    counts = {
        status: sum(column["status"] == status for column in columns)
        for status in (PASS, MISMATCH, MISSING, FOREIGN, APART)
    }
    passed = all(table["status"] == PASS for table in tables)
    return {
        "veil": version(),
        "made": dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds"),
        "project": session.plan.name,
        "passed": passed,
        "overview": {
            "tables": len(tables),
            "tables_passed": sum(table["status"] == PASS for table in tables),
            "columns": len(columns),
            "rows": sum(table["rows"] for table in tables),
            "mismatches": sum(column["mismatches"] for column in columns),
            **counts,
        },
        "tables": tables,
        "not_compared": [source.name for source in session.plan.sources if not source.traits.reversible],
    }


def _table(
    session: Session, source: SourcePlan, number: int, name: str, folder: Path, ways: tuple[Way, ...]
) -> dict[str, Any]:
    label = f"{source.name} file {number + 1}"
    missing = {"table": label, "status": MISSING, "code": "file-missing", "rows": 0, "reversed_rows": 0, "columns": []}
    if not (folder / format_of(source).after(name)).is_file():
        return missing
    try:
        return _compared(session, source, name, folder, ways, label)
    except Error as error:
        return missing | {"status": MISMATCH, "code": error.code}


def _compared(
    session: Session, source: SourcePlan, name: str, folder: Path, ways: tuple[Way, ...], label: str
) -> dict[str, Any]:
    reader, settings, store = reader_of(source), settings_of(source, name), session.inputs.of(source.place)
    back = format_of(source).after(name)
    seen = reader.inspect(folder / back, {key: settings.get(key) for key in ("encoding", "delimiter")})
    own = {way.address: way for way in ways if way.address in settings["addresses"]}
    columns = {address: _ComparedColumn(description=way.description) for address, way in own.items()}
    there = set(seen.addresses)
    for address, column in columns.items():
        if address not in there:
            column.status = MISSING if any(case.way != LOST for case in own[address].cases) else APART
    columns |= {address: _ComparedColumn(FOREIGN) for address in seen.addresses if address not in own}
    own_reader = format_of(source)
    if isinstance(own_reader, Typed) and isinstance(reader, Typed):
        _check_types(own_reader.schema_of(store / name), reader.schema_of(folder / back), own, columns)
    after = Aligned(
        reader.read(folder, Part((back,)), {**settings, **seen.settings, "addresses": list(seen.addresses)})
    )
    rows = _hold(format_of(source).read(store, Part((name,)), settings), after, own, columns)
    missing, more = rows[0] - rows[1], not after.ended()
    bad = missing or more or any(column.status in _BAD for column in columns.values())
    return {
        "table": label,
        "status": MISMATCH if bad else PASS,
        "code": "row-count" if missing or more else "",
        "rows": rows[0],
        "reversed_rows": rows[1],
        "columns": [column.as_json(address) for address, column in columns.items()],
    }


def _hold(before: Any, after: Aligned, own: dict[str, Way], columns: dict[str, _ComparedColumn]) -> tuple[int, int]:
    """Every batch against its like; how many rows there were and are."""
    rows = found = 0
    for batch in before:
        again = after.take(batch.height) if batch.height else None
        if again is not None:
            cut = batch if again.height == batch.height else _head(batch, again.height)
            _columns(cut, again, own, columns, rows)
            found += again.height
        rows += batch.height
    return rows, found


def _head(batch: Batch, height: int) -> Batch:
    return Batch(tuple(field.slice(0, height) for field in batch.fields), height, batch.first)


def _columns(batch: Batch, again: Batch, own: dict[str, Way], columns: dict[str, _ComparedColumn], first: int) -> None:
    for reread in again.fields:
        was = batch.field(reread.address)
        if was is None:
            continue
        way = own[reread.address]
        same = pc.or_(
            pc.fill_null(pc.equal(was.values, reread.values), fill_value=False),
            pc.and_(was.values.is_null(), reread.values.is_null()),
        )
        lost = _lost(way, batch)
        differs, column = pc.invert(same), columns[reread.address]
        column.add(pc.and_not(differs, lost), pc.and_(differs, lost), first, batch.height)
        if column.status == PASS and all(case.way == LOST for case in way.cases):
            column.status = APART


def _lost(way: Way, batch: Batch) -> pa.Array:
    """The rows of cases that have no way back, told from the original."""
    taken = cases_of(way, batch)
    if taken is None:
        return pa.repeat(pa.scalar(way.cases[0].way == LOST), batch.height)
    back = pa.array([number for number, case in enumerate(way.cases) if case.way != LOST], pa.int8())
    return pc.invert(pc.is_in(taken, back))


def _check_types(was: pa.Schema, now: pa.Schema, own: dict[str, Way], columns: dict[str, _ComparedColumn]) -> None:
    for address, way in own.items():
        if address in now.names and way.whole and was.field(address).type != now.field(address).type:
            columns[address].status = MISMATCH
            columns[address].description += "; different type"
