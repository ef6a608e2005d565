"""Decode: from what each token may be to spans, each with a score and, for a name, whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veil.detectors.ner.counter_evidence import is_quiet, tempered
from veil.detectors.ner.cut import GLUED, Cut
from veil.detectors.ner.network import Predictions
from veil.detectors.ner.plausible_labels import can_be
from veil.detectors.weigh import ACCEPTED
from veil.lexicon.language import Language
from veil.model import Label, Span, Text

SOURCE = "ner"
OPEN, HOLD = 0.5, 0.2  # a span has a token over the one, and goes on over tokens above the other
DOUBTED = 0.28  # what an odd word must have to open one
FLOOR = 0.0195  # the share of a token in no doubt: the networks were taught to give no less than 0.02
_JOINTS = frozenset("'-")
_HYPHEN = frozenset("-")
_PLAIN = frozenset({Label.NAME, Label.LOCATION, Label.ORGANIZATION, Label.PROFESSION, Label.STATE})


@dataclass(frozen=True, slots=True)
class Doubts:
    """What the network holds possible in one text, token by token.

    Shape:   all [tokens]. `mass`: the share of all identifiers together; `label`: the likeliest, by its place in
             `labels`; `begins`: whether it rather begins one; `role`: the likeliest, by its place in `roles`.
    """

    mass: NDArray[np.float32]
    label: NDArray[np.uint8]
    begins: NDArray[np.bool_]
    role: NDArray[np.uint8]

    @classmethod
    def none(cls, size: int) -> Doubts:
        """Of so many tokens, none in doubt."""
        return cls(
            np.full(size, FLOOR, np.float32),
            np.zeros(size, np.uint8),
            np.zeros(size, np.bool_),
            np.zeros(size, np.uint8),
        )

    def put(self, reading: Predictions, identifying: NDArray[np.bool_]) -> None:
        """Takes in a reading of some of the tokens, as shares of each.

        Shape:   `identifying` [labels] tells which labels count as identifiers; kept ones count for a token that is
                 rather one of them.
        """
        if not len(reading.at):
            return
        first, inside = reading.tags[:, 1::2], reading.tags[:, 2::2]
        each = first + inside
        best = each.argmax(axis=1)
        rows = np.arange(len(best))
        same = identifying[None, :] == identifying[best][:, None]
        self.label[reading.at] = best
        self.mass[reading.at] = (each * same).sum(axis=1)
        self.begins[reading.at] = first[rows, best] > inside[rows, best]
        self.role[reading.at] = reading.roles.argmax(axis=1)

    def part(self, start: int, end: int) -> Doubts:
        """Those of the tokens from one place to another."""
        return Doubts(self.mass[start:end], self.label[start:end], self.begins[start:end], self.role[start:end])


def doubts(size: int, reading: Predictions, identifying: NDArray[np.bool_]) -> Doubts:
    """The reading of one text as doubts of its `size` tokens."""
    seen = Doubts.none(size)
    seen.put(reading, identifying)
    return seen


def spans(
    text: Text, cut: Cut, seen: Doubts, labels: tuple[Label, ...], roles: tuple[str, ...], language: Language
) -> Iterator[Span]:
    """The spans of one text; those of one run of letters and digits without a space may be the same, told once."""
    quiet = is_quiet(cut)
    reach = _Reach(cut)
    seen_spans: set[tuple[int, int, Label]] = set()
    for run in _runs(cut, seen):
        label = labels[int(seen.label[slice(*run)][seen.mass[slice(*run)].argmax()])]
        first, last = reach.whole(label, run[0], run[1] - 1)
        if (first, last, label) in seen_spans:
            continue
        seen_spans.add((first, last, label))
        shown = text.shown[cut.starts[first] : cut.ends[last]]
        if not can_be(label, shown, language):
            if not _is_odd_name(shown, language):
                continue
            label = Label.NAME  # an identifier to the network, and no other that it could be
        start, end = text.raw_range(cut.starts[first], cut.ends[last])
        share = float(seen.mass[first : last + 1].max())
        score = round(tempered(share, label, cut, first, last, language, quiet=quiet), 4)
        if share < OPEN and (label not in _PLAIN or score < ACCEPTED):
            continue
        role = roles[int(seen.role[first])] if label is Label.NAME else ""
        yield Span(start, end, _label_of(label, shown), score, SOURCE, role)


def _is_odd_name(shown: str, language: Language) -> bool:
    """Whether a text is one or two capitalised words that no list knows."""
    words = shown.replace("-", " ").split(" ")
    return len(words) < 3 and all(
        len(word) > 3
        and word.isalpha()
        and word[0].isupper()
        and not word.isupper()
        and language.vocabulary.is_odd(word.lower())
        for word in words
    )


def _runs(cut: Cut, seen: Doubts) -> Iterator[tuple[int, int]]:
    """The first token of each run of one label, and the one behind its last."""
    places = np.flatnonzero(seen.mass >= HOLD)
    if not len(places):
        return
    label, begins = seen.label[places], seen.begins[places]
    glued = np.frombuffer(cut.gaps, np.uint8)[places] == GLUED
    goes_on = (np.diff(places) == 1) & (label[1:] == label[:-1]) & (~begins[1:] | glued[1:])
    firsts = np.flatnonzero(np.concatenate(([True], ~goes_on)))
    highest = np.maximum.reduceat(seen.mass[places], firsts)
    lasts = np.append(firsts[1:], len(places)) - 1
    sure = highest >= DOUBTED
    yield from zip(places[firsts[sure]].tolist(), (places[lasts[sure]] + 1).tolist(), strict=True)


class _Reach:
    """How far a span reaches over what is grown together with it.

    Keeps:   a name is never cut at its hyphen or apostrophe, a number never within its letters and digits. The end of
             each walk is remembered for all tokens on its way, so a million letters and digits without a space are
             walked over once.
    """

    def __init__(self, cut: Cut) -> None:
        self._cut = cut
        self._ends: dict[tuple[bool, int], dict[int, int]] = {
            (plain, step): {} for plain in (False, True) for step in (-1, 1)
        }

    def whole(self, label: Label, first: int, last: int) -> tuple[int, int]:
        """The first and the last token of a span that has these two."""
        words = self._cut.words
        plain = label in _PLAIN
        first = self._end(first, plain, -1)
        last = self._end(last, plain, 1)
        while last > first and not (words[last][0].isalnum() or words[last] in {".", ")"}):
            last -= 1
        return first, last

    def _end(self, i: int, plain: bool, way: int) -> int:
        ends = self._ends[plain, way]
        passed = []
        while i not in ends:
            passed.append(i)
            step = self._before(i, plain) if way < 0 else self._behind(i, plain)
            if not step:
                break
            i += way * step
        end = ends.get(i, i)
        ends.update(dict.fromkeys(passed, end))
        return end

    def _before(self, i: int, plain: bool) -> int:
        """How many tokens before token i belong to it."""
        cut, words = self._cut, self._cut.words
        if i <= 0 or cut.gaps[i] != GLUED or _possessive(cut, i):
            return 0
        if words[i - 1].isalnum() and (not plain or words[i - 1].isalpha() == words[i].isalpha()):
            return 1
        joint = i > 1 and words[i - 1] in (_JOINTS if plain else _HYPHEN) and cut.gaps[i - 1] == GLUED
        return 2 if joint and words[i - 2].isalnum() else 0

    def _behind(self, i: int, plain: bool) -> int:
        """How many tokens behind token i belong to it."""
        cut, words = self._cut, self._cut.words
        if i + 1 >= len(words) or cut.gaps[i + 1] != GLUED:
            return 0
        if words[i + 1].isalnum() and not plain:
            return 1
        joint = i + 2 < len(words) and words[i + 1] in (_JOINTS if plain else _HYPHEN) and cut.gaps[i + 2] == GLUED
        return 2 if joint and words[i + 2].isalnum() and not _possessive(cut, i + 2) else 0


def _possessive(cut: Cut, i: int) -> bool:
    return cut.words[i] in {"s", "S"} and i > 0 and cut.words[i - 1] == "'"


def _label_of(label: Label, shown: str) -> Label:
    """An age is over 89 when its number says so."""
    if label in {Label.AGE, Label.AGE_OVER_89}:
        digits = "".join(char for char in shown if char.isdigit())
        return Label.AGE_OVER_89 if digits and 89 < int(digits[:3]) < 130 else Label.AGE
    return label
