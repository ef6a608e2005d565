"""Search: the node of a lattice that meets a goal and loses least."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from veil.errors import LimitError
from veil.risk.cases import Lattice, Node, NodeOutcome

NODES = 2_000_000


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search came to: the best node, or None where no node meets the goal; how many there are and were looked at."""

    best: NodeOutcome | None
    nodes: int
    looked: int


def search(lattice: Lattice, progress: Callable[[str, int, int], None] | None = None) -> SearchResult:
    """The least loss of all nodes that meet the goal.

    Keeps:   the answer is that of looking at every node. Two facts spare most of them: a more general node suppresses no
             record that a less general one keeps (of those too small or of too few values), and no node loses less
             than its cells would with nothing suppressed.
    Errors:  LimitError `fix-lattice`.
    Source:  the facts are those of El Emam et al., "A globally optimal k-anonymity method", JAMIA 16 (2009), and Kohlmayer
             et al., "Flash", PASSAT (2012); the walk is our own: it halves what is left by the bound.
    """
    nodes = math.prod(lattice.shape)
    if nodes > NODES:
        raise LimitError(
            "fix-lattice",
            f"there are {nodes:,} combinations of levels; at most {NODES:,} can be searched",
            hint="use fewer quasi-identifiers, or hierarchies with fewer levels",
        )
    tell = progress or (lambda *_: None)
    room = lattice.goal.room(lattice.cases.records)
    bounds = lattice.bounds()
    open_ = np.ones(lattice.shape, np.bool_)
    added = np.zeros(lattice.shape)  # what suppression adds at least
    best: NodeOutcome | None = None
    looked = 0
    while True:
        left = np.flatnonzero(open_)
        if not len(left):
            return SearchResult(best, nodes, looked)
        node = _middle(left, bounds + added, lattice.shape)
        outcome = lattice.outcome(node)
        looked += 1
        below = tuple(slice(0, level + 1) for level in node)
        open_[node] = False
        if outcome.sure > room:
            open_[below] = False
        elif outcome.suppressed <= room and (best is None or _better(outcome, best)):
            best = outcome
        added[below] = np.maximum(added[below], outcome.least - float(bounds[node]))
        if best is not None:
            open_ &= bounds + added <= best.loss + 1e-12
        tell("searching levels", nodes - int(open_.sum()), nodes)


def _middle(
    left: np.ndarray[tuple[int], np.dtype[np.intp]],
    bounds: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    shape: tuple[int, ...],
) -> Node:
    """The open node that has as many below it as above, by what it loses at least."""
    highest = bounds.ravel()[left]
    at = left[np.argsort(highest, kind="stable")[len(left) // 2]]
    return tuple(int(level) for level in np.unravel_index(at, shape))


def _better(best: NodeOutcome, other: NodeOutcome) -> bool:
    """Less loss; of equal ones fewer suppressed, then the node that stands first."""
    if abs(best.loss - other.loss) > 1e-12:
        return best.loss < other.loss
    return (best.suppressed, best.node) < (other.suppressed, other.node)
