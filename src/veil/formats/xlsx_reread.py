"""XLSX read a second way: cells from the parts of the archive, by the standard library's parser; and what is beside them."""

from __future__ import annotations

import datetime as dt
import functools
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any
from xml.parsers import expat

from veil.errors import FormatError

_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})\Z")
_CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNSHOWN = re.compile(r'\\.|"[^"]*"|_.|\*.|\[(?![hms]+\])[^\]]*\]|general|E[+-]|AM/PM|A/P', re.IGNORECASE)
_LASTING = re.compile(r"\[[hms]+\]", re.IGNORECASE)
_BUILT_IN = {**dict.fromkeys((*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)), "day"), 46: "lasting"}
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    KeyError,
    ValueError,
    IndexError,
    NotImplementedError,
    RuntimeError,
    expat.ExpatError,
    OverflowError,
)
_COUNTED = {"count", "numFmtId"}  # which and how many formats a table needs
_ODD_COUNT = re.compile(r"\d{4}")
Start = Callable[[str, dict[str, str]], None]
Parts = zipfile.ZipFile


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A cell as its part of the archive states it.

    Shape:   `text` as rules and operators see it, None where it is empty. `others`: what else a number might be shown as, where
             its format may be read in two ways.
    """

    text: str | None
    others: frozenset[str] = frozenset()


EMPTY = SheetCell(None)


def rows_again(path: Any, sheet: str) -> list[list[SheetCell]]:
    """The used range of a sheet; without a name of the only one.

    Errors:  FormatError `reread`.
    """
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as parts:
            return _square(_cells(parts, sheet))
    except _BROKEN:
        raise FormatError(
            "reread", "the check by a second workbook reader did not find a workbook", hint="save it again, or as CSV"
        ) from None


def parse(file: IO[bytes], start: Start, end: Callable[[str], None], text: Callable[[str], None], **more: Any) -> None:
    """One pass over a part. Errors: FormatError `xml-doctype`; no entity is ever declared or expanded."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: object) -> int:
        raise FormatError(
            "xml-doctype",
            "a part of the workbook has a DOCTYPE, which is not supported",
            hint="save the workbook again",
        )

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler = lambda name, given: start(local(name), given)
    parser.EndElementHandler = lambda name: end(local(name))
    parser.CharacterDataHandler = text
    for name, handler in more.items():
        setattr(parser, name, handler)
    parser.ParseFile(file)


def local(name: str) -> str:
    return name.rpartition(" ")[2]


def _elements(parts: Parts, part: str, wanted: str) -> list[dict[str, str]]:
    """The attributes of every element of one name."""
    found: list[dict[str, str]] = []
    with parts.open(part) as file:
        parse(file, lambda name, given: found.append(given) if name == wanted else None, lambda _: None, lambda _: None)
    return found


def _part_of(parts: Parts, sheet: str) -> str:
    """The part that holds the cells of a sheet."""
    sheets = _elements(parts, "xl/workbook.xml", "sheet")
    named = [element for element in sheets if element.get("name") == sheet] if sheet else sheets
    if len(named) != 1:
        raise FormatError(
            "reread",
            "the check by a second workbook reader did not find exactly one sheet of this name",
            hint="set `sheet: NAME`",
        )
    number = next(value for key, value in named[0].items() if local(key) == "id")
    links = {
        element["Id"]: element["Target"] for element in _elements(parts, "xl/_rels/workbook.xml.rels", "Relationship")
    }
    target = links[number]
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def shared_strings(parts: Parts) -> list[str]:
    """The texts that cells name by their number; what is said of their pronunciation left out."""
    return (
        _SharedStrings.of(parts, "xl/sharedStrings.xml", "si").found
        if "xl/sharedStrings.xml" in parts.namelist()
        else []
    )


@dataclass(slots=True)
class _SharedStrings:
    """The texts inside elements of one name: pieces of rich text joined."""

    of_element: str
    found: list[str] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _path: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, parts: Parts, part: str, element: str) -> _SharedStrings:
        handler = cls(element)
        with parts.open(part) as file:
            parse(file, handler.start, handler.end, handler.text)
        return handler

    def start(self, name: str, _: dict[str, str]) -> None:
        self._path.append(name)

    def text(self, data: str) -> None:
        if self._path[-1] == "t" and "rPh" not in self._path:
            self._pieces.append(data)

    def end(self, name: str) -> None:
        self._path.pop()
        if name == self.of_element:
            self.found.append(uncoded("".join(self._pieces)))
            self._pieces.clear()


def uncoded(text: str) -> str:
    """A text with the signs that XML cannot hold: `_x000D_`."""
    return _CODED.sub(lambda match: chr(int(match.group(1), 16)), text) if "_x" in text else text


def _kinds(parts: Parts) -> list[str]:
    """What numbers of each cell format are shown as: "", `day`, `lasting`."""
    if "xl/styles.xml" not in parts.namelist():
        return []
    codes = {
        int(element["numFmtId"]): element.get("formatCode", "")
        for element in _elements(parts, "xl/styles.xml", "numFmt")
    }
    kinds: list[str] = []
    inside = [False]

    def start(name: str, given: dict[str, str]) -> None:
        if name == "cellXfs":
            inside[0] = True
        elif name == "xf" and inside[0]:
            number = int(given.get("numFmtId", "0"))
            kinds.append(_kind(codes[number]) if number in codes else _BUILT_IN.get(number, ""))

    def end(name: str) -> None:
        inside[0] = inside[0] and name != "cellXfs"

    with parts.open("xl/styles.xml") as file:
        parse(file, start, end, lambda _: None)
    return kinds


@functools.lru_cache(maxsize=256)
def _kind(code: str) -> str:
    """What a number format shows, by the letters of days and hours outside of what it only prints."""
    shown = _UNSHOWN.sub("", code.partition(";")[0])
    if _LASTING.search(shown):
        return "lasting"
    return "day" if re.search(r"[dmyhs]", shown, re.IGNORECASE) else ""


@dataclass(slots=True)
class _Sheet:
    """One pass over the cells of a sheet."""

    strings: list[str]
    kinds: list[str]
    from_1904: bool
    cells: dict[tuple[int, int], SheetCell] = field(default_factory=dict)
    _at: tuple[int, int] = (0, 0)
    _given: dict[str, str] = field(default_factory=dict)
    _path: list[str] = field(default_factory=list)
    _value: list[str] = field(default_factory=list)

    def start(self, name: str, given: dict[str, str]) -> None:
        self._path.append(name)
        if name == "row":
            self._at = (int(given.get("r", self._at[0] + 1)), 0)
        elif name == "c":
            place = _PLACE.match(given.get("r", ""))
            self._at = (int(place.group(2)), column_number(place.group(1))) if place else (self._at[0], self._at[1] + 1)
            self._given, self._value = given, []

    def text(self, data: str) -> None:
        if self._path[-1] == "v" or (self._path[-1] == "t" and "is" in self._path and "rPh" not in self._path):
            self._value.append(data)

    def end(self, name: str) -> None:
        self._path.pop()
        if name == "c" and (cell := self._cell("".join(self._value))) is not None:
            self.cells[self._at] = cell

    def _cell(self, value: str) -> SheetCell | None:
        kind = self._given.get("t", "n")
        if kind == "s":
            return SheetCell(self.strings[int(value)] or None) if value else None
        if kind in ("str", "inlineStr"):
            return SheetCell(uncoded(value) or None) if value else None
        if kind == "b":
            return SheetCell("TRUE" if value.strip() in ("1", "true") else "FALSE") if value else None
        if kind == "e" or not value:
            return EMPTY if kind == "e" else None
        if kind == "d":
            return SheetCell(value, frozenset({value.replace("T", " ")}))
        style = int(self._given.get("s", "0"))
        return number_cell(float(value), self.kinds[style] if style < len(self.kinds) else "", from_1904=self.from_1904)


def number_cell(value: float, kind: str, *, from_1904: bool) -> SheetCell:
    """A number as its format shows it, and as others might."""
    plain = str(int(value)) if abs(value) < 1e15 and value == int(value) else f"{value:.15g}"
    if not kind:
        return SheetCell(plain)
    lasting = _lasting(value)
    try:
        day = _day(value, from_1904=from_1904)
    except OverflowError:
        return SheetCell(plain, frozenset({plain, lasting}))
    shown = lasting if kind == "lasting" else day
    return SheetCell(shown, frozenset({plain, lasting, day}))


def _day(value: float, *, from_1904: bool) -> str:
    """A number as a day, a time or both. Units: days since the end of 1899, where 1900 counts as a leap year."""
    first = dt.date(1904, 1, 1) if from_1904 else dt.date(1899, 12, 30 if value >= 60 else 31)
    milliseconds = round(value * 86_400_000)
    days, rest = divmod(milliseconds, 86_400_000)
    clock = f"{rest // 3_600_000:02}:{rest // 60_000 % 60:02}:{rest // 1000 % 60:02}" + (
        f".{rest % 1000:03}" if rest % 1000 else ""
    )
    if value < 1:
        return clock if "." not in clock else f"{clock}000"
    day = (first + dt.timedelta(days=days)).isoformat()
    return day if rest == 0 else f"{day} {clock}"


def _lasting(value: float) -> str:
    milliseconds = abs(round(value * 86_400_000))
    whole, rest = divmod(milliseconds, 1000)
    shown = f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}" + (f".{rest:03}" if rest else "")
    return f"-{shown}" if value < 0 and milliseconds else shown


def column_number(letters: str) -> int:
    """Shape: A -> 1, Z -> 26, AA -> 27."""
    return functools.reduce(lambda found, letter: found * 26 + ord(letter) - 64, letters.upper(), 0)


def _cells(parts: Parts, sheet: str) -> dict[tuple[int, int], SheetCell]:
    stated = _elements(parts, "xl/workbook.xml", "workbookPr")
    old = any(element.get("date1904", "0") in ("1", "true") for element in stated)
    read = _Sheet(shared_strings(parts), _kinds(parts), old)
    with parts.open(_part_of(parts, sheet)) as file:
        parse(file, read.start, read.end, read.text)
    return read.cells


def _square(cells: dict[tuple[int, int], SheetCell]) -> list[list[SheetCell]]:
    """The rows between the first and the last cell that holds anything."""
    if not cells:
        return []
    top, bottom = min(row for row, _ in cells), max(row for row, _ in cells)
    left, right = min(column for _, column in cells), max(column for _, column in cells)
    return [[cells.get((row, column), EMPTY) for column in range(left, right + 1)] for row in range(top, bottom + 1)]


def strings_beside(parts: Parts) -> Iterator[tuple[str, str]]:
    """Every text and every attribute of the parts of a workbook that is no cell, with its part.

    Shape:   `row`, `c` and `dimension` say places of cells; shared texts that no cell names are among the answers.
    """
    for info in parts.infolist():
        if info.comment or info.extra:
            yield info.filename, "(beside the part)"
        if not info.filename.endswith((".xml", ".rels")):
            yield info.filename, "(no part of a sheet)"
            continue
        found: list[str] = []
        _gather(parts, info, found)
        yield from ((info.filename, text) for text in found)
    if parts.comment or min((info.header_offset for info in parts.infolist()), default=0):
        yield "archive", "(beside the parts)"


def _gather(parts: Parts, info: zipfile.ZipInfo, found: list[str]) -> None:
    path: list[str] = []
    sheet = "/worksheets/" in info.filename
    shared, styles = info.filename == "xl/sharedStrings.xml", info.filename == "xl/styles.xml"

    def start(name: str, given: dict[str, str]) -> None:
        path.append(name)
        places = {"row": {"r", "spans"}, "c": {"r", "s"}, "dimension": {"ref"}}.get(name, set()) if sheet else set()
        counts = (
            {"count", "uniqueCount"}
            if shared
            else _COUNTED
            if styles and not _ODD_COUNT.search(" ".join(given.values()))
            else set()
        )
        found.extend(f"{name} {key} {value}" for key, value in given.items() if key not in places | counts)
        found.extend(
            f"{name} {key} ?"
            for key in places & set(given)
            if not re.fullmatch(r"[A-Z]{0,3}\d{1,7}(?::[A-Z]{0,3}\d{1,7})?", given[key])
        )
        found.append(f"<{name}>")

    def end(_: str) -> None:
        path.pop()

    def text(data: str) -> None:
        cell = (
            (sheet and path[-2:] == ["c", "v"])
            or (shared and path[-2:] == ["si", "t"])
            or (sheet and path[-2:] == ["is", "t"])
        )
        if data.strip() and not cell:
            found.append(f"{path[-1]} {data.strip()}")

    with parts.open(info) as file:
        parse(
            file,
            start,
            end,
            text,
            CommentHandler=found.append,
            ProcessingInstructionHandler=lambda *words: found.extend(words),
        )
    if shared:
        used = _used(parts)
        found.extend("a text that no cell has" for number in range(len(shared_strings(parts))) if number not in used)


def _used(parts: Parts) -> set[int]:
    """The numbers of the shared texts that cells name."""
    used: set[int] = set()
    cell: list[Any] = ["", []]

    def start(name: str, given: dict[str, str]) -> None:
        if name == "c":
            cell[0] = given.get("t", "")
        cell[1] = []

    def end(name: str) -> None:
        if name == "c" and cell[0] == "s" and cell[1]:
            used.add(int("".join(cell[1])))

    for name in parts.namelist():
        if "/worksheets/" in name and name.endswith(".xml"):
            with parts.open(name) as file:
                parse(file, start, end, lambda data: cell[1].append(data) if cell[0] == "s" else None)
    return used
