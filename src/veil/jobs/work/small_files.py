"""Small files: files of one source treated and verified as one batch; each has its own output and quarantine."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

import pyarrow as pa

from veil.engine.subjects import subjects_of
from veil.errors import Error, PolicyError, StoreError
from veil.formats.base import AsOne, Part
from veil.formats.partitions import with_partitions, without_partitions
from veil.formats.skipped_rows import broken_of
from veil.jobs.work.quarantine import Spot
from veil.jobs.work.rebatch import Aligned
from veil.jobs.work.rereading import compared
from veil.jobs.work.reversal_data import WrittenBatch
from veil.jobs.work.suppression import suppress
from veil.jobs.work.units import Unit, batches, format_of, reader_of, settings_of
from veil.jobs.work.worker import UnitResult, UnitWorker, after_settings, answers_of, emptied, finished, side_part
from veil.model import Batch, Edits, JoinedBatches, Report
from veil.policy.plan import SourcePlan
from veil.verify import Findings

FEW = 3  # files that are done alone at once where something is amiss in them
_BY_FILE = frozenset({"file", "file_name", "map"})  # subjects that come from the file of a row


def do_units(worker: UnitWorker, units: Sequence[Unit]) -> list[UnitResult]:
    """What became of units, which are small files of one source or a single one.

    Keeps:   done together, they have the bytes that each has alone; a file in which anything is amiss is done alone, so that
             it is found where it is.
    """
    return _together(worker, units) or _apart(worker, units)


def _together(worker: UnitWorker, units: Sequence[Unit]) -> list[UnitResult] | None:
    """Units done as one batch; None where something is amiss in one of them, or there is only one."""
    if len(units) < 2:
        return None
    group = _Group(worker, worker.setting.plan.source(units[0].source), list(units))
    try:
        done = group.done()
    except (PolicyError, StoreError):
        raise
    except Error:
        done = None
    if done is None:
        shutil.rmtree(group.folder, ignore_errors=True)
    return done


def _apart(worker: UnitWorker, units: Sequence[Unit]) -> list[UnitResult]:
    """Units among which something is amiss: a half in which nothing is stays together; where both have some, each is done alone."""
    middle = len(units) // 2
    halves = [units[:middle], units[middle:]] if len(units) > FEW else []
    done = [_together(worker, half) for half in halves]
    if not any(done):
        return [worker.do(unit) for unit in units]
    return [result for half, found in zip(halves, done, strict=True) for result in found or _apart(worker, half)]


@dataclass(frozen=True, slots=True)
class _Treated:
    """The files of a group as one batch, and what became of it.

    Shape:   `files`: the number of the file of each member; `rows`: the first row of each file, and the number of all.
    """

    joint: JoinedBatches
    files: list[int]
    rows: list[int]
    edits: Edits
    report: Report
    subjects: pa.Array


class _WrittenBatches(NamedTuple):
    """What is written, batch by batch, and what the reversal data is made from."""

    written: list[WrittenBatch]
    back: list[WrittenBatch]


class _Group:
    """Units that are done together."""

    def __init__(self, worker: UnitWorker, source: SourcePlan, units: list[Unit]) -> None:
        self._worker, self._source, self._units = worker, source, units
        self._format, self._inputs = format_of(source), worker.setting.inputs
        self._settings = [settings_of(source, unit.part.files[0]) for unit in units]
        self._parts = [side_part(source, unit, number) for number, unit in enumerate(units)]
        self._name = f"{units[0].number:06d}-{units[-1].number:06d}"
        self.folder = worker.setting.side / f"units{self._name}"

    def done(self) -> list[UnitResult] | None:
        """None where they must be done alone."""
        treated = self._treated()
        if treated is None:
            return None
        emptied(self.folder)
        pieces = self._pieces(treated)
        if pieces is None:
            return None
        partitions = self._written(treated, pieces.written)
        findings = self._verified(treated)
        if (
            findings is None
            or findings.strong
            or (findings.weak and self._worker.setting.plan.on_evidence("weak") not in ("warn", "stop"))
        ):
            return None
        pages = self._kept(treated, pieces.back)
        names = self._names(partitions)
        return self._done(treated, findings, names, pages)

    def _treated(self) -> _Treated | None:
        members, files = [], []
        for number, unit in enumerate(self._units):
            own = [batch for batch, _ in batches(self._source, self._inputs, unit.part)]
            if not own or any(broken_of(batch).rows for batch in own):
                return None
            members += own
            files += [number] * len(own)
        joint = JoinedBatches.of(members)
        if joint is None or not joint.batch.height:
            return None
        rows = [joint.rows[files.index(number)] for number in range(len(self._units))] + [joint.rows[-1]]
        names = self._file_names(rows)
        subjects = subjects_of(self._source, joint.batch, names, self._worker.roster, self._worker.setting.plan.person)
        edits, report = self._worker.engine.deidentify(self._source, joint.batch, names, subjects)
        suppress(self._worker.setting.small.get(self._source.name), self._source, joint.batch, edits, report)
        return _Treated(joint, files, rows, edits, report, subjects)

    def _pieces(self, treated: _Treated) -> _WrittenBatches | None:
        """What each file gets; in one go where its format can. None where that cannot be said."""
        joint, edits, settings = treated.joint, treated.edits, [self._settings[file] for file in treated.files]
        joined = self._format.as_one(joint, settings) if isinstance(self._format, AsOne) else None
        if joined is not None and isinstance(self._format, AsOne) and joint.edits_of(0, edits) is not None:
            members, gone = self._format.written(joined, edits, joint, settings[0]), Edits(removed=edits.removed)
            return _WrittenBatches(
                [WrittenBatch(member, gone, own) for member, own in zip(members, settings, strict=True)],
                [WrittenBatch(joined, edits, settings[0])],
            )
        every = [joint.edits_of(number, edits) for number in range(len(joint.members))]
        files = [
            WrittenBatch(batch, mine, own)
            for batch, mine, own in zip(joint.members, every, settings, strict=True)
            if mine is not None
        ]
        return _WrittenBatches(files, files) if len(files) == len(every) else None

    def _file_names(self, rows: list[int]) -> list[str]:
        """The file of each row, where one asks for it."""
        files = [unit.part.files[0] for unit in self._units]
        if self._source.subject.how not in _BY_FILE:
            return files[:1]
        return [name for name, (first, end) in zip(files, pairwise(rows), strict=True) for _ in range(end - first)]

    def _written(self, treated: _Treated, pieces: Sequence[WrittenBatch]) -> list[dict[str, str | None]]:
        """Writes the side files; what the folders of their names tell."""
        partitions: list[dict[str, str | None]] = []
        for number, own in groupby(zip(treated.files, pieces, strict=True), key=itemgetter(0)):
            writer = self._format.writer(self.folder, self._parts[number], self._settings[number])
            with finished(writer):
                for _, piece in own:
                    writer.write(piece.batch, piece.edits)
            partitions.append(getattr(writer, "partitions", {}))
        return partitions

    def _verified(self, treated: _Treated) -> Findings | None:
        """Inputs and side files read again, each as one; None where they cannot be."""
        reader, store = reader_of(self._source), self._inputs.of(self._source.place)
        after = [
            after_settings(self._source, unit, settings)
            for unit, settings in zip(self._units, self._settings, strict=True)
        ]
        parts = [Part((self._format.after(part.files[0]),)) for part in self._parts]
        heights = [end - first for first, end in pairwise(treated.rows)]
        again = _joined(self._format.reread, store, [unit.part for unit in self._units], self._settings, heights)
        written = _joined(reader.reread, self.folder, parts, after, heights)
        if again is None or written is None:
            return None
        before = [(treated.joint.batch, treated.subjects)]
        answers = [] if self._source.traits.is_table else [answers_of(treated.joint.batch, treated.edits)]
        return compared(
            self._worker.verifier, self._source, before, Aligned(iter([again])), Aligned(iter([written])), answers
        )

    def _kept(self, treated: _Treated, pieces: list[WrittenBatch]) -> int:
        """Seals the way back of all of them as one page; how many pages that are."""
        if self._worker.trail is None or not self._source.traits.reversible:
            return 0
        batch, edits, subjects = treated.joint.batch, treated.edits, treated.subjects
        self._worker.trail.keep(f"{self._name}.0", self._source, self._format, batch, edits, subjects, pieces)
        return 1

    def _names(self, partitions: Sequence[dict[str, str | None]]) -> list[str]:
        names = [without_partitions(self._format.after(unit.part.files[0])) for unit in self._units]
        renamed = self._worker.names.renamed(self._source, names, [None] * len(names))
        return [
            with_partitions(new, self._format.after(unit.part.files[0]), partition)
            for new, unit, partition in zip(renamed, self._units, partitions, strict=True)
        ]

    def _done(self, treated: _Treated, findings: Findings, names: list[str], pages: int) -> list[UnitResult]:
        """What became of each unit; counts and checks of all stand with the first."""
        rows, side = treated.rows, self._worker.setting.side
        done = []
        for number, (unit, name, part) in enumerate(zip(self._units, names, self._parts, strict=True)):
            path = self.folder / self._format.after(part.files[0])
            weak = [
                (unit.label, Spot(place.row - rows[number], place.column))
                for place in findings.weak
                if rows[number] <= place.row < rows[number + 1]
            ]
            done.append(
                UnitResult(
                    unit.number,
                    [(str(path.relative_to(side)), name)],
                    pages=pages,
                    rows=rows[number + 1] - rows[number],
                    weak=weak,
                    page=self._name if pages else "",
                    page_row=rows[number] if pages else 0,
                )
            )
        done[0].counts, done[0].checks = treated.report.rows(), dict(findings.counts)
        return done


def _joined(
    reread: Callable[..., Iterator[Batch]],
    path: Any,
    parts: Sequence[Part],
    settings: Sequence[dict[str, Any]],
    heights: Sequence[int],
) -> Batch | None:
    """Files read a second time, as one batch; None where one has not as many rows as it must."""
    found: list[Batch] = []
    for part, own, height in zip(parts, settings, heights, strict=True):
        seen = list(reread(path, part, own, careful=False))
        if sum(batch.height for batch in seen) != height:
            return None
        found += seen
    joint = JoinedBatches.of(found) if found else None
    return None if joint is None else joint.batch
