"""Delta: a folder of Delta Lake tables, read and written by delta-rs; no JVM."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError

from veil.errors import Error, StoreError
from veil.stores.address import Address
from veil.stores.base import Stretch
from veil.stores.database import Database, refused, taken

_MARK = "veil"  # in what a commit says of itself


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


class Delta(Database):
    """The Delta tables right below a folder, each as it stands in its newest version.

    Keeps:   the types that Arrow has. A table with deletion vectors or renamed columns is refused, not read half.
    """

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        if not address.path.is_dir():
            raise StoreError("store-refused", "the folder of Delta tables is not there", where="delta", hint="delta:///FOLDER, relative to the project")  # fmt: skip

    def tables(self) -> list[str]:
        return [path.name for path in self.address.path.iterdir() if _is_delta(path)]

    def schema(self, table: str) -> pa.Schema:
        with _telling():
            held = self._open(table).to_pyarrow_dataset().schema
        return pa.schema(
            [field.remove_metadata() for field in held]
        )  # whoever made the table may have written anything there

    def stretches(self, table: str, rows: int) -> list[Stretch]:
        del table, rows
        return [(None, None)]

    def batches(self, table: str, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch]:
        del keys
        schema = self.schema(table)
        with _telling():
            held = self._open(table).to_pyarrow_dataset()
            for batch in held.to_batches(batch_size=rows, use_threads=False):
                if batch.num_rows:
                    yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)

    def count(self, table: str) -> int:
        with _telling():
            return int(self._open(table).to_pyarrow_dataset().count_rows())

    def mark(self, table: str) -> str:
        with _telling():
            held = self._open(table)
            return f"{held.metadata().id}:{held.version()}"

    def close(self) -> None:
        """Nothing is held open."""

    def _open(self, table: str) -> DeltaTable:
        return DeltaTable(str(self.address.path / table))


class DeltaTarget:
    """A folder that takes tables, each as one commit; older versions stay in the table's history until it is vacuumed."""

    def __init__(self, address: Address) -> None:
        self._path = address.path

    def held(self, name: str) -> str:
        if not _is_delta(self._path / name):
            return ""
        with _telling():
            return str(DeltaTable(str(self._path / name)).history(1)[0].get(_MARK, ""))

    def put(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch], mark: str) -> int:
        path = self._path / name
        if path.exists() and any(path.iterdir()) and not self.held(name):
            raise taken(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        plain = pa.schema([field.remove_metadata() for field in schema])
        with _telling():
            write_deltalake(
                str(path), pa.RecordBatchReader.from_batches(plain, (batch.cast(plain) for batch in batches)), mode="overwrite",
                schema_mode="overwrite", commit_properties=CommitProperties(custom_metadata={_MARK: mark}),
            )  # fmt: skip
            return int(DeltaTable(str(path)).to_pyarrow_dataset().count_rows())

    def close(self) -> None:
        """Nothing is held open."""
