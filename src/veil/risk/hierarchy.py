"""Hierarchy: how the values of a column become wider, level by level, up to `*`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from veil.errors import PolicyError

Codes = NDArray[np.int64]
Cell = str | None


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a column.

    Shape:   `rule`: what a project writes for it; `widen`: n different values -> n wider ones.
    """

    rule: Any
    widen: Callable[[Sequence[Cell]], list[Cell]]


@dataclass(frozen=True, slots=True)
class Ladder:
    """The levels of one column over the values that its table has.

    Shape:   `groups[level][value]`: into which group a value falls; `losses[level][value]`: what a cell of it loses.
    Units:   a loss is a share of 1: (leaves under the group - 1) / (leaves - 1).
    Keeps:   every group lies within one group of the next level, so losses never shrink.
    Source:  Iyengar, "Transforming data to satisfy privacy constraints", KDD (2002).
    """

    column: str
    rules: tuple[Any, ...]
    groups: tuple[Codes, ...]
    losses: tuple[NDArray[np.float64], ...]

    @property
    def height(self) -> int:
        return len(self.groups)

    def count(self, level: int) -> int:
        """How many different groups a level has."""
        return int(self.groups[level].max(initial=-1)) + 1


def ladder(column: str, levels: Sequence[Level], values: Sequence[Cell], leaves: Sequence[Cell] = ()) -> Ladder:
    """The levels of a column over its values; `leaves`: every value that there might be, by default those there are.

    Errors:  PolicyError `hierarchy-nested`: a group of one level lies in two of the next.
    """
    everyone = list(dict.fromkeys([*leaves, *values]))
    place = {cell: at for at, cell in enumerate(everyone)}
    mine = np.array([place[cell] for cell in values], np.int64)
    groups, losses = [], []
    below = np.arange(len(everyone), dtype=np.int64)
    for number, level in enumerate(levels):
        whole = _grouped(level.widen(everyone))
        if not _nested(below, whole):
            raise PolicyError(
                "hierarchy-nested",
                f"level {number} of column {column} does not generalise the previous level",
                hint="two values that are equal on one level must be equal on every higher level",
            )
        sizes = np.bincount(whole)[whole]
        losses.append(((sizes - 1) / max(1, len(everyone) - 1))[mine])
        groups.append(_dense(whole[mine]))
        below = whole
    return Ladder(column, tuple(level.rule for level in levels), tuple(groups), tuple(losses))


def _grouped(cells: Sequence[Cell]) -> Codes:
    numbers: dict[Cell, int] = {}
    return np.array([numbers.setdefault(cell, len(numbers)) for cell in cells], np.int64)


def _nested(below: Codes, above: Codes) -> bool:
    first = np.full(int(below.max(initial=-1)) + 1, -1, np.int64)
    first[below[::-1]] = above[::-1]
    return bool((first[below] == above).all())


def _dense(codes: Codes) -> Codes:
    found: Codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    return found
