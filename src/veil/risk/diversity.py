"""Diversity: what a class gives away of a sensitive column although nobody in it is told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from veil.errors import LimitError
from veil.risk.external_sort import ExternalSort, runs
from veil.risk.spill import Words

Numbers = NDArray[np.float64]
Integers = NDArray[np.int64]
Record = dict[str, Any]
MOST = 4_000_000  # different values of a sensitive column; they are held in memory
_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)


@dataclass(slots=True)
class SensitiveValues:
    """The different values of a sensitive column, each with a code."""

    codes_of: dict[str | None, int] = field(default_factory=dict)

    def codes(self, column: pa.Array) -> Words:
        """Shape: n cells -> n codes, counted from 0 in the order in which values were met.

        Errors:  LimitError `risk-values`.
        """
        coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        codes_of = self.codes_of
        mine = [
            codes_of.setdefault(cell, len(codes_of)) for cell in coded.dictionary.cast(pa.large_string()).to_pylist()
        ]
        if coded.indices.null_count:
            mine.append(codes_of.setdefault(None, len(codes_of)))
        if len(codes_of) > MOST:
            raise LimitError(
                "risk-values",
                f"a sensitive column has more than {MOST:,} different values",
                hint="a column with a different value in nearly every record is a quasi-identifier: use -q",
            )
        rows = pc.fill_null(coded.indices.cast(pa.int32()), max(0, len(mine) - 1)).to_numpy(zero_copy_only=False)
        words: Words = np.array(mine, np.uint64)[rows]
        return words

    def ranks(self) -> tuple[Integers, bool]:
        """The place of each code in the order of values, and whether they are numbers, so that `1` and `1.0` are the same.

        Keeps:   a column with a null has no order: where would it stand? It is last among texts.
        """
        cells = list(self.codes_of)
        if all(cell is not None and _NUMBER.fullmatch(cell) for cell in cells):
            numbers = np.array([float(cell or 0) for cell in cells])
            if np.isfinite(numbers).all():
                return np.unique(numbers, return_inverse=True)[1].astype(np.int64), True
        order = sorted(range(len(cells)), key=lambda at: (cells[at] is None, cells[at] or ""))
        ranks = np.empty(len(cells), np.int64)
        ranks[order] = np.arange(len(cells))
        return ranks, False


@dataclass(frozen=True, slots=True)
class Cells:
    """The values of some classes: a row a class and value, ordered by both.

    Shape:   `start`: where each class begins; `rank` and `counts` of each row; `sizes` of each class.
    """

    start: Integers
    rank: Integers
    counts: Integers
    sizes: Integers


def diversity(
    bag: ExternalSort, values: SensitiveValues, *, persons: bool = False, apart: np.uint64 | None = None
) -> Record:
    """l-diversity and t-closeness of one sensitive column.

    Shape:   rows of class, code (and person) -> `distinct` and `entropy` (the least of any class), `alone` (share of
             records whose class has one value), `t` with its `distance`, and `t_equal`. `apart`: the class of suppressed
             records, which is no class, but whose values are of the whole table.
    Units:   `entropy` is exp of the entropy, so it counts values as `distinct` does; `t` is a share of 1.
    Keeps:   null is a value; 1 <= entropy <= distinct; 0 <= t <= t_equal <= 1.
    Source:  Machanavajjhala et al., "l-diversity", TKDD 1 (2007); Li et al., "t-closeness", ICDE (2007).
    """
    ranks, ordered = values.ranks()
    overall = _whole(bag, ranks, persons=persons)
    distinct, entropy, alone, equal, t = len(overall), float(len(overall)), 0, 0.0, 0.0
    kept = 0
    for _, cells in _classed(bag, ranks, persons=persons, apart=apart):
        kept += int(cells.sizes.sum())
        distinct_values = np.diff(cells.start, append=len(cells.rank))
        distinct = min(distinct, int(distinct_values.min()))
        entropy = min(entropy, _entropy(cells.counts / np.repeat(cells.sizes, distinct_values), cells.start))
        alone += int(cells.sizes[distinct_values == 1].sum())
        equal = max(equal, _most(closeness(cells, overall, ordered=False)))
        t = max(t, _most(closeness(cells, overall, ordered=True)) if ordered else equal)
    return {
        "distinct": distinct,
        "entropy": float(np.clip(entropy, 1, max(1, distinct))),
        "alone": alone / kept,
        "t": min(t, equal),
        "distance": "ordered" if ordered else "equal",
        "t_equal": equal,
        "values": len(overall),
    }


def lacking(
    bag: ExternalSort,
    values: SensitiveValues,
    distinct: int,
    t: float | None,
    *,
    persons: bool = False,
    apart: np.uint64 | None = None,
) -> Words:
    """The classes that have too few values of a sensitive column, or stand too far from the whole table. Shape: sorted."""
    ranks, ordered = values.ranks()
    overall = _whole(bag, ranks, persons=persons)
    found = [np.zeros(0, np.uint64)]
    for classes, cells in _classed(bag, ranks, persons=persons, apart=apart):
        bad = np.diff(cells.start, append=len(cells.rank)) < distinct
        if t is not None:
            bad |= distances(cells, overall, ordered=ordered) > t + 1e-12
        found.append(classes[bad])
    return np.concatenate(found)


def distances(cells: Cells, overall: Numbers, *, ordered: bool) -> Numbers:
    """The distance of each class, the smaller of both where values have an order; never below 0 nor above 1."""
    equal = closeness(cells, overall, ordered=False)
    found = np.minimum(equal, closeness(cells, overall, ordered=True)) if ordered else equal
    return np.clip(found, 0, 1)


def closeness(cells: Cells, overall: Numbers, *, ordered: bool) -> Numbers:
    """How far each class stands from the whole table: the earth mover's distance, over ranks or between any two values.

    Shape:   `overall`: the share of each rank -> a number from 0 to 1 for each class.
    """
    each = np.repeat(cells.sizes, np.diff(cells.start, append=len(cells.rank)))
    if ordered:
        return _ordered(_up_to(cells.counts, cells.start) / each, cells.rank, overall, cells.start)
    return _equal(cells.counts / each, overall[cells.rank], cells.start)


def _whole(bag: ExternalSort, ranks: Integers, *, persons: bool) -> Numbers:
    """The share of each rank in the whole table, suppressed records too."""
    total = np.zeros(int(ranks.max(initial=-1)) + 1, np.int64)
    for _, cells in _classed(bag, ranks, persons=persons):
        np.add.at(total, cells.rank, cells.counts)
    shares: Numbers = total / total.sum()
    return shares


def _classed(
    bag: ExternalSort, ranks: Integers, *, persons: bool, apart: np.uint64 | None = None
) -> Iterator[tuple[Words, Cells]]:
    """The classes of each share, and their cells."""
    for columns in bag.shares():
        rows = runs(*columns)[0] if persons else slice(None)  # a person counts once
        classes, codes = columns[0][rows], columns[1][rows]
        if apart is not None:
            classes, codes = classes[classes != apart], codes[classes != apart]
        if len(classes):
            yield classes[runs(classes)[0]], cells_of(classes, ranks[codes.astype(np.int64)])


def cells_of(classes: Words, ranks: Integers) -> Cells:
    """Shape: n records, sorted by class, with the rank of their value."""
    first, sizes = runs(classes)
    number = np.repeat(np.arange(len(first), dtype=np.uint64), sizes)
    rows = np.sort((number << np.uint64(32)) | ranks.astype(np.uint64))
    at, counts = runs(rows)
    rows = rows[at]
    start, _ = runs(rows >> np.uint64(32))
    return Cells(start, (rows & np.uint64(0xFFFFFFFF)).astype(np.int64), counts, sizes)


def _entropy(share: Numbers, start: Integers) -> float:
    """The least of exp(entropy) over classes."""
    return float(np.exp(-np.add.reduceat(share * np.log(share), start)).min())


def _equal(share: Numbers, overall: Numbers, start: Integers) -> Numbers:
    """Half the sum of |p - q| for each class; a value that a class lacks counts its whole share.

    Keeps:   only values that are there are looked at, so a column with many values costs what its cells do.
    """
    present = np.add.reduceat(np.abs(share - overall), start)
    absent = 1 - np.add.reduceat(overall, start)
    found: Numbers = (present + absent) / 2
    return found


def _up_to(counts: Integers, start: Integers) -> Integers:
    """Counts summed up within each class."""
    summed = np.cumsum(counts)
    before = summed[start] - counts[start]
    found: Integers = summed - np.repeat(before, np.diff(np.append(start, len(counts))))
    return found


def _ordered(at: Numbers, rank: Integers, overall: Numbers, start: Integers) -> Numbers:
    """The sum of |P - Q| over ranks, / (values - 1), for each class; P (`at`) and Q are shares summed up to a rank.

    Keeps:   between two values of a class P does not move, so a run of ranks is one step: Q rises, and crosses P once.
    """
    values = len(overall)
    if values == 1:
        return np.zeros(len(start))
    below = np.cumsum(overall)
    area = np.concatenate(([0.0], np.cumsum(below)))
    after = np.append(rank[1:], values)
    after[start[1:] - 1] = values
    cross = np.clip(np.searchsorted(below, at), rank, after)
    run = at * (cross - rank) - (area[cross] - area[rank]) + (area[after] - area[cross]) - at * (after - cross)
    found: Numbers = (np.add.reduceat(run, start) + area[rank[start]]) / (values - 1)
    return found


def _most(found: Numbers) -> float:
    return float(np.clip(found.max(), 0, 1))
