"""Columns of dates: read, inferred and moved without a Python object per value where the form has a fixed width."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from veil.lexicon.dates_calendar import Parts, ordinal, whole
from veil.lexicon.dates_written import LATEST, move_date, read_date

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_CHUNK = 1 << 16
_YEARS = range(1500, 2200)
_EPOCH = dt.date(1970, 1, 1).toordinal()
_SHAPES = bytes(57 if 48 <= byte <= 57 else byte for byte in range(256))  # every digit a 9
_EIGHT = "99999999"
_HEADS = (  # shape, where year, month and day stand in it, a date of that form, day first (None: either)
    (re.compile(r"9999([-/.])99\1(?=99)"), (0, 5, 8), "2012{0}04{0}12", None),
    (re.compile(r"99([/-])99\1(?=9999)"), (6, 0, 3), "04{0}12{0}2012", False),
    (re.compile(r"99([/-])99\1(?=9999)"), (6, 3, 0), "12{0}04{0}2012", True),
    (re.compile(r"99(\.)99\.(?=9999)"), (6, 3, 0), "12{0}04{0}2012", None),
    (re.compile(r"9999()99(?=99)"), (0, 4, 6), "20120412", None),
)


@dataclass(frozen=True, slots=True)
class ColumnDates:
    """What n texts say.

    Shape:   `days`: n int64, days since 1970-01-01 (of a coarser date, its middle; of one without a year, null);
             `precision`: n `large_string`; both null where the text is no date.
    """

    days: pa.Array
    precision: pa.Array


@dataclass(frozen=True, slots=True)
class Formed:
    """How a column seems to be written.

    Shape:   `form`: the id of the commonest form, "" where none fits; `day_first`: True, False, or None where nothing
             tells; `ambiguous`: whether that matters: slashed dates that fit either order, or some that fit only one
             and some only the other; `share`: how many of the texts are dates, 0 to 1; `contradicts`: whether some fit only one
             order and some only the other.
    """

    form: str
    day_first: bool | None
    ambiguous: bool
    share: float
    contradicts: bool = False


def infer_form(values: pa.Array, most: int = 5_000) -> Formed:
    """Form and order of a column, told from its first distinct values."""
    distinct = [value for value in pc.unique(values).slice(0, most).to_pylist() if value is not None and value.strip()]
    counts: Counter[str] = Counter()
    votes = Counter({True: 0, False: 0})
    either = 0
    for value in distinct:
        found = {first: read_date(value, day_first=first) for first in (False, True)}
        dates = [date for date in found.values() if date is not None]
        if dates:
            counts[dates[0].form] += 1
        if len(dates) == 1:
            votes[found[True] is not None] += 1
        elif len(dates) == 2 and dates[0].parts != dates[1].parts:
            either += 1
    if not counts:
        return Formed("", None, ambiguous=False, share=0.0)
    day_first = None if bool(votes[True]) is bool(votes[False]) else votes[True] > 0
    unsure = day_first is None and (either > 0 or votes[True] > 0)
    both = bool(votes[True]) and bool(votes[False])
    return Formed(counts.most_common(1)[0][0], day_first, unsure, sum(counts.values()) / len(distinct), both)


def read_column(values: pa.Array, *, day_first: bool, latest: int = LATEST) -> ColumnDates:
    """What each text says; the same answers as `read_date`."""
    column = _DateTexts(values)
    days = np.zeros(len(column), np.int64)
    known = np.zeros(len(column), np.bool_)
    precisions: pa.Array = pa.repeat(pa.scalar("day", pa.large_string()), len(column))
    for head, rows, block in column.fast(day_first):
        days[rows], known[rows] = head.read(block)
    slow = column.slow(day_first, known)
    if len(slow):
        encoded = pc.dictionary_encode(column.values.take(pa.array(slow)))
        read = [_day_and_precision(value, day_first, latest) for value in encoded.dictionary.to_pylist()]
        read_precisions = pa.array([pair[1] for pair in read], pa.large_string()).take(encoded.indices)
        numbers = pa.array([pair[0] for pair in read], pa.int64()).take(encoded.indices)
        known[slow] = numbers.is_valid().to_numpy(zero_copy_only=False)
        days[slow] = numbers.fill_null(0).to_numpy(zero_copy_only=False)
        mask = np.zeros(len(column), np.bool_)
        mask[slow] = True
        precisions = pc.replace_with_mask(precisions, pa.array(mask), read_precisions)
        read_fast = known | mask
    else:
        read_fast = known
    precisions = pc.if_else(pa.array(read_fast), precisions, pa.scalar(None, pa.large_string()))
    return ColumnDates(column.back(pa.array(days, mask=~known)), column.back(precisions))


def contradicting(values: pa.Array, *, day_first: bool) -> int:
    """How many texts are dates only if the day and the month stand the other way round."""
    unread = values.filter(pc.and_(values.is_valid(), read_column(values, day_first=day_first).precision.is_null()))
    if not len(unread):
        return 0
    return len(unread) - int(read_column(unread, day_first=not day_first).precision.null_count)


def day_numbers(values: pa.Array, *, day_first: bool) -> pa.Array:
    """Days since 1970-01-01, null where the text does not say a day. Shape: n -> n int64."""
    read = read_column(values, day_first=day_first)
    return pc.if_else(pc.equal(read.precision, "day"), read.days, pa.scalar(None, pa.int64()))


def iso_days(values: pa.Array, *, day_first: bool) -> pa.Array:
    """`2012-04-12` for each text that says a day, else null. Shape: n -> n `large_string`."""
    days = day_numbers(values, day_first=day_first)
    return days.cast(pa.int32()).cast(pa.date32()).cast(pa.large_string())


def move_column(values: pa.Array, days: Numbers, *, day_first: bool, latest: int = LATEST) -> pa.Array:
    """Each date moved by its own days, written as before; the same answers as `move_date`.

    Shape:   n texts, n days -> n texts; null where the text is null, is no date, or cannot be written after the move.
    """
    column = _DateTexts(values)
    slow_days = days[column.valid] if column.valid is not None else days
    out = column.data.copy()
    known = np.zeros(len(column), np.bool_)
    for head, rows, block in column.fast(day_first):
        numbers, good = head.read(block)
        moved, known[rows] = head.written(block, numbers + slow_days[rows], good)
        column.put(out, rows, moved)
    fast = pa.LargeStringArray.from_buffers(len(column), pa.py_buffer(column.offsets), pa.py_buffer(out))
    answer = fast if known.all() else pc.if_else(pa.array(known), fast, pa.scalar(None, pa.large_string()))
    slow = column.slow(day_first, known)
    if len(slow):
        mask = np.zeros(len(column), np.bool_)
        mask[slow] = True
        texts = column.values.take(pa.array(slow)).to_pylist()
        moved_texts = _moved(texts, slow_days[slow].tolist(), day_first, latest)
        answer = pc.replace_with_mask(answer, pa.array(mask), pa.array(moved_texts, pa.large_string()))
    return column.back(answer)


def _moved(texts: list[str], days: list[int], day_first: bool, latest: int) -> list[str | None]:
    seen: dict[tuple[str, int], str | None] = {}
    for pair in zip(texts, days, strict=True):
        if pair not in seen:
            written = read_date(pair[0], day_first=day_first, latest=latest)
            seen[pair] = None if written is None else move_date(written, pair[1])
    return [seen[pair] for pair in zip(texts, days, strict=True)]


def _day_and_precision(text: str, day_first: bool, latest: int) -> tuple[int | None, str | None]:
    written = read_date(text, day_first=day_first, latest=latest)
    if written is None:
        return None, None
    if written.parts.year is None:
        return None, written.precision
    return ordinal(whole(written.parts, written.precision)) - _EPOCH, written.precision


class _DateTexts:
    """The non-null texts of a column, sorted out by shape: every digit a 9, all else itself."""

    def __init__(self, values: pa.Array | pa.ChunkedArray) -> None:
        if isinstance(values, pa.ChunkedArray):
            values = values.combine_chunks()
        values = values.cast(pa.large_string())
        self.valid: Flags | None = values.is_valid().to_numpy(zero_copy_only=False) if values.null_count else None
        self.values = values.drop_null() if values.null_count else values
        count = len(self.values)
        _, offsets, data = self.values.buffers()
        starts = np.frombuffer(offsets, np.int64, count + 1, self.values.offset * 8) if count else np.zeros(1, np.int64)
        low, high = int(starts[0]), int(starts[-1])
        self.offsets: Numbers = starts - low
        self.data: Bytes = np.frombuffer(data, np.uint8, high - low, low) if high > low else np.zeros(0, np.uint8)
        self._shapes: list[str]
        self._kinds, self._shapes = self._sorted_out(self.data.tobytes().translate(_SHAPES))

    def _sorted_out(self, shapes: bytes) -> tuple[Numbers, list[str]]:
        """The shape of each text, by its place among all; most columns have one."""
        count = len(self.values)
        width = int(self.offsets[1]) if count else 0
        if width and len(shapes) == count * width and bool((np.diff(self.offsets) == width).all()):
            block = np.frombuffer(shapes, np.uint8).reshape(count, width)
            if bool((block == block[0]).all()):
                return np.zeros(count, np.int32), [shapes[:width].decode("utf-8")]
        texts = pa.LargeStringArray.from_buffers(count, pa.py_buffer(self.offsets), pa.py_buffer(shapes))
        encoded = pc.dictionary_encode(texts)
        return encoded.indices.to_numpy(zero_copy_only=False), encoded.dictionary.to_pylist()

    def __len__(self) -> int:
        return len(self.values)

    def fast(self, day_first: bool) -> Iterator[tuple[_Head, Numbers, Bytes]]:
        """Rows of one shape of fixed width, some at a time, with their characters as a block."""
        for kind, shape in enumerate(self._shapes):
            head = head_of(shape, day_first)
            if head is None:
                continue
            every = np.flatnonzero(self._kinds == kind)
            for start in range(0, len(every), _CHUNK):
                rows = every[start : start + _CHUNK]
                yield head, rows, self._block(self.data, rows, len(shape))

    def slow(self, day_first: bool, known: Flags) -> Numbers:
        """Rows that are read one by one: of no shape of fixed width, or eight digits that do not begin with a year."""
        others = [kind for kind, shape in enumerate(self._shapes) if head_of(shape, day_first) is None]
        eight = [kind for kind, shape in enumerate(self._shapes) if shape == _EIGHT]
        if not others and not eight:
            return np.zeros(0, np.int64)
        found = np.isin(self._kinds, others)
        if eight:
            found |= ~known & np.isin(self._kinds, eight)
        return np.flatnonzero(found)

    def put(self, out: Bytes, rows: Numbers, block: Bytes) -> None:
        first, width = int(self.offsets[rows[0]]), block.shape[1]
        if int(rows[-1]) - int(rows[0]) == len(rows) - 1:
            out[first : first + block.size] = block.reshape(-1)
        else:
            out[self.offsets[rows][:, None] + np.arange(width)] = block

    def back(self, results: pa.Array) -> pa.Array:
        if self.valid is None:
            return results
        places = np.cumsum(self.valid) - 1
        return results.take(pa.array(places, mask=~self.valid))

    def _block(self, data: Bytes, rows: Numbers, width: int) -> Bytes:
        first = int(self.offsets[rows[0]])
        if int(rows[-1]) - int(rows[0]) == len(rows) - 1:
            return data[first : first + len(rows) * width].reshape(-1, width)
        block: Bytes = data[self.offsets[rows][:, None] + np.arange(width)]
        return block


class _Head:
    """Where year, month and day stand in texts of one shape, and which pairs behind them are a clock."""

    def __init__(self, at: tuple[int, int, int], clock: tuple[tuple[int, int], ...]) -> None:
        year, month, day = at
        self._places = [year, year + 1, year + 2, year + 3, month, month + 1, day, day + 1]
        self._clock = clock

    def read(self, block: Bytes) -> tuple[Numbers, Flags]:
        """Days since 1970-01-01, and which texts are dates."""
        digits = [block[:, i].astype(np.int32) - 48 for i in self._places]
        months = (digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3] - _YEARS.start) * 12 - 1
        month, day = digits[4] * 10 + digits[5], digits[6] * 10 + digits[7]
        starts, lengths, _ = _calendar()
        good = (month >= 1) & (month <= 12) & (months >= -1) & (months < len(starts) - 12)
        months = np.where(good, months + month, 0)
        good &= (day >= 1) & (day <= lengths.take(months))
        for place, limit in self._clock:
            good &= (block[:, place] - 48) * 10 + block[:, place + 1] - 48 < limit
        return starts.take(months) + day - 1, good

    def written(self, block: Bytes, days: Numbers, good: Flags) -> tuple[Bytes, Flags]:
        """The block with other dates, and which could be written."""
        starts, _, digits = _calendar()
        at = days - starts[0]
        good = good & (at >= 0) & (at < len(digits))
        out = block.copy()
        out[:, self._places] = digits[np.where(good, at, 0)]
        return out, good


@cache
def head_of(shape: str, day_first: bool) -> _Head | None:
    """How texts of this shape are read at fixed places, or None: only one by one.

    Keeps:   a shape passes only if `read_date` reads a probe of it; so both ways give one answer.
    """
    if len(shape) > 64:
        return None
    for pattern, at, probe, first in _HEADS:
        match = pattern.match(shape)
        if match is None or first not in (None, day_first):
            continue
        date = probe.format(match.group(1))
        tail = shape[len(date) :]
        clock: tuple[tuple[int, int], ...] = ()
        if probe.isdigit() and tail:
            run = re.match("T?(9{2,6})", tail)
            start = len(date) + (tail[0] == "T")
            pairs = len(run.group(1)) // 2 if run else 0
            clock = tuple((start + 2 * i, 24 if i == 0 else 60) for i in range(pairs))
        written = read_date(date + tail.replace("9", "1"), day_first=day_first)
        if written is not None and written.parts == Parts(2012, 4, 12) and written.until is None:
            return _Head(at, clock)
    return None


@cache
def _calendar() -> tuple[Numbers, Numbers, Bytes]:
    """First day and length of each month of 1500 to 2199, and the eight digits of each of their days."""
    months = np.arange(f"{_YEARS.start}-01", f"{_YEARS.stop}-01", dtype="datetime64[M]")
    starts = months.astype("datetime64[D]").astype(np.int64)
    lengths = np.diff(np.append(starts, starts[-1] + 31))
    every = np.repeat(np.arange(len(months)), lengths)
    day = np.arange(len(every)) - (starts - starts[0])[every] + 1
    digits = np.empty((len(every), 8), np.uint8)
    digits[:, :4] = _digits(np.arange(_YEARS.start, _YEARS.stop), 4)[every // 12]
    digits[:, 4:6] = _digits(np.arange(1, 13), 2)[every % 12]
    digits[:, 6:] = _digits(np.arange(32), 2)[day]
    return starts, lengths, digits


def _digits(numbers: Numbers, width: int) -> Bytes:
    """The decimal digits of each number. Shape: n -> n by `width`."""
    return np.stack([(numbers // 10**i) % 10 + 48 for i in range(width - 1, -1, -1)], axis=1).astype(np.uint8)
