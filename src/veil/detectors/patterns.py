"""Patterns: finds what the rows of the tables describe, in linear time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import re2  # type: ignore[import-untyped, unused-ignore]  # has no stubs

from veil.detectors.base import Owner
from veil.detectors.checks import HOLDING, Worded, checks
from veil.detectors.nearby_words import words_near
from veil.detectors.octets import octets
from veil.detectors.pattern_tables import PatternRow, rows
from veil.lexicon.language import Language, english
from veil.model import Label, Span, Text
from veil.model.span import DIGITS

BATCH = 6  # rows that one look asks about at once


def compiled(pattern: str, *, longest: bool = False) -> Any:
    """The pattern in RE2: no look-around, no back-references, and so no text that makes it slow.

    Shape:   over octets; `longest` takes the longest match at a place, else the first alternative that fits.
    """
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.longest_match = longest
    return re2.compile(pattern.encode("latin-1"), options)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows that are looked for together: `any_of` says whether one of them is worth the look."""

    any_of: Any
    each: tuple[tuple[PatternRow, Any], ...]


@cache
def _banks(names: tuple[str, ...]) -> tuple[_Rows, ...]:
    every = rows(names)
    banks = []
    for at in range(0, len(every), BATCH):
        some = every[at : at + BATCH]
        joined = "|".join(f"(?:{row.pattern})" for row in some)
        banks.append(_Rows(compiled(joined), tuple((row, compiled(row.pattern)) for row in some)))
    return tuple(banks)


class Patterns:
    """Finds numbers, addresses and ages by form, key and check digit.

    Keeps:   a span whose check digits are right has a source that ends in `+`: weigh never refuses it.
    """

    name = "patterns"
    reads_owners = False

    def __init__(self, language: Language | None = None) -> None:
        spoken = language or english()
        self._banks = _banks(spoken.tables)
        self._worded = Worded(spoken)
        self._checks = checks(self._worded)
        self.labels = frozenset({row.label for row in rows(spoken.tables)} | {Label.AGE_OVER_89})

    def find(self, texts: Sequence[Text], owners: Sequence[Owner]) -> list[list[Span]]:
        del owners
        return [list(self._spans(text)) for text in texts]

    def _spans(self, text: Text) -> Iterator[Span]:
        data = octets(text.shown)
        for bank in self._banks:
            if bank.any_of.search(data) is None:
                continue
            for row, pattern in bank.each:
                group = 1 if pattern.groups else 0
                for match in pattern.finditer(data):
                    span = self.judged(row, text, *match.span(group))
                    if span is not None:
                        yield span

    def judged(self, row: PatternRow, text: Text, start: int, end: int) -> Span | None:
        """The span of a match, or None where its check, a word against it or a missing key word refuses it."""
        value = text.shown[start:end]
        if row.check and not self._checks[row.check](value):
            return None
        score = row.score
        if row.context or row.against:
            before, behind = words_near(text.shown, start, end)
            if not before.isdisjoint(row.against) or not behind.isdisjoint(row.against):
                return None
            if not before.isdisjoint(row.context):
                score = min(0.99, score + row.lift)
            elif row.need:
                return None
        label = row.label
        if label is Label.AGE and row.name != "age-young" and (self._worded.years_of(value) or 0) >= 90:
            label = Label.AGE_OVER_89
        proof = DIGITS if row.check in HOLDING else ""
        return Span(*text.raw_range(start, end), label, score, f"patterns:{row.name}", proof=proof)
