"""Edits: what changes, as columns; a format puts them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from veil.model.span import Span


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

    Shape:   `columns`: address -> n new values (null = empty cell), n as in the field; an address that is not named
             is unchanged. `removed`: addresses that go altogether. `exact`: on the way back, cells that are put as they
             are, over what `columns` says, and the type of their column.
    """

    columns: dict[str, pa.Array] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    exact: dict[str, Exact] = field(default_factory=dict)


def put_back(text: str, spans: Sequence[Span], replacements: Sequence[str]) -> str:
    """The text with each span replaced; every character outside the spans stays.

    Shape:   k disjoint, sorted spans and k replacements.
    """
    pieces: list[str] = []
    at = 0
    for span, new in zip(spans, replacements, strict=True):
        pieces.append(text[at : span.start])
        pieces.append(new)
        at = span.end
    pieces.append(text[at:])
    return "".join(pieces)
