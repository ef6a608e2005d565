"""CSV rows written: columns of cells to bytes of whole rows; an untouched cell keeps its raw bytes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from veil.formats.base import exact_where, put_over
from veil.formats.csvtext import CsvRows, Shape, bytes_of, contains_any
from veil.model import Exact


def write_rows(
    rows: CsvRows,
    changed: dict[int, pa.Array],
    removed: set[int],
    shape: Shape,
    exact: Mapping[int, Exact] | None = None,
    kept: pa.Array | None = None,
) -> pa.Buffer:
    """The rows as UTF-8 bytes. Shape: as `row_texts`."""
    return bytes_of(row_texts(rows, changed, removed, shape, exact, kept))


def row_texts(
    rows: CsvRows,
    changed: dict[int, pa.Array],
    removed: set[int],
    shape: Shape,
    exact: Mapping[int, Exact] | None = None,
    kept: pa.Array | None = None,
) -> pa.Array:
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
        WrittenRows(bytes_of(texts.slice(first, end - first)), end - first) for first, end in itertools.pairwise(bounds)
    ]


def lost_cells(rows: CsvRows, j: int, new: pa.Array, guess: pa.Array, shape: Shape, *, alone: bool) -> Exact:
    """The raw cells of column j that would not come back: written as `new`, read again, and written as `guess`."""
    raw = rows.raw[j] if rows.raw else None
    if (
        raw is None
        and not alone
        and not contains_any(pc.fill_null(new, ""), ("\r", "\n", shape.delimiter, *shape.quote))
    ):
        if guess is rows.values[j]:
            return Exact(pa.array([], pa.int64()), guess.slice(0, 0))
        written, original = pc.fill_null(guess, ""), pc.fill_null(rows.values[j], "")
    else:
        original = raw if raw is not None else pc.fill_null(rows.values[j], "")
        out = _cells(rows, j, new, shape, alone=alone)
        read = CsvRows((new,), (out,), "\n", rows.height)
        written = _cells(read, 0, guess, shape, alone=alone)
    return exact_where(pc.not_equal(written, original), original)


def _cells(rows: CsvRows, j: int, changed: pa.Array, shape: Shape, *, alone: bool) -> pa.Array:
    """A changed column as it stands in a file; a cell whose value did not change keeps its raw bytes."""
    raw = rows.raw[j] if rows.raw else None
    written = _written(changed, raw, shape, alone=alone)
    if raw is None:
        return written
    same = pc.fill_null(pc.equal(changed.cast(pa.large_string()), rows.values[j]), fill_value=False)
    return pc.if_else(same, raw, written)


def _written(values: pa.Array, raw: pa.Array | None, shape: Shape, *, alone: bool) -> pa.Array:
    """New cells as they stand in a file; null is nothing, an empty text two quotes."""
    values = values.cast(pa.large_string())
    text = pc.fill_null(values, "")
    special = contains_any(text, ("\r", "\n", shape.delimiter, *shape.quote))
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


def _one_of(shape: Shape) -> str:
    """Line ends, the quote and the delimiter as a class of an expression."""
    return r"[\r\n" + shape.quote + ("\\t" if shape.delimiter == "\t" else "\\" + shape.delimiter) + "]"
