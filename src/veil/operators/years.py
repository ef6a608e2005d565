"""Years: what may stay of a date: its year, its month, or the age it shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from veil.errors import PolicyError
from veil.keys import Keys
from veil.lexicon.dates import LATEST, WrittenDate, read_date
from veil.operators.base import Outcome, by_distinct, outcome
from veil.operators.births import AGE, OVER, age_at, reference_of
from veil.operators.promise import ALONE, Promise, written_as

_YEAR = rf"\s*\d{{4}}\s*|{OVER}"
_MONTH = r"\d{4}-\d{2}"


@dataclass(frozen=True, slots=True)
class Year:
    """Keeps only the year of a date.

    Shape:   unread: what has no year. A year that alone shows an age over 89 at `reference_date`, a birth's or that of
             anything that happened so long ago, becomes the category, or the last year that shows 90 (`as_number`).
    Source:  45 CFR 164.514(b)(2)(i)(C).
    """

    day_first: bool = False
    reference_date: dt.date | str | None = None
    as_number: bool = False
    name: ClassVar[str] = "year"
    derives: ClassVar[bool] = False
    reversible: ClassVar[bool] = False

    @property
    def promise(self) -> Promise:
        return _years_promise(as_number=self.as_number)

    def __post_init__(self) -> None:
        reference_of(self.name, self.reference_date)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        del about, keys
        reference = reference_of(self.name, self.reference_date)
        if reference is None:
            return outcome(values, _each(values, self.day_first, LATEST, _year))
        years = _each(values, self.day_first, reference.year + 1, lambda written: _birth_year(written, reference))
        return outcome(values, _oldest(years, reference, as_number=self.as_number), _listed(years))


@dataclass(frozen=True, slots=True)
class BirthYear:
    """Keeps only the year of a birth date, or `90 or older` if it shows an age over 89 at the reference date.

    Shape:   `as_number`: the last year that shows 90, for columns of numbers.
    Keeps:   a year that may show 90 before the end of the reference year counts as one that does.
    Source:  45 CFR 164.514(b)(2)(i)(C).
    """

    day_first: bool = False
    reference_date: dt.date | str | None = None
    as_number: bool = False
    name: ClassVar[str] = "birth_year"
    derives: ClassVar[bool] = False
    reversible: ClassVar[bool] = False

    @property
    def promise(self) -> Promise:
        return _years_promise(as_number=self.as_number)

    def __post_init__(self) -> None:
        _needed(self.name, self.reference_date)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        del about, keys
        reference = _needed(self.name, self.reference_date)
        years = _each(values, self.day_first, reference.year, lambda written: _birth_year(written, reference))
        return outcome(values, _oldest(years, reference, as_number=self.as_number), _listed(years))


@dataclass(frozen=True, slots=True)
class Month:
    """Keeps only year and month of a date, `2012-04`; unread: a value without both. Not Safe Harbor."""

    day_first: bool = False
    name: ClassVar[str] = "month"
    derives: ClassVar[bool] = False
    reversible: ClassVar[bool] = False
    promise: ClassVar[Promise] = Promise(stays=written_as(_MONTH), form=_MONTH, asks=ALONE)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        del about, keys
        return outcome(values, _each(values, self.day_first, LATEST, _month))


@dataclass(frozen=True, slots=True)
class AgeAt:
    """Replaces a birth date by the age in full years at the reference date; over 89, `90 or older`."""

    day_first: bool = False
    reference_date: dt.date | str | None = None
    name: ClassVar[str] = "age_at"
    derives: ClassVar[bool] = False
    reversible: ClassVar[bool] = False
    promise: ClassVar[Promise] = Promise(form=AGE, asks=ALONE)

    def __post_init__(self) -> None:
        _needed(self.name, self.reference_date)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        del about, keys
        reference = _needed(self.name, self.reference_date)
        ages = _each(values, self.day_first, reference.year, lambda written: _age(written, reference))
        return outcome(values, ages, _listed(ages))


def _needed(operator: str, given: dt.date | str | None) -> dt.date:
    found = reference_of(operator, given)
    if found is None:
        raise PolicyError("operator-option", f"`{operator}` needs the option `reference_date`")
    return found


def _each(values: pa.Array, day_first: bool, latest: int, say: Callable[[WrittenDate], str | None]) -> pa.Array:
    def said(text: str | None) -> str | None:
        written = None if text is None else read_date(text.strip(), day_first=day_first, latest=latest)
        return None if written is None or written.until is not None else say(written)

    return by_distinct(values, said)


def _year(written: WrittenDate) -> str | None:
    return None if written.parts.year is None else str(written.parts.year)


def _birth_year(written: WrittenDate, reference: dt.date) -> str | None:
    year = written.parts.year
    return None if year is None else OVER if reference.year - year > 89 else str(year)


def _age(written: WrittenDate, reference: dt.date) -> str | None:
    age = age_at(written.parts, reference)
    return None if age is None or age < 0 else OVER if age > 89 else str(age)


def _month(written: WrittenDate) -> str | None:
    year, month, _ = written.parts
    return None if year is None or month is None else f"{year:04}-{month:02}"


def _years_promise(*, as_number: bool) -> Promise:
    form = r"\d{4}(\.0)?" if as_number else rf"\d{{4}}|{OVER}"
    return Promise(stays=written_as(_YEAR), form=form, asks=ALONE, keeps_type=as_number)


def _oldest(years: pa.Array, reference: dt.date, *, as_number: bool) -> pa.Array:
    """The years, with the last one that shows 90 in place of the category, where they are to be numbers."""
    last = pa.scalar(str(reference.year - 90), pa.large_string())
    return pc.if_else(_listed(years), last, years) if as_number else years


def _listed(shown: pa.Array) -> pa.BooleanArray:
    return pc.fill_null(pc.equal(shown, OVER), fill_value=False)
