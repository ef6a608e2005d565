"""Published: whether a URL is a name that a publisher of standards gave, so that it says nothing of a person or a hospital."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from veil.formats.fhir.urls import is_published

YES, NO = "yes", "no"


def published_in(columns: Sequence[pa.Array]) -> pa.Array:
    """Shape: one column of n -> n of `yes`, `no`; a missing one is `no`."""
    (values,) = columns
    seen = pc.dictionary_encode(values)
    found = pa.array(
        [YES if is_published(value or "") else NO for value in seen.dictionary.to_pylist()], pa.large_string()
    )
    return pc.fill_null(found.take(seen.indices), NO)
