"""Dry run: the first rows of each source through the engine; counts only, nothing written."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from veil.engine import Engine
from veil.jobs.release.manifest import manifest_of
from veil.jobs.session import Session
from veil.jobs.work.first_pass import pass_one
from veil.jobs.work.units import Unit, batches, units_of
from veil.jobs.work.worker import UnitResult, scanner_of
from veil.keys import Keys
from veil.model import Batch, Report
from veil.roster import Roster


def dry_run(session: Session, keys: Keys, rows: int) -> dict[str, Any]:
    """The manifest that a run over the first rows of each source would write.

    Keeps:   writes nothing but the sealed roster, in a private temporary folder that is gone at the end; mints no code.
    """
    plan, report = session.plan, Report()
    units = units_of(plan, session.inputs)
    with tempfile.TemporaryDirectory(prefix="veil-") as folder:
        roster = Roster(pass_one(plan, session.inputs, Path(folder), keys, units, mint=False))
        engine = Engine(plan, keys, roster, scanner_of(plan, roster))
        for source in plan.sources:
            for batch, names in _first(session, [unit for unit in units if unit.source == source.name], rows):
                report += engine.deidentify(source, batch, names)[1]
    return manifest_of(
        plan, session.inputs.digest, [UnitResult(0, counts=report.rows())], {}, [], [], keys, dt.datetime.now(tz=dt.UTC)
    )


def _first(session: Session, units: list[Unit], rows: int) -> Iterator[tuple[Batch, tuple[str, ...]]]:
    left = rows
    for unit in units:
        for batch, names in batches(session.plan.source(unit.source), session.inputs, unit.part):
            taken = _cut(batch, left)
            yield taken, names[:left] if len(names) == batch.height else names
            left -= taken.height
            if left <= 0:
                return


def _cut(batch: Batch, rows: int) -> Batch:
    if batch.height <= rows:
        return batch
    fields = tuple(field.until(rows) for field in batch.fields)
    return Batch(fields, rows, batch.first, about=batch.about, elements=batch.elements, owners=batch.owners)
