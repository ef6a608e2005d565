"""Messages of HL7 v2: where each value of a file stands, so that edits leave every other character alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from veil.errors import FormatError
from veil.formats.hl7.escapes import Delimiters, ValueRun, decoded
from veil.formats.hl7.standard import (
    HEADS,
    MOMENT,
    VARIES,
    components,
    is_composite,
    is_type,
    is_version,
    repeats,
    type_of,
)

LINE = re.compile(r"[^\r\n\x0b\x1c]+")  # a segment; MLLP puts VT before a message, and FS and CR behind it
SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}\Z")
FREE = frozenset(("ST", "TX", "FT", VARIES, ""))  # one text, whatever stands in it
CODES = frozenset(("ID", "IS"))
MOMENTS = frozenset((MOMENT, "DT", "DTM", "TM"))
OBSERVATION = "OBX-5"
LINES_OF_TEXT = frozenset(("NTE-3", OBSERVATION))  # consecutive ones are one text
_SIGNS = "MSH-1 and MSH-2 must be punctuation, five characters at most behind the first: `|^~\\&`"
HINT = "HL7 v2 in ER7: one segment a line, beginning with MSH, FHS or BHS"


@dataclass(slots=True)
class MessageValue:
    """A place of a file: its address, its value (None: nothing stands there), its runs, the row and the element that it belongs to.

    Shape:   `lines`: of a text, where each of its lines begins and ends in the file.
    """

    address: str
    value: str | None
    runs: list[ValueRun]
    row: int
    element: int
    marks: Delimiters
    lines: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Messages:
    """What a file consists of.

    Shape:   a row for each message, and a further one for each further PID in it. The head of a batch belongs to the
             message behind it, its end to the message before.
             `parents[i]`: the element around element i, a row as `-1 - row`; `row_of[i]`: its row.
    """

    leaves: list[MessageValue] = field(default_factory=list)
    rows: int = 0
    parents: list[int] = field(default_factory=list)
    row_of: list[int] = field(default_factory=list)

    def element(self, parent: int, row: int) -> int:
        self.parents.append(parent)
        self.row_of.append(row)
        return len(self.parents) - 1


class _Segment(NamedTuple):
    """A line that is being read. Shape: `text_key`: what the next line must have too, to go on with its text; "" for none."""

    name: str
    marks: Delimiters
    version: str
    row: int
    element: int
    stated: str  # the type that OBX-2 states
    text_key: str


class _Slot(NamedTuple):
    """One repetition of a field: where its values belong."""

    address: str
    kind: str
    marks: Delimiters
    row: int
    element: int


@dataclass(slots=True)
class _Text:
    """A text of several lines: what they have in common, and the value so far. Keeps: no empty line at its end."""

    key: str
    leaf: MessageValue
    lines: int = 0  # since the last one that is not empty

    @property
    def length(self) -> int:
        """How long the value is before the next line."""
        return len(self.leaf.value or "") + self.lines

    def add(self, value: str, runs: list[ValueRun]) -> None:
        if value:
            self.leaf.value = (self.leaf.value or "") + "\n" * self.lines + value
            self.leaf.runs += runs
            self.lines = 0
        self.lines += 1


def read_messages(text: str, where: str, encoding: str) -> Messages:
    """The values of all messages of a file.

    Shape:   `encoding`: what the bytes of a hexadecimal escape mean.
    Errors:  FormatError `hl7-shape`, `hl7-segment` with the line.
    """
    return _Reading(text, where, encoding).found


class _Reading:
    """One pass over a file."""

    def __init__(self, text: str, where: str, encoding: str) -> None:
        self._encoding, self.found = encoding, Messages()
        self._version, self._patients = "", 0
        self._has_message = False  # whether the row has one; before it stands what belongs to it
        self._text: _Text | None = None  # the text that the next line may go on with
        marks = None
        for number, line in enumerate(LINE.finditer(text), 1):
            name, raw = line.group()[:3], line.group()
            if name in HEADS and len(raw) > 4:
                marks = Delimiters.of(raw)
                if not marks.are_signs:
                    raise FormatError(
                        "hl7-delimiters", "the delimiters are not signs", where=f"{where} line {number}", hint=_SIGNS
                    )
            if marks is None or not SEGMENT.match(name) or raw[3:4] not in ("", marks.field):
                raise FormatError("hl7-segment", "a line is not a segment", where=f"{where} line {number}", hint=HINT)
            self._segment(name, raw, line.start(), marks)
        if marks is None:
            raise FormatError("hl7-shape", "the file has no message", where=where, hint=HINT)

    def _segment(self, name: str, line: str, start: int, marks: Delimiters) -> None:
        cells = line.split(marks.field)
        row = self._row(name, cells)
        stated = _stated(cells) if name == "OBX" else ""
        key = "NTE" if name == "NTE" else f"OBX {stated}" if name == "OBX" and stated in FREE else ""
        if self._text is not None and self._text.key != key:
            self._text = None
        segment = _Segment(name, marks, self._version, row, self.found.element(-1 - row, row), stated, key)
        skipped, shift = (2, 1) if name in HEADS else (1, 0)
        at = start + sum(len(cell) + 1 for cell in cells[:skipped])
        for place, cell in enumerate(cells[skipped:], skipped + shift):
            if not _says_how(name, place, cell):
                self._field(segment, f"{name}-{place}", cell, at)
            at += len(cell) + 1

    def _row(self, name: str, cells: list[str]) -> int:
        """The row of a segment: a new one where a message or a further patient begins."""
        if name == "MSH":
            self._version = cells[11] if len(cells) > 11 and is_version(cells[11]) else ""
            self._patients = 0
        self._patients += name == "PID"
        begins = name in HEADS and self._has_message
        if begins or (name == "PID" and self._patients > 1) or not self.found.rows:
            self.found.rows += 1
            self._has_message = name not in HEADS
        self._has_message |= name == "MSH"
        return self.found.rows - 1

    def _field(self, segment: _Segment, name: str, cell: str, at: int) -> None:
        kind, address = type_of(name, segment.version), name
        if name == OBSERVATION:
            kind = segment.stated
            address = f"{name}({kind})"
        if kind in FREE:
            self._free(segment, name, address, cell, at)
            return
        marks = segment.marks
        for repetition in _split(cell, marks.repetition):
            element = self.found.element(segment.element, segment.row) if repeats(name) else segment.element
            self._value(_Slot(address, kind, marks, segment.row, element), repetition, at)
            at += len(repetition) + 1

    def _free(self, segment: _Segment, name: str, address: str, cell: str, at: int) -> None:
        """A field that is one text: its repetitions are lines of it, and those of the next segments may be too."""
        marks = segment.marks
        is_line = name in LINES_OF_TEXT and bool(segment.text_key)
        text = self._text if is_line else None
        if text is None:
            text = _Text(segment.text_key, MessageValue(address, None, [], segment.row, segment.element, marks))
            self.found.leaves.append(text.leaf)
        for line in _split(cell, marks.repetition):
            text.leaf.lines.append((at, at + len(line)))
            text.add(*decoded(line, at, text.length, marks, self._encoding))
            at += len(line) + 1
        if is_line:
            self._text = text

    def _value(self, slot: _Slot, raw: str, at: int) -> None:
        """One repetition. Keeps: what stands behind a value that should have no components has an address of its own."""
        parts = _split(raw, slot.marks.component)
        kind = "CWE" if slot.kind in CODES and len(parts) > 1 else slot.kind
        for number, part in enumerate(parts, 1):
            if is_composite(kind):
                self._component(slot, kind, number, part, at)
            else:
                self._leaf(slot, slot.address if number == 1 else f"{slot.address}.{number}", part, at)
            at += len(part) + 1

    def _component(self, slot: _Slot, kind: str, number: int, raw: str, at: int) -> None:
        known = components()[kind]
        inner = known[number - 1].type if number <= len(known) else ""
        address = f"{slot.address}.{number}"
        is_moment = inner in MOMENTS
        if not is_moment and not is_composite(inner):
            self._leaf(slot, address, raw, at)
            return
        parts = _split(raw, slot.marks.sub)
        for place, part in enumerate(parts, 1):
            whole = len(parts) == 1 or (is_moment and place == 1)
            self._leaf(slot, address if whole else f"{address}.{place}", part, at)
            at += len(part) + 1

    def _leaf(self, slot: _Slot, address: str, raw: str, at: int) -> None:
        value, runs = decoded(raw, at, 0, slot.marks, self._encoding)
        self.found.leaves.append(MessageValue(address, value or None, runs, slot.row, slot.element, slot.marks))


def _stated(cells: list[str]) -> str:
    """The type of the value of an observation; without one of the standard's it is a text."""
    return cells[2] if len(cells) > 2 and is_type(cells[2]) else "ST"


def _says_how(name: str, place: int, cell: str) -> bool:
    """Whether a field says how the message is to be read: it stays as it is, and is no field of the batch."""
    if name == "OBX" and place == 2:
        return is_type(cell)
    return name == "MSH" and place == 12 and is_version(cell)


def _split(text: str, mark: str) -> list[str]:
    return text.split(mark) if mark else [text]
