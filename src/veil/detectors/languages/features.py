"""Features: what the network of a language sees of each token: hashed letter groups, shape, lists, the space before it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from veil.detectors.ner.token_features import FACTS, grams, surface
from veil.lexicon.language import english

BUCKETS = 1 << 15
LAYOUT = 6  # of `cut.GAPS`


class Shown(NamedTuple):
    """Shape: `groups` below BUCKETS; `shape` below SHAPES; `facts` FACTS numbers of 0 to 1."""

    groups: tuple[int, ...]
    shape: int
    facts: tuple[float, ...]


def shown(word: str) -> Shown:
    """What one token of `cut` shows; the digits of a number do not count, but how many they are.

    Keeps:   the lists of names and towns are those of English, which have the names of many countries.
    """
    seen = surface(word, english())
    whole = zlib.crc32(f"={seen.key}".encode()) & (BUCKETS - 1)
    groups = (*grams(seen.key), whole) if word[0].isalpha() else (whole,)
    return Shown(groups, seen.shape, seen.facts)


def rows(
    words: Sequence[str], gaps: bytes, table: NDArray[np.float32], shapes: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The numbers of each token: mean of its letter groups, its shape, facts, layout.

    Shape:   tokens -> [tokens, groups + shapes + FACTS + LAYOUT].
    """
    at: dict[str, int] = {}
    for word in words:
        at.setdefault(word, len(at))
    own = np.zeros((len(at), table.shape[1] + shapes.shape[1] + FACTS), np.float32)
    for word, i in at.items():
        seen = shown(word)
        own[i, : table.shape[1]] = table[list(seen.groups)].mean(axis=0)
        own[i, table.shape[1] : -FACTS] = shapes[seen.shape]
        own[i, -FACTS:] = seen.facts
    layout = np.eye(LAYOUT, dtype=np.float32)[np.frombuffer(gaps, np.uint8)]
    return np.concatenate([own[[at[word] for word in words]], layout], axis=1)
