"""Delta: a folder of Delta Lake tables, read and written by delta-rs; no JVM."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError

from veil.errors import Error, StoreError
from veil.stores.address import Address
from veil.stores.base import Stretch
from veil.stores.database import DatabaseStore, check_columns, refused, taken
from veil.stores.delta_log import rows_by_log

_MARK = "veil"  # in what a commit says of itself
_PREPARED = "veil_prepared"  # the same: somebody else made the table to be filled
_DECLARING = ("CREATE TABLE", "SET TBLPROPERTIES", "ADD", "CHANGE")  # what commits that write no row call themselves


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    """An error of the library as one of the house: its message may hold a value."""
    try:
        yield
    except Error:
        raise
    except (DeltaError, pa.ArrowException, OSError):
        raise refused("delta", "") from None
    except Exception:  # noqa: BLE001  the library says so of types that Delta Lake does not have
        raise refused("delta", "22") from None


def _is_delta(path: Path) -> bool:
    return (path / "_delta_log").is_dir()


class DeltaStore(DatabaseStore):
    """The Delta tables right below a folder, each as it stands in its newest version.

    Keeps:   the types that Arrow has. Older versions and a change feed are not read. A table with deletion vectors or renamed columns is refused, not read half.
    """

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        if not address.path.is_dir():
            raise StoreError(
                "store-refused",
                "the folder of Delta tables does not exist",
                where="delta",
                hint="expected: delta:///FOLDER, relative to the project",
            )

    def tables(self) -> list[str]:
        return [path.name for path in self.address.path.iterdir() if _is_delta(path)]

    def schema(self, table: str) -> pa.Schema:
        with _telling():
            dataset = self._open(table).to_pyarrow_dataset().schema
        return pa.schema(
            [field.remove_metadata() for field in dataset]
        )  # whoever made the table may have written anything there

    def stretches(self, table: str, rows: int) -> list[Stretch]:
        del table, rows
        return [(None, None)]

    def batches(self, table: str, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch]:
        del keys
        schema = self.schema(table)
        with _telling():
            for batch in _in_order(self._open(table)).to_batches(batch_size=rows, use_threads=False):
                if batch.num_rows:
                    yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)

    def batches_again(self, table: str, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch] | None:
        """By the table's log and files, without delta-rs."""
        del keys
        return rows_by_log(self.address.path / table, self.schema(table), rows)

    def count(self, table: str) -> int:
        with _telling():
            return int(self._open(table).to_pyarrow_dataset().count_rows())

    def mark(self, table: str) -> str:
        with _telling():
            opened = self._open(table)
            return f"{opened.metadata().id}:{opened.version()}"

    def notices(self, table: str) -> tuple[str, ...]:
        """What of a table is not read, and stays where it lies."""
        with _telling():
            feed = self._open(table).metadata().configuration.get("delta.enableChangeDataFeed", "")
        return (
            ("its change data feed is not processed and contains the original rows",) if feed.lower() == "true" else ()
        )

    def close(self) -> None:
        """Nothing is held open."""

    def _open(self, table: str) -> DeltaTable:
        return DeltaTable(str(self.address.path / table))


def _in_order(table: DeltaTable) -> Any:
    """The data of a table, its files in the order of their paths: the library's own order says nothing, and may change."""
    from pyarrow.dataset import FileSystemDataset  # noqa: PLC0415  loaded by those who read a table

    found = table.to_pyarrow_dataset()
    fragments = sorted(found.get_fragments(), key=lambda fragment: str(fragment.path))
    return FileSystemDataset(fragments, found.schema, found.format, found.filesystem)


class DeltaTarget:
    """A folder that takes tables, each as one commit.

    Keeps:   a table of ours is replaced whole, its history with it: the log of a Delta table holds the smallest and the
             largest value of every column, and no vacuum takes them out.
    """

    def __init__(self, address: Address) -> None:
        self._path = address.path

    def mark_of(self, name: str) -> str:
        return self._said(name, _MARK)

    def _said(self, name: str, key: str) -> str:
        if not _is_delta(self._path / name):
            return ""
        with _telling():
            return str(DeltaTable(str(self._path / name)).history(1)[0].get(key, ""))

    def put(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch], mark: str) -> int:
        """Errors: StoreError `publish-there` for a table of others with rows, or with a history that had some."""
        path, fresh, old = (self._path / path_name for path_name in (name, f".{name}.veil-new", f".{name}.veil-old"))
        for left in (fresh, old):
            shutil.rmtree(left, ignore_errors=True)
        foreign = path.exists() and any(path.iterdir()) and not self.mark_of(name)
        if foreign and not self._is_empty(path):
            raise taken(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        prepared = foreign or bool(self._said(name, _PREPARED))
        with _telling():
            plain = (
                self._prepared(path, fresh, schema)
                if prepared
                else pa.schema([field.remove_metadata() for field in schema])
            )
            metadata = {_MARK: mark} | ({_PREPARED: "yes"} if prepared else {})
            write_deltalake(
                str(fresh),
                pa.RecordBatchReader.from_batches(plain, _cast(batches, plain)),
                mode="append",
                commit_properties=CommitProperties(custom_metadata=metadata),
            )
            rows = int(DeltaTable(str(fresh)).to_pyarrow_dataset().count_rows())
            if path.exists():
                path.rename(old)
            fresh.rename(path)
        shutil.rmtree(old, ignore_errors=True)
        return rows

    def _is_empty(self, path: Path) -> bool:
        """Whether a table of others was only declared, and never had a row that its history could bring back."""
        if not _is_delta(path):
            return False
        with _telling():
            there = DeltaTable(str(path))
            declared = all(str(commit.get("operation", "")).startswith(_DECLARING) for commit in there.history())
            return declared and there.to_pyarrow_dataset().count_rows() == 0

    def _prepared(self, path: Path, fresh: Path, schema: pa.Schema) -> pa.Schema:
        """A new table with the types, partitions and settings of the one that was made to be filled."""
        there = DeltaTable(str(path))
        metadata = there.metadata()
        kinds = pa.schema(there.to_pyarrow_dataset().schema)
        check_columns(schema.names, kinds.names)
        DeltaTable.create(
            str(fresh),
            there.schema(),
            partition_by=list(metadata.partition_columns),
            name=metadata.name,
            description=metadata.description,
            configuration=dict(metadata.configuration),
        )
        return kinds

    def tidy(self) -> None:
        """Nothing is left to tidy: a table that is replaced goes with its folder."""

    def close(self) -> None:
        """Nothing is held open."""


def _cast(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The rows in the columns and types of the table that takes them; a column that no release has is empty."""
    for batch in batches:
        there = dict(zip(batch.schema.names, batch.columns, strict=True))
        cells = [
            there[field.name].cast(field.type) if field.name in there else pa.nulls(batch.num_rows, field.type)
            for field in schema
        ]
        yield pa.RecordBatch.from_arrays(cells, schema=schema)
