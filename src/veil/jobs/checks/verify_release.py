"""Verify a release: its files read again and compared with their input, long after the run."""

from __future__ import annotations

import dataclasses
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from veil.engine.subjects import subjects_of
from veil.errors import FormatError, PolicyError
from veil.formats.base import Part
from veil.formats.partitions import partitions_of
from veil.jobs.release.assemble import MANIFEST
from veil.jobs.session import Session
from veil.jobs.work.day_order import EMPTY, in_day_order
from veil.jobs.work.first_pass import pass_one
from veil.jobs.work.quarantine import ROW_CODES, Spot
from veil.jobs.work.rereading import verified
from veil.jobs.work.row_quarantine import closed_up
from veil.jobs.work.units import Unit, batches, format_of, reader_of, settings_of, units_of
from veil.jobs.work.worker import UnitWorker, WorkerSetting, after_settings
from veil.keys import Keys
from veil.model import Batch
from veil.policy.plan import SourcePlan
from veil.stores import file_digest


@dataclass(slots=True)
class ReleaseVerdict:
    """What reading a release again came to.

    Shape:   `counts`: checks made and what was seen, by code; `leaks`: (place without a value, code).
    """

    counts: Counter[str] = field(default_factory=Counter)
    leaks: list[tuple[str, str]] = field(default_factory=list)


def read_again(session: Session, keys: Keys) -> ReleaseVerdict:
    """Hold the release of a project against its input and its manifest.

    Keeps:   writes nothing but the sealed roster in a private temporary folder.
    Errors:  PolicyError `release-missing`.
    """
    if not (session.out / MANIFEST).exists():
        raise PolicyError("release-missing", "this project has no release yet", hint="run `veil run PROJECT` first")
    manifest = json.loads((session.out / MANIFEST).read_text(encoding="utf-8"))
    verdict = ReleaseVerdict()
    _digests(session.out, manifest, verdict)
    put_aside = Aside.of(manifest)
    units = units_of(session.plan, session.inputs)
    if session.plan.contradiction == EMPTY:
        session = dataclasses.replace(session, plan=in_day_order(session.plan, session.inputs, units))
    with tempfile.TemporaryDirectory(prefix="veil-") as folder:
        index = pass_one(session.plan, session.inputs, Path(folder), keys, units, mint=False)
        salt = keys.secret("file names") if keys.id else b""
        worker = UnitWorker(WorkerSetting(session.plan, keys, index, session.inputs, Path(folder), None, salt))
        for source in session.plan.sources:
            own = [unit for unit in units if unit.source == source.name]
            for pair in _pairs(session, worker, own, put_aside):
                _hold(worker, session, source, pair, verdict)
    return verdict


def _digests(out: Path, manifest: dict[str, object], verdict: ReleaseVerdict) -> None:
    """Every file that the manifest names, as the run left it; none that it does not name."""
    named: dict[str, str] = {output["name"]: output["sha256"] for output in manifest["outputs"]}  # type: ignore[attr-defined]
    there = {
        path.relative_to(out).as_posix()
        for path in out.rglob("*")
        if path.is_file() and not path.name.startswith("veil-")
    }
    for number, name in enumerate(sorted(named)):
        verdict.counts["checked digests"] += 1
        if name not in there or file_digest(out / name) != named[name]:
            verdict.leaks.append((f"output {number + 1}", "file-changed"))
    if there - set(named):
        verdict.leaks.append((f"{len(there - set(named))} files", "file-foreign"))


@dataclass(frozen=True, slots=True)
class _Pair:
    """A file of the input, and what the release has of it."""

    label: str
    before: Part
    after: Part
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Aside:
    """What of the input is not in a release: files by label, and rows of the others, as a person counts them, by label and code."""

    files: frozenset[str]
    rows: dict[str, dict[str, list[int]]]

    @classmethod
    def of(cls, manifest: dict[str, Any]) -> Aside:
        rows: dict[str, dict[str, list[int]]] = {}
        for entry in manifest["quarantined"]:
            if entry.get("rows_only"):
                rows.setdefault(entry["what"], {})[entry["code"]] = [place["row"] for place in entry["places"]]
        return cls(frozenset(entry["what"] for entry in manifest["quarantined"] if not entry.get("rows_only")), rows)

    def without(self, label: str, heads: int) -> tuple[int, ...]:
        """The rows that are to be left out, among those of a file that can be parsed."""
        found = self.rows.get(label, {})
        broken = sorted(row for code, rows in found.items() if code not in ROW_CODES for row in rows)
        taken = sorted({row for code, rows in found.items() if code in ROW_CODES for row in rows})
        first = heads + 1
        return tuple(closed_up([row - first for row in taken], [row - first for row in broken]))


def _pairs(session: Session, worker: UnitWorker, units: list[Unit], put_aside: Aside) -> Iterator[_Pair]:
    """Input and output of each file: a table's parts in a row, each note alone."""
    for unit in units:
        source = session.plan.source(unit.source)
        for i, name in enumerate(unit.part.files if unit.part.start == 0 else ()):
            label = f"{unit.source} file {unit.file + i + 1}"
            if label in put_aside.files:
                continue
            whole = Part((name,), without=put_aside.without(label, source.traits.heads))
            final = _final(session, worker, unit, name)
            yield _Pair(label, whole, Part((final,)), settings_of(source, name))


def _final(session: Session, worker: UnitWorker, unit: Unit, name: str) -> str:
    source = session.plan.source(unit.source)
    if not source.traits.many_files:
        return worker.named(source, name, _partitions(session, worker, source, name))[0]
    empty = Batch((), 1)
    subject = subjects_of(source, empty, [name], worker.roster, session.plan.person)
    return worker.names.renamed(source, [name], subject.to_pylist())[0]


def _partitions(session: Session, worker: UnitWorker, source: SourcePlan, name: str) -> dict[str, str | None]:
    """The new values of what a file's folders tell, by its first rows: all rows share them."""
    if not partitions_of(name):
        return {}
    batch, names = next(batches(source, session.inputs, Part((name,))))
    edits, _ = worker.engine.deidentify(source, batch, names)
    fields = [
        field for field in batch.fields if field.address in partitions_of(name) and field.address not in edits.removed
    ]
    new = edits.whole(fields)
    return {field.address: new.get(field.address, field.values)[0].as_py() for field in fields if batch.height}


def _hold(worker: UnitWorker, session: Session, source: SourcePlan, pair: _Pair, verdict: ReleaseVerdict) -> None:
    inputs, person = session.inputs, session.plan.person
    kept = after_settings(source, Unit(0, source.name, 0, pair.before), pair.settings)
    try:
        findings = verified(
            worker.verifier,
            source,
            lambda: (
                (batch, subjects_of(source, batch, names, worker.roster, person))
                for batch, names in batches(source, inputs, pair.before)
            ),
            lambda careful: format_of(source).reread(
                inputs.of(source.place), pair.before, pair.settings, careful=careful
            ),
            lambda careful: reader_of(source).reread(session.out, pair.after, kept, careful=careful),
        )
    except (FormatError, OSError) as error:
        verdict.leaks.append((pair.label, error.code if isinstance(error, FormatError) else "file-missing"))
        return
    verdict.counts += findings.counts
    for bad_row, place in sorted(findings.strong.items()):
        spot = Spot(0 if source.traits.many_files else bad_row + 1 + source.traits.heads, place.column)
        verdict.leaks.append((", ".join(filter(None, (pair.label, spot.line()))), place.code))
