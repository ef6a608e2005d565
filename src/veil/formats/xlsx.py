"""XLSX: a sheet of a workbook as a table; what comes of it is a workbook of that sheet alone, cells and nothing else."""

from __future__ import annotations

import datetime as dt
import functools
import io
import math
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import IO, Any

import pyarrow as pa

from veil.errors import FormatError, LimitError, PartError
from veil.extras import install
from veil.formats.base import Inspection, Joined, Part, Settings, exact_where, refuse_removals
from veil.formats.traits import SHEETED, Kind, Traits
from veil.formats.xlsx_reread import SheetCell, rows_again, strings_beside
from veil.model import Batch, Edits, Exact, Field, inner_of, path_of

LARGEST = 2 << 30  # bytes of a workbook, unpacked
WIDEST = 100_000_000  # cells between the first and the last of a sheet: those between are held too, empty or not
_PLACE = re.compile(rb"""\br=["']([A-Za-z]{0,3})(\d{1,9})["']""")
_ROWS = 65_536
_FORMATS = {dt.datetime: "yyyy-mm-dd hh:mm:ss", dt.date: "yyyy-mm-dd", dt.time: "hh:mm:ss", dt.timedelta: "[h]:mm:ss"}
_MADE = dt.datetime(2000, 1, 1)  # noqa: DTZ001  the same bytes on any day
_KINDS = {
    bool: "b",
    float: "n",
    int: "n",
    dt.datetime: "t",
    dt.date: "d",
    dt.time: "h",
    dt.timedelta: "l",
    str: "s",
    type(None): "s",
}


class Xlsx(Joined):
    """A sheet whose first row names its columns.

    Keeps:   the kind and value of every untouched cell, numbers to Excel's own fifteen digits. Formulas are their last
             values; colours, comments, hidden parts, macros, pictures and other sheets are not carried over.
    """

    name = "xlsx"
    traits = Traits(Kind.TABLE, (".xlsx",), given=SHEETED, items=True, reversible=True, heads=1, leaves_out=True)

    def after(self, name: str) -> str:
        """The sheet `Patients` of `book.xlsx` becomes `book-Patients.xlsx`."""
        book, sheet = path_of(name), inner_of(name)
        path = PurePosixPath(book)
        safe = re.sub(r"[^\w .-]", "_", sheet)
        return str(path.with_name(f"{path.stem}-{safe}{path.suffix}")) if sheet else book

    def inspect(self, path: Any, given: Settings) -> Inspection:
        """Errors: FormatError `xlsx-header`, `xlsx-unreadable`, `xlsx-sheet`; LimitError `xlsx-too-large`, `xlsx-too-wide`."""
        _check_size(path)
        rows = rows_of(path, inner_of(given.get("name") or ""))
        header = [_text(cell) for cell in rows[0]] if rows else []
        if not header or any(cell is None for cell in header) or len(set(header)) != len(header):
            raise FormatError(
                "xlsx-header",
                "the first row of a sheet must give each column one name of its own",
                hint="remove titles above the names, empty names and duplicate names",
            )
        return Inspection(tuple(str(cell) for cell in header), {})

    def read(self, path: Any, part: Part, settings: Settings) -> Iterator[Batch]:
        header: list[str] = settings["addresses"]
        out, sheet = set(part.without), rows_of(path / path_of(part.files[0]), inner_of(part.files[0]))[1:]
        rows = [row for number, row in enumerate(sheet) if number not in out]
        for first in range(0, max(1, len(rows)), _ROWS):
            cells = list(zip(*rows[first : first + _ROWS], strict=True)) or [() for _ in header]
            fields = tuple(
                Field(name, pa.array([_text(cell) for cell in column], pa.large_string()))
                for name, column in zip(header, cells, strict=True)
            )
            yield Batch(fields, len(cells[0]), first, places=dict(zip(header, cells, strict=True)))

    def reread(self, path: Any, part: Part, settings: Settings, *, careful: bool = False) -> Iterator[Batch]:
        """The cells from the parts of the archive.

        Keeps:   `careful`: whether a number is shown as a day is what the first reader says, where a format leaves it open;
                 which number it is is not.
        Errors:  FormatError `hidden-value` for an output that holds, beside its cells, what Veil writes into none.
        """
        file, sheet = path / path_of(part.files[0]), inner_of(part.files[0])
        if settings.get("output") and hidden_strings(file):
            raise FormatError(
                "hidden-value",
                "a workbook contains hidden values that no cell uses",
                hint="save it again without defined names, comments, formulas and unused sheets",
            )
        rows = [list(row) for row in rows_again(file, sheet)]
        texts = _as_read(rows, file, sheet) if careful else [[cell.text for cell in row] for row in rows]
        header: list[str] = settings["addresses"]
        if texts[:1] != [header]:
            raise FormatError("reread", "the check by a second workbook reader found other column names")
        out = set(part.without)
        texts = [row for number, row in enumerate(texts[1:]) if number not in out]
        for first in range(0, max(1, len(texts)), _ROWS):
            cells = list(zip(*texts[first : first + _ROWS], strict=True)) or [() for _ in header]
            fields = tuple(
                Field(name, pa.array(column, pa.large_string())) for name, column in zip(header, cells, strict=True)
            )
            yield Batch(fields, len(cells[0]), first)

    def writer(self, side: Path, part: Part, settings: Settings) -> XlsxWriter:
        return XlsxWriter(side / self.after(part.files[0]), settings["addresses"])

    def read_back(self, batch: Batch, edits: Edits, address: str, settings: Settings) -> pa.Array:
        del settings
        was = batch.places[address]
        texts = [_text(_cell(new, like)) for new, like in zip(edits.columns[address].to_pylist(), was, strict=True)]
        return pa.array(texts, pa.large_string())

    def lost(self, batch: Batch, edits: Edits, guesses: Mapping[str, pa.Array], settings: Settings) -> dict[str, Exact]:
        """Shape: exact cells are a letter for their kind, then their text."""
        del settings
        found = {}
        for address, guess in guesses.items():
            was = batch.places[address]
            there = [_cell(new, like) for new, like in zip(edits.columns[address].to_pylist(), was, strict=True)]
            back = [_cell(new, like) for new, like in zip(guess.to_pylist(), there, strict=True)]
            texts = pa.array([_marked_text(cell) for cell in was], pa.large_string())
            differs = [_marked_text(cell) != text for cell, text in zip(back, texts.to_pylist(), strict=True)]
            found[address] = exact_where(pa.array(differs, pa.bool_()), texts)
        return found


def sheets(path: Any) -> list[str]:
    """The sheets of a workbook that hold cells, hidden ones too. Errors: as `Xlsx.inspect`."""
    _check_size(path)
    return list(_book(path).sheet_names)


def _book(path: Any) -> Any:
    python_calamine = _library("python_calamine")
    try:
        with path.open("rb") as file:
            data = io.BytesIO(file.read())
        with zipfile.ZipFile(data) as packed:
            if sum(info.file_size for info in packed.infolist()) > LARGEST:
                raise LimitError(
                    "xlsx-too-large", "a workbook is larger than 2 GiB when unpacked", hint="save it as CSV"
                )
        data.seek(0)
        return python_calamine.CalamineWorkbook.from_filelike(data)
    except (zipfile.BadZipFile, OSError, python_calamine.CalamineError):
        raise _unreadable() from None


def _unreadable() -> FormatError:
    return FormatError(
        "xlsx-unreadable", "not an Excel workbook, or it has a password", hint="save it as .xlsx without a password"
    )


def _check_size(path: Any) -> None:
    """What a workbook holds is what it says that it holds, and its cells have room.

    Errors:  FormatError `xlsx-unreadable`, LimitError `xlsx-too-wide`.
    """
    try:
        with (
            path.open("rb") as file,
            zipfile.ZipFile(io.BytesIO(file.read())) as packed,
        ):
            for entry in packed.infolist():
                with packed.open(entry) as inner:
                    _check_places(inner)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError):
        raise _unreadable() from None


def _check_places(file: IO[bytes]) -> None:
    height, width, rest = 0, 0, b""
    while data := file.read(4 << 20):
        places = _PLACE.findall(rest + data)
        height = max([height, *(int(row) for _, row in places)])
        width = max([width, *map(_number, {column.upper() for column, _ in places})])
        rest = data[-32:]
    if height * width > WIDEST:
        raise LimitError(
            "xlsx-too-wide",
            "the cells of a sheet are too far apart",
            hint="delete the stray cell, or save the sheet as CSV",
        )


def _number(column: bytes) -> int:
    """Shape: A -> 1, Z -> 26, AA -> 27."""
    return functools.reduce(lambda found, letter: found * 26 + letter - 64, column, 0)


def _library(name: str) -> Any:
    """A library of the extra `xlsx`, loaded when a workbook is met."""
    try:
        return import_module(name)
    except ImportError:
        raise PartError(
            "part-extra", "Excel workbooks need a library that is not installed", hint=install("xlsx")
        ) from None


def rows_of(path: Any, sheet: str) -> list[list[Any]]:
    """Rows of cells of the named sheet; without a name of the only one that the workbook has."""
    opened = _book(path)
    names = list(opened.sheet_names)
    if (sheet and sheet not in names) or (not sheet and len(names) != 1):
        raise FormatError(
            "xlsx-sheet",
            "the workbook has no such sheet, or it has several and `sheet:` is not set",
            hint="set `sheet: NAME`",
        )
    rows: list[list[Any]] = opened.get_sheet_by_name(sheet or names[0]).to_python()
    return rows


def _as_read(rows: list[list[SheetCell]], path: Any, sheet: str) -> list[list[str | None]]:
    """The texts of cells, those of numbers with an unclear format as the first reader shows them, where it is the same number."""
    read = rows_of(path, sheet)
    if [len(row) for row in read] != [len(row) for row in rows]:
        return [[cell.text for cell in row] for row in rows]
    return [
        [shown if (shown := _text(was)) in cell.others else cell.text for cell, was in zip(row, own, strict=True)]
        for row, own in zip(rows, read, strict=True)
    ]


def hidden_strings(path: Any) -> list[str]:
    """What a workbook holds that is neither a cell nor what every workbook of ours has. Shape: answers, with their parts."""
    usual = _usual_strings()
    with path.open("rb") as file, zipfile.ZipFile(file) as parts:
        return [f"{part}: {text}" for part, text in strings_beside(parts) if text not in usual]


@functools.cache
def _usual_strings() -> frozenset[str]:
    """What a workbook of ours holds beside its cells."""
    target = io.BytesIO()
    book, sheet, looks = opened_new(target)
    for row, cell in enumerate(("a", " a ", True, 1.5, *looks)):
        sheet.write(row, 0, cell) if not isinstance(cell, type) else sheet.write_datetime(
            row, 0, _LIKE[_KINDS[cell]], looks[cell]
        )
    book.close()
    with zipfile.ZipFile(target) as parts:
        return frozenset(text for _, text in strings_beside(parts))


def opened_new(target: Any, sheet: str = "Sheet1") -> tuple[Any, Any, dict[type, Any]]:
    """A new workbook, its first sheet and the formats of its dates."""
    xlsxwriter = _library("xlsxwriter")
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": _MADE})
    looks = {kind: book.add_format({"num_format": look}) for kind, look in _FORMATS.items()}
    return book, book.add_worksheet(sheet), looks


def _text(cell: Any) -> str | None:
    """A cell as text: what rules and operators see."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float | int):
        return str(int(cell)) if abs(cell) < 1e15 and cell == int(cell) else f"{cell:.15g}"
    if isinstance(cell, dt.timedelta):
        return _lasting(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ", "milliseconds").removesuffix(".000")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def _lasting(span: dt.timedelta) -> str:
    """A span of time as Excel shows it: 30:00:00."""
    sign, whole = ("-", -span) if span < dt.timedelta() else ("", span)
    hours, rest = divmod(whole, dt.timedelta(hours=1))
    return f"{sign}{hours}" + str(rest)[1:].removesuffix("000")


def _span(text: str) -> dt.timedelta:
    """Errors: ValueError where the text is none."""
    hours, minutes, seconds = text.removeprefix("-").split(":")
    span = dt.timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))
    return -span if text.startswith("-") else span


def _cell(text: str | None, like: Any) -> Any:
    """A text as a cell of the kind of another, where it is one; else as text."""
    if text is None:
        return None
    try:
        value: Any = text
        if isinstance(like, bool):
            value = {"TRUE": True, "FALSE": False}.get(text, text)
        elif isinstance(like, float | int):
            value = float(text)
        elif isinstance(like, dt.timedelta):
            value = _span(text)
        elif isinstance(like, dt.datetime):
            value = dt.datetime.fromisoformat(text)
        elif isinstance(like, dt.date):
            value = dt.date.fromisoformat(text)
        elif isinstance(like, dt.time):
            value = dt.time.fromisoformat(text)
    except (ValueError, OverflowError):
        return text
    old = isinstance(value, dt.date) and value.year < 1900  # such a day has no number in a workbook
    return value if not old and _text(value) == text else text


def _marked_text(cell: Any) -> str | None:
    """A cell with the letter of its kind, so that it can be written again."""
    text = _text(cell)
    return None if text is None else _KINDS.get(type(cell), "s") + text


_LIKE = dict(zip("bntdhls", (True, 0.0, _MADE, _MADE.date(), dt.time(), dt.timedelta(), ""), strict=True))


class XlsxWriter:
    """A new workbook of one sheet, whole in memory until it is closed: nothing is written aside."""

    def __init__(self, path: Path, header: list[str]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._book, self._sheet, self._looks = opened_new(str(path))
        self._header, self._at = header, 0

    def write(self, batch: Batch, edits: Edits) -> None:
        refuse_removals(edits, "rows")
        kept = [name for name in self._header if name not in edits.removed]
        if self._at == 0:
            for j, name in enumerate(kept):
                self._sheet.write_string(0, j, name)
            self._at = 1
        rows = edits.kept_rows(batch.height)
        numbers = range(batch.height) if rows is None else rows.to_pylist()
        for j, name in enumerate(kept):
            cells = self._column(batch, edits, name)
            for i, row in enumerate(numbers):
                self._put(self._at + i, j, cells[row])
        self._at += len(numbers)

    def _column(self, batch: Batch, edits: Edits, name: str) -> list[Any]:
        was = list(batch.places[name])
        field = batch.field(name)
        changed = edits.changed(field) if field is not None else None
        if changed is None:
            return was
        cells = [_cell(new, like) for new, like in zip(changed.to_pylist(), was, strict=True)]
        exact = edits.exact.get(name)
        if exact is not None:
            for row, marked in zip(exact.rows.to_pylist(), exact.cells.to_pylist(), strict=True):
                cells[row] = None if marked is None else _cell(marked[1:], _LIKE[marked[0]])
        return cells

    def _put(self, row: int, column: int, cell: Any) -> None:
        put(self._sheet, self._looks, (row, column), cell)

    def finish(self) -> None:
        self._book.close()


def put(sheet: Any, looks: Mapping[type, Any], place: tuple[int, int], cell: Any) -> None:
    """A cell of its own kind. Errors: LimitError `xlsx-cell`."""
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_boolean(*place, cell)
    elif isinstance(cell, float | int) and math.isfinite(cell):
        sheet.write_number(*place, cell)
    elif isinstance(cell, dt.date | dt.time | dt.timedelta):
        sheet.write_datetime(*place, cell, looks[type(cell)])
    elif len(str(cell)) > 32_767:
        raise LimitError("xlsx-cell", "a cell is longer than a workbook allows", hint="save it as CSV")
    else:
        sheet.write_string(*place, str(cell))
