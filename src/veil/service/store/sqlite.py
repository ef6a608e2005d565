"""Sqlite: the database of one node, in one file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, LifoQueue

from veil.errors import ServiceError, UnavailableError
from veil.service.store.database import Database, Row

NAME = "service.sqlite"
_SETTINGS = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY", "trusted_schema=OFF")
_OF_THE_DISK = (sqlite3.OperationalError, sqlite3.DatabaseError)  # their kinds are faults of a statement
_TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS people (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, salt BLOB NOT NULL, cost TEXT NOT NULL, digest BLOB NOT NULL,
    active INTEGER NOT NULL DEFAULT 1, wrong INTEGER NOT NULL DEFAULT 0, locked REAL NOT NULL DEFAULT 0, made REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS invitations (digest BLOB PRIMARY KEY, id TEXT NOT NULL, role TEXT NOT NULL, until REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS renewals (digest BLOB PRIMARY KEY, person TEXT NOT NULL, until REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS sessions (digest BLOB PRIMARY KEY, person TEXT NOT NULL, made REAL NOT NULL, seen REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, state TEXT NOT NULL, format TEXT NOT NULL, made REAL NOT NULL, changed REAL NOT NULL,
    until REAL NOT NULL, key BLOB, about BLOB, plan BLOB, report BLOB, code TEXT NOT NULL DEFAULT '', stage TEXT NOT NULL DEFAULT '',
    done INTEGER NOT NULL DEFAULT 0, whole INTEGER NOT NULL DEFAULT 0, lease TEXT NOT NULL DEFAULT '', leased REAL NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX IF NOT EXISTS jobs_by_owner ON jobs (owner, made);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state, changed);
CREATE TABLE IF NOT EXISTS objects (
    id TEXT PRIMARY KEY, job TEXT NOT NULL, owner TEXT NOT NULL, what TEXT NOT NULL, key BLOB NOT NULL, size INTEGER NOT NULL,
    made REAL NOT NULL) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS objects_of_job ON objects (job, what);
CREATE TABLE IF NOT EXISTS marks (
    job TEXT NOT NULL, text INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, label TEXT NOT NULL, verdict TEXT NOT NULL,
    PRIMARY KEY (job, text, start, stop)) STRICT;
CREATE TABLE IF NOT EXISTS readings (job TEXT NOT NULL, text INTEGER NOT NULL, PRIMARY KEY (job, text)) STRICT;
CREATE TRIGGER IF NOT EXISTS job_forgets AFTER DELETE ON jobs BEGIN
    DELETE FROM marks WHERE job = OLD.id; DELETE FROM readings WHERE job = OLD.id; END;
CREATE TABLE IF NOT EXISTS rules (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, label TEXT NOT NULL, word BLOB NOT NULL, person TEXT NOT NULL, made REAL NOT NULL) STRICT;
"""


class Sqlite(Database):
    """SQLite in one file, for threads and processes; each transaction is on disk when it ends.

    Keeps:   what is deleted is overwritten, in the file at once and in the log when it is `cut`; nothing is sorted or held in a
             temporary file.
    Errors:  ServiceError `store-closed` where the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        try:
            with suppress(FileExistsError):
                os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except OSError:
            raise _closed() from None
        with self._lent() as line:
            line.executescript(_TABLES)

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        with self._lent() as line:
            line.execute("BEGIN IMMEDIATE")
            try:
                yield line
            except BaseException:
                line.execute("ROLLBACK")
                raise
            line.execute("COMMIT")

    def rows(self, asked: str, *values: object) -> list[Row]:
        with self._lent() as line:
            return line.execute(asked, values).fetchall()

    def cut(self) -> None:
        with self._lent() as line:
            line.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        with suppress(Empty):
            while True:
                self._idle.get_nowait().close()

    @contextmanager
    def _lent(self) -> Iterator[sqlite3.Connection]:
        try:
            line = self._idle.get_nowait()
        except Empty:
            line = self._line()
        try:
            yield line
        except sqlite3.DatabaseError as error:
            if type(error) not in _OF_THE_DISK:
                raise
            raise _closed() from None
        finally:
            self._idle.put(line)

    def _line(self) -> sqlite3.Connection:
        """Errors: ServiceError `store-closed`."""
        try:
            line = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
            line.row_factory = sqlite3.Row
            for setting in _SETTINGS:
                line.execute(f"PRAGMA {setting}").fetchall()
        except sqlite3.DatabaseError:
            raise _closed() from None
        return line


def _closed() -> ServiceError:
    return UnavailableError("store-closed", "the database of the service cannot be read or written",
                        hint="look at the disk and the rights of the data folder")  # fmt: skip
