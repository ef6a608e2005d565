"""Bounds: where a name that was read loosely begins and ends: no key and no word of a log in it, no half of a double name left."""

from __future__ import annotations

import re

from veil.model import Label, Span

_WORDED = frozenset({Label.NAME, Label.LOCATION, Label.ORGANIZATION})
_WEAK = frozenset({"ner", "gazetteer"})
_KEY_BEFORE = re.compile(r"(?:\A|.*[\s;,\"'|&])?[A-Za-z_][A-Za-z_.\-]{0,18}[ ]?(?:=|>>|:=)[ ]?[\"']?", re.DOTALL)
_KEY_BEHIND = re.compile(r"[\"']?[\s;,|&]+[A-Za-z_][A-Za-z_.\-]{0,18}(?:=.*)?\Z", re.DOTALL)
_FIRST = re.compile(r"\W*([^\W\d_]+)\b[.:]?\s+")
_LAST = re.compile(r"[\s,;(/]+([^\W\d_]+)\W*\Z")
_DOUBLE_BEHIND = re.compile(r"(?:-[^\W\d_][^\W\d_']+){1,3}(?!\w)")
_DOUBLE_BEFORE = re.compile(r"(?<!\w)[^\W\d_]{2,24}-\Z")
_ACCOUNT = re.compile(r"[^\W\d_]{3,}\Z")
_ACCOUNT_BEHIND = re.compile(r"[._][a-z]{1,12}(?![\w@.])|\d{1,3}(?![\w%/.])")
_NEAR = 26
_NUMBERED = frozenset({Label.ID, Label.MRN, Label.HEALTH_PLAN, Label.ACCOUNT, Label.LICENSE})
_NUMBER_BEHIND = re.compile(r"(?:[-/][A-Z\d]{1,6}){1,3}(?![\w\-/])")
_NUMBER_BEFORE = re.compile(r"(?:\A|[^\w\-/.])([A-Z\d]{1,4}(?:-[A-Z\d]{1,4}){0,2}-)\Z")


class Bounds:
    """Moves the ends of weak names.

    Shape:   `beside`: words in small letters that stand right beside a name and are no part of it.
    """

    def __init__(self, beside: frozenset[str]) -> None:
        self._beside = beside

    def moved(self, raw: str, span: Span) -> Span | None:
        """The span with its ends moved, or None where nothing is left of it."""
        if span.label in _NUMBERED and not span.proof:
            start, end = number_of(raw, span.start, span.end)
            span = span if (start, end) == (span.start, span.end) else span._replace(start=start, end=end)
        if span.proof or (span.label not in _WORDED and span.detector != "ner"):
            return span
        start, end = span.start, span.end
        if span.detector in _WEAK:
            keyed = "=" in raw[end : end + 2] or "=" in raw[start:end]
            start, end = self._cut(raw, start, end, keyed=keyed, worded=span.label in _WORDED)
            if start >= end:
                return None
        if span.label is Label.NAME:
            start, end = grown(raw, start, end)
        return span if (start, end) == (span.start, span.end) else span._replace(start=start, end=end)

    def _cut(self, raw: str, start: int, end: int, *, keyed: bool, worded: bool) -> tuple[int, int]:
        if keyed:
            before = _KEY_BEFORE.match(raw, start, end)
            start = before.end() if before else start
            tail = _KEY_BEHIND.search(raw, start, end) if raw[end : end + 1] == "=" else None
            end = tail.start() if tail else end
            if raw[end : end + 1] == "=" and raw[start:end].isalpha():
                return start, start  # the key itself
        if not worded:
            return start, end
        while first := _FIRST.match(raw, start, end):
            if first[1].lower() not in self._beside:
                break
            start = first.end()
        while last := _LAST.search(raw, start, end):
            if last[1].lower() not in self._beside:
                break
            end = last.start()
        return (start, start) if raw[start:end].lower() in self._beside else (start, end)


def number_of(raw: str, start: int, end: int) -> tuple[int, int]:
    """A number with the letters and digits that a hyphen joins to it: `810175-K`, `LS-29-9934`."""
    behind = _NUMBER_BEHIND.match(raw, end) if raw[start:end].strip() and raw[end - 1].isalnum() else None
    before = _NUMBER_BEFORE.search(raw, max(0, start - _NEAR), start) if raw[start : start + 1].isalnum() else None
    return before.start(1) if before else start, behind.end() if behind else end


def grown(raw: str, start: int, end: int) -> tuple[int, int]:
    """The other half of a double name, and what makes an account of a name: `orla_q`, `tquennell42`."""
    if raw[end : end + 1] == "-":
        behind = _DOUBLE_BEHIND.match(raw, end)
        if behind and raw[end + 1].isupper() == raw[start].isupper():
            end = behind.end()
    elif end < len(raw) and (raw[end].isdigit() or raw[end] in "_."):
        behind = _ACCOUNT_BEHIND.match(raw, end)
        small = raw[start].islower() or raw[start - 1 : start] == "@"
        if behind and _ACCOUNT.search(raw, max(start, end - _NEAR), end) and (raw[end].isdigit() or small):
            end = behind.end()
    if raw[start - 1 : start] == "-":
        before = _DOUBLE_BEFORE.search(raw, max(0, start - _NEAR), start)
        if before and raw[before.start()].isupper() and raw[start].isupper():
            start = before.start()
    return start, end
