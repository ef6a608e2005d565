"""Generalisation: a wider value in place of the exact one."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from veil.errors import PolicyError
from veil.keys import Keys
from veil.lexicon.language import english
from veil.operators.base import Outcome, by_distinct, in_range, outcome
from veil.operators.births import OVER
from veil.operators.promise import ALONE, Check, Promise

_ZIP = re.compile(r"\s*(\d{3})\d\d(?:[-\s]?\d{4})?\s*")
_AGE = re.compile(
    r"\s*(?:aged?\s*:?\s*)?(?P<number>\d{1,3})(?P<part>[.,]\d+)?[\s-]*"
    r"(?P<unit>y(?:ea)?rs?|yr|y|years?|y/?o|yo[fm]?|mo(?:nth)?s?|m|w(?:ee)?ks?|w|d(?:ay)?s?|hours?|hrs?)?\.?"
    r"[\s-]*(?:old|of age|/o)?\s*",
    re.IGNORECASE,
)
_SHOWN_AGE = r"^\D*(?P<years>\d{1,9})(?:[.,]\d+)?(?:[\s-]*[yY].*)?\s*$"
_OLDEST = 130  # above this a number is a code, not an age


@dataclass(frozen=True, slots=True)
class ZipList:
    """Which three-digit prefixes are withheld, and under which name the manifest says so."""

    version: str
    withheld: frozenset[str]


@cache
def zip_list(path: str = "") -> ZipList:
    """The list of a file, by default the one that is shipped.

    Errors:  PolicyError `zip-list`.
    """
    try:
        whole = Path(path).read_text(encoding="utf-8") if path else _shipped()
        page = tomllib.loads(whole)
        withheld = {prefix for name in ("few_people", "no_area") for prefix in page[name]}
        if not all(re.fullmatch(r"\d{3}", prefix) for prefix in withheld):
            raise ValueError  # noqa: TRY301 - one answer for every fault of the page
        return ZipList(str(page["version"]), frozenset(withheld))
    except (OSError, KeyError, ValueError, TypeError):
        raise PolicyError("zip-list", "not a list of ZIP prefixes", where=Path(path).name) from None


def _shipped() -> str:
    return (files("veil.operators") / "lists" / "zip3.toml").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Zip3:
    """Keeps the first three digits of a ZIP code; `000` for areas with few or no inhabitants.

    Shape:   five digits, or nine with or without a dash; all else is unread. `zip_list`: a newer list.
    Source:  45 CFR 164.514(b)(2)(i)(B); the list names its own.
    """

    zip_list: str = ""
    name: ClassVar[str] = "zip3"
    derives: ClassVar[bool] = False
    reversible: ClassVar[bool] = False
    promise: ClassVar[Promise] = Promise(form=r"\d{3}", asks=ALONE)

    def __post_init__(self) -> None:
        zip_list(self.zip_list)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        del about, keys
        withheld = zip_list(self.zip_list).withheld

        def shown(value: str | None) -> str | None:
            match = _ZIP.fullmatch(value or "")
            return None if match is None else "000" if match.group(1) in withheld else match.group(1)

        return outcome(values, by_distinct(values, shown))


@dataclass(frozen=True, slots=True)
class Age:
    """Replaces ages over 89 by `90 or older`, or by 90 in a column of numbers; other ages are kept as written.

    Shape:   `as_number`: 90. Values: numerals, with a unit or without (then years), and English words; all else is unread, as is a number
             over 130, which is no age.
    Source:  45 CFR 164.514(b)(2)(i)(C).
    """

    as_number: bool = False
    name: ClassVar[str] = "age"
    derives: ClassVar[bool] = False
    reversible: ClassVar[bool] = False

    @property
    def promise(self) -> Promise:
        checks = (Check("form", self._are_old), Check("kept-changed", self._are_other))
        return Promise(changes=False, asks=ALONE, keeps_type=self.as_number, checks=checks)

    @property
    def _over(self) -> str:
        return "90" if self.as_number else OVER

    def _are_old(self, values: pa.Array, answers: pa.Array) -> pa.BooleanArray:
        """Answers that show an age over 89, read by a pattern that is not the operator's."""
        del values
        years = pc.cast(pc.struct_field(pc.extract_regex(answers, _SHOWN_AGE), "years"), pa.int64())
        own = pc.is_in(answers, pa.array([self._over, f"{self._over}.0"], answers.type))
        return pc.and_(pc.greater(years, 89), pc.invert(own))

    def _are_other(self, values: pa.Array, answers: pa.Array) -> pa.BooleanArray:
        own = pc.is_in(answers, pa.array([self._over, f"{self._over}.0", ""], answers.type))
        return pc.and_(pc.not_equal(answers, values), pc.invert(own))

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        del about, keys
        return outcome(values, by_distinct(values, lambda value: _shown_age(value, self._over)))


@dataclass(frozen=True, slots=True)
class Band:
    """Replaces a number by its range: `45-49` for 47 with a width of 5; from `top` on, `90 or older`.

    Units:   `width` and `top` in the unit of the values; `top` of 0: no top.
    """

    width: int = 5
    top: int = 90
    name: ClassVar[str] = "band"
    derives: ClassVar[bool] = False
    reversible: ClassVar[bool] = False
    promise: ClassVar[Promise] = Promise(form=rf"\d+-\d+|{OVER}|\d+ or more", asks=ALONE)

    def __post_init__(self) -> None:
        in_range(self.name, "width", self.width, 1, 1_000_000)
        in_range(self.name, "top", self.top, 0, 1_000_000)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        del about, keys
        return outcome(values, by_distinct(values, self._shown))

    def _shown(self, value: str | None) -> str | None:
        number = _number(value)
        if number is None or number < 0:
            return None
        if self.top and number >= self.top:
            return OVER if self.top == 90 else f"{self.top} or more"
        low = int(number // self.width) * self.width
        high = low + self.width - 1
        return f"{low}-{min(high, self.top - 1) if self.top else high}"


@dataclass(frozen=True, slots=True)
class Round:
    """Rounds a number to the nearest multiple of `to`, halves to the even one."""

    to: int = 10
    name: ClassVar[str] = "round"
    derives: ClassVar[bool] = False
    reversible: ClassVar[bool] = False

    @property
    def promise(self) -> Promise:
        return Promise(changes=False, asks=ALONE, keeps_type=True, checks=(Check("form", self._are_between),))

    def _are_between(self, values: pa.Array, answers: pa.Array) -> pa.BooleanArray:
        del values
        steps = pc.divide(pc.cast(pc.if_else(pc.equal(answers, ""), None, answers), pa.float64()), float(self.to))
        return pc.not_equal(pc.floor(steps), steps)

    def __post_init__(self) -> None:
        in_range(self.name, "to", self.to, 1, 1_000_000_000)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        del about, keys

        def shown(value: str | None) -> str | None:
            number = _number(value)
            return None if number is None else str(int(round(number / self.to) * self.to))

        return outcome(values, by_distinct(values, shown))


def _shown_age(value: str | None, over: str) -> str | None:
    if value is None:
        return None
    match = _AGE.fullmatch(value)
    if match is None:
        number = english().numbers.read(
            re.sub(r"[\s-]*(?:years?|yrs?|y/?o)?[\s-]*(?:old|of age)?\s*$", "", value.strip())
        )
        return None if number is None or number > _OLDEST else over if number > 89 else value
    number = int(match.group("number"))
    years = (match.group("unit") or "y").lower().startswith("y")
    if not years:
        return value if _years_of(number, match.group("unit").lower()) < 90 else over
    return None if number > _OLDEST else over if number > 89 else value


def _years_of(number: int, unit: str) -> float:
    return number / (12 if unit.startswith("m") else 52 if unit.startswith("w") else 365)


def _number(value: str | None) -> Decimal | None:
    try:
        number = Decimal((value or "").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**15 else None
