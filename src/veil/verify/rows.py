"""Rows: which cells of a column a condition left to be read as text, told from the input's own columns."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from veil.model import Batch, Field
from veil.policy.condition import condition
from veil.policy.plan import SourcePlan
from veil.policy.rules import Rule, Scan

STAR = "*"  # what stands in every quasi-identifier of a suppressed row


def scanned_rows(rule: Rule, before: Batch, field: Field) -> pa.Array | None:
    """The places of the cells that the rule scans; None where it scans them all, or where places are not rows."""
    if not any(case.where for case in rule.cases) or field.rows is not None:
        return None
    left = pa.repeat(pa.scalar(value=True), before.height)
    scanned = pa.repeat(pa.scalar(value=False), before.height)
    for case in rule.cases:
        mask = left
        if case.where:
            told = condition(case.where)
            columns = {name: one for name in told.columns if (one := before.field(name)) is not None}
            if len(columns) < len(told.columns) or any(one.rows is not None for one in columns.values()):
                return None
            mask = pc.and_(left, told.mask({name: one.values for name, one in columns.items()}))
        if isinstance(case.treatment, Scan):
            scanned = pc.or_(scanned, mask)
        left = pc.and_not(left, mask)
    return pc.indices_nonzero(scanned)


def only(field: Field, rows: pa.Array | None) -> Field:
    """The cells of these rows, each with its row."""
    return field if rows is None else Field(field.address, field.values.take(rows), rows)


def shown_rows(source: SourcePlan, after: Batch) -> pa.Array | None:
    """The rows of the output that are not suppressed; None where none is. How many are is held by the release."""
    if source.suppress is None:
        return None
    hidden = pa.repeat(pa.scalar(value=True), after.height)
    for address in source.suppress.over:
        field = after.field(address)
        if field is None:
            return None
        hidden = pc.and_(hidden, pc.fill_null(pc.equal(field.values, STAR), fill_value=False))
    return pc.indices_nonzero(pc.invert(hidden))
