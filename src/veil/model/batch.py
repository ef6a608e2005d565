"""Field and Batch: one address with many values, and the fields that travel together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from veil.model.elements import Elements

SUBJECT = "(subject)"  # the address of owners that are subjects, as a format says them


class Field:
    """One address, many values: a column, a folder of notes, `$.patient.name` over a file of records.

    Shape:   `values` is a `large_string` array of n; `rows` gives for each value the row of the batch it belongs
             to (None: value i is row i), `element` the element of the batch's tree (None: the row itself); null is a
             missing value. `cells`: the same as their format types them, where it does; they become text when somebody
             asks for `values`.
    Keeps:   `places` is opaque to all but the format that made it. A field does not change.
    """

    __slots__ = ("_text", "_values", "address", "cells", "element", "places", "rows")

    def __init__(
        self,
        address: str,
        values: pa.Array = None,
        rows: pa.Array | None = None,
        places: Any = None,
        *,
        element: pa.Array | None = None,
        cells: Any = None,
        text: Callable[[pa.Array], pa.Array] | None = None,
    ) -> None:
        self.address, self.rows, self.places, self.cells = address, rows, places, cells
        self.element = element if element is not None else rows
        self._values, self._text = values, text

    @property
    def values(self) -> pa.Array:
        if self._values is None and self._text is not None:
            self._values = self._text(self.cells)
        return self._values

    def __len__(self) -> int:
        return len(self.cells if self._values is None else self._values)

    def slice(self, start: int, count: int) -> Field:
        """Some of the values; of a field whose value i is row i."""
        values = None if self._values is None else self._values.slice(start, count)
        cells = None if self.cells is None else self.cells.slice(start, count)
        return Field(self.address, values, cells=cells, text=self._text)

    def take(self, rows: pa.Array) -> Field:
        """The values at these places, null where there is none. Shape: k places -> k."""
        values = None if self._values is None else self._values.take(rows)
        cells = None if self.cells is None else self.cells.take(rows)
        return Field(self.address, values, cells=cells, text=self._text)

    def until(self, height: int) -> Field:
        """The values of the first rows."""
        if self.rows is None:
            return self.slice(0, height)
        count = sum(1 for row in self.rows.to_pylist() if row < height)
        places = None if self.places is None else self.places[:count]
        element = None if self.element is None else self.element.slice(0, count)
        return Field(self.address, self.values.slice(0, count), self.rows.slice(0, count), places, element=element)

    def followed(self, others: Sequence[Field]) -> Field:
        """One field of this and others of its address, their values in a row."""
        every = [self, *others]
        if self._text is not None and all(
            field.cells is not None and field.cells.type == self.cells.type for field in every
        ):
            return Field(self.address, cells=pa.concat_arrays([field.cells for field in every]), text=self._text)
        return Field(self.address, pa.concat_arrays([field.values for field in every]))


@dataclass(frozen=True, slots=True)
class Batch:
    """Fields that stand together, with what the format needs to put edits back.

    Shape:   `height` rows (records, notes); each field has one value a row, or says its rows.
             `elements`: the tree of its lists, None where a row is all that it has. `owners`: whose each row is, where its
             format says so: by addresses that no field has, one value a row.
    Units:   `first` is the number of the first row in its file, from 0.
    """

    fields: tuple[Field, ...]
    height: int
    first: int = 0
    places: Any = None
    about: Mapping[str, Any] = field(default_factory=dict)
    elements: Elements | None = None
    owners: Mapping[str, pa.Array] = field(default_factory=dict)

    def field(self, address: str) -> Field | None:
        return next((field for field in self.fields if field.address == address), None)
