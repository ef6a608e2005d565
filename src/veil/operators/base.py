"""Operator: what every operator is: whole columns, or the mentions of a text, through the same call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from veil.errors import PolicyError
from veil.keys import Keys
from veil.model import column_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of n values.

    Takes:   `values`: the new values; `unread`: rows whose value could not be read; `listed`: rows whose value was
             found in a list; `uncast`: rows whose cell is not of the stated type
    Shape:   `values`: n replacements, null where the value was null. `unread`: n booleans or None (none): True where
             the operator could not read the value; there `values` is null and the engine masks and counts.
             `listed`: n booleans or None (none): True where a stated exception was made, such as a clamped birth date.
             `uncast`: n booleans or None (none): those of `unread` whose cell is not of the type that the rule states.
    """

    values: pa.Array
    unread: pa.BooleanArray | None = None
    listed: pa.BooleanArray | None = None
    uncast: pa.BooleanArray | None = None


class Operator(Protocol):
    """Replaces values, given what is known about each.

    Shape:   n `large_string` values, n rows of `about` (columns of `veil.model.ABOUT`) -> n values, same order. Beside
             what follows an operator may declare: `promise` (veil.operators.promise; without it, every value must
             change), `restore` or `undo` where it is reversible, `sure` (whatever was answered leads back), `files`
             (options that name a file beside the project), `under_safe_harbor` (the operator that takes its place there).
    Keeps:   null stays null; the answer for a value does not depend on its neighbours.
    """

    @property
    def name(self) -> str: ...

    @property
    def derives(self) -> bool: ...  # the output is computed from the value or subject with a key (never Safe Harbor)

    @property
    def reversible(self) -> bool: ...

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome: ...


def plain(operator: Operator) -> Operator:
    """The operator itself, where it reads its cells as something."""
    inner: Operator = getattr(operator, "inner", operator)
    return inner


def outcome(values: pa.Array, new: pa.Array, listed: pa.BooleanArray | None = None) -> Outcome:
    """The outcome where null in `new` means unread, unless the value was null.

    Takes:   `values`: the old values; `new`: the new ones, null where a value could not be read; `listed`: rows whose
             value was found in a list
    """
    if new.null_count == values.null_count:
        return Outcome(new, None, listed)
    return Outcome(new, pc.and_(new.is_null(), values.is_valid()), listed)


def one_of(operator: str, option: str, value: Any, allowed: tuple[Any, ...]) -> None:
    """Nothing, where an option has one of its words.

    Errors:  PolicyError `operator-option`.
    """
    if value not in allowed:
        raise PolicyError(
            "operator-option",
            f"invalid value for option `{option}` of `{operator}`",
            hint="allowed: " + ", ".join(map(str, allowed)),
        )


def in_range(operator: str, option: str, value: Any, low: int, high: int) -> None:
    """Nothing, where an option is a whole number in its range.

    Errors:  PolicyError `operator-option`.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise PolicyError(
            "operator-option",
            f"invalid value for option `{option}` of `{operator}`",
            hint=f"allowed: whole numbers from {low} to {high}",
        )


def by_distinct(values: pa.Array, make: Any) -> pa.Array:
    """`make` of each distinct value, spread over the column; None of it is null. Shape: n -> n `large_string`.

    Takes:   `values`: the column; `make`: the new value of a value
    """
    encoded = pc.dictionary_encode(values)
    new = pa.array([make(value) for value in encoded.dictionary.to_pylist()], pa.large_string())
    return new.take(encoded.indices)


def by_domain(values: pa.Array, about: pa.Table, make: Callable[[pa.Array, str], pa.Array]) -> pa.Array:
    """`make` for the values of each domain; rows without a domain have the empty one.

    Takes:   `values`: the column; `about`: the table beside it; `make`: the new values of the values of a domain
    """
    domains = pc.fill_null(column_of(about, "domain"), "")
    distinct = pc.unique(domains).to_pylist()
    if len(distinct) <= 1:
        return make(values, distinct[0] if distinct else "")
    new: pa.Array = pa.nulls(len(values), pa.large_string())
    for domain in distinct:
        mine = pc.equal(domains, domain)
        new = pc.replace_with_mask(new, mine, make(values.filter(mine), domain))
    return new
