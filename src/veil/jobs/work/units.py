"""Units: the work of a run cut into pieces that can be done alone, in any order, by any worker."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from veil.errors import Error, FormatError, LimitError
from veil.formats.base import Format, Part
from veil.formats.skipped_rows import broken_of
from veil.model import Batch
from veil.parts import part
from veil.policy.plan import FilePlan, Plan, SourcePlan
from veil.stores import Inputs, Store

UNIT_BYTES = 8 << 20
NOTES_BYTES = 2 << 20
NOTES_FILES = 250
SMALL_BYTES = 64 << 10  # a file of no more is done together with others like it
GROUP_BYTES = 1 << 20
GROUP_FILES = 200


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


def units_of(plan: Plan, inputs: Inputs) -> list[Unit]:
    """Shape: the same plan gives the same units, whatever the number of workers."""
    found: list[Unit] = []
    for source in plan.sources:
        for file, piece in _parts(source, inputs.of(source.place)):
            found.append(Unit(len(found), source.name, file, piece))
    return found


def groups_of(plan: Plan, units: list[Unit]) -> list[list[Unit]]:
    """The units that are done together: small files of one source and of the same columns, one behind the other.

    Shape:   the same units give the same groups, whatever the number of workers.
    """
    found: list[list[Unit]] = []
    size, last = 0, None
    for unit in units:
        source = plan.source(unit.source)
        file = _by_path(source)[unit.part.files[0]]
        key = (
            (source.name, tuple(file.settings["addresses"]) if source.traits.is_table else ())
            if _is_small(source, unit, file)
            else None
        )
        size += file.size
        if key is None or key != last or size > GROUP_BYTES or len(found[-1]) >= GROUP_FILES:
            found.append([])
            size, last = file.size, key
        found[-1].append(unit)
    return found


def _is_small(source: SourcePlan, unit: Unit, file: FilePlan) -> bool:
    traits = source.traits
    alone = traits.many_files or traits.stored or traits.items
    return not alone and unit.part.whole and file.size <= SMALL_BYTES


def cut_of(plan: Plan, units: list[Unit], inputs: Inputs) -> str:
    """A digest of how the work is cut, by which version, of inputs as they are now: side files of another are no use."""
    digest = hashlib.sha256(version("veil-deid").encode())
    stamps: dict[tuple[str, str], str] = {}
    for unit in units:
        for name in unit.part.files:
            if (unit.source, name) not in stamps:
                stamps[unit.source, name] = inputs.of(plan.source(unit.source).place).stamp(name)
        seen = [(name, stamps[unit.source, name]) for name in unit.part.files]
        digest.update(repr((unit.source, seen, unit.part.start, unit.part.stop)).encode())
    return digest.hexdigest()


def _parts(source: SourcePlan, store: Store) -> Iterator[tuple[int, Part]]:
    reader = format_of(source)
    if source.traits.many_files:
        yield from _groups(source)
        return
    for number, file in enumerate(source.files):
        for bound in reader.split(store / file.path, file.settings, UNIT_BYTES):
            yield number, Part((file.path,), *bound)


def _groups(source: SourcePlan) -> Iterator[tuple[int, Part]]:
    names: list[str] = []
    size = first = 0
    for number, file in enumerate(source.files):
        if names and (len(names) >= NOTES_FILES or size + file.size > NOTES_BYTES):
            yield first, Part(tuple(names))
            names, size, first = [], 0, number
        names.append(file.path)
        size += file.size
    if names:
        yield first, Part(tuple(names))


def format_of(source: SourcePlan) -> Format:
    reader: Format = part("formats", source.format)()
    return reader


def reader_of(source: SourcePlan) -> Format:
    """The format that reads a source's outputs."""
    reader: Format = part("formats", written_as(source))()
    return reader


def written_as(source: SourcePlan) -> str:
    """The name of the format that a source's outputs have, with the package that offers it."""
    own = format_of(source)
    return source.format if own.writes == own.name else own.writes


def settings_of(source: SourcePlan, name: str) -> dict[str, Any]:
    file = _by_path(source)[name]
    return {**file.settings, "day_first": source.day_first}


_last_source: list[
    tuple[SourcePlan, dict[str, FilePlan]]
] = []  # of the source read last: a folder may hold a million notes


def _by_path(source: SourcePlan) -> dict[str, FilePlan]:
    if not _last_source or _last_source[0][0] is not source:
        _last_source[:] = [(source, {file.path: file for file in source.files})]
    return _last_source[0][1]


def batches(source: SourcePlan, inputs: Inputs, piece: Part) -> Iterator[tuple[Batch, tuple[str, ...]]]:
    """The batches of a piece, each with the file names of its rows.

    Errors:  those of the format, with the source, the number of its file, and the row as a person counts it.
    """
    try:
        for batch in format_of(source).read(inputs.of(source.place), piece, settings_of(source, piece.files[0])):
            yield batch, piece.files
    except (FormatError, LimitError) as error:
        raise _placed(error, source, inputs, piece) from None


def _placed(error: Error, source: SourcePlan, inputs: Inputs, piece: Part) -> Error:
    """The error with the place where a person finds what is wrong."""
    number = next((i for i, file in enumerate(source.files, 1) if file.path == piece.files[0]), 0)
    label = f"{source.name} file {number}" if number and len(piece.files) == 1 else source.name
    where = ", ".join(filter(None, (label, error.where)))
    if not error.row:
        return error.placed(where=where)
    before = 0
    if piece.start:  # the rows of the file before this piece, counted only now
        earlier = Part(piece.files, 0, piece.start)
        before = sum(batch.height + len(broken_of(batch).rows) for batch, _ in batches(source, inputs, earlier))
    return error.placed(where=where, row=error.row + before + source.traits.heads)
