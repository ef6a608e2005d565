"""Fit: where the network and a rule of structure lie on the same words, the rule says how far they reach.

A date with one word too many cannot be read and so not be moved; a number is what its pattern says it is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from veil.model import Label, Span, Text

STRUCTURED = frozenset({"patterns", "dates", "known"})
SURE = 0.9
_DATED = frozenset({Label.DATE, Label.YEAR, Label.WEEKDAY, Label.TIME})


def fitted(text: Text, own: Sequence[Span], found: Sequence[Span]) -> list[Span]:
    """The network's spans without those that a rule already tells.

    Keeps:   one that covers a digit or, being sure, a word that no rule covers stays whole.
    """
    rules = sorted(span for span in found if span.source.partition(":")[0] in STRUCTURED)
    if not rules:
        return list(own)
    ends = _running_ends(rules)
    return [span for span in own if not _is_told(text.raw, span, rules, ends)]


def _running_ends(rules: list[Span]) -> list[int]:
    ends, last = [], 0
    for span in rules:
        last = max(last, span.end)
        ends.append(last)
    return ends


def _is_told(raw: str, span: Span, rules: list[Span], ends: list[int]) -> bool:
    at = bisect_left(ends, span.start + 1)
    mine = []
    while at < len(rules) and rules[at].start < span.end:
        if rules[at].end > span.start:
            mine.append(rules[at])
        at += 1
    if not mine:
        return False
    rest = "".join(raw[i] for i in range(span.start, span.end) if not any(one.start <= i < one.end for one in mine))
    if any(char.isdigit() for char in rest):
        return False
    alike = all(one.label is span.label or {one.label, span.label} <= _DATED for one in mine)
    return alike or span.score < SURE or not any(char.isalpha() for char in rest)
