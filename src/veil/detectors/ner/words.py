"""Words: one vector for each token by itself, kept for as long as it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from veil.detectors.ner.surface import FACTS, Surface, surface

KEPT = 50_000  # vectors that are held at most; 25 MB


class Words:
    """The vector of each distinct token, made once.

    Shape:   `tables` as `training.export` writes them.
    Keeps:   the vector of a token is the same whatever others were asked for beside it: sums are made in 64 bits
             and rounded to 32.
    """

    def __init__(self, tables: Mapping[str, NDArray[np.generic]]) -> None:
        known = bytes(tables["words"].astype(np.uint8)).decode("utf-8").split("\n")
        self._row = {word: row for row, word in enumerate(known)}
        self._meaning, self._meaning_scale = tables["meaning"], float(tables["meaning_scale"][0])
        self._gram, self._gram_scale = tables["gram"], float(tables["gram_scale"][0])
        self._shape = tables["shape"].astype(np.float64)
        self._wide = tables["wide"].astype(np.float64), tables["wide_bias"].astype(np.float64)
        self._narrow = tables["narrow"].astype(np.float64), tables["narrow_bias"].astype(np.float64)
        self.width = self._narrow[0].shape[1]
        self._at: dict[str, int] = {}
        self._vectors = np.zeros((1024, self.width), np.float32)

    def vectors(self, texts: Sequence[Sequence[str]]) -> list[NDArray[np.float32]]:
        """Shape: n texts of tokens -> n arrays [tokens, width]."""
        if len(self._at) > KEPT:
            self._at.clear()
        new = dict.fromkeys(word for words in texts for word in words if word not in self._at)
        if new:
            self._learn(list(new))
        at = self._at
        return [self._vectors[[at[word] for word in words]] for words in texts]

    def _learn(self, words: list[str]) -> None:
        first = len(self._at)
        self._at.update((word, first + i) for i, word in enumerate(words))
        while len(self._at) > len(self._vectors):
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
        for begin in range(0, len(words), 4096):
            part = words[begin : begin + 4096]
            self._vectors[first + begin : first + begin + len(part)] = self._made([surface(word) for word in part])

    def _made(self, seen: list[Surface]) -> NDArray[np.float32]:
        size = self._meaning.shape[1]
        shown = np.zeros((len(seen), size + self._gram.shape[1] + self._shape.shape[1] + FACTS), np.float64)
        rows = [self._row.get(one.key, 0) for one in seen]
        shown[:, :size] = self._meaning[rows].astype(np.float64) * self._meaning_scale
        end = size + self._gram.shape[1]
        shown[:, size:end] = self._grams(seen)
        shown[:, end : end + self._shape.shape[1]] = self._shape[[one.shape for one in seen]]
        shown[:, -FACTS:] = np.array([one.facts for one in seen])
        hidden = np.maximum(shown @ self._wide[0] + self._wide[1], 0.0)
        made: NDArray[np.float32] = (hidden @ self._narrow[0] + self._narrow[1]).astype(np.float32)
        return made

    def _grams(self, seen: list[Surface]) -> NDArray[np.float64]:
        """The mean of the grams of each word; zeros where it has none."""
        sizes = np.array([len(one.grams) for one in seen])
        flat = np.array([gram for one in seen for gram in one.grams], np.int64)
        sums = np.zeros((len(seen), self._gram.shape[1]), np.int64)
        if len(flat):
            full = sizes > 0
            starts = (np.cumsum(sizes) - sizes)[full]
            sums[full] = np.add.reduceat(self._gram[flat].astype(np.int64), starts, axis=0)
        return sums * (self._gram_scale / np.maximum(sizes, 1)[:, None])
