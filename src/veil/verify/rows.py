"""Rows: which cells of a column a condition left to be read as text, told from the input's own columns."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from veil.model import Batch, Field
from veil.policy.plan import SourcePlan
from veil.policy.rules import Case, Rule, Scan
from veil.policy.siblings import case_masks

Taken = list[tuple[Case, pa.Array]]
STAR = "*"  # what stands in every quasi-identifier of a suppressed row


def taken_rows(rule: Rule, before: Batch, field: Field) -> Taken | None:
    """The places of the values that each case of a conditional rule takes, and of those that none takes, which are emptied.

    Keeps:   None where the rule has no condition, or where places cannot be compared.
    """
    origin = before.field(field.address)
    if not any(case.where for case in rule.cases) or origin is None or len(origin) != len(field):
        return None
    return [(case, pc.indices_nonzero(mask)) for mask, case in case_masks(rule, origin, before)]


def scanned_rows(taken: Taken | None) -> pa.Array | None:
    """The places of the values that the rule scans; None where it scans them all, or where that cannot be said."""
    if taken is None:
        return None
    scanned = [rows for case, rows in taken if isinstance(case.treatment, Scan)]
    joined = pa.concat_arrays([pa.array([], pa.uint64()), *scanned])
    return joined.take(pc.sort_indices(joined))


def only(field: Field, places: pa.Array | None) -> Field:
    """The values at these places, each with its row."""
    if places is None:
        return field
    rows = places if field.rows is None else field.rows.take(places)
    return Field(field.address, field.values.take(places), rows)


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
