"""WrittenDate: a date as it stands in a text: what it says, how it is written, and how another is written so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from veil.lexicon.dates_calendar import Parts, exists, ordinal, shifted
from veil.lexicon.dates_forms import Form, readers
from veil.lexicon.dates_words import MONTHS, WEEKDAYS, in_style, month_of, ordinal_suffix, weekday_of

LATEST = 2035  # two-digit years are those of the hundred years that end with this one; a caller may state another
_MONTH_NAME = re.compile(r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec", re.IGNORECASE)
_LOST = "compact-day-month-lost"
_NUMERIC = ("m", "d", "a", "b", "a2", "b2", "d2")


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date and the text that says it.

    Shape:   `parts` has None for what the text does not say; `until` is the end of a range; `weekday` counts from
             Monday, 0; `slots`: where in `text` each part stands; `tail` is the time of day with what joins it.
    """

    text: str
    form: str
    precision: str
    parts: Parts
    until: Parts | None
    weekday: int | None
    tail: str
    slots: Mapping[str, tuple[int, int]]
    width: int
    wider: str
    latest: int


def read_date(text: str, *, day_first: bool, latest: int = LATEST) -> WrittenDate | None:
    """The date that the whole text says, or None: no form fits, or the calendar has no such day.

    Units:   `latest`: two-digit years mean a year from `latest` - 99 to `latest`.
    Keeps:   `04/12/2012` is read in the stated order alone: what does not fit it is not turned round.
    """
    return _read(text, day_first, latest) if len(text) <= 64 else None


def write_date(
    written: WrittenDate, parts: Parts, until: Parts | None = None, weekday: int | None = None
) -> str | None:
    """The other date, written as the first was; None where its form cannot say it (a two-digit year too far away).

    Keeps:   write_date(read_date(x), its own parts) is x, character for character; only parts that differ are
             written anew: padding, case, ordinals, long and short names as before; time and zone stay. The weekday
             moves with a date of day precision; elsewhere it is the one that is given.
    """
    if written.until is not None and until is None:
        until = written.until
    if not _sayable(written, parts, until):
        return None
    if weekday is None and written.weekday is not None:
        whole = written.precision == "day"
        weekday = (written.weekday + ordinal(parts) - ordinal(written.parts)) % 7 if whole else written.weekday
    news = _news(written, parts, until, weekday)
    pieces, at = [], 0
    for name, (start, end) in sorted(written.slots.items(), key=lambda item: item[1]):
        pieces += [written.text[at:start], news.get(name, written.text[start:end])]
        at = end
    return "".join([*pieces, written.text[at:]])


def move_date(written: WrittenDate, days: int) -> str | None:
    """The date moved by whole days, written as before.

    Keeps:   the precision: a month or a year moves by its middle and loses the same parts again; a day without a year
             moves on a circle of 366 days (29 February counts), so it never stays where it was.
    """
    parts = shifted(written.parts, written.precision, days)
    until = shifted(written.until, written.precision, days) if written.until is not None else None
    if parts is None or (written.until is not None and until is None):
        return None
    weekday = None if written.weekday is None else (written.weekday + days) % 7
    return write_date(written, parts, until, weekday)


@lru_cache(maxsize=16_384)
def _read(text: str, day_first: bool, latest: int) -> WrittenDate | None:
    for reader in readers(named=_MONTH_NAME.search(text) is not None):
        match = reader.match.fullmatch(text)
        if match is not None:
            return _written_date(text, reader.form, match, day_first, latest)
    return None


def _written_date(text: str, form: Form, match: re.Match[str], day_first: bool, latest: int) -> WrittenDate | None:
    found = {name: value for name, value in match.groupdict().items() if value}
    slots = {_role(name, day_first): match.span(name) for name in found if name != "tail"}
    by_role = {_role(name, day_first): value for name, value in found.items()}
    parts, until = _parts(by_role, "", latest), _parts(by_role, "2", latest) if form.is_range else None
    if until is not None:
        completed = _completed(parts, until)
        if completed is None:
            return None
        parts, until = completed
    if not exists(parts, form.precision) or (until is not None and not exists(until, form.precision)):
        return None
    return WrittenDate(
        text,
        form.id,
        form.precision,
        parts,
        until,
        weekday_of(by_role.get("wd", "")),
        by_role.get("tail", ""),
        slots,
        form.width,
        form.wider,
        latest,
    )


def _role(name: str, day_first: bool) -> str:
    """`a` and `b` are day and month, or month and day."""
    if name[0] not in "ab":
        return name
    return ("d" if (name[0] == "a") is day_first else "m") + name[1:]


def _parts(by_role: Mapping[str, str], end: str, latest: int) -> Parts:
    year, day = by_role.get("y" + end), by_role.get("d" + end)
    month = month_of(by_role["mon" + end]) if "mon" + end in by_role else int(by_role.get("m" + end, 0)) or None
    return Parts(None if year is None else _year(year, latest), month, None if day is None else int(day))


def _year(digits: str, latest: int) -> int:
    if len(digits) != 2:
        return int(digits)
    return latest - (latest - int(digits)) % 100


def _completed(start: Parts, end: Parts) -> tuple[Parts, Parts] | None:
    """A range's ends with what only one of them writes; None where it would run backwards."""
    if end.month is None and start.day is not None and (end.day or 0) <= start.day:
        return None
    end = Parts(end.year, end.month or start.month, end.day)
    if end.year is not None and start.year is None:
        over = (start.month or 0, start.day or 0) > (end.month or 0, end.day or 0)
        start = Parts(end.year - over, start.month, start.day)
    return start, end


def _sayable(written: WrittenDate, parts: Parts, until: Parts | None) -> bool:
    """Whether the form can say it: years it can spell, and a second month where it has a place for one."""
    if until is not None and parts.month != until.month and not ({"m2", "mon2"} & set(written.slots) or written.wider):
        return False
    for name, new in (("y", parts), ("y2", until or parts)):
        if name in written.slots:
            start, end = written.slots[name]
            year = new.year or 0
            if not (written.latest - 100 < year <= written.latest if end - start == 2 else 1500 <= year <= 2199):
                return False
    return True


def _news(written: WrittenDate, parts: Parts, until: Parts | None, weekday: int | None) -> dict[str, str]:
    """The new text of each slot whose part differs."""
    news: dict[str, str] = {}
    for end, old, new in (("", written.parts, parts), ("2", written.until, until)):
        if old is None or new is None:
            continue
        if old.year != new.year and new.year is not None:
            news["y" + end] = f"{new.year:04}"[-_length(written, "y" + end) :]
        if old.month != new.month and new.month is not None:
            short = written.width == 2
            news["mon" + end] = in_style(_shown(written, "mon" + end), MONTHS, new.month - 1, short)
            news["m" + end] = _padded(written, "m" + end, new.month)
        if old.day != new.day and new.day is not None:
            news["d" + end] = _padded(written, "d" + end, new.day)
            news["th" + end] = ordinal_suffix(new.day, _shown(written, "th" + end))
    if weekday is not None and weekday != written.weekday:
        news["wd"] = in_style(_shown(written, "wd"), WEEKDAYS, weekday, short=False)
    if written.wider and until is not None and parts.month != until.month and until.month is not None:
        name = in_style(_shown(written, "mon"), MONTHS, until.month - 1, short=False)
        news["d2"] = f"{name} {news.get('d2', _shown(written, 'd2'))}"
    return news


def _shown(written: WrittenDate, slot: str) -> str:
    start, end = written.slots.get(slot, (0, 0))
    return written.text[start:end]


def _length(written: WrittenDate, slot: str) -> int:
    return len(_shown(written, slot)) or 4


def _padded(written: WrittenDate, slot: str, number: int) -> str:
    """The number as wide as its like: its own padding tells, then its neighbours', then the habit of the form."""
    if written.form == _LOST:
        return f"{number}" if written.slots[slot][0] == 0 else f"{number:02}"
    shown = [text for text in (_shown(written, name) for name in (slot, *_NUMERIC)) if text.isdigit()]
    width = next((1 if len(text) == 1 else 2 for text in shown if len(text) == 1 or text[0] == "0"), written.width)
    return f"{number:0{width}}"
