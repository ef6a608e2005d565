"""Dates: finds dates and times of day in text, by the forms of the table of dates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import re2  # type: ignore[import-untyped, unused-ignore]  # has no stubs

from veil.detectors.base import Owner
from veil.detectors.date_context import judged
from veil.detectors.octets import octets
from veil.lexicon.dates import WrittenDate, forms, read_date
from veil.model import Label, Span, Text

_TIME = (
    r"\b(?:(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:[ ]?[aApP]\.?[mM]\b)?"
    r"|(?:0?[1-9]|1[0-2])[ ]?(?:a\.m|p\.m|[aA][mM]|[pP][mM])\b"
    r"|(?:[01]\d|2[0-3])[0-5]\d[ ]?(?:[hH][rR][sS]?|[hH][oO][uU][rR][sS]|h)\b)"
)
_RESCANS = 4


class Dates:
    """Finds what a form of the table reads, where the words around do not say that it is something else.

    Shape:   DATE for all that names a day or a month, ranges whole, the time beside a date left out unless a `T`
             joins it; TIME for times of day. Bare years and weekdays are the patterns'.
    Keeps:   one linear search for all forms, then exact reading of the little that it found.
    """

    name = "dates"
    labels = frozenset({Label.DATE, Label.TIME})

    def find(self, texts: Sequence[Text], owners: Sequence[Owner]) -> list[list[Span]]:
        del owners
        return [_found(text, octets(text.shown)) for text in texts]


def _found(text: Text, data: bytes) -> list[Span]:
    spans: list[Span] = []
    for match in _seeker().finditer(data):
        start, end = match.span()
        spans.extend(_dates(text, data, start, end, _RESCANS))
    for match in _clock().finditer(data):
        start, end = match.span()
        if not _is_piece(text.shown, start, end):
            spans.append(Span(*text.raw_range(start, end), Label.TIME, 0.9, "dates:time"))
    return spans


def _dates(text: Text, data: bytes, start: int, end: int, rescans: int) -> Iterator[Span]:
    """The date of a candidate; where it is none, those of what is inside it."""
    shown = text.shown
    if not _is_piece(shown, start, end):
        written = _read(shown[start:end])
        score = 0.0 if written is None else judged(shown, start, end, written)
        if written is not None and score:
            yield Span(*text.raw_range(start, end), Label.DATE, score, f"dates:{written.form}")
            return
    if rescans and end - start > 3:
        for match in _seeker().finditer(data[start + 1 : end]):
            yield from _dates(text, data, start + 1 + match.start(), start + 1 + match.end(), rescans - 1)


def _is_piece(shown: str, start: int, end: int) -> bool:
    """Whether a candidate is a piece of something longer: a word, a number, a path, a version."""
    behind = shown[end : end + 2]
    if behind and (behind[0].isalnum() or behind[0] in "_%" or (behind[0] in "-/.'" and behind[1:].isdigit())):
        return True
    before = shown[max(0, start - 2) : start]
    if not before:
        return False
    return before[-1].isalnum() or before[-1] in "_#$€£" or (before[-1] in "-/." and before[:-1].isdigit())


def _read(value: str) -> WrittenDate | None:
    """What a candidate says, in either order: here it matters that it is a date, not which."""
    slashed = (
        value.replace(".", "/") if value[:1].isdigit() else value
    )  # 04.13.2012: no form reads it, yet it is a date
    return read_date(value, day_first=False) or read_date(value, day_first=True) or read_date(slashed, day_first=False)


@cache
def _seeker() -> Any:
    """All forms that stand in text, as one automaton that takes the longest."""
    patterns = dict.fromkeys(pattern for form in forms() if form.text != "never" for pattern in form.sought)
    return _compiled(rf"\b(?:{'|'.join(patterns)})")


@cache
def _clock() -> Any:
    return _compiled(_TIME)


def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.longest_match = True
    options.never_capture = True
    options.max_mem = 64 << 20
    options.log_errors = False
    return re2.compile(pattern.encode("latin-1"), options)
