"""X12 read a second time: by splitting alone, without a place, to compare inputs and outputs by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pyarrow as pa

from veil.errors import FormatError
from veil.formats.x12.rows import rows_of
from veil.formats.x12.standard import BY_CODE, BY_ELEMENT, FORMATS, codes, composites, elements, repeating
from veil.model import SUBJECT, Batch, Field


class _SegmentLine(NamedTuple):
    """A segment as its cells, with the separators of its interchange behind the element's."""

    cells: list[str]
    component: str
    repetition: str

    @property
    def name(self) -> str:
        return self.cells[0]

    def cell(self, place: int) -> str:
        return self.cells[place] if len(self.cells) > place else ""


def interchanges_again(text: str) -> Batch:
    """The values of all interchanges, as the first reading names them. Errors: FormatError `reread`."""
    lines = list(_lines(text))
    rows = rows_of(lines)
    found: dict[str, tuple[list[str | None], list[int]]] = {}
    for line, row, owner in zip(lines, rows.rows, rows.owners, strict=True):
        for address, value in _named(line, owner):
            values, numbers = found.setdefault(address, ([], []))
            values.append(value or None)
            numbers.append(row)
    fields = tuple(
        Field(address, pa.array(values, pa.large_string()), pa.array(numbers, pa.int64()))
        for address, (values, numbers) in found.items()
    )
    return Batch(fields, len(rows.subjects), owners={SUBJECT: pa.array(rows.subjects, pa.large_string())})


def _lines(text: str) -> Iterator[_SegmentLine]:
    rest = text.lstrip()
    while rest:
        if rest[:3] != "ISA" or len(rest) < 106:
            raise FormatError("reread", "the check by a second X12 reader found no ISA")
        mark, component, end = rest[3], rest[104], rest[105]
        repetition = "" if rest[82].isalnum() or rest[82].isspace() else rest[82]
        yield _SegmentLine(rest[:105].split(mark), component, repetition)
        pieces = rest[106:].split(end)
        for count, piece in enumerate(pieces, 1):
            cells = piece.lstrip().rstrip("\r\n").split(mark)
            if cells[0]:
                yield _SegmentLine(cells, component, repetition)
            if cells[0] == "IEA":
                rest = end.join(pieces[count:]).lstrip()
                break
        else:
            raise FormatError("reread", "the check by a second X12 reader found no IEA")


def _named(line: _SegmentLine, owner: str) -> Iterator[tuple[str, str]]:
    """The values of a segment with their addresses."""
    for place, cell in enumerate(line.cells[1:], 1):
        name = f"{line.name}-{place}"
        if line.name == "ISA":
            if place != 16 and (place != 11 or cell.isalnum()):
                value = cell.rstrip()
                yield name, f"20{value}" if place == 9 and value else value
        elif cell not in codes().get(name, ()):
            many = line.repetition if name in repeating() else ""
            for part in cell.split(many) if many else [cell]:
                yield from _parts(line, owner, place, part)


def _parts(line: _SegmentLine, owner: str, place: int, cell: str) -> Iterator[tuple[str, str]]:
    if f"{line.name}-{place}" not in composites():
        yield from _values(line, owner, place, "", cell)
        return
    pieces = cell.split(line.component)
    for number, piece in enumerate(pieces, 1):
        if not (line.name == "HI" and number == 1 and piece in codes()["HI-1.1"]):
            way = _way(pieces[2]) if line.name == "HI" and number == 4 else ""
            yield from _values(line, owner, place, f".{number}", piece, way)


def _values(
    line: _SegmentLine, owner: str, place: int, component: str, value: str, way: str = ""
) -> Iterator[tuple[str, str]]:
    name = f"{line.name}-{place}"
    if not component:
        way = _kind(line, name)
    code = _code(line, owner)
    head = f"{owner}/" if owner and line.name not in ("NM1", "N1") else ""
    address = f"{head}{line.name}{code}-{place}{f'({way})' if way else ''}{component}"
    low, mark, high = value.partition("-")
    if way in ("RD8", "RDT") and mark and "-" not in high:
        yield address, low
        yield address, high
        return
    kind = elements().get(name)
    yield address, f"20{value}" if kind and kind.type == "DT" and len(value) in (2, 6) else value


def _code(line: _SegmentLine, owner: str) -> str:
    place = BY_CODE.get(line.name, 0)
    known = line.cell(place) if place and line.cell(place) in codes()[f"{line.name}-{place}"] else ""
    shown = (owner or known) if line.name in ("NM1", "N1") else known
    return f"({shown})" if shown else ""


def _kind(line: _SegmentLine, name: str) -> str:
    if name in ("NM1-3", "NM1-4"):
        return "2" if line.cell(2) == "2" else ""
    if name in FORMATS:
        return _way(line.cell(FORMATS[name]))
    by = BY_ELEMENT.get(name, 0)
    word = line.cell(by) if by else ""
    return word if word in codes().get(f"{line.name}-{by}", ()) else ""


def _way(code: str) -> str:
    if code in ("D8", "DT"):
        return ""
    return code if code in ("RD8", "RDT", "TM") else "OT"
