"""Dates: finds dates and times of day in text, by the forms of the table of dates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import re2  # type: ignore[import-untyped, unused-ignore]  # has no stubs

from veil.detectors.base import Owner
from veil.detectors.date_context import DateContext
from veil.detectors.octets import octets
from veil.lexicon.dates import WrittenDate, forms, read_date
from veil.lexicon.language import Language, english
from veil.model import Label, Span, Text

_RESCANS = 4


class Dates:
    """Finds what a form of the table reads, where the words around do not say that it is something else.

    Shape:   DATE for all that names a day or a month, ranges whole, the time beside a date left out unless a `T`
             joins it; TIME for times of day. Bare years and weekdays are the patterns'.
    Keeps:   one linear search for all forms, then exact reading of the little that it found.
    """

    name = "dates"
    labels = frozenset({Label.DATE, Label.TIME})
    reads_owners = False

    def __init__(self, language: Language | None = None) -> None:
        spoken = language or english()
        self._context, self._clock = DateContext(spoken.dates), _compiled(spoken.dates.clock)

    def find(self, texts: Sequence[Text], owners: Sequence[Owner]) -> list[list[Span]]:
        del owners
        return [self._found(text, octets(text.shown)) for text in texts]

    def _found(self, text: Text, data: bytes) -> list[Span]:
        spans: list[Span] = []
        for match in _seeker().finditer(data):
            start, end = match.span()
            spans.extend(self._dates(text, data, start, end, _RESCANS))
        for match in self._clock.finditer(data):
            start, end = match.span()
            if not _is_piece(text.shown, start, end):
                spans.append(Span(*text.raw_range(start, end), Label.TIME, 0.9, "dates:time"))
        return spans

    def _dates(self, text: Text, data: bytes, start: int, end: int, rescans: int) -> Iterator[Span]:
        """The date of a candidate; where it is none, those of what is inside it."""
        shown = text.shown
        if not _is_piece(shown, start, end):
            written = _read(shown[start:end])
            score = 0.0 if written is None else self._context.score(shown, start, end, written)
            if written is not None and score:
                yield Span(*text.raw_range(start, end), Label.DATE, score, f"dates:{written.form}")
                return
        if rescans and end - start > 3:
            for match in _seeker().finditer(data[start + 1 : end]):
                yield from self._dates(text, data, start + 1 + match.start(), start + 1 + match.end(), rescans - 1)


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
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.longest_match = True
    options.never_capture = True
    options.max_mem = 64 << 20
    options.log_errors = False
    return re2.compile(pattern.encode("latin-1"), options)
