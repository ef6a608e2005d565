"""Suppression: classes of a release with too few records, found in a first pass; their rows are suppressed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from veil.engine import Engine
from veil.errors import LeakError, LimitError
from veil.jobs.work.table_files import Progress, TableFiles
from veil.jobs.work.units import Unit, batches
from veil.keys import Keys
from veil.model import Batch, Edits, Report
from veil.policy.plan import Plan, SourcePlan
from veil.policy.suppress import SuppressPlan
from veil.risk.classes import STAR, Tally
from veil.risk.classes import RunKeys as ClassKeys
from veil.risk.external_sort import SortMemory
from veil.risk.spill import Words
from veil.roster import Roster, RosterIndex
from veil.stores import Inputs

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SmallClasses:
    """Which classes of a table are suppressed, under random numbers of this run; it travels through memory only.

    Shape:   `words`: sorted.
    """

    keys: ClassKeys = field(repr=False)
    words: Words = field(repr=False)


def small_classes(
    plan: Plan, inputs: Inputs, keys: Keys, units: Sequence[Unit], index: RosterIndex, tell: Progress
) -> dict[str, SmallClasses]:
    """The classes to be suppressed of every table that asks for it.

    Keeps:   told from what the columns will become, of the whole table: the same rows from any number of workers, and
             from a run that goes on.
    """
    found = {}
    for source in plan.sources:
        if source.suppress is not None:
            own = [unit for unit in units if unit.source == source.name]
            found[source.name] = _of(
                source, source.suppress, Engine(plan, keys, Roster(index), None), inputs, own, tell
            )
    return found


def _of(
    source: SourcePlan, asked: SuppressPlan, engine: Engine, inputs: Inputs, units: Sequence[Unit], tell: Progress
) -> SmallClasses:
    with SortMemory() as room:
        tally = Tally(asked.over, room, person=asked.person, sensitive=asked.sensitive, parts=False)
        for done, unit in enumerate(units):
            for batch, names in batches(source, inputs, unit.part):
                columns = engine.columns(source, batch, names, (*asked.over, *asked.sensitive))
                person = batch.field(asked.person) if asked.person else None
                tally.add(columns | ({asked.person: person.values} if person is not None else {}))
            tell("counting classes", done + 1, len(units))
        return SmallClasses(tally.keys, tally.failing(asked.k, asked.distinct, asked.t))


def suppress(small: SmallClasses | None, source: SourcePlan, batch: Batch, edits: Edits, report: Report) -> None:
    """`*` in every quasi-identifier of the rows whose class is suppressed; the other columns stay as they are treated."""
    if small is None or source.suppress is None:
        return
    columns = {name: _after(name, batch, edits) for name in source.suppress.over}
    words = sum(
        (key.words_of(column) for key, column in zip(small.keys.quasi, columns.values(), strict=True)),
        start=np.uint64(0),
    )
    hidden = pa.array(np.isin(words, small.words))
    report.count("", "suppressed", "", pc.sum(hidden).as_py() or 0)
    for name, column in columns.items():
        edits.spans.pop(name, None)
        edits.columns[name] = pc.if_else(hidden, pa.scalar(STAR, pa.large_string()), column)


def _after(name: str, batch: Batch, edits: Edits) -> pa.Array:
    before = batch.field(name)
    if before is None:
        return pa.nulls(batch.height, pa.large_string())
    changed = edits.changed(before)
    values = before.values if changed is None else changed
    return values.cast(pa.large_string())


def check_suppressed(plan: Plan, fresh: Path, finals: Mapping[str, tuple[str, str]], counts: Iterable[Record]) -> None:
    """Every class of the tables as they lie there, counted again from the files, before anybody sees them.

    Shape:   `counts`: the rows of all reports of the run.

    Errors:  LeakError `suppress-short`: a class is smaller than it may be, or rows are `*` that nobody suppressed;
             LimitError `suppress-most`: more rows had to be suppressed than the project allows.
    """
    counted = _counted(counts)
    for source in plan.sources:
        files = [fresh / final for final, (name, _) in sorted(finals.items()) if name == source.name]
        if source.suppress is not None and files:
            _check(source, source.suppress, files, counted.get(source.name, 0))


def _check(source: SourcePlan, asked: SuppressPlan, files: list[Path], suppressed: int) -> None:
    delimiter = source.files[0].settings.get("delimiter")
    with SortMemory() as room:
        tally = Tally(asked.over, room, sensitive=asked.sensitive, parts=False)
        for columns in TableFiles.of(files, delimiter).batches((*asked.over, *asked.sensitive)):
            tally.add(columns)
        few = len(tally.failing(asked.k, asked.distinct, asked.t if not asked.person else None))
        if few or tally.suppressed < suppressed:
            raise LeakError(
                "suppress-short",
                f"{few:,} classes of a table are smaller than `suppress` requires",
                where=source.name,
                hint="no release was written; check whether a file of the table was quarantined",
            )
        if tally.suppressed > asked.most * tally.records + 1e-9:
            raise LimitError(
                "suppress-most",
                f"{tally.suppressed:,} of {tally.records:,} rows would be suppressed",
                where=source.name,
                hint="search wider levels with `veil risk --fix`, or raise `most`",
            )


def _counted(counts: Iterable[Record]) -> dict[str, int]:
    """Rows that were suppressed, by source."""
    found: dict[str, int] = {}
    for row in counts:
        if row["action"] == "suppressed":
            found[row["source"]] = found.get(row["source"], 0) + row["count"]
    return found
