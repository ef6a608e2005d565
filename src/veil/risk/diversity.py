"""Diversity: what a class gives away of a sensitive column although nobody in it is told apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Record = dict[str, Any]


def diversity(values: pl.DataFrame) -> Record:
    """l-diversity and t-closeness of one sensitive column.

    Shape:   `class`, `value` (text or null), `count`, ordered by class -> `distinct` and `entropy` (the least of any
             class), `alone` (share of records whose class has one value), `t` with its `distance`, and `t_equal`.
    Units:   `entropy` is exp of the entropy, so it counts values as `distinct` does; `t` is a share of 1.
    Keeps:   null is a value; 1 <= entropy <= distinct; 0 <= t <= t_equal <= 1.
    Source:  Machanavajjhala et al., "l-diversity", TKDD 1 (2007); Li et al., "t-closeness", ICDE (2007).
    """
    coded, ordered = _coded(values)
    start = np.flatnonzero(np.diff(coded["class"].to_numpy(), prepend=-1))
    counts = coded["count"].to_numpy().astype(np.int64)
    rank = coded["rank"].to_numpy().astype(np.int64)
    sizes = np.add.reduceat(counts, start)
    distinct = np.diff(np.append(start, len(counts)))
    share = counts / np.repeat(sizes, distinct)
    whole: Numbers = np.bincount(rank, weights=counts) / counts.sum()
    equal = _most(_equal(share, whole[rank], start))
    t = _most(_ordered(_up_to(counts, start) / np.repeat(sizes, distinct), rank, whole, start)) if ordered else equal
    return {"distinct": int(distinct.min()), "entropy": _entropy(share, start, int(distinct.min())),
            "alone": int(sizes[distinct == 1].sum()) / int(sizes.sum()), "t": min(t, equal),
            "distance": "ordered" if ordered else "equal", "t_equal": equal, "values": len(whole)}  # fmt: skip


def _coded(values: pl.DataFrame) -> tuple[pl.DataFrame, bool]:
    """Values as ranks, of numbers where every value is one, so that `1` and `1.0` are the same; and whether they are.

    Keeps:   a column with a null has no order: where would it stand?
    """
    numbers = values["value"].cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False)
    ordered = not numbers.is_null().any() and bool(numbers.is_finite().all())
    keyed = values.with_columns(value=numbers) if ordered else values
    ranked = keyed.with_columns(rank=pl.col("value").rank("dense").cast(pl.Int64) - 1)
    nulls = ranked["rank"].max()
    filled = ranked.with_columns(pl.col("rank").fill_null(0 if nulls is None else int(str(nulls)) + 1))
    return filled.group_by("class", "rank").agg(pl.col("count").sum()).sort("class", "rank"), ordered


def _entropy(share: Numbers, start: NDArray[np.int64], most: int) -> float:
    """The least of exp(entropy) over classes; rounding never lifts it above the distinct values there are."""
    found = np.exp(-np.add.reduceat(share * np.log(share), start))
    return float(np.clip(found.min(), 1, max(1, most)))


def _equal(share: Numbers, whole: Numbers, start: NDArray[np.int64]) -> Numbers:
    """Half the sum of |p - q| for each class; a value that a class lacks counts its whole share.

    Keeps:   only values that are there are looked at, so a column with many values costs what its cells do.
    """
    there = np.add.reduceat(np.abs(share - whole), start)
    absent = 1 - np.add.reduceat(whole, start)
    found: Numbers = (there + absent) / 2
    return found


def _up_to(counts: NDArray[np.int64], start: NDArray[np.int64]) -> NDArray[np.int64]:
    """Counts summed up within each class."""
    summed = np.cumsum(counts)
    before = summed[start] - counts[start]
    found: NDArray[np.int64] = summed - np.repeat(before, np.diff(np.append(start, len(counts))))
    return found


def _ordered(at: Numbers, rank: NDArray[np.int64], whole: Numbers, start: NDArray[np.int64]) -> Numbers:
    """The sum of |P - Q| over ranks, / (values - 1), for each class; P (`at`) and Q are shares summed up to a rank.

    Keeps:   between two values of a class P does not move, so a run of ranks is one step: Q rises, and crosses P once.
    """
    values = len(whole)
    if values == 1:
        return np.zeros(len(start))
    below = np.cumsum(whole)
    area = np.concatenate(([0.0], np.cumsum(below)))
    after = np.append(rank[1:], values)
    after[start[1:] - 1] = values
    cross = np.clip(np.searchsorted(below, at), rank, after)
    run = at * (cross - rank) - (area[cross] - area[rank]) + (area[after] - area[cross]) - at * (after - cross)
    found: Numbers = (np.add.reduceat(run, start) + area[rank[start]]) / (values - 1)
    return found


def _most(found: Numbers) -> float:
    return float(np.clip(found.max(), 0, 1))
