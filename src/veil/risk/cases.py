"""Cases: the different rows of a table over quasi-identifiers, sensitive columns and persons, and what a node makes of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veil.risk.diversity import Numbers, cells_of, distances
from veil.risk.hierarchy import Codes, Ladder
from veil.risk.spill import Words

Node = tuple[int, ...]
_TABLE = 1 << 21  # classes are counted by their number where there may be at most so many, else by sorting


@dataclass(frozen=True, slots=True)
class Goal:
    """What every class of a release must have, and how much may be suppressed for it.

    Shape:   `distinct`: values of each sensitive column; `t`: how far from the whole table each may stand, None: not asked.
    Units:   `most` is a share of all records.
    """

    k: int
    most: float = 0.05
    distinct: int = 1
    t: float | None = None

    def room(self, records: int) -> int:
        """How many records may be suppressed."""
        return int(np.floor(self.most * records + 1e-9))


@dataclass(frozen=True, slots=True)
class Cases:
    """Different rows, each with how often it is there.

    Shape:   `codes[column]`: m codes of a quasi-identifier; `sensitive[column]`: m ranks, and whether they have an order;
             `persons`: m codes, or None: a class then counts records.
    """

    codes: tuple[Codes, ...]
    counts: Codes
    sensitive: tuple[tuple[Codes, bool], ...] = ()
    persons: Codes | None = None

    @property
    def records(self) -> int:
        return int(self.counts.sum())


@dataclass(frozen=True, slots=True)
class NodeOutcome:
    """What a node comes to.

    Shape:   `suppressed`: records; `sure`: those that every less general node suppresses too; `loss` and `least` with
             all and with only these suppressed; `classes` that are left, `k` of the smallest (0: none is left).
    """

    node: Node
    suppressed: int
    sure: int
    loss: float
    least: float
    classes: int
    k: int


class Lattice:
    """Every way to choose a level for each column, and what it comes to."""

    def __init__(self, ladders: tuple[Ladder, ...], cases: Cases, goal: Goal) -> None:
        self.ladders, self.cases, self.goal = ladders, cases, goal
        self.shape = tuple(ladder.height for ladder in ladders)
        self._whole = [_shares(ranks, cases.counts) for ranks, _ in cases.sensitive]
        weights = [
            np.bincount(codes, weights=cases.counts, minlength=len(ladder.groups[0]))
            for ladder, codes in zip(ladders, cases.codes, strict=True)
        ]
        self._means = [
            np.array([weight @ level for level in ladder.losses]) / cases.records
            for ladder, weight in zip(ladders, weights, strict=True)
        ]

    def bounds(self) -> NDArray[np.float64]:
        """The loss of each node if nothing is suppressed: no node loses less. Shape: as the lattice."""
        grid = np.zeros(self.shape)
        for axis, means in enumerate(self._means):
            grid += means.reshape([-1 if at == axis else 1 for at in range(len(self.shape))])
        return grid / len(self.shape)

    def column_losses(self, node: Node) -> list[float]:
        """The mean loss of each column's cells, nothing suppressed."""
        return [float(means[level]) for means, level in zip(self._means, node, strict=True)]

    def outcome(self, node: Node) -> NodeOutcome:
        order, start = self._classes(node)
        records = np.add.reduceat(self.cases.counts[order], start)
        sizes, sure, bad = self._judged(order, start, records)
        mean = sum(means[level] for means, level in zip(self._means, node, strict=True)) / len(node)
        least = mean + self._added(node, order, start, sure)
        loss = mean + self._added(node, order, start, bad) if bad is not sure else least
        kept = sizes[~bad]
        return NodeOutcome(
            node,
            int(records[bad].sum()),
            int(records[sure].sum()),
            float(loss),
            float(least),
            len(kept),
            int(kept.min()) if len(kept) else 0,
        )

    def suppressed(self, node: Node) -> NDArray[np.bool_]:
        """Which cases a node suppresses. Shape: m."""
        order, start = self._classes(node)
        bad = self._judged(order, start, np.add.reduceat(self.cases.counts[order], start))[2]
        found = np.empty(len(order), np.bool_)
        found[order] = np.repeat(bad, np.diff(start, append=len(order)))
        return found

    def _judged(self, order: Codes, start: Codes, records: Codes) -> tuple[Codes, NDArray[np.bool_], NDArray[np.bool_]]:
        """The sizes of classes; which are too small or have too few values; and which do not meet the goal."""
        sizes = records if self.cases.persons is None else self._different(order, start, self.cases.persons)
        sure = sizes < self.goal.k
        if self.goal.distinct > 1:
            for ranks, _ in self.cases.sensitive:
                sure = sure | (self._different(order, start, ranks) < self.goal.distinct)
        return sizes, sure, sure | self._far(order, start) if self.goal.t is not None else sure

    def _classes(self, node: Node) -> tuple[Codes, Codes]:
        """The cases in an order that puts classes together, and where each begins."""
        keys, many = np.zeros(len(self.cases.counts), np.int64), 1
        for ladder, codes, level in zip(self.ladders, self.cases.codes, node, strict=True):
            count = ladder.count(level)
            if many * count >= 1 << 62:
                keys = np.unique(keys, return_inverse=True)[1].astype(np.int64)
                many = int(keys.max()) + 1
            keys *= count
            keys += ladder.groups[level][codes]
            many *= count
        if many <= _TABLE >> 8:
            keys = keys.astype(np.uint16 if many <= 1 << 16 else np.uint32)
            order = np.argsort(keys, kind="stable")
        else:
            order = np.argsort(keys)
        ordered = keys[order]
        return order, np.flatnonzero(np.concatenate((np.ones(1, np.bool_), ordered[1:] != ordered[:-1])))

    def _different(self, order: Codes, start: Codes, codes: Codes) -> Codes:
        """How many different codes each class has."""
        number = np.repeat(np.arange(len(start), dtype=np.int64), np.diff(start, append=len(order)))
        pairs = np.unique((number << 32) | codes[order])
        return np.bincount(pairs >> 32, minlength=len(start))

    def _far(self, order: Codes, start: Codes) -> NDArray[np.bool_]:
        """Classes that stand too far from the whole table in some sensitive column."""
        found = np.zeros(len(start), np.bool_)
        number: Words = np.repeat(np.arange(len(start), dtype=np.uint64), np.diff(start, append=len(order)))
        counts = self.cases.counts[order]
        for (ranks, ordered), whole in zip(self.cases.sensitive, self._whole, strict=True):
            cells = cells_of(np.repeat(number, counts), np.repeat(ranks[order], counts))
            found |= distances(cells, whole, ordered=ordered) > (self.goal.t or 0) + 1e-12
        return found

    def _added(self, node: Node, order: Codes, start: Codes, bad: NDArray[np.bool_]) -> float:
        """What suppression adds to the mean loss: a suppressed record loses all of every cell."""
        rows = order[np.repeat(bad, np.diff(start, append=len(order)))]
        if not len(rows):
            return 0.0
        cost = sum(
            ladder.losses[level][codes[rows]]
            for ladder, codes, level in zip(self.ladders, self.cases.codes, node, strict=True)
        )
        return float(self.cases.counts[rows] @ (1 - cost / len(node))) / self.cases.records


def _shares(ranks: Codes, counts: Codes) -> Numbers:
    total = np.bincount(ranks, weights=counts)
    shares: Numbers = total / total.sum()
    return shares
