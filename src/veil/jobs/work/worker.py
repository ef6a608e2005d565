"""Worker: one unit from input to a verified side file; what a worker process does."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa

from veil.detectors.scanner import ASKED, Scanner, standard
from veil.engine import Engine
from veil.engine.file_names import FileNames
from veil.engine.subjects import subjects_of
from veil.errors import Error, PolicyError, StoreError
from veil.formats.base import Part, Writer
from veil.formats.compression import bare
from veil.formats.partitions import with_partitions, without_partitions
from veil.formats.skipped_rows import BROKEN
from veil.jobs.work.quarantine import Quarantined, Spot
from veil.jobs.work.rereading import verified
from veil.jobs.work.retry import patiently
from veil.jobs.work.reversal_data import ReversalDataPlace, ReversalDataWriter, WrittenBatch
from veil.jobs.work.row_quarantine import RowQuarantine
from veil.jobs.work.suppression import SmallClasses, suppress
from veil.jobs.work.units import Unit, batches, format_of, reader_of, settings_of
from veil.keys import Keys, Vault
from veil.model import Batch, Edits, Label, Report, label_of, path_of
from veil.policy.plan import Plan, SourcePlan, every_rule
from veil.policy.row_quarantine import ALONE
from veil.policy.rules import Scan, is_gone
from veil.roster import Roster, RosterIndex
from veil.stores import Inputs
from veil.verify import Findings, Verifier

HELD = 8  # batches of a unit that are held until its output was read again; a file of more is read twice


@dataclass(frozen=True, slots=True)
class WorkerSetting:
    """What every worker of a run is given; it travels through memory only."""

    plan: Plan
    keys: Keys
    roster: RosterIndex | None
    inputs: Inputs
    side: Path
    vault: Path | None
    salt: bytes = field(repr=False)
    trail: ReversalDataPlace | None = None  # None: no way back is kept
    small: Mapping[str, SmallClasses] = field(default_factory=dict)  # by source: the classes whose rows are suppressed


@dataclass(slots=True)
class UnitResult:
    """What became of a unit.

    Shape:   `files`: (side file, final name) in order; `quarantined` and `weak` count rows from the first of the unit.
             `rows`: how many rows its part of the input has. `pages`: how many pages of the way back it wrote; `page`: the
             name that they begin with, where it is not the unit's number, for units done together share one, in which
             the rows of this one begin at `page_row`.
    """

    number: int
    files: list[tuple[str, str]] = field(default_factory=list)
    counts: list[dict[str, Any]] = field(default_factory=list)
    checks: dict[str, int] = field(default_factory=dict)
    quarantined: list[Quarantined] = field(default_factory=list)
    pages: int = 0
    rows: int = 0
    weak: list[tuple[str, Spot]] = field(default_factory=list)
    page: str = ""
    page_row: int = 0

    @property
    def stretch(self) -> tuple[str, int, int]:
        """Where its way back lies: the name that its pages begin with, how many there are, its first row in them."""
        return self.page or str(self.number), self.pages, self.page_row


class UnitWorker:
    """Holds the engine of a run and does its units one by one."""

    def __init__(self, setting: WorkerSetting) -> None:
        if setting.vault is not None and setting.keys.vault is None:
            setting = dataclasses.replace(
                setting, keys=setting.keys.with_vault(Vault.open(setting.vault, setting.keys))
            )
        self.setting = setting
        self.roster = Roster(setting.roster) if setting.roster is not None else None
        self.scanner = scanner_of(setting.plan, self.roster)
        self.names_scanner = names_scanner_of(setting.plan, self.roster) or standard(["patterns", "gazetteer"])
        self.engine = Engine(setting.plan, setting.keys, self.roster, self.scanner)
        self.names = FileNames(setting.plan, setting.keys, self.roster, self.names_scanner, setting.salt)
        patterns = standard(["patterns"]) if self.scanner is not None else None
        self.trail = (
            ReversalDataWriter(setting.trail, setting.plan, setting.keys, self.roster) if setting.trail else None
        )
        self.verifier = Verifier(setting.plan, setting.keys, self.roster, patterns)

    def do(self, unit: Unit) -> UnitResult:
        """Shape: a unit -> its verified side files. An error of the data quarantines; one of the plan stops the run."""
        source = self.setting.plan.source(unit.source)
        done = UnitResult(unit.number)
        folder = self.setting.side / f"unit{unit.number:06d}"
        emptied(folder)
        try:
            patiently(lambda: self._run(source, unit, folder, done), lambda: emptied(folder))
        except (PolicyError, StoreError):
            raise
        except Error as error:
            shutil.rmtree(folder, ignore_errors=True)
            done.files, done.counts, done.checks = [], [], {}
            if source.traits.many_files and len(unit.part.files) > 1:
                self._one_by_one(source, unit, folder, done)
            else:
                done.quarantined.append(Quarantined.by(unit.label, error))
        return done

    def _one_by_one(self, source: SourcePlan, unit: Unit, folder: Path, done: UnitResult) -> None:
        """Notes of a unit that failed as a whole, alone, so that one bad file costs only itself."""
        for i, name in enumerate(unit.part.files):
            single = Unit(unit.number, unit.source, unit.file + i, Part((name,)))
            part_done = UnitResult(unit.number)
            aside = folder / str(i)
            try:
                emptied(aside)
                patiently(partial(self._run, source, single, aside, part_done), partial(emptied, aside))
            except (PolicyError, StoreError):
                raise
            except Error as error:
                part_done = UnitResult(unit.number, quarantined=[Quarantined.by(single.label, error)])
            done.files += part_done.files
            done.counts = _added(done.counts, part_done.counts)
            done.checks = {
                key: done.checks.get(key, 0) + part_done.checks.get(key, 0) for key in {*done.checks, *part_done.checks}
            }
            done.quarantined += part_done.quarantined
            done.weak += part_done.weak

    def _run(self, source: SourcePlan, unit: Unit, folder: Path, done: UnitResult) -> None:
        """A unit made and verified; anew without the rows that may not be shown, where the project asks for that."""
        rows = RowQuarantine(self.setting.plan, unit)
        while True:
            names, findings, report = self._written(source, rows, folder, done)
            if source.traits.many_files or not rows.takes(findings) or rows.is_empty:
                break
            emptied(folder)
        done.rows = rows.rows
        self._collect(source, rows, folder, names, findings, done)
        done.counts = report.rows()
        done.checks = dict(findings.counts + Counter(rows.seen()))

    def _written(
        self, source: SourcePlan, rows: RowQuarantine, folder: Path, done: UnitResult
    ) -> tuple[list[str], Findings, Report]:
        """The side files of a unit without the rows in quarantine: their final names, what verify saw, counts."""
        unit = rows.unit
        format_, settings = format_of(source), settings_of(source, unit.part.files[0])
        writer = format_.writer(folder, side_part(source, unit), settings)
        report = Report()
        witness: list[tuple[Batch, pa.Array]] | None = []
        answers: list[dict[str, pa.Array]] = []
        number = 0
        new_names: list[str] = []
        rows.begin()
        with finished(writer):
            for batch, names in batches(source, self.setting.inputs, unit.part):
                subjects = subjects_of(source, batch, names, self.roster, self.setting.plan.person)
                edits, counted = self.engine.deidentify(source, batch, names, subjects)
                suppress(self.setting.small.get(source.name), source, batch, edits, counted)
                if source.traits.many_files:
                    new_names = _distinct(self.names.renamed(source, names, subjects.to_pylist()))
                    batch.about["names"] = new_names  # type: ignore[index]
                writer.write(batch, edits)
                if not source.traits.is_table:  # a cell of a table is held against its rule, a text against its answer
                    answers.append(answers_of(batch, edits))
                if self.trail is not None and source.traits.reversible:
                    piece = WrittenBatch(batch, edits, settings)
                    self.trail.keep(f"{unit.number}.{number}", source, format_, batch, edits, subjects, [piece])
                    done.pages = number + 1
                report += counted
                number += 1
                rows.see(batch)
                witness = None if witness is None or number > HELD else [*witness, (batch, subjects)]
        findings = Findings()
        if not rows.is_empty:
            findings = self._weighed(
                source, self._verified(source, unit, folder, settings, witness, new_names, answers)
            )
        new_names = new_names or self.named(source, unit.part.files[0], getattr(writer, "partitions", {}))
        return new_names, findings, report

    def named(self, source: SourcePlan, name: str, partitions: Mapping[str, str | None]) -> list[str]:
        """The final name of a table: its own, if that is clean, in folders that tell the new values of its partitions."""
        name = format_of(source).after(name)
        new = self.names.renamed(source, [without_partitions(name)], [None])[0]
        return [with_partitions(new, name, partitions)]

    def _verified(
        self,
        source: SourcePlan,
        unit: Unit,
        folder: Path,
        settings: dict[str, Any],
        witness: list[tuple[Batch, pa.Array]] | None,
        names: Sequence[str],
        answers: Sequence[dict[str, pa.Array]],
    ) -> Findings:
        """Reads input and side files again, by the format's second reading, and holds them against each other.

        Shape:   `witness`: the input's batches; None where they were too many to hold, and are read once more.
        """
        encodings = [name for before, _ in witness or () for name in before.about.get("encodings", ())]
        if encodings:
            settings = {**settings, "encodings": encodings}
        piece = Part(tuple(names) or tuple(map(format_of(source).after, side_part(source, unit).files)))
        store, own = self.setting.inputs.of(source.place), format_of(source)
        return verified(
            self.verifier,
            source,
            lambda: self._once_more(source, unit) if witness is None else witness,
            lambda careful: own.reread(store, unit.part, settings, careful=careful),
            lambda careful: reader_of(source).reread(
                folder, piece, after_settings(source, unit, settings), careful=careful
            ),
            answers,
        )

    def _weighed(self, source: SourcePlan, findings: Findings) -> Findings:
        """What is seen, weighed as the project asks: weak evidence costs the file where it says so."""
        asked = self.setting.plan.on_evidence("weak")
        if asked == "quarantine" or (asked == ALONE and source.traits.many_files):
            for place in findings.weak:
                findings.strong.setdefault(place.row, place)
            findings.weak.clear()
        return findings

    def _once_more(self, source: SourcePlan, unit: Unit) -> Iterator[tuple[Batch, pa.Array]]:
        for batch, names in batches(source, self.setting.inputs, unit.part):
            yield batch, subjects_of(source, batch, names, self.roster, self.setting.plan.person)

    def _collect(
        self,
        source: SourcePlan,
        rows: RowQuarantine,
        folder: Path,
        names: list[str],
        findings: Findings,
        done: UnitResult,
    ) -> None:
        unit = rows.unit
        if not source.traits.many_files:
            if findings.bad_rows or rows.is_empty:
                done.quarantined += rows.file_lost(unit.label, findings)
                shutil.rmtree(folder, ignore_errors=True)
                return
            side = folder / format_of(source).after(side_part(source, unit).files[0])
            done.files.append((str(side.relative_to(self.setting.side)), names[0]))
            done.quarantined += rows.quarantined(unit.label)
            done.weak = [(unit.label, Spot(place.row, place.column)) for place in rows.spots(findings.weak)]
            return
        for i, name in enumerate(names):
            side = folder / name
            label = f"{source.name} file {unit.file + i + 1}"
            if i in findings.strong:
                side.unlink(missing_ok=True)
                done.quarantined.append(Quarantined(label, findings.strong[i].code))
            else:
                done.files.append((str(side.relative_to(self.setting.side)), name))
                done.weak += [(label, Spot(0, "")) for place in findings.weak if place.row == i]


def emptied(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def side_part(source: SourcePlan, unit: Unit, number: int | None = None) -> Part:
    """The part with a name for its side file that says nothing: an input's may hold a person."""
    if source.traits.many_files:
        return unit.part
    name = PurePosixPath(path_of(unit.part.files[0]))
    ending = "".join(name.suffixes[-2:]) if bare(name.name) != name.name else name.suffix
    return dataclasses.replace(unit.part, files=(f"table{'' if number is None else number}{ending}",))


@contextlib.contextmanager
def finished(writer: Writer) -> Iterator[None]:
    """Closes the side file, whatever happens; a second failure does not hide the first."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(Exception):
            writer.finish()
        raise
    writer.finish()


def _distinct(names: list[str]) -> list[str]:
    """The same names, a number added to those that two files of a unit would share."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        path = Path(name)
        found.append(name if seen[name] == 1 else str(path.with_name(f"{path.stem}-{seen[name]}{path.suffix}")))
    return found


def answers_of(batch: Batch, edits: Edits) -> dict[str, pa.Array]:
    """What every field that stays is to be."""
    there = {field.address: field.values for field in batch.fields} | edits.whole(batch.fields)
    return {address: values for address, values in there.items() if address not in edits.removed}


def _added(left: list[dict[str, Any]], right: list[dict[str, Any]]) -> list[dict[str, Any]]:
    report = Report()
    report.add([*left, *right])
    return report.rows()


def after_settings(source: SourcePlan, unit: Unit, settings: dict[str, Any]) -> dict[str, Any]:
    """How the side file of a unit is read again: as an output, without the dropped columns, without a header in later parts."""
    gone = {address for address, rule in source.rules if is_gone(rule)}
    ruled = {address for address, _ in source.rules}
    kept = [
        address
        for address in settings["addresses"]
        if address not in gone and (address in ruled or not source.traits.is_table)
    ]
    own = {key: value for key, value in settings.items() if key != BROKEN}
    return {**own, "addresses": kept, "headless": unit.part.start > 0, "output": True}


def scanner_of(plan: Plan, roster: Roster | None) -> Scanner | None:
    """The detectors of a plan, or None where nothing is scanned."""
    scans = any(
        isinstance(case.treatment, Scan)
        for source in plan.sources
        for _, rule in every_rule(source)
        for case in rule.cases
    )
    if not scans:
        return None
    thresholds = {label_of(word): least for word, least in plan.thresholds.items()}
    staff = roster.staff() if roster is not None else ()
    return standard(
        plan.detectors,
        thresholds=thresholds,
        house=staff,
        files={"filters": plan.filters, "model": plan.model},
        allow=[word for word, _ in plan.allow.words],
        allow_patterns=[pattern for pattern, _ in plan.allow.patterns],
        deny={word: Label(label) for word, label in plan.deny.words},
        deny_patterns={pattern: Label(label) for pattern, label in plan.deny.patterns},
    )


def names_scanner_of(plan: Plan, roster: Roster | None) -> Scanner | None:
    """The detectors that say of a file name whether it is clean: not those that mask whatever they do not know."""
    if plan.detectors is None or not set(plan.detectors) & set(ASKED):
        return scanner_of(plan, roster)
    left = tuple(name for name in plan.detectors if name not in ASKED)
    return scanner_of(dataclasses.replace(plan, detectors=left or ("patterns", "gazetteer")), roster)
