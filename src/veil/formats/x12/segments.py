"""Segments of X12: where each stands in a file, by the separators that its ISA states, and whether the envelopes are whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from string import punctuation
from typing import NamedTuple

from veil.errors import FormatError
from veil.formats.x12.standard import ISA_LENGTH, ISA_WIDTHS

HINT = "X12: an interchange from ISA (106 characters) to IEA, with GS, ST, SE and GE within it"
_SIGNS = "element, component and segment separators are punctuation or control characters, all different"
_NAME = re.compile(r"[A-Z][A-Z0-9]{1,2}\Z")
_ENDS = {"SE": "ST", "GE": "GS", "IEA": "ISA"}
_AROUND = {"ST": "GS", "GS": "ISA", "ISA": ""}
_STATED = {
    "SE": (1, 2, 2),
    "GE": (1, 2, 6),
    "IEA": (1, 2, 13),
}  # count, own control number, that of the segment it ends


class Separators(NamedTuple):
    """The characters that an ISA states. Shape: `repetition` is "" in versions that have none."""

    element: str
    component: str
    repetition: str
    segment: str


class X12Segment(NamedTuple):
    """A segment. Shape: `cells`: its elements with their name first; `starts`: where each begins in the text; `number`: from 1."""

    name: str
    cells: list[str]
    starts: list[int]
    number: int
    marks: Separators

    def cell(self, place: int) -> str:
        return self.cells[place] if place < len(self.cells) else ""


@dataclass(slots=True)
class X12Envelopes:
    """The envelopes that are open while segments are read.

    Shape:   `wrong`: the numbers of the segments whose count or control number is not that of what they end.
    """

    where: str
    open: list[X12Segment] = field(default_factory=list)
    within: list[int] = field(default_factory=list)  # how many each open one holds
    wrong: list[int] = field(default_factory=list)

    def add(self, segment: X12Segment) -> None:
        """Errors: FormatError `x12-envelope`."""
        name, around = segment.name, self.open[-1].name if self.open else ""
        if name in _AROUND:
            if _AROUND[name] != around:
                raise self._error(segment)
            if self.within:
                self.within[-1] += 1
            self.open.append(segment)
            self.within.append(1 if name == "ST" else 0)
            return
        if name in _ENDS:
            if _ENDS[name] != around:
                raise self._error(segment)
            self._end(segment)
        elif around == "ST":
            self.within[-1] += 1
        elif (name, around) != ("TA1", "ISA"):
            raise self._error(segment)

    def _end(self, segment: X12Segment) -> None:
        begun, count = self.open.pop(), self.within.pop() + (segment.name == "SE")
        at, own, other = _STATED[segment.name]
        if (
            segment.cell(at).strip() != str(count) and segment.cell(at).strip().lstrip("0") != str(count or "")
        ) or segment.cell(own).strip() != begun.cell(other).strip():
            self.wrong.append(segment.number)

    def _error(self, segment: X12Segment) -> FormatError:
        return FormatError(
            "x12-envelope",
            "a segment stands outside the envelope that it belongs to",
            where=f"{self.where} segment {segment.number}",
            hint=HINT,
        )


def read_segments(text: str, where: str) -> tuple[list[X12Segment], list[int]]:
    """The segments of all interchanges of a text, and the numbers of those whose counts or control numbers are wrong.

    Errors:  FormatError `x12-isa`, `x12-separators`, `x12-segment`, `x12-envelope`, `x12-truncated`, with the segment and no value.
    """
    envelopes = X12Envelopes(where)
    found = []
    for segment in _segments(text, where):
        envelopes.add(segment)
        found.append(segment)
    if envelopes.open or not found:
        raise FormatError(
            "x12-truncated",
            "the file ends before its interchange does" if found else "the file has no interchange",
            where=f"{where} segment {len(found)}",
            hint=HINT,
        )
    return found, envelopes.wrong


def _segments(text: str, where: str) -> Iterator[X12Segment]:
    at, number, marks = _skip(text, 0), 0, None
    while at < len(text):
        number += 1
        if marks is None:
            marks, end = _separators(text, at, f"{where} segment {number}"), at + ISA_LENGTH - 1
        else:
            end = text.find(marks.segment, at)
            end = len(text) if end < 0 else end
        raw = text[at:end].rstrip("\r\n")
        cells = raw.split(marks.element)
        if not _NAME.match(cells[0]):
            raise FormatError("x12-segment", "a segment has no name", where=f"{where} segment {number}", hint=HINT)
        starts = [at]
        for cell in cells[:-1]:
            starts.append(starts[-1] + len(cell) + 1)
        yield X12Segment(cells[0], cells, starts, number, marks)
        marks = None if cells[0] == "IEA" else marks
        at = _skip(text, end + 1, keep="" if marks is None else marks.segment + marks.element)


def _skip(text: str, at: int, keep: str = "") -> int:
    """Past the blanks between segments; a separator is none."""
    while at < len(text) and text[at].isspace() and text[at] not in keep:
        at += 1
    return at


def _separators(text: str, at: int, where: str) -> Separators:
    isa = text[at : at + ISA_LENGTH]
    if not isa.startswith("ISA") or len(isa) < ISA_LENGTH:
        raise FormatError("x12-isa", "the file has no ISA of 106 characters here", where=where, hint=HINT)
    mark, place = isa[3], 3
    for width in ISA_WIDTHS:
        if isa[place] != mark or mark in isa[place + 1 : place + 1 + width]:
            raise FormatError("x12-isa", "the elements of ISA do not have their widths", where=where, hint=HINT)
        place += width + 1
    repetition = isa[82] if isa[82] in punctuation else ""
    found = Separators(mark, isa[104], repetition, isa[105])
    signs = [sign for sign in found if sign]
    if len(set(signs)) < len(signs) or not all(sign in punctuation or ord(sign) < 32 for sign in signs):
        raise FormatError("x12-separators", "the separators are not signs", where=where, hint=_SIGNS)
    return found
