"""CSV rows: bytes of whole rows to columns of cells and back, with every cell's exact text.

Two readers give the same answer: Arrow's for blocks without quotes, and one over separator positions for the rest,
which keeps each cell's raw bytes, so that an untouched cell is written back as it stood, quotes and all.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from veil.errors import FormatError
from veil.formats.base import exact_where, put_over
from veil.model import Exact

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
        raise FormatError("csv-unreadable", "rows are not valid UTF-8", hint="set `encoding:` or `delimiter:` for this source",
                          row=row + 1, column=shape.name(column)) from None  # fmt: skip
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
        raise FormatError("csv-quotes", message, hint="quote the cell and double the quote inside it, or remove the quotes",
                          row=row + 1, column=shape.name(column))  # fmt: skip


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
        raise FormatError("encoding-broken", "cells are not valid UTF-8", hint="set `encoding:` for this source",
                          row=row + 1, column=shape.name(j)) from None  # fmt: skip


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
    if not quote or not _holds_any(raw, (quote,)):
        return values
    quoted = pc.and_(
        pc.starts_with(raw, quote), pc.and_(pc.ends_with(raw, quote), pc.greater(pc.binary_length(raw), 1))
    )
    if not pc.any(quoted).as_py():
        return values
    inner = pc.replace_substring(pc.utf8_slice_codeunits(raw, 1, -1), quote * 2, quote)
    return pc.if_else(quoted, inner, values)


def write_rows(
    rows: CsvRows, changed: dict[int, pa.Array], removed: set[int], shape: Shape, exact: Mapping[int, Exact] | None = None,
    kept: pa.Array | None = None,
) -> pa.Buffer:  # fmt: skip
    """The rows as UTF-8 bytes. Shape: as `row_texts`."""
    return _bytes_of(row_texts(rows, changed, removed, shape, exact, kept))


def row_texts(
    rows: CsvRows, changed: dict[int, pa.Array], removed: set[int], shape: Shape, exact: Mapping[int, Exact] | None = None,
    kept: pa.Array | None = None,
) -> pa.Array:  # fmt: skip
    """Each row with its end as it is written, changed columns with new cells, removed columns gone; `kept`: the rows that stay, None for all.

    Keeps:   an untouched cell's raw bytes; a changed cell is quoted where it was, or where it must be; an exact one is
             written as it is.
    """
    columns = []
    for j in range(shape.width):
        if j in removed:
            continue
        if j in changed:
            new = _cells(rows, j, changed[j], shape, alone=shape.width - len(removed) == 1)
            columns.append(put_over(new, exact[j]) if exact and j in exact else new)
        else:
            columns.append(rows.raw[j] if rows.raw else pc.fill_null(rows.values[j], ""))
    if not columns:
        return pa.array([], pa.large_string())
    ends = rows.ends if not isinstance(rows.ends, str) else pa.scalar(rows.ends, pa.large_string())
    if kept is not None:
        columns = [column.take(kept) for column in columns]
        ends = ends.take(kept) if isinstance(ends, pa.Array) else ends
    columns[-1] = pc.binary_join_element_wise(columns[-1], ends, pa.scalar("", pa.large_string()))
    if len(columns) == 1:
        return columns[0]
    return pc.binary_join_element_wise(*columns, pa.scalar(shape.delimiter, pa.large_string()))


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """Rows that were written already, with others."""

    body: pa.Buffer
    height: int


def as_one(several: Sequence[CsvRows], values: tuple[pa.Array, ...]) -> CsvRows | None:
    """Rows of several files as one; None where some have quotes, or other line ends. Shape: `values`: their columns as one."""
    ends = {rows.ends if isinstance(rows.ends, str) else "" for rows in several if rows.height}
    if any(rows.raw is not None for rows in several) or len(ends) != 1 or "" in ends:
        return None
    return CsvRows(values, None, ends.pop(), sum(rows.height for rows in several))


def cut_up(texts: pa.Array, bounds: Sequence[int]) -> list[WrittenRows]:
    """Rows as they are written, file by file. Shape: `bounds`: where each begins, and the end of the last."""
    return [
        WrittenRows(_bytes_of(texts.slice(first, end - first)), end - first)
        for first, end in itertools.pairwise(bounds)
    ]


def lost_cells(rows: CsvRows, j: int, new: pa.Array, guess: pa.Array, shape: Shape, *, alone: bool) -> Exact:
    """The raw cells of column j that would not come back: written as `new`, read again, and written as `guess`."""
    raw = rows.raw[j] if rows.raw else None
    if raw is None and not alone and not _holds_any(pc.fill_null(new, ""), ("\r", "\n", shape.delimiter, *shape.quote)):
        if guess is rows.values[j]:
            return Exact(pa.array([], pa.int64()), guess.slice(0, 0))
        back, stood = pc.fill_null(guess, ""), pc.fill_null(rows.values[j], "")
    else:
        stood = raw if raw is not None else pc.fill_null(rows.values[j], "")
        out = _cells(rows, j, new, shape, alone=alone)
        read = CsvRows((new,), (out,), "\n", rows.height)
        back = _cells(read, 0, guess, shape, alone=alone)
    return exact_where(pc.not_equal(back, stood), stood)


def _cells(rows: CsvRows, j: int, changed: pa.Array, shape: Shape, *, alone: bool) -> pa.Array:
    """A changed column as it stands in a file; a cell whose value did not change keeps its raw bytes."""
    raw = rows.raw[j] if rows.raw else None
    written = _written(changed, raw, shape, alone=alone)
    if raw is None:
        return written
    same = pc.fill_null(pc.equal(changed.cast(pa.large_string()), rows.values[j]), fill_value=False)
    return pc.if_else(same, raw, written)


def _bytes_of(joined: pa.Array) -> pa.Buffer:
    if isinstance(joined, pa.ChunkedArray):
        joined = _joined(joined)
    _, offsets, data = joined.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int64)
    first, last = int(bounds[joined.offset]), int(bounds[joined.offset + len(joined)])
    return data.slice(first, last - first) if data is not None else pa.py_buffer(b"")


def _written(values: pa.Array, raw: pa.Array | None, shape: Shape, *, alone: bool) -> pa.Array:
    """New cells as they stand in a file; null is nothing, an empty text two quotes."""
    values = values.cast(pa.large_string())
    text = pc.fill_null(values, "")
    special = _holds_any(text, ("\r", "\n", shape.delimiter, *shape.quote))
    if not shape.quote:
        return pc.replace_substring_regex(text, _one_of(shape), " ") if special else text
    must = pc.fill_null(pc.equal(pc.binary_length(values), 0), alone)
    if special:
        must = pc.or_(must, pc.match_substring_regex(text, _one_of(shape)))
    if raw is not None:
        must = pc.or_(must, pc.and_(pc.starts_with(raw, shape.quote), pc.is_valid(values)))
    if not pc.any(must).as_py():
        return text
    doubled = pc.replace_substring(text, shape.quote, shape.quote * 2)
    quote = pa.scalar(shape.quote, pa.large_string())
    quoted = pc.binary_join_element_wise(quote, doubled, quote, pa.scalar("", pa.large_string()))
    return pc.if_else(must, quoted, text)


def _holds_any(text: pa.Array, chars: tuple[str, ...]) -> bool:
    """Whether any of these characters stands in the whole column; told from its bytes, so that most columns cost nothing."""
    data = bytes(_bytes_of(text))
    return any(char.encode() in data for char in chars)


def _one_of(shape: Shape) -> str:
    """Line ends, the quote and the delimiter as a class of an expression."""
    return r"[\r\n" + shape.quote + ("\\t" if shape.delimiter == "\t" else "\\" + shape.delimiter) + "]"
