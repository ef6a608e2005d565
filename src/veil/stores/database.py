"""Database: what all stores of tables share; a table of one is a relation."""

from __future__ import annotations

import abc
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from veil.errors import StoreError
from veil.stores.address import Address
from veil.stores.base import Stretch

MARKS = "veil_published"  # the table in a target that says what was put there
_DECLARED = b"veil.sql"


@dataclass(frozen=True, slots=True)
class Column:
    """A column as its database declares it."""

    name: str
    kind: str
    whole: bool = False  # never null


class DatabaseStore(abc.ABC):
    """A store whose names are tables."""

    kind = "sql"

    def __init__(self, address: Address) -> None:
        self.address = address

    @abc.abstractmethod
    def tables(self) -> list[str]: ...

    @abc.abstractmethod
    def schema(self, table: str) -> pa.Schema: ...

    @abc.abstractmethod
    def stretches(self, table: str, rows: int) -> list[Stretch]: ...

    @abc.abstractmethod
    def batches(self, table: str, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch]: ...

    def again(self, table: str, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch] | None:
        """The rows of a stretch a second way, over a connection of its own: the first may still be reading."""
        other = type(self)(self.address)
        found = other.batches_again(table, keys, rows)
        if found is None:
            other.close()
            return None
        return _closing(other, found)

    def batches_again(self, table: str, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch] | None:
        """The rows of a stretch by another question than that of `batches`.

        Shape:   None where there is no second way, or where nothing says in which order the rows are.
        """
        del table, keys, rows
        return None

    @abc.abstractmethod
    def count(self, table: str) -> int: ...

    @abc.abstractmethod
    def mark(self, table: str) -> str: ...

    @abc.abstractmethod
    def close(self) -> None: ...

    def names(self, *own_folders: Path) -> list[str]:
        del own_folders
        return sorted(self.tables())

    def __truediv__(self, name: str) -> TableInfo:
        return TableInfo(self, name)

    def size(self, name: str) -> int:
        return self.count(name)

    def notices(self, table: str) -> tuple[str, ...]:
        """What a person should know of a table before a run, without a value."""
        del table
        return ()

    def stamp(self, name: str) -> str:
        return self.mark(name)

    def digest(self, name: str) -> str:
        return hashlib.sha256(f"{self.address.scheme}\n{name}\n{self.mark(name)}".encode()).hexdigest()

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return type(self), (self.address,)


def _closing(store: DatabaseStore, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    try:
        yield from batches
    finally:
        store.close()


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A relation of a database."""

    store: DatabaseStore
    name: str

    def schema(self) -> pa.Schema:
        found = self.store.schema(self.name)
        if not found.names:
            raise StoreError(
                "table-missing", "a table of the database is missing", hint="check `files:` and the schema"
            )
        return found

    def stretches(self, rows: int) -> list[Stretch]:
        return self.store.stretches(self.name, rows)

    def read(self, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch]:
        return self.store.batches(self.name, keys, rows)

    def again(self, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch] | None:
        return self.store.again(self.name, keys, rows)

    def count(self) -> int:
        return self.store.count(self.name)


def declared_field(column: Column, kind: pa.DataType, scheme: str) -> pa.Field:
    """A field of Arrow that remembers the type which its database declares."""
    return pa.field(column.name, kind, metadata={_DECLARED: f"{scheme} {column.kind}".encode()})


def is_written_as(field: pa.Field, scheme: str) -> str:
    """The type that a database of this kind declared for a column; "" for none: columns that were changed forget it."""
    of, _, kind = (field.metadata or {}).get(_DECLARED, b"").decode().partition(" ")
    return kind if of == scheme else ""


def refused(scheme: str, state: str, *, gone: bool = False) -> StoreError:
    """What a database answered, without its words: they may hold a value. Shape: `state` is the SQLSTATE."""
    if gone:
        return StoreError(
            "store-gone",
            "the database cannot be reached, or the connection was lost",
            where=scheme,
            hint="run the same command again: it continues where it stopped",
        )
    if state[:2] in ("28", "3D"):
        return StoreError(
            "store-refused",
            "the database rejects this user, or the database does not exist",
            where=f"{scheme} {state}",
            hint="check the address and the source of the password",
        )
    if state[:2] in ("22", "23"):
        return StoreError(
            "publish-type",
            "a cell does not fit the type or a constraint of its column in the target table",
            where=f"{scheme} {state}",
            hint="let Veil create the table, or give the column a type that fits the replacement",
        )
    return StoreError(
        "store-statement",
        "the database rejected a statement",
        where=f"{scheme} {state}".strip(),
        hint="check the permissions of this user",
    )


def taken(name: str) -> StoreError:
    """The error of a target where a table of others stands."""
    return StoreError(
        "publish-there",
        "the target contains a table with rows that Veil did not write",
        where=name,
        hint="empty or drop it, or use another schema or database",
    )


def check_columns(coming: Iterable[str], existing: Iterable[str]) -> None:
    """Errors: StoreError `publish-type` where a table that stands there lacks a column."""
    if missing := sorted(set(coming) - set(existing)):
        raise StoreError(
            "publish-type",
            "the target table lacks a column of the release",
            where=", ".join(missing[:5]),
            hint="add the column there, or drop it in the project",
        )


def as_text(column: pa.Array) -> pa.Array:
    """Cells as the text that files of tables have. Shape: n -> n `large_string`.

    Errors:  StoreError `publish-type` where they have none: lists, structs.
    """
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_timestamp(kind) and kind.tz:
        column = column.cast(pa.timestamp(kind.unit, "UTC"))
    try:
        return column.cast(pa.large_string())
    except pa.ArrowException:
        raise refused("arrow", "22") from None
