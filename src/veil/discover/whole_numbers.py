"""Whole numbers: `418800.0` and `4.18813E+05`, as spreadsheets and data frames write them, read as what they say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?")
_DISGUISED = re.compile(r"[-+]?(\d+\.0*|\d(\.\d+)?[eE]\+\d{2})")
_ENOUGH = 0.5


def whole_numbers(values: Sequence[str]) -> list[str] | None:
    """The values with whole numbers written as such, or None: none was written otherwise, or one has a fraction.

    Shape:   n -> n; what is no number stays as it is. Keeps: a column of measures (`9.7`, `14.0`) is none of whole numbers.
    """
    if not any(_DISGUISED.fullmatch(value) for value in values):
        return None
    numbers = [value for value in values if _NUMBER.fullmatch(value)]
    if len(numbers) < _ENOUGH * len(values) or any(whole_number(value) is None for value in numbers):
        return None
    return [(whole_number(value) or value) if _NUMBER.fullmatch(value) else value for value in values]


def whole_number(value: str) -> str | None:
    """The whole number that a text says (`418813` for `4.18813E+05`), or None."""
    if not _NUMBER.fullmatch(value):
        return None
    if "." not in value and "e" not in value.lower():
        return value
    number = Decimal(value)
    return str(int(number)) if number == number.to_integral_value() else None
