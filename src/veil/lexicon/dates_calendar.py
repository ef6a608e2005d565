"""Calendar: parts of dates, which of them exist, and where they are when they have moved."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

_LEAP = 2004  # a day without a year is a day of a leap year, so that 29 February is one
_FIRST = dt.date(_LEAP, 1, 1).toordinal()
_CIRCLE = 366


class Parts(NamedTuple):
    """Year, month, day; None is what is not said."""

    year: int | None = None
    month: int | None = None
    day: int | None = None


def exists(parts: Parts, precision: str) -> bool:
    """Whether the calendar has such a date and all that the precision says is there."""
    try:
        ordinal(whole(parts, precision))
    except (ValueError, TypeError):
        return False
    return True


def ordinal(parts: Parts) -> int:
    """The number of the day, 1 January of year 1 being 1."""
    return dt.date(parts.year, parts.month, parts.day).toordinal()  # type: ignore[arg-type]


def shifted(parts: Parts, precision: str, days: int) -> Parts | None:
    """The parts after so many days, with the same ones missing; None outside the years 1 to 9999.

    Units:   a month moves by its 15th, a year by its 2 July (their middles); without a year, days go round a circle
             of 366, and a month by its 15th on that circle.
    """
    at = ordinal(whole(parts, precision)) + days
    if precision in ("month_day", "month_only"):
        at = _FIRST + (at - _FIRST) % _CIRCLE
    try:
        new = dt.date.fromordinal(at)
    except (ValueError, OverflowError):
        return None
    return Parts(*(part if old is not None else None for part, old in zip(new.timetuple()[:3], parts, strict=True)))


def whole(parts: Parts, precision: str) -> Parts:
    """The parts with the middle of what is not said; years that are missing are a leap year."""
    match precision:
        case "month":
            return Parts(parts.year, parts.month, 15)
        case "month_day":
            return Parts(_LEAP, parts.month, parts.day)
        case "month_only":
            return Parts(_LEAP, parts.month, 15)
        case "year":
            return Parts(parts.year, 7, 2)
        case _:
            return parts
