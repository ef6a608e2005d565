"""Reread: cells that a database has written as text itself, typed here: a second way to the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import pyarrow as pa

from veil.errors import FormatError


def is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def typed(texts: pa.Array, kind: pa.DataType) -> pa.Array:
    """Cells from the database's own text, bytes from hexadecimal digits, moments of a zone from microseconds since 1970.

    Shape:   n texts -> n cells of `kind`; null stays null.
    Errors:  FormatError `reread` where a text is none of that type.
    """
    try:
        if is_bytes(kind):
            return pa.array([None if text is None else bytes.fromhex(text) for text in texts.to_pylist()], kind)
        if pa.types.is_timestamp(kind) and kind.tz:
            return texts.cast(pa.int64()).cast(pa.timestamp("us", "UTC")).cast(kind)
        return texts.cast(pa.large_string()).cast(kind)
    except (pa.ArrowException, ValueError):
        raise FormatError("reread", "a second reading of a table finds a cell of another type") from None


def fetched(cursor: Any, size: int) -> Iterator[Sequence[Any]]:
    """The rows of a cursor of a driver, so many at a time."""
    while found := cursor.fetchmany(size):
        yield from found


def in_batches(rows: Iterable[Sequence[Any]], schema: pa.Schema, size: int) -> Iterator[pa.RecordBatch]:
    """Rows of texts as batches of typed cells."""
    left = iter(rows)
    while found := list(islice(left, size)):
        columns = [
            typed(pa.array(cells, pa.large_string()), kind)
            for cells, kind in zip(zip(*found, strict=True), schema.types, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)
