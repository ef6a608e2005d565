"""Resolve: the disjoint, sorted cover of what was accepted."""

from __future__ import annotations

from collections.abc import Iterable

from veil.detectors.weigh import is_proven
from veil.model import Label, Span

_ADDRESS = frozenset({Label.LOCATION, Label.ZIP, Label.STATE})
_JOINTS = frozenset({", ", ",", " ", "\n", ",\n", ", \n", " ,", " , "})
_LEAST = frozenset({Label.YEAR, Label.AGE, Label.STATE, Label.WEEKDAY, Label.TIME, Label.PROFESSION})


def resolve(raw: str, spans: Iterable[Span]) -> list[Span]:
    """Spans that overlap become one, under the label of the strongest; pieces of one address become one LOCATION.

    Shape:   any spans -> disjoint spans in order.
    Keeps:   every character that a given span covers is covered.
    """
    merged: list[Span] = []
    for span in sorted(spans):
        if span.start >= span.end:
            continue
        if merged and span.start < merged[-1].end:
            merged[-1] = _union(merged[-1], span)
        else:
            merged.append(span)
    return _addresses(raw, merged)


def _union(left: Span, other: Span) -> Span:
    whole = _container(left, other)
    best = whole if whole is not None and whole.label not in _LEAST else max(left, other, key=_strength)
    role = best.role if is_proven(best) else best.role or left.role or other.role
    return best._replace(start=min(left.start, other.start), end=max(left.end, other.end), role=role)


def _container(left: Span, other: Span) -> Span | None:
    """The span that has the other within it: an e-mail is not a name because a name stands in it."""
    if left[:2] == other[:2]:
        return None
    if left.start <= other.start and other.end <= left.end:
        return left
    return other if other.start <= left.start and left.end <= other.end else None


def _strength(span: Span) -> tuple[bool, bool, float, int, int]:
    """What holds goes first, then an identifier before what may stay, then score, then length, then place."""
    return (is_proven(span), span.label not in _LEAST, span.score, span.length, -span.start)


def _addresses(raw: str, spans: list[Span]) -> list[Span]:
    """Street, town, state and ZIP that stand side by side become one LOCATION."""
    joined: list[Span] = []
    for span in spans:
        if joined and _beside(raw, joined[-1], span):
            first = joined[-1]
            joined[-1] = first._replace(
                end=span.end, label=Label.LOCATION, score=max(first.score, span.score), proof=first.proof or span.proof
            )
        else:
            joined.append(span)
    return joined


def _beside(raw: str, first: Span, second: Span) -> bool:
    return (
        first.label in _ADDRESS
        and second.label in _ADDRESS
        and Label.LOCATION in (first.label, second.label)
        and not (first.label is Label.STATE and second.label is not Label.ZIP)
        and raw[first.end : second.start] in _JOINTS
    )
