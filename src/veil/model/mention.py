"""Mention: a span with what an operator must know of it; many mentions are one Arrow table."""

from __future__ import annotations

from functools import lru_cache

import pyarrow as pa

from veil.model.labels import Label
from veil.model.name_offsets import TURNS

ROLES = ("patient", "relative", "clinician", "other")
STAFF_HOUSEHOLD = "staff"  # of the hospital's own people; no subject's

ABOUT = pa.schema(
    [
        ("subject", pa.large_string()),  # whose record it is; null: nobody's
        ("person", pa.large_string()),  # who is meant; null: the subject, else whoever bears the name
        ("role", pa.large_string()),  # one of ROLES; null: not told
        ("label", pa.large_string()),  # a Label; null in a column of a table
        ("sex", pa.large_string()),  # "F", "M" or null
        ("born", pa.date32()),  # the subject's true day of birth; null: not known
        ("domain", pa.large_string()),  # set of ids that share pseudonyms
        ("offset", pa.int32()),  # days, where the shift is given from outside; null: from the key
        ("household", pa.large_string()),  # among whom family names are shared; null: the person, or the subject
        ("called", pa.large_string()),  # the person's full name in folded words, given name first; null: not known
        ("turns", TURNS),  # names moved on, since another has the one drawn; see `Name`
    ]
)


@lru_cache(maxsize=16)  # batches have one height, and ask for the same words again and again
def _same_everywhere(word: str | None, kind: pa.DataType, height: int) -> pa.Array:
    return pa.nulls(height, kind) if word is None else pa.repeat(pa.scalar(word, kind), height)


def column_of(about: pa.Table, name: str) -> pa.Array:
    """A column of an `about` table as one array; as it was given, where it is one."""
    column = about[name]
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def about_table(height: int, **columns: pa.Array | str | Label | None) -> pa.Table:
    """An `about` table of ABOUT's columns; what is not given is null, a word is repeated.

    Shape:   n rows, the columns of ABOUT in order.
    """
    arrays = []
    for column in ABOUT:
        given = columns.get(column.name)
        if given is None or isinstance(given, str):
            arrays.append(_same_everywhere(None if given is None else str(given), column.type, height))
        else:
            arrays.append(given.cast(column.type))
    return pa.table(arrays, schema=ABOUT)
