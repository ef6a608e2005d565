"""Network: the tagger of one language: tokens in, what each may be out."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from veil.detectors.languages.features import rows
from veil.detectors.languages.labels import WEIGHTS_SHA256
from veil.detectors.ner.cut import Cut
from veil.errors import PartError

DILATIONS = (1, 2, 4, 8, 4, 2, 1)
REACH = sum(DILATIONS)  # tokens that are seen to each side
LONG = 1024  # tokens of one run

Floats = NDArray[np.float32]


class LanguageNetwork:
    """The weights of one language, as `training.languages.tagger` writes them.

    Keeps:   a token's answer depends on the REACH tokens to each side of it in its own text, and on nothing else: texts
             are read one by one.
    """

    def __init__(self, data: bytes) -> None:
        tables = {key: value.astype(np.float32) for key, value in np.load(BytesIO(data)).items()}
        self._table = tables.pop("table") * tables.pop("scale")
        self._tables = tables

    def shares(self, cut: Cut) -> Floats:
        """The share of each tag.

        Shape:   tokens -> [tokens, 1 + 2 x labels], each row a distribution.
        """
        parts = []
        for at in range(0, len(cut.words), LONG):
            first, last = max(0, at - REACH), min(len(cut.words), at + LONG + REACH)
            seen = rows(cut.words[first:last], cut.gaps[first:last], self._table, self._tables["shapes"])
            parts.append(self._run(seen)[at - first : at - first + LONG])
        return np.concatenate(parts) if parts else np.zeros((0, self._tables["last"].shape[1]), np.float32)

    def _run(self, seen: Floats) -> Floats:
        own = self._tables
        x = np.maximum(seen @ own["first"] + own["first_bias"], 0)
        for layer, dilation in enumerate(DILATIONS):
            wide = np.pad(x, ((dilation, dilation), (0, 0)))
            near = np.concatenate([wide[: len(x)], x, wide[2 * dilation :]], axis=1)
            x = x + np.maximum(near @ own["near"][layer] + own["near_bias"][layer], 0)
        out = x @ own["last"] + own["last_bias"]
        out = np.exp(out - out.max(axis=1, keepdims=True))
        shares: Floats = out / out.sum(axis=1, keepdims=True)
        return shares


@cache
def network(code: str) -> LanguageNetwork | None:
    """The network of a language; one a process; None where a language has none.

    Errors:  PartError `weights-changed` where the file is not the one that was shipped.
    """
    if code not in WEIGHTS_SHA256:
        return None
    data = (files("veil.detectors.languages") / "weights" / f"{code}.npz").read_bytes()
    if hashlib.sha256(data).hexdigest() != WEIGHTS_SHA256[code]:
        raise PartError(
            "weights-changed", "the weights of the name model differ from those of the package", hint="reinstall Veil"
        )
    return LanguageNetwork(data)
