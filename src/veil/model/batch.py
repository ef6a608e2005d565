"""Field and Batch: one address with many values, and the fields that travel together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Field:
    """One address, many values: a column, a folder of notes, `$.patient.name` over a file of records.

    Shape:   `values` is a `large_string` array of n; `rows` gives for each value the row of the batch it belongs
             to (None: value i is row i); null is a missing value.
    Keeps:   `places` is opaque to all but the format that made it.
    """

    address: str
    values: pa.Array
    rows: pa.Array | None = None
    places: Any = None

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True, slots=True)
class Batch:
    """Fields that stand together, with what the format needs to put edits back.

    Shape:   `height` rows (records, notes); each field has one value a row, or says its rows.
    Units:   `first` is the number of the first row in its file, from 0.
    """

    fields: tuple[Field, ...]
    height: int
    first: int = 0
    places: Any = None
    about: Mapping[str, Any] = field(default_factory=dict)

    def field(self, address: str) -> Field | None:
        return next((one for one in self.fields if one.address == address), None)
