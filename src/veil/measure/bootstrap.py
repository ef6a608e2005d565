"""Bootstrap: how far a figure could have come out otherwise, had other notes of the same kind been read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
SEED = 7
_BLOCK = 4_000_000


def intervals(hits: NDArray[np.int64], totals: NDArray[np.int64], *, draws: int, seed: int = SEED) -> Numbers:
    """The 95 % interval of each share `sum(hits) / sum(totals)`, notes drawn with replacement.

    Shape:   (n notes, k shares) twice -> (k, 2); NaN where a share has no total.
    Keeps:   the order of notes changes nothing; the share itself lies within. A share of 0 or 1, which no draw can move, is
             widened by the rule of three: with no miss in m notes the share of misses may be up to 3/m.
    Source:  Efron, Bootstrap methods (1979), percentile interval; Hanley and Lippman-Hand, "If nothing goes wrong, is
             everything all right?", JAMA 249 (1983).
    """
    order = np.lexsort(np.concatenate([hits, totals], axis=1).T)
    hits, totals = hits[order], totals[order]
    drawn = _drawn(hits, totals, draws, np.random.default_rng(seed))
    point = _shares(hits.sum(axis=0, keepdims=True), totals.sum(axis=0, keepdims=True))[0]
    found = np.full((hits.shape[1], 2), np.nan)
    for at, value in enumerate(point):
        values = drawn[:, at][~np.isnan(drawn[:, at])]
        if not np.isnan(value):
            low, high = np.percentile(values, (2.5, 97.5)) if len(values) else (value, value)
            room = min(1.0, 3 / np.count_nonzero(totals[:, at]))
            found[at] = min(low, value, 1 - room if value == 1 else 1), max(high, value, room if value == 0 else 0)
    return found


def _drawn(hits: NDArray[np.int64], totals: NDArray[np.int64], draws: int, chance: np.random.Generator) -> Numbers:
    """Shape: (draws, k); as many rows at once as 32 MB hold."""
    notes = len(hits)
    step = max(1, _BLOCK // max(1, notes))
    found = []
    for at in range(0, draws, step):
        weights = chance.multinomial(notes, np.full(notes, 1 / notes), size=min(step, draws - at)).astype(np.float64)
        found.append(_shares(weights @ hits, weights @ totals))
    return np.concatenate(found) if found else np.empty((0, hits.shape[1]))


def _shares(hits: NDArray[np.generic], totals: NDArray[np.generic]) -> Numbers:
    whole: Numbers = np.asarray(totals, dtype=np.float64)
    shares: Numbers = np.full(whole.shape, np.nan)
    np.divide(np.asarray(hits, dtype=np.float64), whole, out=shares, where=whole > 0)
    return shares
