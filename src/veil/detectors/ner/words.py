"""Words: one vector for each token by itself, kept for as long as it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from veil.detectors.ner.token_features import FACTS, Surface, surface
from veil.lexicon.language import Language

NOTHING = ""
KEPT = 50_000  # tokens whose vectors are held, about; beyond them those that were not asked for lately go
MORE = 4096  # rows by which the table grows
AT_ONCE = 64  # tokens of one run of the encoder: always as many, so that none is rounded by its company


class TokenVectors:
    """The vector of each distinct token, made once; those of the commonest come with the weights.

    Shape:   `tables` as `training.export` writes them; `encode` takes [AT_ONCE, numbers] to [AT_ONCE, width].
    Keeps:   the vector of a token is the same whatever others were asked for beside it.
    """

    def __init__(
        self,
        tables: Mapping[str, NDArray[np.generic]],
        encode: Callable[[NDArray[np.float32]], NDArray[np.float32]],
        width: int,
        language: Language,
    ) -> None:
        self._language = language
        known = tables["words"].astype(np.uint8, copy=False).tobytes().decode("utf-8").split("\n")
        self._row = {word: row for row, word in enumerate(known)}
        self._meaning, self._meaning_scale = (
            tables["meaning"].astype(np.int8, copy=False),
            tables["meaning_scale"].astype(np.float32, copy=False),
        )
        self._number, self._number_scale = (
            tables["number"].astype(np.int8, copy=False),
            tables["number_scale"].astype(np.float32, copy=False),
        )
        self._common, vectors = _common(tables)
        self._gram, self._gram_scale = (
            tables["gram"].astype(np.int8, copy=False),
            tables["gram_scale"].astype(np.float64, copy=False),
        )
        self._shape = tables["shape"].astype(np.float32, copy=False)
        self._encode = encode
        self.width = width
        self._at = dict(self._common)
        self._rows = len(self._common)
        self.table = np.concatenate([vectors, np.zeros((MORE, self.width), np.float32)])
        self._last = np.zeros(len(self.table), np.int64)  # when each row was last asked for
        self._asked = 0

    def vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Shape: tokens, NOTHING among them -> [tokens, width], zeros for NOTHING."""
        rows = self.rows(words)
        return self.table[rows]

    def rows(self, words: Sequence[str]) -> NDArray[np.int32]:
        """The row of each token in `table`, until the next are asked for. Shape: tokens -> [tokens], 0 for NOTHING."""
        if len(self._at) > KEPT:
            self._forget()
        found = list(map(self._at.get, words))
        if None in found:
            self._learn([word for word in dict.fromkeys(words) if word not in self._at])
            found = list(map(self._at.get, words))
        rows = np.array(found, np.int32)
        self._asked += 1
        self._last[rows] = self._asked
        return rows

    def _forget(self) -> None:
        """Keeps the commonest words and, of all others, the half that was asked for last."""
        first = len(self._common)
        others = sorted(set(list(self._at.values())[first:]), key=self._last.__getitem__)
        kept = sorted(others[len(others) // 2 :])
        moved = {row: first + place for place, row in enumerate(kept)}
        self._rows = first + len(kept)
        self.table[first : self._rows] = self.table[kept]
        self._last[first : self._rows] = self._last[kept]
        old = self._at
        self._at = dict(self._common)
        self._at |= {
            word: moved[row]
            for word, row in old.items()
            if row in moved and (word[0] == "#" or not word[0].isdecimal())
        }

    def _learn(self, words: list[str]) -> None:
        """Rows for words that have none; numbers that show the same, such as all of ten digits, share one."""
        at = self._at
        seen: dict[str, Surface] = {}
        for word in words:
            shown = surface(word, self._language)
            name = shown.key if word[0].isdecimal() else word
            if name not in at:
                at[name] = self._rows
                self._rows += 1
                seen[name] = shown
            at[word] = at[name]
        first, news = self._rows - len(seen), list(seen.values())
        while self._rows + AT_ONCE > len(self.table):
            self.table = np.concatenate([self.table, np.zeros((MORE, self.width), np.float32)])
            self._last = np.concatenate([self._last, np.zeros(MORE, np.int64)])
        for begin in range(0, len(news), AT_ONCE):
            shown_rows = self._shown(news[begin : begin + AT_ONCE])
            self.table[first + begin : first + begin + AT_ONCE] = self._encode(shown_rows)

    def _shown(self, seen: list[Surface]) -> NDArray[np.float32]:
        """What the encoder is told of each token: meaning, grams, shape, facts."""
        meant, grams = self._number.shape[1], self._gram.shape[1]
        shown = np.zeros((AT_ONCE, meant + grams + self._shape.shape[1] + FACTS), np.float32)
        count = len(seen)
        shown[:count, :meant] = self._meant([self._row.get(word.key, 0) for word in seen])
        shown[:count, meant : meant + grams] = self._grams(seen)
        shown[:count, meant + grams : -FACTS] = self._shape[[word.shape for word in seen]]
        shown[:count, -FACTS:] = [word.facts for word in seen]
        return shown

    def _meant(self, rows: list[int]) -> NDArray[np.float32]:
        """The meanings of words, once for each network; of numbers, as each network learned it for itself."""
        at = np.array(rows)
        known, nets = len(self._meaning), self._number.shape[1] // self._meaning.shape[1]
        words = np.tile(self._meaning[np.where(at < known, at, 0)] * self._meaning_scale, nets)
        numbers = self._number[np.where(at < known, 0, at - known)] * self._number_scale
        meant: NDArray[np.float32] = np.where((at < known)[:, None], words, numbers)
        return meant

    def _grams(self, seen: list[Surface]) -> NDArray[np.float64]:
        """The mean of the grams of each word; zeros where it has none."""
        sizes = np.array([len(word.grams) for word in seen])
        flat = np.array([gram for word in seen for gram in word.grams], np.int64)
        sums = np.zeros((len(seen), self._gram.shape[1]), np.int32)
        if len(flat):
            full = sizes > 0
            starts = (np.cumsum(sizes) - sizes)[full]
            sums[full] = np.add.reduceat(self._gram[flat], starts, axis=0, dtype=np.int32)
        means: NDArray[np.float64] = sums * (self._gram_scale[None, :] / np.maximum(sizes, 1)[:, None])
        return means


def _common(tables: Mapping[str, NDArray[np.generic]]) -> tuple[dict[str, int], NDArray[np.float32]]:
    """The commonest words with the rows of their vectors, NOTHING first."""
    words = tables["common"].astype(np.uint8, copy=False).tobytes().decode("utf-8").split("\n")
    vectors = tables["common_vectors"].astype(np.float32) * tables["common_scale"].astype(np.float32, copy=False)
    return {word: row for row, word in enumerate([NOTHING, *words])}, np.concatenate(
        [np.zeros_like(vectors[:1]), vectors]
    )
