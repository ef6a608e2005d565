"""Reversibility: how each column of a table comes back: kept, undone by its operator, or not at all, and why."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from veil.engine.operators import Operators
from veil.keys import Keys
from veil.model import Batch, about_table
from veil.operators.base import Operator, plain
from veil.operators.promise import BY_DOMAIN, promise_of
from veil.parts import part
from veil.policy.condition import condition
from veil.policy.plan import SourcePlan, describe
from veil.policy.rules import Apply, Drop, Keep, Rule, is_gone

KEPT, UNDONE, LOST = "keep", "undo", "lost"


@dataclass(frozen=True, slots=True)
class WayCase:
    """One case of a rule, on the way back.

    Shape:   `way` is `keep`, `undo` (by `operator` with all its `options`, in `domain`) or `lost`; `why` names what was
             done there. `sure`: whatever the operator answered leads back by construction.
    """

    way: str
    where: str = ""
    operator: str = ""
    options: tuple[tuple[str, Any], ...] = ()
    domain: str = ""
    why: str = ""
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """How one column comes back: the cases of its rule in order; those rows that no case holds for are lost."""

    address: str
    cases: tuple[WayCase, ...]

    @property
    def changes(self) -> bool:
        """Whether anything of it is undone."""
        return any(case.way == UNDONE for case in self.cases)

    @property
    def whole(self) -> bool:
        """Whether every cell of it comes back."""
        return all(case.way != LOST for case in self.cases) and not self.cases[-1].where

    @property
    def split(self) -> bool:
        return len(self.cases) > 1 or bool(self.cases[0].where)

    @property
    def owned(self) -> bool:
        """Whether its undoing asks whose the row is."""
        return any(
            case.way == UNDONE and not promise_of(_operator(case.operator, case.options)).asks <= BY_DOMAIN
            for case in self.cases
        )

    @property
    def description(self) -> str:
        """What happens to it, in a few words."""
        lost = list(dict.fromkeys(case.why for case in self.cases if case.way == LOST))
        if self.cases[-1].where:
            lost.append("no rule")
        if not lost:
            return "restored" if self.changes else "kept"
        partly = any(case.way != LOST for case in self.cases)
        return f"{'partly restored' if partly else 'not restored'}: {', '.join(lost)}"

    def as_json(self) -> dict[str, Any]:
        return {"address": self.address, "cases": [dataclasses.asdict(case) for case in self.cases]}

    @classmethod
    def from_json(cls, page: Mapping[str, Any]) -> Way:
        cases = [
            WayCase(**{**case, "options": tuple((key, value) for key, value in case["options"])})
            for case in page["cases"]
        ]
        return cls(page["address"], tuple(cases))


def ways_of(source: SourcePlan, operators: Operators) -> tuple[Way, ...]:
    """The way of every column that a table's file has, in the file's order."""
    rules = dict(source.rules)
    starred = source.suppress.over if source.suppress else ()
    return tuple(
        Way(address, (WayCase(LOST, why="suppress"),))
        if address in starred
        else _way(address, rules[address], source, operators)
        if address in rules
        else Way(address, (WayCase(LOST, why="drop"),))
        for address in source.addresses
    )


def _way(address: str, rule: Rule, source: SourcePlan, operators: Operators) -> Way:
    if is_gone(rule):
        return Way(address, (WayCase(LOST, why="drop"),))
    cases = []
    for case in rule.cases:
        treatment = case.treatment
        if isinstance(treatment, Keep):
            cases.append(WayCase(KEPT, case.where))
        elif (
            isinstance(treatment, Apply)
            and (operator := operators.get(treatment, day_first=source.day_first)).reversible
        ):
            sure = bool(getattr(operator, "sure", False))
            cases.append(
                WayCase(UNDONE, case.where, treatment.operator, _options(plain(operator)), treatment.domain, sure=sure)
            )
        else:
            cases.append(WayCase(LOST, case.where, why="drop" if isinstance(treatment, Drop) else describe(treatment)))
    return Way(address, tuple(cases))


def _options(operator: Operator) -> tuple[tuple[str, Any], ...]:
    """All options of an operator as JSON has them, those that the plan inferred too."""
    options = dataclasses.asdict(operator)  # type: ignore[call-overload]
    return tuple((key, str(value) if isinstance(value, dt.date) else value) for key, value in options.items())


@lru_cache(maxsize=256)
def _operator(operator: str, options: tuple[tuple[str, Any], ...]) -> Any:
    return part("operators", operator)(**dict(options))


def is_told_by_column(source: SourcePlan, ways: Sequence[Way]) -> bool:
    """Whether a row's subject is a column that comes back without asking for it."""
    if source.subject.how != "column" or source.subject.columns:
        return False
    way = next((way for way in ways if way.address == source.subject.column), None)
    return way is not None and way.whole and not way.split and not way.owned


def cases_of(way: Way, batch: Batch) -> pa.Array | None:
    """Which case of a rule each row of the input took, -1 for none; None where there is but one."""
    if not way.split:
        return None
    taken = pa.repeat(pa.scalar(-1, pa.int8()), batch.height)
    for number, case in enumerate(way.cases):
        free = pc.equal(taken, -1)
        if case.where:
            where = condition(case.where)
            free = pc.and_(free, where.mask({field.address: field.values for field in batch.fields}))
        taken = pc.if_else(free, pa.scalar(number, pa.int8()), taken)
    return taken


class Undoing:
    """The operators of some ways, made once; asks keys, and for codes their vault."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def guess(
        self, way: Way, values: pa.Array, taken: pa.Array | None, subjects: pa.Array | None, offsets: pa.Array | None
    ) -> pa.Array:
        """What stood in a column, as far as it can be computed; cells that are kept or lost stay.

        Shape:   n values of the output, n cases (None: the first), n subjects, n given shifts -> n.
        """
        if taken is None:
            return self._undone(way.cases[0], values, subjects, offsets)
        for number, case in enumerate(way.cases):
            mask = pc.equal(taken, number)
            if case.way == UNDONE and pc.any(mask).as_py():
                some = [column.filter(mask) if column is not None else None for column in (values, subjects, offsets)]
                values = pc.replace_with_mask(values, mask, self._undone(case, *some))
        return values

    def _undone(self, case: WayCase, values: pa.Array, subjects: pa.Array | None, offsets: pa.Array | None) -> pa.Array:
        if case.way != UNDONE:
            return values
        operator = _operator(case.operator, case.options)
        about = about_table(len(values), subject=subjects, offset=offsets, domain=case.domain)
        if hasattr(operator, "undo"):
            return operator.undo(values, about, self._keys)
        return operator.restore(values, about, self._keys).values
