"""Partitions: columns of a data set that stand in the names of its folders, `year=2020/part-0.parquet`, as Hive writes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

import pyarrow as pa

from veil.errors import FormatError

_NONE = "__HIVE_DEFAULT_PARTITION__"


def partitions_of(name: str) -> dict[str, str | None]:
    """The columns that the folders of a name tell, in their order; null for Hive's word for it."""
    found = {}
    for piece in PurePosixPath(name).parent.parts:
        key, equals, value = piece.partition("=")
        if equals and key:
            found[unquote(key)] = None if value == _NONE else unquote(value)
    return found


def without_partitions(name: str) -> str:
    """The name without the folders that tell a column."""
    path = PurePosixPath(name)
    return str(PurePosixPath(*[piece for piece in path.parent.parts if not _tells(piece)], path.name))


def with_partitions(name: str, like: str, values: Mapping[str, str | None]) -> str:
    """A name with folders that tell these values, where those of another name tell its own; columns that are gone tell nothing."""
    if not partitions_of(like):
        return name
    path = PurePosixPath(name)
    folders = [
        f"{quote(key, safe='')}={_NONE if values[key] is None else quote(str(values[key]), safe='')}"
        for key in partitions_of(like)
        if key in values
    ]
    return str(PurePosixPath(*path.parent.parts, *folders, path.name))


def one_value(column: pa.Array, key: str) -> str | None:
    """The value that all cells of a partition's column share.

    Errors:  FormatError `partition-many`: the rows of a file would have to lie in several folders.
    """
    found = column.unique().to_pylist()
    if len(found) > 1:
        raise FormatError(
            "partition-many",
            "the new values of a partition column differ between the rows of a folder",
            where=key,
            hint="drop this column, or use a treatment that gives one value per folder, such as a year",
        )
    return found[0] if found else None


def _tells(piece: str) -> bool:
    key, equals, _ = piece.partition("=")
    return bool(equals and key)
