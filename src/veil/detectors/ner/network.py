"""Network: tokens in, what each may be out; one session a process, and the same answer in any company."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from veil.detectors.ner.cut import Cut
from veil.detectors.ner.shipped import CARD_SHA256
from veil.detectors.ner.words import Words
from veil.errors import PartError

WEIGHTS = "weights"
LONG, SHORT = 1024, 128  # tokens of one run; a lone short text has the small one


class Reading(NamedTuple):
    """What the network says of one text.

    Shape:   `tags` [tokens, 1 + 2 x labels], each row a distribution; `roles` [tokens, roles], likewise.
    """

    tags: NDArray[np.float32]
    roles: NDArray[np.float32]


class Network:
    """The shipped weights, running.

    Keeps:   a token's answer depends on the `reach` tokens to each side of it in its own text, and on nothing else.
    """

    def __init__(self, card: dict[str, Any], tables: dict[str, NDArray[np.generic]], graph: bytes) -> None:
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._words = Words(tables)
        self._gaps = tables["gaps"].astype(np.float32)
        self.labels: tuple[str, ...] = tuple(card["labels"])
        self.roles: tuple[str, ...] = tuple(card["roles"])
        self.reach = int(card["reach"])
        self._apart = int(card["apart"])

    def read(self, cuts: Sequence[Cut]) -> list[Reading]:
        """What each text says, in their order.

        Shape:   n texts in tokens -> n readings.
        """
        vectors = self._words.vectors([one.words for one in cuts])
        places, size = [], self.reach
        for one in cuts:
            places.append(size)
            size += len(one.words) + self._apart
        lane = np.zeros((self._words.width, size + self.reach), np.float32)
        real = np.zeros(size + self.reach, np.float32)
        for place, one, rows in zip(places, cuts, vectors, strict=True):
            end = place + len(one.words)
            lane[:, place:end] = (rows + self._gaps[one.gaps]).T if one.words else 0
            real[place:end] = 1.0
        said = self._run(lane, real)
        split = 1 + 2 * len(self.labels)
        return [
            Reading(_shares(said[place : place + len(one.words), :split]), _shares(said[place : place + len(one.words), split:]))
            for place, one in zip(places, cuts, strict=True)
        ]

    def _run(self, lane: NDArray[np.float32], real: NDArray[np.float32]) -> NDArray[np.float32]:
        """Windows that overlap by what the network sees, so that none is seen in the answer."""
        size = lane.shape[1]
        width = SHORT if size <= SHORT else LONG
        step = width - 2 * self.reach
        parts = []
        for begin in range(0, max(1, size - 2 * self.reach), step):
            window = np.zeros((1, lane.shape[0], width), np.float32)
            mask = np.zeros((1, 1, width), np.float32)
            piece = lane[:, begin : begin + width]
            window[0, :, : piece.shape[1]] = piece
            mask[0, 0, : piece.shape[1]] = real[begin : begin + width]
            said = self._session.run(None, {"x": window, "real": mask})[0][0]
            parts.append(said[:, self.reach : self.reach + step])
        whole = np.concatenate(parts, axis=1).T
        return np.concatenate([np.zeros((self.reach, whole.shape[1]), np.float32), whole])


def _shares(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    if not len(scores):
        return scores
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: NDArray[np.float32] = raised / raised.sum(axis=1, keepdims=True)
    return shares


@cache
def shipped() -> Network:
    """The network of the package.

    Errors:  PartError `weights-changed` where a file is not the one that was shipped.
    """
    folder = files("veil.detectors.ner") / WEIGHTS
    card = json.loads(_checked(folder, "card.json", CARD_SHA256))
    held = {name: _checked(folder, name, digest) for name, digest in card["sha256"].items()}
    tables = dict(np.load(BytesIO(held["words.npz"])))
    return Network(card, tables, held["context.onnx"])


def _checked(folder: Traversable, name: str, digest: str) -> bytes:
    data = (folder / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise PartError("weights-changed", "the weights are not those that were shipped", hint="install Veil again")
    return data
