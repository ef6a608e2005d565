"""Decode: from what each token may be to spans, each with a score and, for a name, whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veil.detectors.ner.cut import GLUED, Cut
from veil.detectors.ner.likely import can_be
from veil.detectors.ner.network import Reading
from veil.detectors.ner.temper import is_quiet, tempered
from veil.lexicon.language import Language
from veil.model import Label, Span, Text

SOURCE = "ner"
OPEN, HOLD = 0.5, 0.2  # a span has a token over the one, and goes on over tokens above the other
_JOINTS = frozenset("'-")
_PLAIN = frozenset({Label.NAME, Label.LOCATION, Label.ORGANIZATION, Label.PROFESSION, Label.STATE})


@dataclass(frozen=True, slots=True)
class Doubts:
    """What the network holds possible in one text, token by token.

    Shape:   all [tokens]. `mass`: the share of all identifiers together; `label`: the likeliest, by its place in
             `labels`; `begins`: whether it rather begins one; `role`: the likeliest, by its place in `roles`.
    """

    mass: NDArray[np.float32]
    label: NDArray[np.int64]
    begins: NDArray[np.bool_]
    role: NDArray[np.int64]


def doubts(size: int, reading: Reading, identifying: NDArray[np.bool_]) -> Doubts:
    """A reading as shares of each token.

    Shape:   `identifying` [labels] tells which labels count as identifiers; kept ones count for a token that is
             rather one of them.
    """
    mass, label = np.zeros(size, np.float32), np.zeros(size, np.int64)
    begins, role = np.zeros(size, np.bool_), np.zeros(size, np.int64)
    if len(reading.at):
        first, inside = reading.tags[:, 1::2], reading.tags[:, 2::2]
        each = first + inside
        best = each.argmax(axis=1)
        rows = np.arange(len(best))
        same = identifying[None, :] == identifying[best][:, None]
        label[reading.at] = best
        mass[reading.at] = (each * same).sum(axis=1)
        begins[reading.at] = first[rows, best] > inside[rows, best]
        role[reading.at] = reading.roles.argmax(axis=1)
    return Doubts(mass, label, begins, role)


def spans(
    text: Text, one: Cut, seen: Doubts, labels: tuple[Label, ...], roles: tuple[str, ...], language: Language
) -> Iterator[Span]:
    """The spans of one text, in order, disjoint."""
    quiet = is_quiet(one)
    for run in _runs(one, seen):
        label = labels[int(seen.label[slice(*run)][seen.mass[slice(*run)].argmax()])]
        first, last = _whole(one, label, run[0], run[1] - 1)
        shown = text.shown[one.starts[first] : one.ends[last]]
        if not can_be(label, shown, language):
            continue
        start, end = text.raw_range(one.starts[first], one.ends[last])
        share = float(seen.mass[first : last + 1].max())
        score = round(tempered(share, label, one, first, last, language, quiet=quiet), 4)
        source = f"{SOURCE}/{roles[int(seen.role[first])]}" if label is Label.NAME else SOURCE
        yield Span(start, end, _told(label, shown), score, source)


def _runs(one: Cut, seen: Doubts) -> Iterator[tuple[int, int]]:
    """The first token of each run of one label, and the one behind its last."""
    at = np.flatnonzero(seen.mass >= HOLD)
    i = 0
    while i < len(at):
        k = i
        while k + 1 < len(at) and at[k + 1] == at[k] + 1 and _goes_on(one, seen, int(at[k]), int(at[k + 1])):
            k += 1
        if seen.mass[at[i] : at[k] + 1].max() >= OPEN:
            yield int(at[i]), int(at[k]) + 1
        i = k + 1


def _goes_on(one: Cut, seen: Doubts, here: int, there: int) -> bool:
    if seen.label[here] != seen.label[there]:
        return False
    return not seen.begins[there] or one.gaps[there] == GLUED


def _whole(one: Cut, label: Label, first: int, last: int) -> tuple[int, int]:
    """A name is never cut at its hyphen or apostrophe, a number never within its letters and digits."""
    words, gaps = one.words, one.gaps
    joints = _JOINTS if label in _PLAIN else frozenset("-")
    while first > 0 and gaps[first] == GLUED and not _possessive(one, first):
        if words[first - 1].isalnum() and (words[first - 1].isalpha() == words[first].isalpha() or label not in _PLAIN):
            first -= 1
        elif first > 1 and words[first - 1] in joints and gaps[first - 1] == GLUED and words[first - 2].isalnum():
            first -= 2
        else:
            break
    count = len(words)
    while last + 1 < count and gaps[last + 1] == GLUED:
        if words[last + 1].isalnum() and label not in _PLAIN:
            last += 1
        elif (
            last + 2 < count and words[last + 1] in joints and gaps[last + 2] == GLUED and words[last + 2].isalnum()
            and not _possessive(one, last + 2)
        ):  # fmt: skip
            last += 2
        else:
            break
    while last > first and not (words[last][0].isalnum() or words[last] in {".", ")"}):
        last -= 1
    return first, last


def _possessive(one: Cut, i: int) -> bool:
    return one.words[i] in {"s", "S"} and i > 0 and one.words[i - 1] == "'"


def _told(label: Label, shown: str) -> Label:
    """An age is over 89 when its number says so."""
    if label in {Label.AGE, Label.AGE_OVER_89}:
        digits = "".join(char for char in shown if char.isdigit())
        return Label.AGE_OVER_89 if digits and 89 < int(digits[:3]) < 130 else Label.AGE
    return label
