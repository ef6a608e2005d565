"""HL7 v2 read a second time: by splitting alone, without a place, to compare inputs and outputs by."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyarrow as pa

from veil.errors import FormatError
from veil.formats.hl7.standard import HEADS, components, is_type, is_version, type_of
from veil.model import Batch, Field

_ONE_TEXT = ("ST", "TX", "FT", "varies", "")
_MOMENTS = ("TS", "DT", "DTM", "TM")


def batch_again(text: str, encoding: str) -> Batch:
    """The values of all messages, as the first reading names them. Errors: FormatError `reread`."""
    reader = _SegmentReader(encoding)
    for line in filter(None, re.split("[\r\n\x0b\x1c]", text)):
        reader.add(line)
    fields = tuple(
        Field(address, pa.array(values, pa.large_string()), pa.array(rows, pa.int64()))
        for address, (values, rows) in reader.found.items()
    )
    return Batch(fields, reader.row + 1)


class _SegmentReader:
    """Segments one by one. Shape: `found`: the values and their rows, by address."""

    def __init__(self, encoding: str) -> None:
        self.found: dict[str, tuple[list[str | None], list[int]]] = {}
        self.row, self._patients, self._met = -1, 0, False
        self._encoding, self._marks, self._version = encoding, "", ""
        self._lines: list[str] = []
        self._cut: dict[tuple[str, str], dict[str, list[tuple[str, str]]]] = {}
        self._text_of = ""  # what the text of the line before belonged to

    def add(self, line: str) -> None:
        name = line[:3]
        if name in HEADS:
            self._marks = line[3] + (line[4:].split(line[3], maxsplit=1)[0] + "\0\0\0\0")[:4]
            line = f"{name}{line[3]}{line[3:]}"  # the mark itself is the first field
        if not self._marks:
            raise FormatError("reread", "the check by a second HL7 reader found no MSH")
        cells = line.split(self._marks[0])
        self._patients = 0 if name == "MSH" else self._patients + (name == "PID")
        if self.row < 0 or (name in HEADS and self._met) or (name == "PID" and self._patients > 1):
            self.row, self._met = self.row + 1, name not in HEADS
        self._met = self._met or name == "MSH"
        if name == "MSH":
            stated = cells[12] if len(cells) > 12 else ""
            self._version = stated if is_version(stated) else ""
        kind = cells[2] if name == "OBX" and len(cells) > 2 and is_type(cells[2]) else "ST"
        whose = "NTE" if name == "NTE" else kind if name == "OBX" and kind in _ONE_TEXT else ""
        goes_on = bool(whose) and whose == self._text_of
        self._text_of = whose if goes_on else ""
        hidden = (
            2
            if name == "OBX" and is_type(cells[2] if len(cells) > 2 else "-")
            else 12
            if self._is_known(name, cells)
            else 0
        )
        for place, cell in enumerate(cells):
            if place and place != hidden and not (name in HEADS and place < 3):
                self._cell(f"{name}-{place}", kind, cell, whose, goes_on=goes_on)

    def _is_known(self, name: str, cells: list[str]) -> bool:
        """Whether the segment states a version that the standard has."""
        return name == "MSH" and len(cells) > 12 and is_version(cells[12])

    def _cell(self, field: str, stated: str, cell: str, whose: str, *, goes_on: bool) -> None:
        kind, address = type_of(field, self._version), field
        if field == "OBX-5":
            kind, address = stated, f"{field}({stated})"
        if kind not in _ONE_TEXT:
            for ending, value in self._values(kind, cell):
                self._put(address + ending, value)
            return
        lines = list(map(self._read, cell.split(self._marks[2])))
        if field in ("NTE-3", "OBX-5") and whose:
            lines = [*self._lines, *lines] if goes_on else lines
            self._lines, self._text_of = lines, whose
        text = "\n".join(lines)
        while text.endswith("\n") and lines and not lines[-1]:
            lines, text = lines[:-1], text[:-1]
        if goes_on and field in ("NTE-3", "OBX-5"):
            self.found[address][0][-1] = text or None
        else:
            self._put(address, text)

    def _values(self, kind: str, cell: str) -> list[tuple[str, str]]:
        """The values of a cell, each with the end of its address; a cell that was met is not cut again."""
        known = self._cut.setdefault((kind, self._marks), {})
        found = known.get(cell)
        if found is None:
            found = [
                (ending, self._read(value))
                for repetition in cell.split(self._marks[2])
                for ending, value in _parts(repetition, kind, self._marks)
            ]
            known[cell] = found
        return found

    def _put(self, address: str, value: str) -> None:
        values, rows = self.found.setdefault(address, ([], []))
        values.append(value or None)
        rows.append(self.row)

    def _read(self, raw: str) -> str:
        """A raw text with its escapes undone, one mark of escape after the other."""
        mark = self._marks[3]
        if mark == "\0" or mark not in raw:
            return raw
        letters = {"F": self._marks[0], "S": self._marks[1], "R": self._marks[2], "E": mark, "T": self._marks[4]}
        out, at = "", 0
        while at < len(raw):
            end = raw.find(mark, at + 1) if raw[at] == mark else -1
            meaning = _meaning(raw[at + 1 : end], letters, self._encoding) if end > 0 else None
            out += raw[at] if meaning is None else meaning
            at = at + 1 if meaning is None else end + 1
        return out


def _meaning(word: str, letters: dict[str, str], encoding: str) -> str | None:
    """What an escape stands for; None where the standard has none such."""
    if word in letters:
        return letters[word]
    if (
        word[:1] == "X"
        and len(word) > 2
        and len(word) % 2
        and all(char in "0123456789abcdefABCDEF" for char in word[1:])
    ):
        data = bytes.fromhex(word[1:])
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            return data.decode("latin-1")
    if word[:1] == "." and word[1:3].isascii() and word[1:3].isalpha() and word[1:3].islower():
        rest = word[3:].removeprefix("+") if word[3:4] == "+" else word[3:].removeprefix("-")
        if rest == "" or (rest.isascii() and rest.isdigit()):
            return "\n" if word[1:3] in ("br", "sp", "ce") else ""
    is_set = word[:1] in ("C", "M") and 5 <= len(word) <= 7 and all(c in "0123456789abcdefABCDEF" for c in word[1:])
    return "" if is_set or word in ("H", "N") else None


def _parts(repetition: str, kind: str, marks: str) -> Iterator[tuple[str, str]]:
    """What stands in one repetition, each with the end of its address."""
    parts = repetition.split(marks[1])
    table = components()
    kind = "CWE" if kind in ("ID", "IS") and len(parts) > 1 else kind
    for number, part in enumerate(parts, 1):
        if kind == "TS" or kind not in table:
            yield "" if number == 1 else f".{number}", part
            continue
        inner = table[kind][number - 1].type if number <= len(table[kind]) else ""
        is_moment = inner in _MOMENTS
        pieces = part.split(marks[4]) if is_moment or inner in table else [part]
        for place, piece in enumerate(pieces, 1):
            whole = len(pieces) == 1 or (is_moment and place == 1)
            yield f".{number}" if whole else f".{number}.{place}", piece
