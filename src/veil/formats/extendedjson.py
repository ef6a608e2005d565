"""Extended JSON: dates as MongoDB writes them, in milliseconds since 1970, seen as dates and written back in their form.

Source: MongoDB Extended JSON v2, `Datetime`: relaxed `{"$date": "..."}`, canonical `{"$date": {"$numberLong": "..."}}`.
"""

from __future__ import annotations

import datetime as dt
import re

_ADDRESS = re.compile(r"\.\$date(?:\.\$numberLong)?\Z")
_NUMBER = re.compile(r"-?\d+")
_YEAR = re.compile(r"\d{4}")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_DAY = dt.timedelta(days=1)
_MILLISECOND = dt.timedelta(milliseconds=1)


def date_of(address: str, value: str) -> str:
    """The date that a number of milliseconds at this address says, as text; any other value as it is.

    Keeps:   four digits are a year that an operator has left, which is no moment of 1970.
    """
    if not _NUMBER.fullmatch(value) or _YEAR.fullmatch(value) or not _ADDRESS.search(address):
        return value
    try:
        moment = _EPOCH + int(value) * _MILLISECOND
    except OverflowError:
        return value
    if (moment - _EPOCH) % _DAY:
        return moment.strftime("%Y-%m-%dT%H:%M:%S.").zfill(20) + f"{moment.microsecond // 1000:03}Z"
    return moment.date().isoformat()


def number_of(address: str, value: str | None, before: str) -> str | None:
    """A new date as the number that stood in its place; None where it is no date, or no number stood there.

    Shape:   `before`: the text that stood there, without quotes.
    """
    if value is None or date_of(address, before) == before:
        return None
    try:
        moment = dt.datetime.fromisoformat(value) if len(value) > 4 else None
    except ValueError:
        return None
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return str((aware - _EPOCH) // _MILLISECOND)
