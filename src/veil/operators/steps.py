"""Steps: dates moved by hours, months or years, one at a time."""

from __future__ import annotations

import datetime as dt
import re

from veil.lexicon.dates import Parts, WrittenDate, move_date, write_date

_CLOCK = re.compile(r"(\d\d?)(:?)(\d\d)?(?=\D|$|\d\d(?:\D|$))")
_HALF = re.compile(r"[ ]?([ap])\.?m", re.IGNORECASE)


def move_by(written: WrittenDate, unit: str, step: int) -> str | None:
    """The date after `step` units; None where its form cannot say it, or a year alone is asked to move by less.

    Keeps:   under hours, what has a time of day moves with it; what has none moves by whole days from its noon,
             and is unread where that is none.
    """
    if unit == "days":
        return move_date(written, step)
    if unit == "hours":
        return _by_hours(written, step)
    return _by_months(written, step if unit == "months" else 12 * step)


def _by_months(written: WrittenDate, months: int) -> str | None:
    ends = [_after_months(edge, months) for edge in (written.parts, written.until) if edge is not None]
    if None in ends:
        return None
    start, until = ends[0], ends[1] if len(ends) > 1 else None
    if start is None or (written.weekday is not None and start.year is None):
        return None
    return write_date(written, start, until)


def _after_months(parts: Parts, months: int) -> Parts | None:
    if parts.year is None and (parts.month is None or months % 12 == 0):
        return None  # without a year, whole years would move nothing
    if parts.month is None:
        return Parts(parts.year and parts.year + round(months / 12))
    whole, month = divmod(parts.month - 1 + months, 12)
    year = None if parts.year is None else parts.year + whole
    if year is not None and not 1 <= year <= 9999:
        return None
    day = parts.day
    if day is not None:
        last = (dt.date(year or 2004, month + 1, 28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
        day = min(day, last.day)
    return Parts(year, month + 1, day)


def _by_hours(written: WrittenDate, hours: int) -> str | None:
    clock = _CLOCK.search(written.tail)
    if clock is None:
        days = (12 + hours) // 24
        return move_date(written, days) if days else None  # it would stay the true date
    if clock.group(3) is None and _HALF.match(written.tail, clock.end()) is None:
        return None
    half = _HALF.search(written.tail, clock.end())
    hour = int(clock.group(1))
    if half is not None:
        hour = hour % 12 + (12 if half.group(1).lower() == "p" else 0)
    days, new = divmod(hour + hours, 24)
    moved = move_date(written, days) if days else written.text
    if moved is None:
        return None
    tail = _retimed(written.tail, clock, half, new)
    at = moved.rfind(written.tail)
    return moved[:at] + tail + moved[at + len(written.tail) :]


def _retimed(tail: str, clock: re.Match[str], half: re.Match[str] | None, hour: int) -> str:
    """The time beside the date with another hour, in its own way of writing."""
    shown = hour if half is None else (hour - 1) % 12 + 1
    width = 1 if len(clock.group(1)) == 1 or (half is not None and clock.group(1)[0] != "0") else 2
    start, end = clock.span(1)
    if half is not None:
        letter = "p" if hour >= 12 else "a"
        letter = letter.upper() if half.group(1).isupper() else letter
        tail = tail[: half.start(1)] + letter + tail[half.end(1) :]
    return f"{tail[:start]}{shown:0{width}}{tail[end:]}"
