"""Edits: what changes, as columns; a format puts them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from veil.model.span import Span


@dataclass(slots=True)
class Edits:
    """The answer of the engine for one batch.

    Shape:   `columns`: address -> n new values (null = empty cell), n as in the field; an address that is not named
             is unchanged. `removed`: addresses that go altogether. `names`: new names of files or rows, by row.
    """

    columns: dict[str, pa.Array] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)


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
