"""Network: tokens in, what each may be out; the same answer in any company."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from veil.detectors.ner.cut import START, Cut
from veil.detectors.ner.shipped import CARD_SHA256
from veil.detectors.ner.words import NOTHING, TokenVectors
from veil.detectors.onnx import session
from veil.errors import PartError
from veil.lexicon.language import Language, english

WEIGHTS = "weights"
LONG = 1024  # tokens of one run; longer texts take several
STEP = 64  # a run has room for a multiple of so many tokens: the least that it needs
PIECE = 8  # runs whose tokens are held at once
CLEAR = 0.98  # a token that is nothing with this share and more is in no doubt; none is taught to be more
DOUBT = 0.9  # what the first network gives less of nothing is asked of the second as well: an identifier needs both

Floats = NDArray[np.float32]


class Predictions(NamedTuple):
    """What the network says of one text.

    Shape:   `at`: the tokens in doubt, in order; all others are nothing. `tags` [at, 1 + 2 x labels] and `roles`
             [at, roles], each row a distribution.
    """

    at: NDArray[np.int64]
    tags: Floats
    roles: Floats


class Network:
    """The weights, running: one network that reads everything, a second that is asked where the first is in doubt.

    Shape:   `contents` has `words.npz`, `encoder.onnx`, `context.onnx` and `second.onnx`; `card` their labels, roles and
             reach; `language` is the one that they were trained on.

    Keeps:   where both are asked, their shares are averaged; they were trained apart, and err apart.
             A token's answer depends on the `reach` tokens to each side of it in its own text, and on nothing else.
    """

    def __init__(self, card: Mapping[str, Any], contents: Mapping[str, bytes], language: Language) -> None:
        tables = dict(np.load(BytesIO(contents["words.npz"])))
        self._first, self._second = session(contents["context.onnx"]), session(contents["second.onnx"])
        self._encoder = session(contents["encoder.onnx"])
        self._words = TokenVectors(tables, self._encoded, tables["gaps"].shape[1], language)
        self.language = language
        self._gaps = tables["gaps"].astype(np.float32)
        self._half = (
            self._gaps.shape[1] // 2
        )  # numbers of a token that the first network reads; the second reads the rest
        self.labels: tuple[str, ...] = tuple(card["labels"])
        self.roles: tuple[str, ...] = tuple(card["roles"])
        self.reach = int(card["reach"])
        self._apart = int(card["apart"])

    def _encoded(self, shown: Floats) -> Floats:
        encoded: Floats = self._encoder.run(None, {"shown": shown})[0]
        return encoded

    def read(self, cuts: Sequence[Cut]) -> list[Predictions]:
        """What each text says, in their order.

        Shape:   n texts in tokens -> n readings.
        """
        places, runs = self.runs(cuts)
        parts = list(runs)
        at = np.concatenate([part.at for part in parts])
        tags, roles = np.concatenate([part.tags for part in parts]), np.concatenate([part.roles for part in parts])
        readings = []
        for place, cut in zip(places, cuts, strict=True):
            low, high = np.searchsorted(at, (place, place + len(cut.words)))
            readings.append(Predictions(at[low:high] - place, tags[low:high], roles[low:high]))
        return readings

    def runs(self, cuts: Sequence[Cut]) -> tuple[list[int], Iterator[Predictions]]:
        """All texts in a row: where each begins, and piece by piece what the tokens in doubt say.

        Keeps:   no more than one piece's answer is in memory, however long a text is.
        """
        words, gaps, places = self._lane(cuts)
        return places, self._pieces(words, gaps)

    def _lane(self, cuts: Sequence[Cut]) -> tuple[list[str], NDArray[np.uint8], list[int]]:
        """All texts in a row, with nothing between them that one could see across."""
        words = [NOTHING] * self.reach
        gaps = bytearray([START]) * self.reach
        places = []
        for cut in cuts:
            places.append(len(words))
            words += cut.words
            gaps += cut.gaps
            words += [NOTHING] * self._apart
            gaps += bytes([START]) * self._apart
        words += [NOTHING] * self.reach
        gaps += bytes([START]) * self.reach
        return words, np.frombuffer(gaps, np.uint8), places

    def _pieces(self, words: list[str], gaps: NDArray[np.uint8]) -> Iterator[Predictions]:
        """Pieces that overlap by what the network sees, so that no edge is seen in the answer."""
        step = PIECE * (LONG - 2 * self.reach)
        for begin in range(0, max(1, len(words) - 2 * self.reach), step):
            end = begin + step + 2 * self.reach
            reading = self._read(self.vectors(words[begin:end], gaps[begin:end]))
            yield reading._replace(at=reading.at + begin)

    def vectors(self, words: Sequence[str], gaps: NDArray[np.uint8]) -> tuple[Floats, NDArray[np.bool_]]:
        """What the networks are shown of each token, and whether it is one. Shape: tokens -> [tokens, numbers], [tokens]."""
        rows = self._words.rows(words)
        real = rows != 0
        shown = self._words.table[rows]
        shown += self._gaps[gaps]
        shown[~real] = 0
        return shown, real

    def _read(self, shown: tuple[Floats, NDArray[np.bool_]]) -> Predictions:
        """The tokens of a piece in doubt, but for those of its margins."""
        rows, real = shown
        first = self._swept(self._first, rows[:, : self._half], real)
        at, tags, roles = (np.concatenate(parts) for parts in zip(*first, strict=True))
        doubted = np.flatnonzero(tags[:, 0] < DOUBT)
        if len(doubted):
            more = self._asked(rows[:, self._half :], real, at[doubted])
            tags[doubted], roles[doubted] = (tags[doubted] + more[0]) / 2, (roles[doubted] + more[1]) / 2
        left = tags[:, 0] < CLEAR
        return Predictions(at[left], tags[left], roles[left])

    def _asked(self, rows: Floats, real: NDArray[np.bool_], doubted: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """What the second network says of the tokens in doubt; it is shown them and what it sees around them.

        Keeps:   the tokens that a doubtful token's answer depends on keep their places around it; what was left out is
                 farther away than the network sees.
        """
        near = np.zeros(len(rows) + 1, np.int32)
        np.add.at(near, doubted - self.reach, 1)
        np.add.at(near, np.minimum(doubted + self.reach + 1, len(rows)), -1)
        shown = np.flatnonzero(near[:-1].cumsum() > 0)
        asked = np.zeros(len(shown), np.bool_)
        asked[np.searchsorted(shown, doubted)] = True
        said = self._swept(self._second, rows[shown], real[shown], asked)
        _, tags, roles = (np.concatenate(parts) for parts in zip(*said, strict=True))
        return tags, roles

    def _swept(
        self, graph: Any, rows: Floats, real: NDArray[np.bool_], asked: NDArray[np.bool_] | None = None
    ) -> Iterator[Predictions]:
        """What one network says of a row of tokens without its margins: of those asked about, or else of those in doubt."""
        size, margin = len(rows), self.reach
        for begin in range(0, max(1, size - 2 * margin), LONG - 2 * margin):
            end = min(begin + LONG, size)
            tags, roles = _run(graph, rows[begin:end], real[begin:end])
            wanted = real[begin:end] & (tags[0] < CLEAR) if asked is None else asked[begin:end].copy()
            wanted[:margin] = wanted[len(wanted) - margin :] = False
            here = np.flatnonzero(wanted)
            yield Predictions(here + begin, tags[:, here].T, roles[:, here].T)


def _run(graph: Any, rows: Floats, real: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The shares of tags and of roles of each token of one run.

    Shape:   [tokens, numbers], at most LONG tokens -> [tags, tokens], [roles, tokens].
    """
    count, numbers = rows.shape
    width = -(-count // STEP) * STEP
    window = np.zeros((1, numbers, width), np.float32)
    window[0, :, :count] = rows.T
    there = np.zeros((1, 1, width), np.float32)
    there[0, 0, :count] = real
    tags, roles = graph.run(None, {"x": window, "real": there})
    return tags[0, :, :count], roles[0, :, :count]


@cache
def shipped() -> Network:
    """The weights of the package; one session a process.

    Errors:  PartError `weights-changed` where a file is not the one that was shipped.
    """
    folder = files("veil.detectors.ner") / WEIGHTS
    card = json.loads(_checked(folder, "card.json", CARD_SHA256))
    contents = {name: _checked(folder, name, digest) for name, digest in card["sha256"].items()}
    return Network(card, contents, english())


def _checked(folder: Traversable, name: str, digest: str) -> bytes:
    data = (folder / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise PartError(
            "weights-changed", "the weights of the name model differ from those of the package", hint="reinstall Veil"
        )
    return data
