"""SQL: a table of a database as a typed table; what comes of it is Parquet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pyarrow as pa

from veil.errors import FormatError
from veil.formats.base import Inspection, Part, Settings
from veil.formats.parquet import ROWS, Parquet, ParquetWriter, as_batch
from veil.formats.skipped_rows import SkippedRows, records_without_skipped
from veil.model import Batch

STRETCH = 4 * ROWS  # rows of a unit


class Sql(Parquet):
    """A database table or view, read in ranges of its key.

    Keeps:   as Parquet: the type and the value of every untouched cell, and beside it the type its database declares.
    """

    name = "sql"
    writes = "parquet"
    traits = replace(Parquet.traits, endings=(), stored=True)

    def after(self, name: str) -> str:
        """A table may be called `../../x`; its file lies in the release whatever its name."""
        return re.sub(r"[/\\\0]", "_", name) + ".parquet"

    def inspect(self, path: Any, given: Settings) -> Inspection:
        """Shape: `path` is a relation. Errors: those of its store."""
        del given
        names = tuple(path.schema().names)
        if len({name.lower() for name in names}) != len(names):
            raise FormatError(
                "table-header",
                "two column names differ only in upper and lower case",
                hint="read the table through a view with other column names",
            )
        return Inspection(names, {"compression": "zstd"})

    def schema_of(self, path: Any) -> pa.Schema:
        return path.schema()

    def split(self, path: Any, settings: Settings, size: int) -> list[tuple[Any, ...]]:
        """Stretches of rows: where each begins and ends is told by keys, which are never written anywhere."""
        del settings, size
        return [
            (number, -1 if keys[1] is None else number + 1, keys) for number, keys in enumerate(path.stretches(STRETCH))
        ]

    def read(self, path: Any, part: Part, settings: Settings) -> Iterator[Batch]:
        del settings
        relation = path / part.files[0]
        first = 0
        for batch in records_without_skipped(relation.read(part.keys or (None, None), ROWS), part.without):
            yield as_batch(batch, first)
            first += batch.num_rows
        if first == 0:
            yield as_batch(pa.RecordBatch.from_pylist([], schema=relation.schema()), 0)

    def reread(self, path: Any, part: Part, settings: Settings, *, careful: bool = False) -> Iterator[Batch]:
        """The cells as the database itself writes them, typed here; where rows have no order their number alone is asked again.

        Errors:  FormatError `reread` where the database counts other rows than the first reading gave.
        """
        del careful, settings
        relation = path / part.files[0]
        again = relation.again(part.keys or (None, None), ROWS)
        left, first = SkippedRows(part.without), 0
        for batch in again if again is not None else relation.read(part.keys or (None, None), ROWS):
            kept = left.kept(batch.num_rows)
            stays = batch if kept is None else batch.take(kept)
            yield as_batch(stays, first)
            first += stays.num_rows
        if again is None and part.keys in (None, (None, None)) and left.seen != relation.count():
            raise FormatError(
                "reread",
                "a database counts other rows than a reading of its table gives",
                hint="run it when nobody writes",
            )
        if first == 0:
            yield as_batch(pa.RecordBatch.from_pylist([], schema=relation.schema()), 0)

    def writer(self, side: Any, part: Part, settings: Settings) -> ParquetWriter:
        return ParquetWriter(side / self.after(part.files[0]), settings, declares=True)
