"""Rows without quotes read a second time by the places of their delimiters alone; no parser of CSV takes part."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from veil.errors import FormatError

AT_ONCE = 1 << 20  # bytes whose cells are found together
FEW = 16 << 10  # bytes; rows of no more are read faster one by one
_FEED = 10
_TEXT = pa.large_string()


def is_plain(data: bytes, delimiter: str, width: int) -> bool:
    """Whether every line end of these bytes ends a row, and every delimiter a cell, where no quote counts.

    Keeps:   a carriage return stands before every line feed or before none; a table of one column is read in another way, for
             there an empty line is a row.
    """
    if width < 2 or len(delimiter.encode()) != 1:
        return False
    return b"\r" not in data or data.count(b"\r\n") == data.count(b"\r") == data.count(b"\n")


def plain_rows(
    data: bytes, delimiter: str, names: list[str], *, headless: bool
) -> Iterator[tuple[list[str], list[pa.Array]]]:
    """The header and the columns of UTF-8 rows, some rows at a time; an empty cell is null.

    Errors:  FormatError `reread` for a row of another width, or a cell that is no UTF-8.
    """
    end = b"\r\n" if b"\r" in data else b"\n"
    at, header = 0, names
    if not headless:
        at = data.find(b"\n") + 1 or len(data)
        header = _decoded(data[:at].rstrip(b"\r\n")).split(delimiter)
    stop = len(data.rstrip(b"\r\n"))  # blank lines at the end are no rows
    if at < stop <= at + FEW:
        yield header, _few(data[at:stop], delimiter, len(names), end)
        return
    while at < stop:
        cut = data.rfind(b"\n", at, min(at + AT_ONCE, stop)) + 1 or data.find(b"\n", at, stop) + 1 or stop
        rows = data[at:cut] if cut < stop else data[at:stop] + end
        yield header, _columns(rows, ord(delimiter), len(names), len(end))
        at = cut


def _few(rows: bytes, delimiter: str, width: int, end: bytes) -> list[pa.Array]:
    table = [line.split(delimiter) for line in _decoded(rows).split(end.decode())]
    if any(len(row) != width for row in table):
        raise FormatError("reread", "a second reading of a table finds rows of another width")
    return [pa.array([cell or None for cell in column], _TEXT) for column in zip(*table, strict=True)]


def _columns(rows: bytes, delimiter: int, width: int, end: int) -> list[pa.Array]:
    """The cells of whole rows, a column each; `end`: how many bytes end a row."""
    octets = np.frombuffer(rows, np.uint8)
    stops = np.flatnonzero((octets == delimiter) | (octets == _FEED))
    if len(stops) % width:
        raise FormatError("reread", "the check by a second CSV reader found rows with another number of cells")
    grid = stops.reshape(-1, width)
    feeds = octets[grid] == _FEED
    if not feeds[:, -1].all() or feeds[:, :-1].any():
        raise FormatError("reread", "the check by a second CSV reader found rows with another number of cells")
    starts = np.empty_like(grid)
    starts.reshape(-1)[0] = 0
    starts.reshape(-1)[1:] = stops[:-1] + 1
    if end > 1:
        grid = grid.copy()
        grid[:, -1] -= end - 1
    return [_cells(rows, starts[:, column], grid[:, column]) for column in range(width)]


def _cells(rows: bytes, starts: npt.NDArray[np.int64], stops: npt.NDArray[np.int64]) -> pa.Array:
    """The texts between these places, which are in order."""
    bounds = np.empty(2 * len(starts), np.int64)
    bounds[::2], bounds[1::2] = starts, stops
    pieces = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(bounds) - 1, [None, pa.py_buffer(bounds), pa.py_buffer(rows)]
    )
    empty = starts == stops
    places = pa.array(np.arange(0, len(bounds), 2), mask=empty if empty.any() else None)
    try:
        return pc.take(pieces, places, boundscheck=False).cast(_TEXT)
    except pa.ArrowInvalid:
        raise FormatError("reread", "the check by a second reader found bytes of another encoding") from None


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        raise FormatError("reread", "the check by a second reader found bytes of another encoding") from None
