"""Siblings: the values that a condition reads beside each value of a field, at their nearest common element."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from veil.errors import PolicyError
from veil.formats.addresses import ELEMENT, Grammar, grammar_of
from veil.model import Batch, Field
from veil.policy.condition import OWN, condition
from veil.policy.rules import Case, Drop, Open, Rule


def case_masks(rule: Rule, field: Field, batch: Batch) -> Iterator[tuple[pa.BooleanArray, Case]]:
    """Which values each case of a rule is for: disjoint masks, the first case that holds wins.

    Keeps:   a value that no case holds for is dropped: it has no rule. So is one beside which a condition finds two
             values (a key that stands twice), for the condition cannot be read there.
    """
    left = rest = pa.repeat(pa.scalar(value=True), len(field))
    for case in rule.cases:
        mask = left
        if case.where:
            holds, unclear = _read(case.where, field, batch)
            left = pc.and_not(left, unclear)
            mask = pc.and_(left, holds)
        yield mask, case
        left, rest = pc.and_not(left, mask), pc.and_not(rest, mask)
    yield rest, Case(Drop())


def _read(where: str, field: Field, batch: Batch) -> tuple[pa.BooleanArray, pa.BooleanArray]:
    """For which values of a field a condition holds, and for which it cannot be read. Shape: n -> n booleans each."""
    parsed = condition(where)
    columns, unclear = {}, pa.repeat(pa.scalar(value=False), len(field))
    for name in parsed.columns:
        if name == OWN:
            columns[name] = field.values
            continue
        columns[name], twice = beside(field, batch, name)
        unclear = pc.or_(unclear, twice)
    return parsed.mask(columns), unclear


def beside(field: Field, batch: Batch, name: str) -> tuple[pa.Array, pa.BooleanArray]:
    """The value of another field at the nearest element that both lie in, and where there are several.

    Shape:   n values of `field` -> n values, null where there is none, or more than one; n booleans.
    """
    other, never = batch.field(name), pa.repeat(pa.scalar(value=False), len(field))
    if other is None:
        return pa.nulls(len(field), pa.large_string()), never
    if batch.elements is None or field.element is None or other.element is None:
        return other.values, never
    tree = batch.elements
    places = np.asarray(other.element.to_numpy(zero_copy_only=False), dtype=np.int64)
    depth = int(tree.depth[places].min()) if len(places) else 0  # of a list of texts the first stands for all
    count = np.bincount(places, minlength=len(tree))
    value_of = np.zeros(len(tree), np.int64)
    value_of[places] = np.arange(len(places))
    at = tree.above(field.element, depth)
    single = (at >= 0) & (count[at] == 1)
    found = pa.array(np.where(single, value_of[at], 0), mask=~single)
    return other.values.take(found), pa.array((at >= 0) & (count[at] > 1))


def check_siblings(address: str, rule: Rule, where: str, grammar: Grammar | None = None) -> None:
    """Nothing, where every condition can be read, those inside opened values too.

    Errors:  PolicyError `condition-many`: a condition reads a list that the field of its rule does not lie in; those of
             `condition` for one inside an opened value.
    """
    for case in rule.cases:
        for sibling in sorted(condition(case.where, where).columns - {OWN}) if case.where else ():
            if not (grammar or grammar_of(address)).is_one_to_one(address, sibling):
                raise _many(address, sibling, where)
        if isinstance(case.treatment, Open):
            for inner, inner_rule in case.treatment.rules:
                check_siblings(inner, inner_rule, where)


def _many(address: str, sibling: str, where: str) -> PolicyError:
    """That a field may have many values of a sibling; in the hint, what can be read instead."""
    stem = sibling[: sibling.rfind(ELEMENT) + len(ELEMENT)]
    return PolicyError(
        "condition-many",
        f"the condition of {address} reads {sibling}, which may have several values for each of {address}",
        where=where,
        hint=f"a condition can read fields of the same list element, or of what contains it: a rule below {stem}, or a condition on a field outside its list",
    )
