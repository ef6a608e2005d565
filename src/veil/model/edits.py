"""Edits: what changes, as columns and as spans of values, and what goes; a format puts them back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from veil.model.batch import Field
from veil.model.span import Span

SPANS = pa.schema(
    [
        ("value", pa.int64()),  # which value of the field
        ("start", pa.int64()),  # half-open, in code points of the value
        ("end", pa.int64()),
        ("replacement", pa.large_string()),
        ("label", pa.large_string()),  # a Label; "" where nothing was found there
    ]
)
REGIONS = pa.schema(
    [
        ("page", pa.int64()),
        *((side, pa.float64()) for side in ("left", "top", "right", "bottom")),  # in the units of the format
        ("label", pa.large_string()),
    ]
)


def _no_numbers() -> pa.Array:
    return pa.array([], pa.int64())


class Splice(NamedTuple):
    """A span of one value and what stands there instead."""

    start: int
    end: int
    replacement: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Exact:
    """Cells of a field as its file holds them: raw text with its quotes, or typed values.

    Shape:   `rows`: k places in the batch, ascending; `cells`: k, of the type that the whole column has.
    """

    rows: pa.Array
    cells: pa.Array


@dataclass(slots=True)
class Edits:
    """The answer of the engine for one batch.

    Shape:   `columns`: address -> n new values (null = empty cell), n as in the field. `spans`: address -> a table of
             SPANS, disjoint and sorted within each value: how those values change, where they are no whole column, or
             how they came to what `columns` says. An address that is in neither is unchanged. `removed`: addresses that
             go altogether; `removed_rows`, `removed_elements`: numbers of the batch's rows and elements that go;
             `removed_regions`: a table of REGIONS. `exact`: on the way back, cells that are put as they are, over what
             `columns` says, and the type of their column.
    Keeps:   of a value with spans no character outside them changes.
    """

    columns: dict[str, pa.Array] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    exact: dict[str, Exact] = field(default_factory=dict)
    spans: dict[str, pa.Table] = field(default_factory=dict)
    removed_rows: pa.Array = field(default_factory=_no_numbers)
    removed_elements: pa.Array = field(default_factory=_no_numbers)
    removed_regions: pa.Table | None = None

    @property
    def addresses(self) -> frozenset[str]:
        """The fields that get new values."""
        return frozenset(self.columns) | frozenset(self.spans)

    def changed(self, field: Field) -> pa.Array | None:
        """The new values of a field, or None where it stays as it is. Shape: n values -> n."""
        if field.address in self.columns:
            return self.columns[field.address]
        spans = self.spans.get(field.address)
        return None if spans is None else spliced(field.values, spans)

    def whole(self, fields: Iterable[Field]) -> dict[str, pa.Array]:
        """The new values of all of these fields that change, by address."""
        changed = self.addresses
        new = {field.address: self.changed(field) for field in fields if field.address in changed}
        return {address: values for address, values in new.items() if values is not None}

    def kept_rows(self, height: int) -> pa.Array | None:
        """The rows that stay, or None where all do."""
        if not len(self.removed_rows):
            return None
        return pc.indices_nonzero(pc.invert(pc.is_in(_counted(height), self.removed_rows)))


def span_table(
    value: Sequence[int] = (),
    start: Sequence[int] = (),
    end: Sequence[int] = (),
    replacement: Sequence[str] = (),
    label: Sequence[str] = (),
) -> pa.Table:
    """A table of SPANS. Shape: k of each."""
    columns = (value, start, end, replacement, label)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, SPANS, strict=True)], schema=SPANS)


def by_value(spans: pa.Table | None) -> dict[int, list[Splice]]:
    """The spans of each value that has any, in order."""
    found: dict[int, list[Splice]] = {}
    if spans is None:
        return found
    for value, *splice in zip(*(column.to_pylist() for column in spans.columns), strict=True):
        found.setdefault(value, []).append(Splice(*splice))
    return found


def spliced(values: pa.Array, spans: pa.Table) -> pa.Array:
    """The values with each span replaced; every character outside the spans stays. Shape: n -> n; null stays null."""
    if not spans.num_rows:
        return values
    by_place = by_value(spans)
    places = pa.array(sorted(by_place), pa.int64())
    new = [
        _put(text, by_place[at]) for at, text in zip(places.to_pylist(), values.take(places).to_pylist(), strict=True)
    ]
    mask = pc.is_in(_counted(len(values)), places)
    return pc.replace_with_mask(values, mask, pa.array(new, values.type))


def _counted(height: int) -> pa.Array:
    return pa.array(np.arange(height), pa.int64())


def moved(spans: pa.Table, places: pa.Array) -> pa.Table:
    """Spans of some values of a field, as spans of the field. Shape: `places[i]` is where value i stands there."""
    return spans.set_column(0, SPANS.field(0), pc.cast(places.take(spans["value"]), pa.int64()))


def _put(text: str | None, spans: Iterable[Splice]) -> str | None:
    if text is None:
        return None
    pieces, at = [], 0
    for span in spans:
        pieces += [text[at : span.start], span.replacement]
        at = span.end
    return "".join([*pieces, text[at:]])


def put_back(text: str, spans: Sequence[Span], replacements: Sequence[str]) -> str:
    """The text with each span replaced; every character outside the spans stays.

    Shape:   k disjoint, sorted spans and k replacements.
    """
    return _put(text, [Splice(span.start, span.end, new) for span, new in zip(spans, replacements, strict=True)]) or ""
