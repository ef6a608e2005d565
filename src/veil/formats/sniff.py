"""Dialect: which delimiter and quote a table uses, told from its first rows."""

from __future__ import annotations

import re
from functools import lru_cache

from veil.errors import FormatError
from veil.formats.csvtext import Shape

DELIMITERS = (",", "\t", ";", "|")


def sniff_shape(text: str, given: str | None, *, complete: bool, quote: str | None = None) -> tuple[Shape, list[str]]:
    """The shape of the rows and the names of the columns.

    Shape:   `given`, `quote`: what a project states ("": a table without quotes); else the delimiter whose rows all have
             the same number of cells, the most cells winning; a file in which quotes do not pair, or stand inside cells,
             is read without quotes.
    Errors:  FormatError `csv-ragged` where no delimiter fits.
    """
    best: tuple[int, Shape, list[str]] | None = None
    for delimiter in (given,) if given else DELIMITERS:
        for mark in ('"', "") if quote is None else (quote,):
            widths, header = _widths(text, Shape(delimiter, mark, 1), complete=complete)
            if len(set(widths)) == 1 and (best is None or widths[0] > best[0]):
                best = widths[0], Shape(delimiter, mark, widths[0]), header
    first = text.split("\n", 1)[0]
    if best is None or (best[0] == 1 and given is None and any(delimiter in first for delimiter in DELIMITERS)):
        return _by_header(text, given, '"' if quote is None else quote)
    return best[1], best[2]


def _by_header(text: str, given: str | None, quote: str) -> tuple[Shape, list[str]]:
    """Rows are ragged somewhere: the header alone decides, and the run says which row is wrong."""
    line = text.split("\n", 1)[0].rstrip("\r")
    delimiter = given or max(DELIMITERS, key=line.count)
    header = [unquoted(cell, quote) for cell in split_row(line, Shape(delimiter, quote, 1))]
    if len(header) < 2:
        raise FormatError(
            "csv-ragged", "the delimiter of the rows cannot be detected", hint="set `delimiter:` for this source"
        )
    return Shape(delimiter, quote, len(header)), header


def _widths(text: str, shape: Shape, *, complete: bool) -> tuple[list[int], list[str]]:
    rows = _rows(text, shape.quote)
    if not complete and len(rows) > 1:
        rows = rows[:-1]
    while rows and not rows[-1].strip("\r\n"):
        rows.pop()
    rows = rows[:1000]
    if not rows or (shape.quote and any(row.count(shape.quote) % 2 for row in rows)):
        return [], []
    cells = [split_row(row.rstrip("\r\n"), shape) for row in rows]
    if shape.quote and not all(
        _quoted(shape.quote).fullmatch(cell) for row in cells for cell in row if shape.quote in cell
    ):
        return [], []
    return [len(cell) for cell in cells], [unquoted(cell, shape.quote) for cell in cells[0]]


@lru_cache(maxsize=8)
def _quoted(quote: str) -> re.Pattern[str]:
    mark = re.escape(quote)
    return re.compile(f" ?{mark}(?:[^{mark}]|{mark}{mark})*{mark} ?")


def _rows(text: str, quote: str) -> list[str]:
    lines = text[:262_144].split("\n")
    if len(text) > 262_144:
        lines = lines[:-1]
    if not quote:
        return lines
    rows: list[str] = []
    record = ""
    for line in lines:
        record = f"{record}\n{line}" if record else line
        if record.count(quote) % 2 == 0:
            rows.append(record)
            record = ""
    if record:
        rows.append(record)
    return rows


def split_row(line: str, shape: Shape) -> list[str]:
    """The raw cells of one row, quotes included."""
    if not shape.quote or shape.quote not in line:
        return line.split(shape.delimiter)
    cells: list[str] = []
    joined = ""
    for piece in line.split(shape.delimiter):
        joined = f"{joined}{shape.delimiter}{piece}" if joined else piece
        if joined.count(shape.quote) % 2 == 0:
            cells.append(joined)
            joined = ""
    if joined:
        cells.append(joined)
    return cells


def unquoted(cell: str, quote: str = '"') -> str:
    if quote and len(cell) > 1 and cell[0] == quote == cell[-1]:
        return cell[1:-1].replace(quote * 2, quote)
    return cell
