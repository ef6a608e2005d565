"""Units: the work of a run cut into pieces that can be done alone, in any order, by any worker."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from veil.formats.base import Format, Part
from veil.model import Batch
from veil.parts import part
from veil.policy.plan import FilePlan, Plan, SourcePlan

UNIT_BYTES = 32 << 20
NOTES_BYTES = 2 << 20
NOTES_FILES = 250


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece: `number` orders the pieces of a run; `file` is the number of its first file in its source."""

    number: int
    source: str
    file: int
    part: Part

    @property
    def label(self) -> str:
        """A name for reports that says nothing: `notes file 17`."""
        return f"{self.source} file {self.file + 1}"


def units_of(plan: Plan, root: Path) -> list[Unit]:
    """Shape: the same plan gives the same units, whatever the number of workers."""
    found: list[Unit] = []
    for source in plan.sources:
        for file, piece in _parts(source, root):
            found.append(Unit(len(found), source.name, file, piece))
    return found


def cut_of(units: list[Unit], root: Path) -> str:
    """A digest of how the work is cut, by which version, of files as they are now: side files of another are no use."""
    made = hashlib.sha256(version("veil-deid").encode())
    for unit in units:
        seen = [(name, (root / name).stat().st_mtime_ns) for name in unit.part.files]
        made.update(repr((unit.source, seen, unit.part.start, unit.part.stop)).encode())
    return made.hexdigest()


def _parts(source: SourcePlan, root: Path) -> Iterator[tuple[int, Part]]:
    reader = format_of(source)
    if source.format == "text":
        yield from _groups(source)
        return
    for number, file in enumerate(source.files):
        for start, stop in reader.split(root / file.path, file.settings, UNIT_BYTES):
            yield number, Part((file.path,), start, stop)


def _groups(source: SourcePlan) -> Iterator[tuple[int, Part]]:
    held: list[str] = []
    size = first = 0
    for number, file in enumerate(source.files):
        if held and (len(held) >= NOTES_FILES or size + file.size > NOTES_BYTES):
            yield first, Part(tuple(held))
            held, size, first = [], 0, number
        held.append(file.path)
        size += file.size
    if held:
        yield first, Part(tuple(held))


def format_of(source: SourcePlan) -> Format:
    made: Format = part("formats", source.format)()
    return made


def settings_of(source: SourcePlan, name: str) -> dict[str, Any]:
    file = _by_path(source)[name]
    return {**file.settings, "day_first": source.day_first}


_held: list[tuple[SourcePlan, dict[str, FilePlan]]] = []  # of the source read last: a folder may hold a million notes


def _by_path(source: SourcePlan) -> dict[str, FilePlan]:
    if not _held or _held[0][0] is not source:
        _held[:] = [(source, {file.path: file for file in source.files})]
    return _held[0][1]


def batches(source: SourcePlan, root: Path, piece: Part) -> Iterator[tuple[Batch, tuple[str, ...]]]:
    """The batches of a piece, each with the file names of its rows."""
    for batch in format_of(source).read(root, piece, settings_of(source, piece.files[0])):
        yield batch, piece.files
