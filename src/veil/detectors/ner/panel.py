"""Panel: networks that were trained apart, whose shares are averaged; one panel a process."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from veil.detectors.ner.cut import Cut
from veil.detectors.ner.network import Network, Reading
from veil.detectors.ner.shipped import CARD_SHA256
from veil.errors import PartError

WEIGHTS = "weights"


class Reader(Protocol):
    """What reads tokens: a network, or several."""

    labels: tuple[str, ...]
    roles: tuple[str, ...]

    def read(self, cuts: Sequence[Cut]) -> list[Reading]: ...


class Panel:
    """Several networks with the same labels.

    Keeps:   a token in doubt for one of them is in doubt; those that are not hold it for nothing.
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        self.networks = tuple(networks)
        self.labels, self.roles = networks[0].labels, networks[0].roles
        self.reach = max(one.reach for one in networks)

    def read(self, cuts: Sequence[Cut]) -> list[Reading]:
        """Shape: n texts in tokens -> n readings."""
        each = [network.read(cuts) for network in self.networks]
        return [self._joined(readings) for readings in zip(*each, strict=True)]

    def _joined(self, readings: Sequence[Reading]) -> Reading:
        at = np.unique(np.concatenate([one.at for one in readings]))
        tags = np.zeros((len(at), 1 + 2 * len(self.labels)), np.float32)
        roles = np.zeros((len(at), len(self.roles)), np.float32)
        for one in readings:
            rows = np.searchsorted(at, one.at)
            _add(tags, rows, one.tags, len(readings))
            roles[rows] += one.roles / len(readings)
        return Reading(at, tags, roles)


def _add(tags: NDArray[np.float32], rows: NDArray[np.int64], shares: NDArray[np.float32], count: int) -> None:
    """Adds one network's part; where it has no doubt, all of it says nothing."""
    quiet = np.ones(len(tags), np.bool_)
    quiet[rows] = False
    tags[rows] += shares / count
    tags[quiet, 0] += 1 / count


@cache
def shipped() -> Panel:
    """The networks of the package.

    Errors:  PartError `weights-changed` where a file is not the one that was shipped.
    """
    folder = files("veil.detectors.ner") / WEIGHTS
    card = json.loads(_checked(folder, "card.json", CARD_SHA256))
    networks = []
    for name, digests in sorted(card["networks"].items()):
        held = {file: _checked(folder / name, file, digest) for file, digest in digests.items()}
        networks.append(Network(card, held))
    return Panel(networks)


def _checked(folder: Traversable, name: str, digest: str) -> bytes:
    data = (folder / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise PartError("weights-changed", "the weights are not those that were shipped", hint="install Veil again")
    return data
