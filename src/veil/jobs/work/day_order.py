"""Day order: whether the dates of a column contradict the order of day and month in which the plan reads them."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from veil.engine.operators import OTHER_ORDER
from veil.errors import FormatError, LimitError, PolicyError
from veil.jobs.work.units import Unit, batches, units_of
from veil.lexicon.dates import contradicting, infer_form
from veil.model import Batch, Field
from veil.parts import part
from veil.policy.address import matches, shown_path
from veil.policy.operators import takes
from veil.policy.plan import Plan, SourcePlan
from veil.policy.rules import Apply, Drop, Rule
from veil.policy.siblings import case_masks
from veil.stores import Inputs

STOP, EMPTY = "stop", "empty"
_FIRST_UNITS = 4
_OF_A_SHAPE = 50
_YEAR_FIRST = r"^9999-99-99(?:[T ]99:99(?::99)?)?$"  # such a date has one order, whatever a plan states
_NINES = bytes(57 if 48 <= byte <= 57 else byte for byte in range(256))


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A column with dates that are dates only the other way round: how many of how many values; never which."""

    source: str
    address: str
    count: int
    values: int
    day_first: bool

    @property
    def about(self) -> str:
        read, other = ("day", "month") if self.day_first else ("month", "day")
        return (
            f"{self.source}.{shown_path(self.address)}: {self.count:,} of {self.values:,} values are dates only with the {other} "
            f"first, and the plan reads the {read} first"
        )


def contradictions(plan: Plan, inputs: Inputs, units: list[Unit] | None = None) -> list[Contradiction]:
    """The columns whose values contradict the day order of their source.

    Keeps:   reads a source whole where its first rows have dates whose order matters, and where the plan empties such columns;
             the run counts the others, and stops at its end.
    """
    every = units_of(plan, inputs) if units is None else units
    found: list[Contradiction] = []
    for source in plan.sources:
        own = [unit for unit in every if unit.source == source.name]
        dated = dated_columns(source)
        addresses = dated if plan.contradiction == EMPTY else _ordered(source, inputs, own, dated)
        if addresses:
            found += _counted(source, inputs, own, addresses)
    return found


def day_order_notes(plan: Plan, inputs: Inputs) -> list[str]:
    """What a plan should say of such columns, and what the run will do."""
    what = "the run stops before anything is written" if plan.contradiction == STOP else "the run empties the column"
    return [f"{contradiction.about}; {what}" for contradiction in contradictions(plan, inputs)]


def in_day_order(plan: Plan, inputs: Inputs, units: list[Unit]) -> Plan:
    """The plan, with columns that contradict their day order emptied where it says so.

    Errors:  PolicyError `day-order` where it says `stop`: before anything is written.
    """
    found = contradictions(plan, inputs, units)
    if not found:
        return plan
    if plan.contradiction == STOP:
        raise day_order_error("; ".join(contradiction.about for contradiction in found))
    places = {(contradiction.source, contradiction.address) for contradiction in found}
    sources = tuple(
        _emptied(source, {address for name, address in places if name == source.name}) for source in plan.sources
    )
    notices = tuple(f"{contradiction.about}; the column is emptied" for contradiction in found)
    return dataclasses.replace(plan, sources=sources, notices=(*plan.notices, *notices))


def day_order_error(about: str) -> PolicyError:
    return PolicyError(
        "day-order",
        f"dates contradict the order of day and month in which they are read: {about}",
        hint="set `day_first:` for the table, correct its dates, or set `dates: {contradiction: empty}` to empty such columns",
    )


def reads_dates(treatment: object) -> bool:
    """Whether a treatment reads dates in a stated order."""
    if not isinstance(treatment, Apply) or "day_first" not in takes(part("operators", treatment.operator)):
        return False
    return str(dict(treatment.options).get("kind", "datetime")) == "datetime"  # a cell may be stated to be a number


def check_counted(plan: Plan, counts: Iterable[Mapping[str, Any]]) -> None:
    """Stop where the run itself met dates of the other order.

    Errors:  PolicyError `day-order`: nothing of the run is shown.
    """
    dated = {source.name: dated_columns(source) for source in plan.sources}
    found: Counter[str] = Counter()
    for row in counts:
        if row["detail"] == OTHER_ORDER and any(
            matches(pattern, row["column"]) for pattern in dated.get(row["source"], ())
        ):
            found[row["address"]] += row["count"]
    if found:
        raise day_order_error(
            "; ".join(
                f"{address}: {count:,} values are dates only with day and month swapped"
                for address, count in sorted(found.items())
            )
        )


def dated_columns(source: SourcePlan) -> list[str]:
    """The addresses with a rule that reads dates, in all of its rows or in those of some conditions.

    Keeps:   a standard for messages states the order of its dates: none of its fields can contradict it.
    """
    if source.traits.standard:
        return []
    return [address for address, rule in source.rules if any(reads_dates(case.treatment) for case in rule.cases)]


def _dated(source: SourcePlan, address: str, field: Field, batch: Batch) -> pa.Array:
    """The values of a field that its rule reads as dates: all, or those of the rows of some conditions."""
    values, rule = field.values.cast(pa.large_string()), dict(source.rules)[address]
    if not any(case.where for case in rule.cases):
        return values
    masks = [mask for mask, case in case_masks(rule, field, batch) if reads_dates(case.treatment)]
    return values.filter(functools.reduce(pc.or_, masks))


def _ordered(source: SourcePlan, inputs: Inputs, units: list[Unit], dated: list[str]) -> list[str]:
    """The addresses of dates whose order matters, as the first rows of the first units have them."""
    found: list[str] = []
    for unit in units[:_FIRST_UNITS] if dated else ():
        for batch in itertools.islice(_readable(source, inputs, unit), 1):
            for field in batch.fields:
                address = _rule_of(field, dated)
                if address and address not in found and _matters(_dated(source, address, field, batch)):
                    found.append(address)
    return found


def _readable(source: SourcePlan, inputs: Inputs, unit: Unit) -> Iterator[Batch]:
    """The batches of a unit, up to a row that cannot be read: the run quarantines such a file, and says where."""
    with contextlib.suppress(FormatError, LimitError):
        yield from (batch for batch, _ in batches(source, inputs, unit.part))


def _matters(values: pa.Array) -> bool:
    """Whether some dates mean another day the other way round; looks at some of each shape."""
    texts = values.cast(pa.large_string()).drop_null()
    if not _has_order(pc.unique(_with_nines(texts))).any():
        return False
    texts = pc.unique(texts)
    shaped = pc.dictionary_encode(_with_nines(texts))
    has_order = _has_order(shaped.dictionary)[shaped.indices.to_numpy(zero_copy_only=False)]
    texts = texts.filter(pa.array(has_order))
    shapes = shaped.indices.to_numpy(zero_copy_only=False)[has_order]
    order = np.argsort(shapes, kind="stable")
    starts = np.searchsorted(shapes[order], shapes[order])
    some = texts.take(pa.array(order[np.arange(len(order)) - starts < _OF_A_SHAPE]))
    formed = infer_form(some, len(some))
    return formed.day_first is not None or formed.ambiguous


def _has_order(shapes: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which shapes of dates do not begin with the year."""
    first: np.ndarray[tuple[int], np.dtype[np.bool_]] = pc.match_substring_regex(shapes, _YEAR_FIRST).to_numpy(
        zero_copy_only=False
    )
    return ~first.astype(np.bool_)


def _with_nines(texts: pa.Array) -> pa.Array:
    """Large texts without nulls, every digit a nine: one pass over their bytes, for the tables are long."""
    _, offsets, data = texts.buffers()
    if data is None:
        return texts
    return pa.LargeStringArray.from_buffers(
        len(texts), offsets, pa.py_buffer(data.to_pybytes().translate(_NINES)), offset=texts.offset
    )


def _counted(source: SourcePlan, inputs: Inputs, units: list[Unit], addresses: list[str]) -> list[Contradiction]:
    counts = dict.fromkeys(addresses, 0)
    values = dict.fromkeys(addresses, 0)
    for unit in units:
        for batch in _readable(source, inputs, unit):
            for field in batch.fields:
                address = _rule_of(field, addresses)
                if address:
                    texts = _dated(source, address, field, batch)
                    counts[address] += contradicting(texts, day_first=source.day_first)
                    values[address] += len(texts) - texts.null_count
    return [
        Contradiction(source.name, address, count, values[address], source.day_first)
        for address, count in counts.items()
        if count
    ]


def _rule_of(field: Field, addresses: list[str]) -> str | None:
    return next((address for address in addresses if matches(address, field.address)), None)


def _emptied(source: SourcePlan, addresses: set[str]) -> SourcePlan:
    rules = tuple((address, _without_dates(rule) if address in addresses else rule) for address, rule in source.rules)
    facts = tuple((fact, column) for fact, column in source.facts if column not in addresses)
    return dataclasses.replace(source, rules=rules, facts=facts)


def _without_dates(rule: Rule) -> Rule:
    """The rule, with what it reads as dates emptied; what other conditions say stays."""
    gone = Drop(empty=True)
    cases = tuple(
        dataclasses.replace(case, treatment=gone) if reads_dates(case.treatment) else case for case in rule.cases
    )
    return dataclasses.replace(rule, cases=cases, known="")
