"""Decode: how far a span reaches over what is grown together, told the same however often it is asked."""

from __future__ import annotations

import random

import numpy as np

from veil.detectors.ner.cut import GLUED, Cut, cut
from veil.detectors.ner.decode import DOUBTED, HOLD, Doubts, _Reach, _runs
from veil.model import Label

PLAIN = {Label.NAME, Label.LOCATION, Label.ORGANIZATION, Label.PROFESSION, Label.STATE}


def is_possessive(one: Cut, i: int) -> bool:
    return one.words[i] in {"s", "S"} and i > 0 and one.words[i - 1] == "'"


def whole(one: Cut, label: Label, first: int, last: int) -> tuple[int, int]:
    """The reach of one span, walked from its own ends."""
    words, gaps, plain = one.words, one.gaps, label in PLAIN
    joints = "'-" if plain else "-"
    while first > 0 and gaps[first] == GLUED and not is_possessive(one, first):
        if words[first - 1].isalnum() and (words[first - 1].isalpha() == words[first].isalpha() or not plain):
            first -= 1
        elif first > 1 and words[first - 1] in set(joints) and gaps[first - 1] == GLUED and words[first - 2].isalnum():
            first -= 2
        else:
            break
    while last + 1 < len(words) and gaps[last + 1] == GLUED:
        joined = last + 2 < len(words) and words[last + 1] in set(joints) and gaps[last + 2] == GLUED
        if words[last + 1].isalnum() and not plain:
            last += 1
        elif joined and words[last + 2].isalnum() and not is_possessive(one, last + 2):
            last += 2
        else:
            break
    while last > first and not (words[last][0].isalnum() or words[last] in {".", ")"}):
        last -= 1
    return first, last


def test_a_reach_that_is_remembered_is_the_one_that_is_walked():
    draw = random.Random(7)
    for _ in range(600):
        one = cut("".join(draw.choice("ab1-' .S)s") for _ in range(draw.randrange(1, 40))))
        if not one.words:
            continue
        reach = _Reach(one)
        for _ in range(12):
            first = draw.randrange(len(one.words))
            last = min(len(one.words) - 1, first + draw.randrange(3))
            label = draw.choice((Label.NAME, Label.MRN, Label.PHONE, Label.LOCATION))
            assert reach.whole(label, first, last) == whole(one, label, first, last)


def test_runs_are_those_of_a_walk_from_token_to_token():
    draw = np.random.default_rng(5)
    for _ in range(400):
        one = cut("".join(draw.choice(list("ab1- ."), size=30)))
        size = len(one.words)
        seen = Doubts(
            draw.random(size, np.float32),
            draw.integers(0, 2, size).astype(np.uint8),
            draw.random(size) < 0.3,
            np.zeros(size, np.uint8),
        )
        wanted = []
        i = 0
        while i < size:
            k = i
            while (
                k + 1 < size
                and seen.mass[k] >= HOLD <= seen.mass[k + 1]
                and seen.label[k] == seen.label[k + 1]
                and (not seen.begins[k + 1] or one.gaps[k + 1] == GLUED)
            ):
                k += 1
            if seen.mass[i] >= HOLD and seen.mass[i : k + 1].max() >= DOUBTED:
                wanted.append((i, k + 1))
            i = k + 1
        assert list(_runs(one, seen)) == wanted
