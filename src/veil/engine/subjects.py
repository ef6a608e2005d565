"""Subjects: whose record each row of a batch is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc

from veil.model import Batch, Field
from veil.policy.plan import SourcePlan
from veil.policy.subjects import file_name_pattern
from veil.roster import Roster

NOBODY = pa.scalar(None, pa.large_string())


def subjects_of(source: SourcePlan, batch: Batch, names: Sequence[str], roster: Roster | None, person: str) -> pa.Array:
    """The subject of each row.

    Shape:   `names`: the file of each row, or one for all -> `height` subjects, null where none is told.
    Keeps:   an empty id is nobody; two empty ids are not one person.
    """
    plan = source.subject
    if plan.how == "none":
        return pa.nulls(batch.height, pa.large_string())
    if plan.how in ("column", "link"):
        ids = by_row(batch, plan.column)
    elif plan.how == "file":
        return _spread([f"file:{name}" for name in names], batch.height)
    elif plan.how == "map":
        ids = _spread([PurePosixPath(name).name for name in names], batch.height)
    else:
        ids = _spread([name_part(plan.pattern, plan.column, name) for name in names], batch.height)
    ids = pc.if_else(pc.fill_null(pc.equal(pc.utf8_trim_whitespace(ids), ""), fill_value=True), NOBODY, ids)
    if plan.domain == person and plan.how != "map":
        return ids
    return roster.subjects(plan.domain, ids) if roster is not None else pa.nulls(batch.height, pa.large_string())


def name_part(pattern: str, name: str, file: str) -> str | None:
    """What stands for `{name}` in a file's name, read by the pattern; None where it does not fit."""
    path = PurePosixPath(file)
    found = _pattern(pattern).match(file if "/" in pattern else path.name)
    return found.group(name) if found else None


def _pattern(pattern: str) -> re.Pattern[str]:
    return file_name_pattern(pattern)


def _spread(values: Sequence[str | None], height: int) -> pa.Array:
    if len(values) == height:
        return pa.array(values, pa.large_string())
    return pa.repeat(pa.scalar(values[0] if values else None, pa.large_string()), height)


def by_row(batch: Batch, address: str) -> pa.Array:
    """A field's values by the rows of its batch: the first value a row has, null where it has none."""
    field = batch.field(address)
    if field is None:
        return pa.nulls(batch.height, pa.large_string())
    if field.rows is None:
        return field.values
    found: list[str | None] = [None] * batch.height
    for row, value in zip(field.rows.to_pylist(), field.values.to_pylist(), strict=True):
        if found[row] is None:
            found[row] = value
    return pa.array(found, pa.large_string())


def spread_to(field: Field, by_batch_row: pa.Array) -> pa.Array:
    """What is known by row, for each value of a field."""
    return by_batch_row if field.rows is None else by_batch_row.take(field.rows)
