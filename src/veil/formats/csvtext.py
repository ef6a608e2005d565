"""CSV rows: bytes of whole rows to columns of cells, with every cell's exact text.

Two readers give the same answer: Arrow's for blocks without quotes, and one over separator positions for the rest,
which keeps each cell's raw bytes, so that an untouched cell is written back as it stood, quotes and all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from veil.errors import FormatError

_MEND = "correct the file, or set `delimiter:` for this source"


@dataclass(frozen=True, slots=True)
class Shape:
    """What rows look like: the delimiter, the quote (empty: none), how many cells a row has, and what they are called."""

    delimiter: str
    quote: str
    width: int
    names: tuple[str, ...] = ()

    def name(self, column: int) -> str:
        """The name of a column, for errors; "" where it has none."""
        return self.names[column] if column < len(self.names) else ""


@dataclass(frozen=True, slots=True)
class CsvRows:
    """A block of rows.

    Shape:   `raw[j]`: n raw cells of column j, quotes included, or None where raw and value are the same.
             `values[j]`: n cells as text; null: empty without quotes. `ends`: the line end, one for all or one a row.
    """

    values: tuple[pa.Array, ...]
    raw: tuple[pa.Array, ...] | None
    ends: str | pa.Array
    height: int


def read_rows(data: bytes, shape: Shape) -> CsvRows:
    """Shape: bytes of whole UTF-8 rows, the last one ended or not -> columns.

    Errors:  FormatError `csv-ragged`, `csv-quotes`, `encoding-broken`, with the row in the block, and its column.
    """
    plain = not shape.quote or shape.quote.encode() not in data
    uniform = _uniform_end(data)
    if plain and uniform is not None and shape.width > 1:
        return _by_arrow(data, shape, uniform)
    return _by_separators(data, shape, plain=plain)


def _uniform_end(data: bytes) -> str | None:
    """The one line end of the block, or None where they are mixed or a lone CR stands in a cell."""
    if b"\r" not in data:
        return "\n"
    return "\r\n" if data.count(b"\n") == data.count(b"\r") == data.count(b"\r\n") else None


def _by_arrow(data: bytes, shape: Shape, end: str) -> CsvRows:
    names = [str(i) for i in range(shape.width)]
    if data.startswith((b"\n", b"\r\n")):
        raise _empty_line(data, 0)
    bad: list[Any] = []

    def refuse(row: Any) -> str:
        bad.append(row)
        return "skip"

    try:
        table = pacsv.read_csv(
            pa.py_buffer(data),
            read_options=pacsv.ReadOptions(
                use_threads=False, column_names=names, block_size=max(len(data) + 1, 1 << 16)
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=shape.delimiter, quote_char=False, ignore_empty_lines=False, invalid_row_handler=refuse
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=True, null_values=[""]
            ),
        )
    except pa.ArrowInvalid:
        _check_empty_lines(data, end)
        row, column = _not_utf8(data, shape)
        raise FormatError(
            "csv-unreadable",
            "rows are not valid UTF-8",
            hint="set `encoding:` or `delimiter:` for this source",
            row=row + 1,
            column=shape.name(column),
        ) from None
    if bad or all(column.null_count for column in table.columns):  # Arrow makes a row of nulls of an empty line
        _check_empty_lines(data, end)
    if bad:
        lines = data.split(b"\n")
        wrong = (i for i, line in enumerate(lines) if line.count(shape.delimiter.encode()) != shape.width - 1)
        row = next(wrong, 0)
        raise FormatError("csv-ragged", f"{len(bad)} rows have too many or too few cells", hint=_MEND, row=row + 1)
    values = tuple(_joined(column) for column in table.columns)
    return CsvRows(values, None, end, table.num_rows)


def _check_empty_lines(data: bytes, end: str) -> None:
    empty = data.find(end.encode() * 2)
    if empty >= 0:
        raise _empty_line(data, empty)


def _empty_line(data: bytes, at: int) -> FormatError:
    row = data.count(b"\n", 0, at + 1)
    return FormatError(
        "csv-ragged",
        "there is an empty line between the rows",
        hint="an empty line is a row with too few cells: remove it",
        row=row + 1,
    )


def _not_utf8(data: bytes, shape: Shape) -> tuple[int, int]:
    """The row and the column of the first byte that is not UTF-8, where no cell has quotes."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        begin = data.rfind(b"\n", 0, error.start) + 1
        return data.count(b"\n", 0, error.start), data.count(shape.delimiter.encode(), begin, error.start)
    return 0, -1


def _joined(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)


def _by_separators(data: bytes, shape: Shape, *, plain: bool) -> CsvRows:
    if not data.endswith(b"\n"):
        data += b"\n"
    at = np.frombuffer(data, dtype=np.uint8)
    if plain:
        outside = None
    else:
        quotes = at == ord(shape.quote)
        inside = np.bitwise_xor.accumulate(quotes)
        check_quotes(at, np.flatnonzero(quotes), shape)
        outside = ~inside
    feeds = at == 10
    separators = feeds | (at == ord(shape.delimiter))
    if outside is not None:
        separators &= outside
    ends = np.flatnonzero(separators)
    is_feed = feeds[ends]
    _check_width(is_feed, shape.width)
    offsets = np.concatenate((np.zeros(1, np.int64), ends.astype(np.int64) + 1))
    cells = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(ends), [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    )
    height = len(ends) // shape.width
    raw = [_column(cells, j, shape, height) for j in range(shape.width)]
    raw[-1], line_ends = _without_returns(raw[-1], height)
    values = tuple(_value(cell, shape.quote) for cell in raw)
    return CsvRows(values, tuple(raw), line_ends, height)


def check_quotes(at: np.ndarray[Any, Any], quotes: np.ndarray[Any, Any], shape: Shape) -> None:
    """Quotes open where a cell begins and close where it ends, a space between at most; each that opens is closed.

    Keeps:   two stray quotes (`5" needle`) never join the rows between them into one cell.
    """
    quote, space = ord(shape.quote), ord(" ")
    edges = np.array([ord(shape.delimiter), 10, 13], np.uint8)
    padded = np.concatenate((np.full(2, 10, np.uint8), at, np.full(2, 10, np.uint8)))
    pairs = len(quotes) // 2
    stray = pairs  # the first pair that is none; the last quote, where their number is odd
    for places, step in ((quotes[0::2] + 2, -1), (quotes[1::2] + 2, 1)):
        beside = padded[places + step]
        good = np.isin(beside, edges) | (beside == quote)
        good |= (beside == space) & np.isin(padded[places + 2 * step], edges)
        stray = min(stray, int(np.argmin(good))) if not good.all() else stray
    if 2 * stray < len(quotes):
        first = int(quotes[2 * stray])
        alone = stray == pairs and bool(np.isin(padded[first + 1], edges))
        message = "a quoted cell never ends" if alone else "a quote is inside a cell that is not quoted"
        row, column = _row_at(at, quotes[: 2 * stray], first, shape)
        raise FormatError(
            "csv-quotes",
            message,
            hint="quote the cell and double the quote inside it, or remove the quotes",
            row=row + 1,
            column=shape.name(column),
        )


def _row_at(at: np.ndarray[Any, Any], quotes: np.ndarray[Any, Any], place: int, shape: Shape) -> tuple[int, int]:
    """The row and the column of a place before which every quote is sound."""
    before = at[:place]
    marks = np.zeros(place, np.uint8)
    marks[quotes] = 1
    outside = np.bitwise_xor.accumulate(marks) == 0 if place else np.zeros(0, np.bool_)
    feeds = np.flatnonzero((before == 10) & outside)
    begin = int(feeds[-1]) + 1 if len(feeds) else 0
    cells = (before[begin:] == ord(shape.delimiter)) & outside[begin:]
    return len(feeds), int(cells.sum())


def _check_width(is_feed: np.ndarray[Any, Any], width: int) -> None:
    rows = len(is_feed) // width
    good = len(is_feed) % width == 0 and bool(is_feed[width - 1 :: width].all()) and int(is_feed.sum()) == rows
    if not good:
        feeds = np.flatnonzero(is_feed)
        widths = np.diff(np.concatenate((np.array([-1]), feeds)))
        wrong = np.flatnonzero(widths != width)
        row = int(wrong[0]) if len(wrong) else rows
        raise FormatError(
            "csv-ragged", f"{max(1, len(wrong))} rows have too many or too few cells", hint=_MEND, row=row + 1
        )


def _column(cells: pa.Array, j: int, shape: Shape, height: int) -> pa.Array:
    picked = cells.take(pa.array(np.arange(j, j + shape.width * height, shape.width)))
    try:
        return pc.binary_slice(picked, 0, -1).cast(pa.large_string())
    except pa.ArrowInvalid:
        row = next((i for i, cell in enumerate(picked.to_pylist()) if not _is_utf8(cell)), 0)
        raise FormatError(
            "encoding-broken",
            "cells are not valid UTF-8",
            hint="set `encoding:` for this source",
            row=row + 1,
            column=shape.name(j),
        ) from None


def _is_utf8(cell: bytes) -> bool:
    try:
        cell.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _without_returns(last: pa.Array, height: int) -> tuple[pa.Array, str | pa.Array]:
    """The last column without the CR of its line end, and the line ends."""
    ended = pc.ends_with(last, "\r")
    count = pc.sum(ended).as_py() or 0
    if count == 0:
        return last, "\n"
    cut = pc.utf8_slice_codeunits(last, 0, -1)
    if count == height:
        return cut, "\r\n"
    return pc.if_else(ended, cut, last), pc.if_else(
        ended, pa.scalar("\r\n", pa.large_string()), pa.scalar("\n", pa.large_string())
    )


def _value(raw: pa.Array, quote: str) -> pa.Array:
    """Raw cells as values: quotes off, doubled quotes single, empty to null."""
    empty = pc.equal(pc.binary_length(raw), 0)
    values = pc.if_else(empty, pa.scalar(None, pa.large_string()), raw)
    if not quote or not contains_any(raw, (quote,)):
        return values
    quoted = pc.and_(
        pc.starts_with(raw, quote), pc.and_(pc.ends_with(raw, quote), pc.greater(pc.binary_length(raw), 1))
    )
    if not pc.any(quoted).as_py():
        return values
    inner = pc.replace_substring(pc.utf8_slice_codeunits(raw, 1, -1), quote * 2, quote)
    return pc.if_else(quoted, inner, values)


def bytes_of(joined: pa.Array) -> pa.Buffer:
    if isinstance(joined, pa.ChunkedArray):
        joined = _joined(joined)
    _, offsets, data = joined.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int64)
    first, last = int(bounds[joined.offset]), int(bounds[joined.offset + len(joined)])
    return data.slice(first, last - first) if data is not None else pa.py_buffer(b"")


def contains_any(text: pa.Array, chars: tuple[str, ...]) -> bool:
    """Whether any of these characters stands in the whole column; read from its bytes, so that most columns cost nothing."""
    data = bytes(bytes_of(text))
    return any(char.encode() in data for char in chars)
