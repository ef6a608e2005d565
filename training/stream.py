"""Stream: rendered texts as rows of tokens, without end."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from training.generator.damage import damaged
from training.generator.template import Family, Piece, families, render
from training.generator.variety import drawn_text
from veil.detectors.ner.cut import START, cut
from veil.detectors.ner.token_features import FACTS, Surface, surface
from veil.lexicon.language import english
from veil.model import Label

ROLES = ("patient", "relative", "clinician", "other")
LABELS = tuple(label.value for label in Label)
TAGS = 1 + 2 * len(LABELS)  # O, then beginning and inside of each label
GAP_TOKENS = 8  # nothing stands between two texts, as wide as the network looks in one layer
UNTOLD = -100
TALK = 0.24  # share of the texts that are planted talk
VARIETY = 0.22  # share of the texts that no template made
WEIGHTS = {
    "name_or_thing": 3.0,
    "harmless_clinical": 5.0,
    "name_words": 1.5,
    "queries": 1.5,
    "naming_statements": 2.0,
    "term_statements": 2.5,
    "mixed_statements": 1.5,
    "assistant_chat": 2.0,
    "short_notes": 1.5,
    "key_values": 1.5,
    "everyday": 1.5,
    "header_blocks": 1.3,
}


class Example(NamedTuple):
    words: list[str]
    gaps: list[int]
    tags: list[int]
    roles: list[int]


class Batch(NamedTuple):
    """Shape: `surfaces` of the batch; `at` [rows, tokens] into them, 0 for nothing; the rest of the same shape."""

    keys: list[str]
    shapes: np.ndarray
    facts: np.ndarray
    grams: np.ndarray
    offsets: np.ndarray
    at: np.ndarray
    gaps: np.ndarray
    tags: np.ndarray
    roles: np.ndarray


def example(pieces: list[Piece]) -> Example:
    """The tokens of one text with their gold."""
    text, spans = "", []
    for piece in pieces:
        if piece.label:
            spans.append((len(text), len(text) + len(piece.text), piece.label, piece.role))
        text += piece.text
    return labelled(text, spans)


def labelled(text: str, spans: list[tuple[int, int, str, str]], untold: list[tuple[int, int]] = ()) -> Example:  # type: ignore[assignment]
    tokens = cut(text)
    tags, roles = [0] * len(tokens.words), [UNTOLD] * len(tokens.words)
    k = 0
    for start, end, label, role in spans:
        while k < len(tokens.words) and tokens.ends[k] <= start:
            k += 1
        base, m = 1 + 2 * LABELS.index(label), k
        while m < len(tokens.words) and tokens.starts[m] < end:
            tags[m] = base + (m > k)
            if role:
                roles[m] = ROLES.index(role)
            m += 1
    for start, end in untold:
        for i in range(bisect_right(tokens.ends, start), bisect_left(tokens.starts, end)):
            tags[i] = UNTOLD
    return Example(tokens.words, list(tokens.gaps), tags, roles)


class Source:
    """Draws texts from families, and now and then from another source, as real talk with people planted in it."""

    def __init__(
        self, rng: random.Random, *, held_out: bool = False, talk: Callable[[], Example] | None = None
    ) -> None:
        self.rng = rng
        self.families = [one for one in families() if one.held_out == held_out]
        self._weights = [WEIGHTS.get(one.name, 1.0) for one in self.families]
        self._talk = talk
        self._varied = not held_out

    def draw(self) -> Example:
        rng = self.rng
        if self._talk and rng.random() < TALK:
            return self._talk()
        if self._varied and rng.random() < VARIETY / (1 - TALK):
            return self._text(lambda: drawn_text(rng))
        family: Family = rng.choices(self.families, self._weights)[0]
        return self._text(lambda: render(rng.choice(family.templates), rng))

    def _text(self, make: Callable[[], list[Piece]]) -> Example:
        rng = self.rng
        pieces: list[Piece] = []
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            if pieces:
                pieces.append(Piece(rng.choice(("\n", "\n\n", " ", "\n---\n"))))
            pieces += make()
        return example(damaged(pieces, rng))

    def rows(self, width: int) -> Iterator[Example]:
        """Rows of `width` tokens: texts one behind the other with nothing between them."""
        held = Example([], [], [], [])
        while True:
            one = self.draw()
            nothing = GAP_TOKENS
            held.words.extend([*one.words, *[""] * nothing])
            held.gaps.extend([*one.gaps, *[START] * nothing])
            held.tags.extend([*one.tags, *[UNTOLD] * nothing])
            held.roles.extend([*one.roles, *[UNTOLD] * nothing])
            while len(held.words) >= width:
                yield Example(*(part[:width] for part in held))
                held = Example(*(part[width:] for part in held))


_SEEN: dict[str, Surface] = {}


def surface_of(word: str) -> Surface:
    found = _SEEN.get(word)
    if found is None:
        if len(_SEEN) > 300_000:
            _SEEN.clear()
        found = _SEEN[word] = surface(word, english())
    return found


def batch(rows: list[Example]) -> Batch:
    index: dict[str, int] = {"": 0}
    at = np.array([[index.setdefault(word, len(index)) for word in row.words] for row in rows], np.int64)
    found = [Surface("", (), 0, (0.0,) * FACTS), *(surface_of(word) for word in list(index)[1:])]
    grams = [one.grams for one in found]
    sizes = np.array([len(one) for one in grams])
    return Batch(
        [one.key for one in found],
        np.array([one.shape for one in found], np.int64),
        np.array([one.facts for one in found], np.float32),
        np.array([gram for one in grams for gram in one], np.int64),
        np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64),
        at,
        np.array([row.gaps for row in rows], np.int64),
        np.array([row.tags for row in rows], np.int64),
        np.array([row.roles for row in rows], np.int64),
    )
