"""Protected page: original and result of notes side by side; it holds PHI, and is written only on request."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from veil.engine import Engine
from veil.errors import Error, PolicyError
from veil.formats.base import Part
from veil.jobs.session import Session
from veil.jobs.work.first_pass import pass_one
from veil.jobs.work.units import batches, units_of
from veil.jobs.work.worker import scanner_of
from veil.keys import Keys
from veil.model import TextFindings
from veil.policy.plan import SourcePlan
from veil.reports.protected import side_by_side
from veil.roster import Roster
from veil.stores import Inputs

MOST_SHOWN = 200
Row = tuple[str, str, TextFindings]


def protected_page(session: Session, keys: Keys, target: Path) -> None:
    """Original and result of the first 200 notes, spans coloured by label.

    Keeps:   mode 0600; refused inside the output folder.
    Errors:  PolicyError `protected-inside`.
    """
    check_apart(session, target)
    with tempfile.TemporaryDirectory(prefix="veil-") as folder:
        rows = [row for row, _ in zip(found_rows(session, keys, Path(folder)), range(MOST_SHOWN), strict=False)]
    page = side_by_side(rows, session.plan.name)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(page)


def check_apart(session: Session, target: Path) -> None:
    """Errors: PolicyError `protected-inside` where the page would lie in the output."""
    if session.out.resolve() in target.resolve().parents:
        raise PolicyError(
            "protected-inside",
            "the protected page may not be inside the output folder",
            hint="give a file elsewhere: the page contains PHI",
        )


def found_rows(session: Session, keys: Keys, folder: Path, *, cells: bool = False) -> Iterator[Row]:
    """Original, result and what was found of each note, the run's quarantine left out where it could not be read.

    Shape:   `folder` is private and holds the sealed roster while this lasts. `cells`: also of each cell of tables and trees
             that is scanned as a whole.
    """
    plan, inputs = session.plan, session.inputs
    units = units_of(plan, inputs)
    roster = Roster(pass_one(plan, inputs, folder, keys, units, mint=False))
    engine = Engine(plan, keys, roster, scanner_of(plan, roster))
    for unit in units:
        source = plan.source(unit.source)
        if not source.traits.many_files and not cells:
            continue
        try:
            rows = list(_of(engine, source, inputs, unit.part))
        except PolicyError:
            raise
        except Error:
            rows = [row for name in unit.part.files for row in _alone(engine, source, inputs, name)]
        yield from rows


def _alone(engine: Engine, source: SourcePlan, inputs: Inputs, name: str) -> list[Row]:
    """One note, or nothing where it fails: it is in quarantine."""
    try:
        return list(_of(engine, source, inputs, Part((name,))))
    except PolicyError:
        raise
    except Error:
        return []


def _of(engine: Engine, source: SourcePlan, inputs: Inputs, piece: Part) -> Iterator[Row]:
    for batch, names in batches(source, inputs, piece):
        engine.seen = {}
        edits, _ = engine.deidentify(source, batch, names)
        for field in batch.fields:
            seen = engine.seen.get(field.address, [])
            after = edits.changed(field)
            if after is not None and len(seen) == len(field.values):
                yield from zip(field.values.to_pylist(), after.to_pylist(), seen, strict=True)
