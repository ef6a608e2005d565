"""Subjects: whose record each row of a batch is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc

from veil.lexicon.novalue import NoValue, standard
from veil.model import SUBJECT, Batch, Field
from veil.operators.cast import cast_cells
from veil.operators.pseudonym import canonical_ids
from veil.policy.novalue import no_value_of
from veil.policy.plan import SourcePlan
from veil.policy.rules import Apply
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
    if plan.how == "standard":
        return somebody(by_row(batch, SUBJECT), no_value_of(source))
    if plan.how == "resource":
        return _of_resources(source, batch, roster)
    if plan.how in ("column", "link"):
        ids = read_ids(source, batch, plan.column, plan.columns)
    elif plan.how == "file":
        return _spread([f"file:{name}" for name in names], batch.height)
    elif plan.how == "map":
        ids = _spread([PurePosixPath(name).name for name in names], batch.height)
    else:
        ids = _spread([name_part(plan.pattern, plan.column, name) for name in names], batch.height)
    ids = somebody(ids, no_value_of(source))
    if plan.domain == person and plan.how != "map":
        return ids
    return roster.subjects(plan.domain, ids) if roster is not None else pa.nulls(batch.height, pa.large_string())


def _of_resources(source: SourcePlan, batch: Batch, roster: Roster | None) -> pa.Array:
    """By a number of the patient's own, by the number that a resource of theirs has elsewhere, else by the id of that resource."""
    ids = read_ids(source, batch, source.subject.column)
    numbers = numbers_of(source, batch)
    if roster is None:
        return pc.coalesce(numbers, ids)
    return pc.coalesce(numbers, roster.subjects(source.subject.domain, ids), ids)


def numbers_of(source: SourcePlan, batch: Batch) -> pa.Array:
    """The numbers by which resources say themselves whose they are. Shape: one a row, null where none is stated."""
    return somebody(by_row(batch, source.subject.number), no_value_of(source))


def somebody(ids: pa.Array, words: NoValue | None = None) -> pa.Array:
    """The ids, null where they are blank or a word for "no value": neither is a person."""
    return (words or standard()).emptied(ids)


def read_ids(source: SourcePlan, batch: Batch, column: str, columns: Sequence[str] = ()) -> pa.Array:
    """The ids of a column, or of a key of several, as its rule reads them.

    Keeps:   where `007` has the pseudonym of `7`, it is the same person too. A key with an empty part is none.
    """
    if columns:
        parts = [somebody(read_ids(source, batch, column), no_value_of(source)) for column in columns]
        sizes = [
            pc.cast(pc.utf8_length(part), pa.large_string()) for part in parts
        ]  # `a-b` and `c` is not `a` and `b-c`
        joined = [piece for pair in zip(sizes, parts, strict=True) for piece in pair]
        return pc.binary_join_element_wise(*joined, pa.scalar(":", pa.large_string()))
    ids = by_row(batch, column)
    rule = dict(source.rules).get(column)
    treatment = rule.cases[0].treatment if rule is not None else None
    if isinstance(treatment, Apply) and treatment.cast == "integer":
        return pc.coalesce(cast_cells(ids, "integer", day_first=False)[0], ids)
    if isinstance(treatment, Apply) and ("canonical", "integer") in treatment.options:
        return canonical_ids(ids, "integer")
    return ids


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
        known = batch.owners.get(address)
        return pa.nulls(batch.height, pa.large_string()) if known is None else known.slice(0, batch.height)
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
