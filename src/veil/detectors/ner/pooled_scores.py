"""Pooled scores: an odd word that is likely a name here and likely one there is more likely one in both."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np

from veil.detectors.ner.cut import Cut
from veil.detectors.ner.decode import Doubts
from veil.lexicon.vocabulary import Vocabulary

LIKELY = 0.25  # the least share of a place that counts
SHORTEST = 4
MOST = 3  # places that count


def pooled(cut: Cut, seen: Doubts, words: Vocabulary) -> Doubts:
    """The doubts of one text with those of each odd word put together.

    Keeps:   no share becomes smaller; words that lists know, and abbreviations, are left as they are.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for i in np.flatnonzero(seen.mass >= LIKELY):
        word = cut.words[int(i)]
        if len(word) >= SHORTEST and word[0].isalpha():
            places[word.lower()].append(int(i))
    mass = seen.mass.copy()
    for lower, at in places.items():
        if len(at) < 2 or words.is_wordlike(lower, words.bits(lower)) or cut.words[at[0]] in words.abbreviations:
            continue
        highest = np.sort(seen.mass[at])[-MOST:]
        together = np.float32(1.0 - np.prod(1.0 - highest))
        mass[at] = np.maximum(mass[at], together)
    return replace(seen, mass=mass)
