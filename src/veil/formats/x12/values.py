"""Values of X12: where each stands in its file, so that edits leave every other character alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from veil.formats.x12.address import joined
from veil.formats.x12.rows import rows_of
from veil.formats.x12.segments import Separators, X12Segment, read_segments
from veil.formats.x12.standard import (
    BY_CODE,
    BY_ELEMENT,
    DAYS,
    FORMATS,
    ISA_WIDTHS,
    RANGES,
    composites,
    elements,
    is_known,
    qualifier,
    repeating,
)

_SHORT = (2, 6)  # characters of a year and of a day whose year has two digits
_RANGE = re.compile(r"([^-]*)-([^-]*)\Z")
CENTURY = "20"  # of a year of two digits: envelopes have them, births do not
OTHER = "OT"  # how an address shows a date that is written in another way than the standard's


class X12Value(NamedTuple):
    """A place of a file: its address, its value (None: nothing stands there), where it stands, its row and its segment.

    Shape:   `width`: how many characters it must have, 0 for any; `added`: how many characters of the value are not written.
    """

    address: str
    value: str | None
    start: int
    end: int
    row: int
    element: int
    marks: Separators
    width: int = 0
    added: int = 0


@dataclass(slots=True)
class Interchanges:
    """What a file consists of. Shape: `wrong`: the segments whose counts are wrong; `segment_rows[i]`: the row of segment i."""

    leaves: list[X12Value] = field(default_factory=list)
    segment_rows: list[int] = field(default_factory=list)
    subjects: list[str | None] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)


def read_interchanges(text: str, where: str) -> Interchanges:
    """Errors: those of `read_segments`."""
    segments, wrong = read_segments(text, where)
    rows = rows_of(segments)
    found = Interchanges([], rows.rows, rows.subjects, wrong)
    for place, (segment, row, owner) in enumerate(zip(segments, rows.rows, rows.owners, strict=True)):
        found.leaves += _Values(segment, row, owner, place).all()
    return found


class _Values:
    """The values of one segment."""

    def __init__(self, segment: X12Segment, row: int, owner: str, place: int) -> None:
        self._segment, self._row, self._place = segment, row, place
        self._owner, self._code = named_by(segment.name, segment.cell(BY_CODE.get(segment.name, 0)), owner)

    def all(self) -> Iterator[X12Value]:
        segment = self._segment
        if segment.name == "ISA":
            yield from self._header()
            return
        for place in range(1, len(segment.cells)):
            name, raw = f"{segment.name}-{place}", segment.cells[place]
            if is_known(name, raw):
                continue
            at = segment.starts[place]
            many = name in repeating() and segment.marks.repetition
            for part in raw.split(segment.marks.repetition) if many else [raw]:
                yield from self._element(name, place, part, at)
                at += len(part) + 1

    def _header(self) -> Iterator[X12Value]:
        """The elements of ISA, which have their widths; the separators in it are none."""
        for place, width in enumerate(ISA_WIDTHS, 1):
            raw, at = self._segment.cells[place], self._segment.starts[place]
            if place != 16 and (place != 11 or raw.isalnum()):
                value = raw.rstrip() or None
                added = len(CENTURY) if place == 9 and value else 0
                value = CENTURY + value if added and value else value
                yield self._value(f"ISA-{place}", value, at, at + width, width, added)

    def _element(self, name: str, place: int, raw: str, at: int) -> Iterator[X12Value]:
        if name in composites():
            for number, part in enumerate(raw.split(self._segment.marks.component), 1):
                yield from self._component(place, number, part, at)
                at += len(part) + 1
            return
        yield from self._dated(place, "", raw, at)

    def _component(self, place: int, number: int, raw: str, at: int) -> Iterator[X12Value]:
        if self._segment.name == "HI" and number == 1 and is_known(f"HI-{place}.1", raw):
            return
        yield from self._dated(place, str(number), raw, at)

    def _dated(self, place: int, component: str, raw: str, at: int) -> Iterator[X12Value]:
        """A value; the two days of a stretch of days are two values, and a year of two digits is read with its century."""
        segment = self._segment
        kind = kind_of(segment.name, place, component, segment.cells, segment.marks.component)
        address = joined(self._owner, segment.name, self._code, str(place), kind, component)
        stretch = _RANGE.match(raw) if kind in RANGES else None
        if stretch:
            for group in (1, 2):
                yield self._value(address, stretch[group] or None, at + stretch.start(group), at + stretch.end(group))
            return
        known = elements().get(f"{segment.name}-{place}")
        is_short = known is not None and known.type == "DT" and len(raw) in _SHORT
        value = CENTURY + raw if is_short else raw
        yield self._value(address, value or None, at, at + len(raw), added=len(CENTURY) if is_short else 0)

    def _value(self, address: str, value: str | None, start: int, end: int, width: int = 0, added: int = 0) -> X12Value:
        return X12Value(address, value, start, end, self._row, self._place, self._segment.marks, width, added)


def named_by(segment: str, code: str, owner: str) -> tuple[str, str]:
    """The owner and the code of an address. Shape: `code`: what stands in the element that qualifies the segment."""
    if segment in ("NM1", "N1"):
        return "", owner or qualifier(f"{segment}-1", code)
    place = BY_CODE.get(segment)
    return owner, qualifier(f"{segment}-{place}", code) if place else ""


def kind_of(segment: str, place: int, component: str, cells: list[str], mark: str) -> str:
    """What the address of an element says of it: the code of the element that qualifies it, or how a date is written."""
    name = f"{segment}-{place}"
    if segment == "HI" and component == "4":
        parts = cells[place].split(mark)
        return _written(parts[2])
    if component:
        return ""
    if name in ("NM1-3", "NM1-4"):
        return "2" if len(cells) > 2 and cells[2] == "2" else ""
    if name in FORMATS:
        at = FORMATS[name]
        return _written(cells[at] if at < len(cells) else "")
    by = BY_ELEMENT.get(name)
    return qualifier(f"{segment}-{by}", cells[by]) if by and by < len(cells) else ""


def _written(code: str) -> str:
    """How a date is written, as an address says it: "" for a day."""
    if code in DAYS and code != "D6":
        return ""
    return code if code in RANGES or code == "TM" else OTHER
