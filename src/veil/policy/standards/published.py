"""Published: whether a value is a name or a code that a publisher of standards gave, so that it says nothing of a person or a hospital."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from veil.formats.fhir.standard import codes
from veil.formats.fhir.urls import is_published

YES, NO = "yes", "no"


def published_in(columns: Sequence[pa.Array]) -> pa.Array:
    """Whether values are published: URLs of code systems and profiles, and codes of the lists of FHIR.

    Shape:   one column of n -> n of `yes`, `no`; a missing one is `no`.
    """
    (values,) = columns
    known = codes()
    seen = pc.dictionary_encode(values)
    found = [YES if value and (value in known or is_published(value)) else NO for value in seen.dictionary.to_pylist()]
    return pc.fill_null(pa.array(found, pa.large_string()).take(seen.indices), NO)
