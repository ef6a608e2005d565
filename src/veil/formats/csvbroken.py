"""CSV rows with too many or too few cells, found by their bounds, so that the others can be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from veil.errors import FormatError
from veil.formats.csvtext import CsvRows, Shape, check_quotes, read_rows

RAGGED = "csv-ragged"


@dataclass(frozen=True, slots=True)
class Sound:
    """The rows of a block that have as many cells as the header.

    Shape:   `rows`: None where none is sound; `data`: their bytes. `broken`: the numbers of the others in the block.
             `doubtful`: places among the sound ones that may be the rest of a row with too few cells.
    """

    rows: CsvRows | None
    data: bytes
    broken: tuple[int, ...] = ()
    doubtful: tuple[int, ...] = ()


def read_sound(data: bytes, shape: Shape) -> Sound:
    """Errors: as `read_rows`, but for `csv-ragged`: a stray quote leaves unknown where a row ends."""
    try:
        return Sound(read_rows(data, shape), data)
    except FormatError as error:
        if error.code != RAGGED:
            raise
    starts, widths = _bounds(data, shape)
    is_ragged = widths != shape.width
    sound = b"".join(data[starts[first] : starts[last]] for first, last in _runs(~is_ragged))
    rows = read_rows(sound, shape) if sound else None
    behind_short = np.flatnonzero(~is_ragged & np.concatenate(([False], widths[:-1] < shape.width)))
    suspects = behind_short - np.cumsum(is_ragged)[behind_short]
    doubtful = _unlike(rows, suspects) if rows is not None else ()
    return Sound(rows, sound, tuple(np.flatnonzero(is_ragged).tolist()), doubtful)


_SIGNS = (
    (r"^\s", 0),
    (r"\p{L}", 3),
    (r"\s", 20),
)  # what a text has, and how many cells without it must speak against it


def _unlike(rows: CsvRows, suspects: np.ndarray[Any, Any]) -> tuple[int, ...]:
    """The suspects that have blanks or letters in columns where no other row has any: a text broken by a line end."""
    if not len(suspects):
        return ()
    others = pa.array(np.setdiff1d(np.arange(rows.height), suspects))
    places, unlike = pa.array(suspects), np.zeros(len(suspects), np.bool_)
    for values in rows.values:
        usual = values.take(others).drop_null()
        for sign, least in _SIGNS:
            if len(usual) >= least and not pc.any(pc.match_substring_regex(usual, sign)).as_py():
                seen = pc.fill_null(pc.match_substring_regex(values.take(places), sign), fill_value=False)
                unlike |= seen.to_numpy(zero_copy_only=False)
    return tuple(suspects[unlike].tolist())


def taken(rows: CsvRows, places: pa.Array) -> CsvRows:
    """Some of the rows. Shape: n rows, k places -> k rows."""
    return replace(
        rows,
        values=tuple(column.take(places) for column in rows.values),
        height=len(places),
        raw=None if rows.raw is None else tuple(column.take(places) for column in rows.raw),
        ends=rows.ends if isinstance(rows.ends, str) else rows.ends.take(places),
    )


def _bounds(data: bytes, shape: Shape) -> tuple[list[int], np.ndarray[Any, Any]]:
    """Where each row begins, the end of the last behind them, and how many cells each has."""
    at = np.frombuffer(data, dtype=np.uint8)
    feeds, cuts = at == 10, at == ord(shape.delimiter)
    if shape.quote and shape.quote.encode() in data:
        quotes = at == ord(shape.quote)
        check_quotes(at, np.flatnonzero(quotes), shape)
        outside = ~np.bitwise_xor.accumulate(quotes)
        feeds, cuts = feeds & outside, cuts & outside
    ends = np.flatnonzero(feeds) + 1
    if not len(ends) or ends[-1] != len(data):
        ends = np.append(ends, len(data))
    before = np.searchsorted(np.flatnonzero(cuts), ends)
    widths = np.diff(before, prepend=0) + 1
    return [0, *ends.tolist()], widths


def _runs(sound: np.ndarray[Any, Any]) -> list[tuple[int, int]]:
    """Stretches of sound rows: the first, and the one behind the last."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], sound.astype(np.int8), [0]))))
    return list(zip(edges[0::2].tolist(), edges[1::2].tolist(), strict=True))
