"""Phrases: whether what stands in the place of a name may be one, or is a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

NAME, SENTENCE = "name", "sentence"
_MOST = 6  # words of a name, with its titles
_NUMBER = re.compile(r"\d{4}|(?<!\w)\d|[@:/]")  # no part of a name; Synthea writes `Jaimes535`


def phrases_in(columns: Sequence[pa.Array]) -> pa.Array:
    """Shape: one column of n -> n of `name`, `sentence`."""
    (values,) = columns
    seen = pc.dictionary_encode(values)
    found = pa.array([phrase_of(value or "") for value in seen.dictionary.to_pylist()], pa.large_string())
    return pc.fill_null(found.take(seen.indices), NAME)


def phrase_of(value: str) -> str:
    return SENTENCE if len(value.split()) > _MOST or _NUMBER.search(value) else NAME
