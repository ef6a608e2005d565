"""Operators: a plan's operators, made once, and their answer with every unreadable value masked."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from veil.keys import Keys
from veil.lexicon.dates import contradicting
from veil.model import Report
from veil.operators.base import Operator
from veil.policy.operators import make_operator
from veil.policy.plan import Plan
from veil.policy.rules import Apply

OTHER_ORDER = "other-day-order"  # a date that is one only with day and month the other way round


class Operators:
    """The operators of a plan, by name, options and the day order of the source."""

    def __init__(self, plan: Plan, keys: Keys) -> None:
        self._plan, self._keys = plan, keys
        self._operators: dict[tuple[Any, ...], Operator] = {}

    def get(self, apply: Apply, *, day_first: bool) -> Operator:
        key = (apply.operator, apply.options, apply.cast, day_first)
        if key not in self._operators:
            self._operators[key] = make_operator(apply, self._plan, day_first=day_first)
        return self._operators[key]

    def column(
        self, apply: Apply, values: pa.Array, about: pa.Table, *, day_first: bool, report: Report, address: str
    ) -> pa.Array:
        """The replaced values of a column; what the operator cannot read is emptied and counted."""
        outcome = self.get(apply, day_first=day_first).replace(values, about, self._keys)
        changed = len(values) - values.null_count
        if outcome.listed is not None:
            report.count(address, "listed", apply.operator, pc.sum(outcome.listed).as_py() or 0)
        uncast = 0
        if outcome.uncast is not None:
            uncast = pc.sum(outcome.uncast).as_py() or 0
            report.count(address, "masked", "uncastable", uncast)
        if outcome.unread is not None:
            unread = pc.sum(outcome.unread).as_py() or 0
            other = self._of_other_order(apply, values, outcome.unread, day_first=day_first) if unread > uncast else 0
            report.count(address, "masked", OTHER_ORDER, other)
            report.count(address, "masked", "unreadable", unread - uncast - other)
            changed -= unread
            if unread:
                outcome_values = pc.if_else(outcome.unread, pa.scalar(None, outcome.values.type), outcome.values)
                report.count(address, "applied", apply.operator, changed)
                return outcome_values
        report.count(address, "applied", apply.operator, changed)
        return outcome.values

    def _of_other_order(self, apply: Apply, values: pa.Array, unread: pa.BooleanArray, *, day_first: bool) -> int:
        """How many of the values that were not read are dates with day and month the other way round."""
        if "kind" in dict(apply.options) or not hasattr(self.get(apply, day_first=day_first), "day_first"):
            return 0
        return contradicting(values.filter(unread), day_first=day_first)
