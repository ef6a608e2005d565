"""Messages of HL7 v2: where each value of a file stands, so that edits leave every other character alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
SHORT = 200  # characters: longer cells are hardly the same twice
LINES_OF_TEXT = frozenset(("NTE-3", OBSERVATION))  # consecutive ones are one text
_SIGNS = "MSH-1 and MSH-2 must be punctuation, five characters at most behind the first: `|^~\\&`"
HINT = "HL7 v2 in ER7: one segment a line, beginning with MSH, FHS or BHS"


class ValuePlan(NamedTuple):
    """A value within a cell: what a cell of the same field and the same characters always consists of.

    Shape:   `runs` and `lines` count from the start of the cell; `lines`: of a text, where each of its lines begins and ends.
             `repetition`: the number of the repetition that it stands in, from 0; -1 where the field does not repeat.
    """

    address: str
    value: str | None
    runs: Sequence[ValueRun]
    repetition: int = -1
    lines: Sequence[tuple[int, int]] = ()


@dataclass(slots=True)
class JoinedText:
    """A text of several segments: what they have in common, and the value so far. Keeps: no empty line at its end."""

    key: str
    address: str
    value: str | None = None
    runs: list[ValueRun] = field(default_factory=list)
    lines: list[tuple[int, int]] = field(default_factory=list)
    empty: int = 0  # lines since the last one that is not empty

    @property
    def length(self) -> int:
        """How long the value is before the next line."""
        return len(self.value or "") + self.empty

    def add(self, value: str, runs: Sequence[ValueRun]) -> None:
        if value:
            self.value = (self.value or "") + "\n" * self.empty + value
            self.runs += runs
            self.empty = 0
        self.empty += 1


class MessageValues:
    """The values of one address, in the order of the file.

    Shape:   n values: `plans`: what they are; `at`: where their cells begin; `rows`, `elements`: where they belong;
             `marks`: the delimiters of their messages.
    """

    __slots__ = ("at", "elements", "marks", "plans", "rows")

    def __init__(self) -> None:
        self.plans: list[ValuePlan | JoinedText] = []
        self.at: list[int] = []
        self.rows: list[int] = []
        self.elements: list[int] = []
        self.marks: list[Delimiters] = []

    def add(self, plan: ValuePlan | JoinedText, at: int, segment: _Segment, element: int) -> None:
        self.plans.append(plan)
        self.at.append(at)
        self.rows.append(segment.row)
        self.elements.append(element)
        self.marks.append(segment.marks)

    def runs(self, number: int) -> list[ValueRun]:
        """The runs of a value, in the file."""
        at = self.at[number]
        return [run._replace(start=run.start + at, end=run.end + at) for run in self.plans[number].runs]

    def lines(self, number: int) -> list[tuple[int, int]]:
        """Where the lines of a text begin and end in the file."""
        at = self.at[number]
        return [(start + at, end + at) for start, end in self.plans[number].lines]


@dataclass(slots=True)
class Messages:
    """What a file consists of.

    Shape:   a row for each message, and a further one for each further PID in it. The head of a batch belongs to the
             message behind it, its end to the message before.
             `leaves`: the values by address. `parents[i]`: the element around element i, a row as `-1 - row`;
             `row_of[i]`: its row.
    """

    leaves: dict[str, MessageValues] = field(default_factory=dict)
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
    row: int
    element: int
    stated: str  # the type that OBX-2 states
    text_key: str


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
        self._text: JoinedText | None = None  # the text that the next line may go on with
        self._readers: dict[tuple[str, str, str, Delimiters], list[_CellReader]] = {}
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
        segment = _Segment(name, marks, row, self.found.element(-1 - row, row), stated, key)
        skipped, shift = (2, 1) if name in HEADS else (1, 0)
        at = start + sum(map(len, cells[:skipped])) + skipped
        readers = self._readers.setdefault((name, self._version, stated, marks), [])
        for place in range(len(readers) + skipped, len(cells)):
            field_name = f"{name}-{place + shift}"
            kind = stated if field_name == OBSERVATION else type_of(field_name, self._version)
            readers.append(_CellReader(field_name, kind, marks, self._encoding))
        for reader, cell in zip(readers, cells[skipped:], strict=False):
            if reader.is_read(cell):
                if key and reader.name in LINES_OF_TEXT:
                    self._line(segment, reader, cell, at)
                else:
                    self._cell(segment, reader, cell, at)
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

    def _cell(self, segment: _Segment, reader: _CellReader, cell: str, at: int) -> None:
        leaves, element, met = self.found.leaves, segment.element, -1
        for plan in reader.plans(cell):
            if plan.repetition != met:
                met, element = plan.repetition, self.found.element(segment.element, segment.row)
            values = leaves.get(plan.address)
            if values is None:
                values = leaves[plan.address] = MessageValues()
            values.add(plan, at, segment, element)

    def _line(self, segment: _Segment, reader: _CellReader, cell: str, at: int) -> None:
        """A field that is one text: its repetitions are lines of it, and those of the next segments may be too."""
        marks, text = segment.marks, self._text
        if text is None:
            text = self._text = JoinedText(segment.text_key, reader.address)
            self.found.leaves.setdefault(reader.address, MessageValues()).add(text, 0, segment, segment.element)
        for line in _split(cell, marks.repetition):
            text.lines.append((at, at + len(line)))
            text.add(*decoded(line, at, text.length, marks, self._encoding))
            at += len(line) + 1


class _CellReader:
    """What the cells of one field consist of, in messages of one version with the same delimiters."""

    def __init__(self, name: str, kind: str, marks: Delimiters, encoding: str) -> None:
        self.name, self._kind, self._marks, self._encoding = name, kind, marks, encoding
        self.address = f"{name}({kind})" if name == OBSERVATION else name
        self._says_how = {"OBX-2": is_type, "MSH-12": is_version}.get(name)
        self._met: dict[str, tuple[ValuePlan, ...]] = {}

    def is_read(self, cell: str) -> bool:
        """Whether a cell is a field of the batch: what says how a message is to be read stays as it is."""
        return self._says_how is None or not self._says_how(cell)

    def plans(self, cell: str) -> tuple[ValuePlan, ...]:
        """The values of a cell."""
        found = self._met.get(cell)
        if found is None:
            found = tuple(self._planned(cell))
            if len(cell) <= SHORT:
                self._met[cell] = found
        return found

    def _planned(self, cell: str) -> Iterator[ValuePlan]:
        """Keeps: what stands behind a value that should have no components has an address of its own."""
        if self._kind in FREE:
            yield self._free(cell)
            return
        at = 0
        for number, repetition in enumerate(_split(cell, self._marks.repetition)):
            place = number if repeats(self.name) else -1
            for ending, start, raw in _parts(repetition, self._kind, self._marks):
                value, runs = decoded(raw, at + start, 0, self._marks, self._encoding)
                yield ValuePlan(self.address + ending, value or None, tuple(runs), place)
            at += len(repetition) + 1

    def _free(self, cell: str) -> ValuePlan:
        """A field that is one text, whatever stands in it."""
        text, at = JoinedText("", self.address), 0
        for line in _split(cell, self._marks.repetition):
            text.lines.append((at, at + len(line)))
            text.add(*decoded(line, at, text.length, self._marks, self._encoding))
            at += len(line) + 1
        return ValuePlan(self.address, text.value, tuple(text.runs), -1, tuple(text.lines))


def _parts(raw: str, kind: str, marks: Delimiters) -> Iterator[tuple[str, int, str]]:
    """What stands in one repetition: the end of its address, where it begins, and its characters."""
    parts, at = _split(raw, marks.component), 0
    kind = "CWE" if kind in CODES and len(parts) > 1 else kind
    for number, part in enumerate(parts, 1):
        if not is_composite(kind):
            yield "" if number == 1 else f".{number}", at, part
        else:
            known = components()[kind]
            inner = known[number - 1].type if number <= len(known) else ""
            for ending, start, piece in _pieces(part, inner, marks):
                yield f".{number}{ending}", at + start, piece
        at += len(part) + 1


def _pieces(raw: str, kind: str, marks: Delimiters) -> Iterator[tuple[str, int, str]]:
    """What stands in one component, in the same form."""
    is_moment = kind in MOMENTS
    if not is_moment and not is_composite(kind):
        yield "", 0, raw
        return
    parts, at = _split(raw, marks.sub), 0
    for place, part in enumerate(parts, 1):
        yield "" if len(parts) == 1 or (is_moment and place == 1) else f".{place}", at, part
        at += len(part) + 1


def _stated(cells: list[str]) -> str:
    """The type of the value of an observation; without one of the standard's it is a text."""
    return cells[2] if len(cells) > 2 and is_type(cells[2]) else "ST"


def _split(text: str, mark: str) -> list[str]:
    return text.split(mark) if mark else [text]
