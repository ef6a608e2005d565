"""Database: what the rooms of a store ask of the place of their rows, whichever it is."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Row(Protocol):
    """One row, by the names of its columns."""

    def __getitem__(self, name: str, /) -> Any: ...

    def keys(self) -> Iterable[str]: ...


class QueryResult(Protocol):
    """What a statement came to."""

    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


class Transaction(Protocol):
    """One transaction. Shape: `?` stands for a value; statements are of the dialect that SQLite and PostgreSQL share."""

    def execute(self, statement: str, values: Sequence[Any] = ..., /) -> QueryResult: ...


class Database(abc.ABC):
    """Who may enter, which jobs there are, and the wrapped keys of objects; no name and no byte of a file in clear.

    Keeps:   threads may share it; a change is on disk when it ends.
    Errors:  ServiceError `store-closed` where it cannot be read or written.
    """

    @abc.abstractmethod
    def change(self) -> AbstractContextManager[Transaction]:
        """One transaction, alone in the database: all of it, or nothing."""

    @abc.abstractmethod
    def rows(self, statement: str, *values: object) -> list[Row]: ...

    def row(self, statement: str, *values: object) -> Row | None:
        return next(iter(self.rows(statement, *values)), None)

    def fact(self, name: str) -> str | None:
        found = self.row("SELECT value FROM facts WHERE name = ?", name)
        return None if found is None else str(found["value"])

    @abc.abstractmethod
    def cut(self) -> None:
        """What was deleted is gone from the files of the database too, unless somebody reads just now; then the next cut takes it."""

    @abc.abstractmethod
    def close(self) -> None: ...


def insert(transaction: Transaction, table: str, columns: Mapping[str, Any]) -> None:
    """A new row. Keeps: its columns are named, so that a table may get more of them while older nodes still write to it."""
    names, signs = ", ".join(columns), ", ".join("?" * len(columns))
    transaction.execute(f"INSERT INTO {table} ({names}) VALUES ({signs})", tuple(columns.values()))  # noqa: S608  names of ours


def set_fact(transaction: Transaction, name: str, value: Any) -> None:
    transaction.execute(
        "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, str(value)),
    )
