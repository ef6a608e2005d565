"""Delta log: the rows of a Delta table a second way, by its own log and its Parquet files, without delta-rs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pyarrow as pa

from veil.errors import FormatError
from veil.stores.reread import is_bytes

_COMMIT = re.compile(r"(\d{20})\.json")
_CHECKPOINT = re.compile(r"(\d{20})\.checkpoint(?:\.(\d{10})\.(\d{10}))?\.parquet")
_READ = ("add", "remove", "metaData")


@dataclass(slots=True)
class _State:
    """What a log says of the newest version: its files with the values of their partitions, and the names of its columns."""

    files: dict[str, Mapping[str, str | None]] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)

    def take(self, action: Mapping[str, Any]) -> None:
        if added := action.get("add"):
            self.files[added["path"]] = dict(added["partitionValues"] or {})
        if removed := action.get("remove"):
            self.files.pop(removed["path"], None)
        if described := action.get("metaData"):
            self.columns = [column["name"] for column in json.loads(described["schemaString"])["fields"]]


def rows_by_log(table: Path, schema: pa.Schema, rows: int) -> Iterator[pa.RecordBatch] | None:
    """The rows of the newest version, file by file in the order of their paths.

    Shape:   `schema`: the columns and types of the answer. None where the log is of a form that is not read here.
    Errors:  FormatError `reread`.
    """
    state = _state_of(table / "_delta_log")
    if state is None or any(urlparse(path).scheme or path.startswith("/") for path in state.files):
        return None
    if state.columns != schema.names:
        raise FormatError("reread", "a second reading of a Delta table finds other columns")
    return _batches(table, state, schema, rows)


def _state_of(log: Path) -> _State | None:
    commits = sorted(path for path in log.iterdir() if _COMMIT.fullmatch(path.name))
    points = [(found, path) for path in log.iterdir() if (found := _CHECKPOINT.fullmatch(path.name))]
    state, since = _State(), -1
    if points:
        since = max(int(found[1]) for found, _ in points)
        newest = sorted((path for found, path in points if int(found[1]) == since))
        parts = {found[3] for found, _ in points if int(found[1]) == since}
        if len(parts) != 1 or len(newest) != int(parts.pop() or 1):
            return None
        for path in newest:
            _take_checkpoint(path, state)
    elif any("checkpoint" in path.name for path in log.iterdir() if path.suffix != ".crc"):
        return None
    for path in commits:
        if int(path.stem) > since:
            _take_commit(path, state)
    return state


def _take_commit(path: Path, state: _State) -> None:
    """One commit: what it removes goes before what it adds, for a file may be added again."""
    actions = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    for action in sorted(actions, key=lambda read: "remove" not in read):
        state.take(action)


def _take_checkpoint(path: Path, state: _State) -> None:
    import pyarrow.parquet as pq  # noqa: PLC0415  loaded by those who read a table

    with pq.ParquetFile(path) as file:
        columns = [name for name in _READ if name in file.schema_arrow.names and name != "remove"]
        for batch in file.iter_batches(columns=columns):
            for action in batch.to_pylist():
                state.take(action)


def _batches(table: Path, state: _State, schema: pa.Schema, rows: int) -> Iterator[pa.RecordBatch]:
    import pyarrow.parquet as pq  # noqa: PLC0415  loaded by those who read a table

    for path in sorted(map(unquote, state.files)):
        partition = next(values for name, values in state.files.items() if unquote(name) == path)
        with pq.ParquetFile(table / path) as file:
            for batch in file.iter_batches(batch_size=rows, use_threads=False):
                yield _typed(batch, partition, schema)


def _typed(batch: pa.RecordBatch, partition: Mapping[str, str | None], schema: pa.Schema) -> pa.RecordBatch:
    """The columns of the table: from the file, from its partition, or empty where the file is older than the column."""
    columns = []
    try:
        for column in schema:
            if column.name in partition:
                columns.append(_repeated(partition[column.name], column.type, batch.num_rows))
            elif column.name in batch.schema.names:
                columns.append(batch.column(column.name).cast(column.type))
            else:
                columns.append(pa.nulls(batch.num_rows, column.type))
    except (pa.ArrowException, ValueError):
        raise FormatError("reread", "a second reading of a table finds a cell of another type") from None
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _repeated(text: str | None, kind: pa.DataType, count: int) -> pa.Array:
    """The value of a partition in each row; an empty one is null."""
    if not text:
        return pa.nulls(count, kind)
    value = pa.scalar(text.encode(), kind) if is_bytes(kind) else pa.array([text], pa.string()).cast(kind)[0]
    return pa.repeat(value, count)
