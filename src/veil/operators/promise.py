"""Promise: what an operator says of its answers, so that verify, plan, reversal and lint need no list of names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

FACTS = frozenset({"sex", "born", "offset"})  # columns of `about` that the identity index must be asked for
Which = Callable[[pa.Array], pa.BooleanArray]
Broken = Callable[[pa.Array, pa.Array], pa.BooleanArray]


@dataclass(frozen=True, slots=True)
class Moves:
    """By which steps dates move: one step for each patient, from `low` to `high` units, never zero; `births` may stop at 90."""

    unit: str
    low: int
    high: int
    births: bool = False

    @property
    def exact(self) -> bool:
        """Whether intervals between dates stay as they are."""
        return self.unit in ("days", "weeks")


@dataclass(frozen=True, slots=True)
class Check:
    """A rule of the operator's own, which `verify` applies to values and answers without asking the operator.

    Shape:   `broken`: n values, n answers -> n booleans, True where the rule is broken. An answer may be null or empty.
    """

    code: str
    broken: Broken


@dataclass(frozen=True, slots=True)
class Promise:
    """What an operator promises of its answers; without a word, that no answer equals its value.

    Shape:   `changes`: no answer equals its value, but where `stays` says that the value may stay, and, `by_chance`, for
             the few values that meet their own answer because the answers look like values. `form`: a pattern (RE2) that
             each answer matches as a whole. `one_to_one`: values of one domain never share an answer, so tables join
             over answers; `canonical`: the form in which two identifiers are one. `asks`: the columns of `about` that
             the answer depends on. `keeps_type`: a number or a date stays one; `integers`: answers are whole numbers of
             up to 53 bits. `moves`: the steps of dates.
             `stand_ins`: answers are names from Veil's own lists. `minted`: pass one must mint answers into the vault.
             `checks`: rules of its own.
    """

    changes: bool = True
    stays: Which | None = None
    by_chance: bool = False
    form: str = ""
    one_to_one: bool = False
    canonical: str = "text"
    asks: frozenset[str] = frozenset({"subject"})
    keeps_type: bool = False
    integers: bool = False
    moves: Moves | None = None
    stand_ins: bool = False
    minted: bool = False
    checks: tuple[Check, ...] = ()

    @property
    def asks_facts(self) -> bool:
        """Whether the identity index must be asked before the operator is."""
        return bool(self.asks & FACTS)


DEFAULT = Promise()
ALONE: frozenset[str] = frozenset()  # the answer depends on the value alone
BY_DOMAIN = frozenset({"domain"})


def promise_of(operator: object) -> Promise:
    """The promise of an operator; one that declares none must change every value."""
    inner = getattr(operator, "inner", operator)
    found = getattr(inner, "promise", DEFAULT)
    return found if isinstance(found, Promise) else DEFAULT


def written_as(pattern: str) -> Which:
    """The values that match a pattern as a whole."""
    return lambda values: pc.match_substring_regex(values, f"^(?:{pattern})$")


def unchanged(promise: Promise, values: pa.Array, answers: pa.Array) -> pa.BooleanArray:
    """Answers that are their values though they promise to be others. Shape: n values, n answers -> n, never null."""
    same = pc.fill_null(pc.equal(values, answers), fill_value=False)
    if not promise.changes or not pc.any(same).as_py():
        return pa.repeat(pa.scalar(value=False), len(values))
    if promise.stays is None:
        return same
    return pc.and_not(same, pc.fill_null(promise.stays(values), fill_value=False))
