"""Operator: what every operator is: whole columns, or the mentions of a text, through the same call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from veil.keys import Keys


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of n values.

    Shape:   `values`: n replacements, null where the value was null. `unread`: n booleans or None (none): True where
             the operator could not read the value; there `values` is null and the engine masks and counts.
    """

    values: pa.Array
    unread: pa.BooleanArray | None = None


class Operator(Protocol):
    """Replaces values, given what is known about each.

    Shape:   n `large_string` values, n rows of `about` (columns of `veil.model.ABOUT`) -> n values, same order.
    Keeps:   null stays null; the answer for a value does not depend on its neighbours.
    """

    name: str
    derives: bool  # True: the output is computed from the value or the subject with a key (never Safe Harbor)
    reversible: bool

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome: ...
