"""Joined batches: the batches of several files as one, and its edits split by file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from veil.model.batch import Batch, Field
from veil.model.edits import Edits
from veil.model.elements import Elements

Bounds = list[int]  # of n members: where each begins, and the end of the last


@dataclass(frozen=True, slots=True)
class JoinedBatches:
    """Batches in a row.

    Shape:   `batch`: their fields as one, without what a format needs to write them. `rows`: the first row of each, and
             the number of all; `values`: the same of the values of each field.
    """

    members: tuple[Batch, ...]
    batch: Batch
    rows: Bounds
    values: dict[str, Bounds]

    @classmethod
    def of(cls, members: Sequence[Batch]) -> JoinedBatches | None:
        """None where they differ in their columns, or in the types of a column's cells."""
        rows = _bounds([member.height for member in members])
        is_tree = any(field.rows is not None for member in members for field in member.fields)
        joined = _trees(members, rows) if is_tree else _tables(members)
        if joined is None:
            return None
        fields, values, elements = joined
        batch = Batch(fields, rows[-1], elements=elements, owners=_owners(members))
        return cls(tuple(members), batch, rows, values)

    def edits_of(self, number: int, edits: Edits) -> Edits | None:
        """The edits of one member; None where rows or more than values go."""
        if len(edits.removed_rows) or len(edits.removed_elements) or edits.removed_regions is not None or edits.exact:
            return None
        own = {field.address for field in self.members[number].fields}
        own_edits = Edits(removed=edits.removed & own)
        for address, column in edits.columns.items():
            if address in own:
                first, end = self.values[address][number : number + 2]
                own_edits.columns[address] = column.slice(first, end - first)
        for address, spans in edits.spans.items():
            if address in own:
                first, end = self.values[address][number : number + 2]
                at = spans["value"]
                mine = spans.filter(pc.and_(pc.greater_equal(at, first), pc.less(at, end)))
                own_edits.spans[address] = mine.set_column(0, mine.schema.field(0), pc.subtract(mine["value"], first))
        return own_edits


def _owners(members: Sequence[Batch]) -> dict[str, pa.Array]:
    """Whose the rows of all are, where the format of each says so."""
    known = [member.owners for member in members]
    shared = [address for address in known[0] if all(address in other for other in known)]
    return {address: pa.concat_arrays([own[address] for own in known]) for address in shared}


def _bounds(counts: Sequence[int]) -> Bounds:
    return [0, *np.cumsum(np.asarray(counts, np.int64)).tolist()]


_Made = tuple[tuple[Field, ...], dict[str, Bounds], Elements | None]


def _tables(members: Sequence[Batch]) -> _Made | None:
    first = members[0].fields
    names = [field.address for field in first]
    for member in members[1:]:
        if [field.address for field in member.fields] != names:
            return None
        if any(_kind(mine) != _kind(theirs) for mine, theirs in zip(member.fields, first, strict=True)):
            return None
    fields = tuple(field.followed([member.fields[i] for member in members[1:]]) for i, field in enumerate(first))
    bounds = _bounds([member.height for member in members])
    return fields, dict.fromkeys(names, bounds), None


def _kind(field: Field) -> pa.DataType | None:
    return None if field.cells is None else field.cells.type


def _trees(members: Sequence[Batch], rows: Bounds) -> _Made | None:
    """Fields of all addresses; a member that lacks one has no values there."""
    if any(field.rows is None for member in members for field in member.fields):
        return None
    place = _element_places(members, rows)
    by_address: dict[str, list[Field | None]] = {}
    for number, member in enumerate(members):
        for field in member.fields:
            by_address.setdefault(field.address, [None] * len(members))[number] = field
    fields, values = [], {}
    for address, every in by_address.items():
        values[address] = _bounds([0 if field is None else len(field) for field in every])
        there = [(number, field) for number, field in enumerate(every) if field is not None]
        own_rows = [pc.add(field.rows, rows[number]) for number, field in there]
        element = None
        if place is not None:
            own = [place[number][_numbers(field.element)] for number, field in there]
            element = pa.array(np.concatenate(own), pa.int64())
        joined = pa.concat_arrays([field.values for _, field in there])
        fields.append(Field(address, joined, pa.concat_arrays(own_rows), element=element))
    return tuple(fields), values, None if place is None else _tree(members, rows, place)


def _numbers(element: pa.Array | None) -> np.ndarray[Any, Any]:
    """The elements of values. Shape: none where their format tells none."""
    return np.zeros(0, np.int64) if element is None else np.asarray(element.to_numpy(zero_copy_only=False))


def _element_places(members: Sequence[Batch], rows: Bounds) -> list[np.ndarray[Any, Any]] | None:
    """The number in the joint tree of each element of each member: the records of all come first."""
    if any(member.elements is None for member in members):
        return None
    at, found = rows[-1], []
    for number, member in enumerate(members):
        inner = len(member.elements or ()) - member.height
        found.append(np.concatenate((np.arange(rows[number], rows[number + 1]), np.arange(at, at + inner))))
        at += inner
    return found


def _tree(members: Sequence[Batch], rows: Bounds, place: list[np.ndarray[Any, Any]]) -> Elements:
    count = sum(len(own) for own in place)
    parent, row = np.full(count, -1, np.int64), np.zeros(count, np.int64)
    for number, member in enumerate(members):
        if member.elements is None:
            continue
        above = member.elements.parents
        parent[place[number]] = np.where(above < 0, -1, place[number][above])
        row[place[number]] = member.elements.row.to_numpy(zero_copy_only=False) + rows[number]
    return Elements(pa.array(parent), pa.array(row))
