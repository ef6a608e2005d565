"""Publish: the tables of a release put into a database, each whole, none twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from veil.errors import FormatError
from veil.formats.base import Format, Part, Typed
from veil.formats.parquet import one_schema
from veil.formats.partitions import partitions_of
from veil.jobs.work.retry import patiently
from veil.log import event
from veil.parts import part
from veil.stores import Taker, Target

Opening = Callable[[], Target | Taker]


def publish(
    out: Path, tables: Sequence[dict[str, Any]], opening: Opening, tell: Callable[[str, int, int], None]
) -> None:
    """Put the tables of a release where others read them.

    Shape:   `tables`: source, name of the file, format, settings and digest of each, files of one table in order.
    Keeps:   a table that stands there as this release has it is left: a run that was killed goes on where it was.
             What was replaced is in no file of the target afterwards.
    Errors:  StoreError `publish-there`, `publish-type`, `store-...`; FormatError `parquet-type`.
    """
    target = opening()
    if not hasattr(target, "put"):
        patiently(lambda: _copied(out, opening))
        return
    target.close()
    sources = list(dict.fromkeys(table["source"] for table in tables))
    for number, source in enumerate(sources):
        tell("publishing", number, len(sources))
        own = [entry for entry in tables if entry["source"] == source]
        rows = patiently(partial(_put, out, source, own, opening))
        event("published" if rows is not None else "stood already", table=number + 1, rows=rows or 0)
    patiently(partial(_tidied, opening))
    tell("publishing", len(sources), len(sources))


def _copied(out: Path, opening: Opening) -> int:
    taker = cast("Taker", opening())
    try:
        return taker.copy(out)
    finally:
        taker.close()


def _tidied(opening: Opening) -> None:
    target = cast("Target", opening())
    try:
        target.tidy()
    finally:
        target.close()


def _put(out: Path, name: str, files: list[dict[str, Any]], opening: Opening) -> int | None:
    """Puts a table; answers its rows, None where it stands there already."""
    mark = hashlib.sha256("\n".join(file["sha256"] for file in files).encode()).hexdigest()
    target = cast("Target", opening())
    try:
        if target.mark_of(name) == mark:
            return None
        schema = one_schema([_schema(out, file) for file in files])
        return target.put(name, schema, (batch for file in files for batch in _batches(out, file, schema)), mark)
    finally:
        target.close()


def _schema(out: Path, file: dict[str, Any]) -> pa.Schema:
    reader: Format = part("formats", file["format"])()
    if isinstance(reader, Typed):
        partitions = [pa.field(key, pa.large_string()) for key in partitions_of(file["name"])]
        return pa.schema([*reader.schema_of(out / file["name"]), *partitions])
    return pa.schema([pa.field(address, pa.large_string()) for address in file["settings"]["addresses"]])


def _batches(out: Path, file: dict[str, Any], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    reader: Format = part("formats", file["format"])()
    for batch in reader.read(out, Part((file["name"],)), file["settings"]):
        if reader.traits.typed:
            yield batch.places.cast(schema)
            continue
        columns = [field.values for field in batch.fields]
        if [field.address for field in batch.fields] != schema.names:
            raise FormatError(
                "publish-columns",
                "the columns of a table in the release differ from its plan",
                hint="run the project again",
            )
        yield pa.RecordBatch.from_arrays(columns, schema=schema)
