"""Births: which dates show an age over 89, and the one day that they become."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from veil.errors import PolicyError
from veil.lexicon.dates import Parts, read_column, read_date, write_date

OVER = "90 or older"  # the category of 45 CFR 164.514(b)(2)(i)(C)
AGE = rf"[0-8]?\d|{OVER}"  # how an age is shown
_EPOCH = dt.date(1970, 1, 1).toordinal()
_FAR = 1 << 30
_APART = (0, 36524, 36525)  # days: the same day, or that of a two-digit year read as one of the next hundred


def reference_of(operator: str, given: dt.date | str | None) -> dt.date | None:
    """The day against which ages are counted.

    Errors:  PolicyError `operator-option`.
    """
    if given is None or isinstance(given, dt.date):
        return given
    try:
        return dt.date.fromisoformat(str(given))
    except ValueError:
        raise PolicyError(
            "operator-option", f"option `reference_date` of `{operator}` must be a date", hint="for example 2026-01-31"
        ) from None


def ninety_before(reference: dt.date) -> dt.date:
    """The last birthday that shows an age of 90 at the reference."""
    leap = reference.month == 2 and reference.day == 29
    return dt.date(reference.year - 90, reference.month, 28 if leap else reference.day)


def age_at(born: Parts, reference: dt.date) -> int | None:
    """Full years at the reference; of a birth without month or day, the most it can be."""
    if born.year is None:
        return None
    passed = (reference.month, reference.day) >= (born.month or 1, born.day or 1)
    return reference.year - born.year - (not passed)


@dataclass(frozen=True, slots=True)
class Births:
    """How births are told and read in a column: all are births (`birth`), or those that are `about.born`."""

    reference: dt.date
    birth: bool
    day_first: bool
    latest: int

    def clamped(
        self, values: pa.Array, moved: pa.Array, born: pa.Array, in_text: pa.BooleanArray
    ) -> tuple[pa.Array, pa.BooleanArray | None]:
        """The moved dates, with every birth that shows an age over 89, before or after, at the day that shows 90.

        Shape:   n values, n moved, n `date32` births, n times whether it stands in a text, where a date so old is a birth
                 or tells the same -> n, and which were changed (None: none).
        Keeps:   the day is the same for all, so it tells nothing of a shift.
        """
        day = ninety_before(self.reference)
        limit = day.toordinal() - _EPOCH
        births = np.asarray(born.cast(pa.int32()).fill_null(_FAR).to_numpy(zero_copy_only=False), np.int64)
        first = self._read(values)
        spoken = in_text.to_numpy(zero_copy_only=False)
        is_birth = np.ones(len(values), np.bool_) if self.birth else np.isin(first - births, _APART) | spoken
        old = (first <= limit) | ((births <= limit) & np.isin(first - births, _APART)) | (self._read(moved) <= limit)
        old &= is_birth & moved.is_valid().to_numpy(zero_copy_only=False)
        if not old.any():
            return moved, None
        mask = pa.array(old)
        distinct = pc.dictionary_encode(values.filter(mask))
        texts = [self._at(text, day) for text in distinct.dictionary.to_pylist()]
        new = pa.array(texts, pa.large_string()).take(distinct.indices)
        return pc.replace_with_mask(moved, mask, new), mask

    def _read(self, values: pa.Array) -> npt.NDArray[np.int64]:
        """Days since 1970-01-01, of coarser dates the first; far ahead where there is none."""
        read = read_column(values, day_first=self.day_first, latest=self.latest)
        days = read.days.fill_null(_FAR).to_numpy(zero_copy_only=False)
        years = pc.fill_null(pc.equal(read.precision, "year"), fill_value=False).to_numpy(zero_copy_only=False)
        months = pc.fill_null(pc.equal(read.precision, "month"), fill_value=False).to_numpy(zero_copy_only=False)
        return np.asarray(days - np.where(years, 183, np.where(months, 14, 0)), np.int64)

    def _at(self, value: str, day: dt.date) -> str | None:
        written = read_date(value, day_first=self.day_first, latest=self.latest)
        if written is None or written.until is not None:
            return None
        kept = (new if old is not None else None for new, old in zip(day.timetuple()[:3], written.parts, strict=True))
        return write_date(written, Parts(*kept))


def birth_years(values: pa.Array, moved: pa.Array, days: npt.NDArray[np.int64], born: pa.Array) -> pa.Array:
    """The moved values, with the year of the moved birth where a value is the bare year of a known birth.

    Shape:   n values, n moved, n steps in days (0: none), n `date32` births -> n.
    Keeps:   a year of birth and a date of birth of one person agree.
    """
    if born.null_count == len(born):
        return moved
    new = pc.add(born.cast(pa.int32()), pa.array(days, pa.int32())).cast(pa.date32())
    same = pc.equal(values, pc.year(born).cast(pa.large_string()))
    with_year = pc.fill_null(pc.and_(same, moved.is_valid()), fill_value=False)
    return pc.if_else(with_year, pc.year(new).cast(pa.large_string()), moved)
