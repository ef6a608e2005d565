"""Fit: where the network and a rule of structure lie on the same words, the rule says how far they reach.

A date with one word too many cannot be read and so not be moved; a number is what its pattern says it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from veil.model import Label, Span, Text

STRUCTURED = frozenset({"patterns", "dates", "known"})
SURE = 0.9
_WORDED = frozenset({Label.NAME, Label.LOCATION, Label.ORGANIZATION})
_CAPITALISED = re.compile(r"(?<![^\W_])[^\W\d_a-z][^\W\d_]{2,}")
_DATED = frozenset({Label.DATE, Label.YEAR, Label.WEEKDAY, Label.TIME})


def fitted(text: Text, own: Sequence[Span], found: Sequence[Span]) -> list[Span]:
    """The network's spans without those that a rule already tells.

    Keeps:   one that covers a digit, a word with a capital or, being sure, any word that no rule covers stays whole. One pass over both, so
             that a list of a million numbers costs what its numbers do.
    """
    rules = sorted(span for span in found if span.detector in STRUCTURED)
    if not rules:
        return list(own)
    covered: set[int] = set()
    near: list[Span] = []  # the rules that end behind the start of the span
    at = 0
    for i in sorted(range(len(own)), key=lambda i: own[i].start):
        span = own[i]
        while at < len(rules) and rules[at].start < span.end:
            near.append(rules[at])
            at += 1
        near = [rule for rule in near if rule.end > span.start]
        mine = [rule for rule in near if rule.start < span.end]
        if mine and _is_covered(text.raw, span, mine):
            covered.add(i)
    return [span for i, span in enumerate(own) if i not in covered]


def _is_covered(raw: str, span: Span, mine: Sequence[Span]) -> bool:
    """Whether rules say of a span all that matters: no digit is left over, and no word that the network is sure of."""
    rest = _rest(raw, span, mine)
    if any(char.isdigit() for char in rest):
        return False
    if span.label in _WORDED and _CAPITALISED.search(rest):
        return False  # the other half of a name, the town behind a street
    alike = all(rule.label is span.label or {rule.label, span.label} <= _DATED for rule in mine)
    return alike or span.score < SURE or not any(char.isalpha() for char in rest)


def _rest(raw: str, span: Span, mine: Sequence[Span]) -> str:
    """What no rule covers of a span; the rules are in the order of their beginnings."""
    pieces, at = [], span.start
    for rule in mine:
        if rule.start > at:
            pieces.append(raw[at : rule.start])
        at = max(at, rule.end)
    if at < span.end:
        pieces.append(raw[at : span.end])
    return "".join(pieces)
