"""Sqlite: the database of one node, in one file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from queue import Empty, LifoQueue

from veil.errors import ServiceError, UnavailableError
from veil.service.store.database import Database, Row
from veil.service.store.migrations.state import READ_VERSION, pending

NAME = "service.sqlite"
_SETTINGS = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY", "trusted_schema=OFF")
_OF_THE_DISK = (sqlite3.OperationalError, sqlite3.DatabaseError)  # their kinds are faults of a statement
_TABLES_THERE = "SELECT name FROM sqlite_master WHERE type = 'table'"


class Sqlite(Database):
    """SQLite in one file, for threads and processes; each transaction is on disk when it ends.

    Keeps:   what is deleted is overwritten, in the file at once and in the log when it is `cut`; nothing is sorted or held in a
             temporary file.
    Errors:  ServiceError `store-closed` where the folder cannot be written; `store-newer`.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        try:
            with suppress(FileExistsError):
                os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except OSError:
            raise _closed() from None
        try:
            if pending({row["name"] for row in self.rows(_TABLES_THERE)}, self._version) is not None:
                self._upgrade()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        with self._borrowed() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def rows(self, asked: str, *values: object) -> list[Row]:
        with self._borrowed() as connection:
            return connection.execute(asked, values).fetchall()

    def cut(self) -> None:
        with self._borrowed() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        with suppress(Empty):
            while True:
                self._idle.get_nowait().close()

    def _version(self) -> str:
        found = self.row(READ_VERSION)
        return "" if found is None else str(found["version_num"])

    def _upgrade(self) -> None:
        """Errors: ServiceError `store-closed`, `store-newer`."""
        steps = import_module("veil.service.store.migrations.upgrade")
        try:
            steps.upgrade("sqlite", self._plain, "BEGIN IMMEDIATE")
        except ServiceError:
            raise
        except Exception:  # noqa: BLE001  SQLAlchemy has kinds of its own, and each may quote a statement
            raise _closed() from None

    def _plain(self) -> sqlite3.Connection:
        """A connection whose rows are those of the driver."""
        connection = self._line()
        connection.row_factory = None
        return connection

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.get_nowait()
        except Empty:
            connection = self._line()
        try:
            yield connection
        except sqlite3.DatabaseError as error:
            if type(error) not in _OF_THE_DISK:
                raise
            raise _closed() from None
        finally:
            self._idle.put(connection)

    def _line(self) -> sqlite3.Connection:
        """Errors: ServiceError `store-closed`."""
        try:
            connection = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
            connection.row_factory = sqlite3.Row
            for setting in _SETTINGS:
                connection.execute(f"PRAGMA {setting}").fetchall()
        except sqlite3.DatabaseError:
            raise _closed() from None
        return connection


def _closed() -> ServiceError:
    return UnavailableError(
        "store-closed",
        "the database of the service cannot be read or written",
        hint="check free disk space and the permissions of the data folder",
    )
