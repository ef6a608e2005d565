"""SQLite: tables of a database file, by the driver of Python's own library."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from veil.errors import FormatError, StoreError
from veil.stores.address import Address
from veil.stores.base import Stretch, quoted, stretches_of, within
from veil.stores.database import (
    MARKS,
    Column,
    DatabaseStore,
    as_text,
    check_columns,
    declared_field,
    is_written_as,
    refused,
    taken,
)
from veil.stores.folder import FolderStore
from veil.stores.reread import in_batches, is_bytes

_ROWID = ("rowid", "_rowid_", "oid")
_TYPE = re.compile(r"[\w ]*(\([\d ,.+-]*\))?")  # SQLite takes any text as a type, and it is written into statements
_KINDS = (
    (pa.types.is_boolean, "INTEGER"),
    (pa.types.is_integer, "INTEGER"),
    (pa.types.is_floating, "REAL"),
    (pa.types.is_binary, "BLOB"),
    (pa.types.is_large_binary, "BLOB"),
)


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    """An error of the driver as one of the house: its message may hold a value."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from None
        state = {
            sqlite3.SQLITE_CONSTRAINT: "23",
            sqlite3.SQLITE_MISMATCH: "22",
            sqlite3.SQLITE_CANTOPEN: "3D",
            sqlite3.SQLITE_NOTADB: "3D",
        }.get(code, "")
        raise refused("sqlite", state, gone=code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR)) from None


class SqliteStore(DatabaseStore):
    """The tables and views of a file.

    Keeps:   every cell's value; a column whose cells are all whole numbers, all numbers with a point or all bytes is
             typed so, any other is text as the database writes it. Rows in the order of their row ids.
    """

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self._schemas: dict[str, pa.Schema] = {}

    @cached_property
    def _line(self) -> sqlite3.Connection:
        path = self.address.path
        if not path.is_file():
            raise StoreError(
                "store-refused",
                "the database file does not exist",
                where="sqlite",
                hint="expected: sqlite:///FILE, relative to the project",
            )
        with _telling():
            return _opened(path)

    def rows(self, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        with _telling():
            return self._line.execute(sql, tuple(values)).fetchall()

    def tables(self) -> list[str]:
        found = self.rows(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
        return [name for (name,) in found if name != MARKS]

    def columns(self, table: str) -> list[Column]:
        return [
            Column(name, kind if _TYPE.fullmatch(kind) else "", bool(whole))
            for _, name, kind, whole, *_ in self._info(table)
        ]

    def _info(self, table: str) -> list[tuple[Any, ...]]:
        return self.rows(f"PRAGMA table_info({quoted(table)})")

    def key(self, table: str) -> list[str]:
        """The row id under a name that no column has taken; the primary key of a table without one; of a view nothing."""
        columns = {column.name.lower() for column in self.columns(table)}
        free = next((name for name in _ROWID if name not in columns), None)
        if free is not None:
            with contextlib.suppress(StoreError):
                found = self.rows(f"SELECT {free} FROM {quoted(table)} LIMIT 1")
                if not found or found[0][0] is not None:
                    return [free]
        keyed = sorted((place, name) for _, name, _, _, _, place in self._info(table) if place)
        return [name for _, name in keyed]

    def schema(self, table: str) -> pa.Schema:
        if table not in self._schemas:
            columns = self.columns(table)
            kinds = [f"group_concat(DISTINCT typeof({quoted(column.name)}))" for column in columns]
            seen = self.rows(f"SELECT {', '.join(kinds)} FROM {quoted(table)}")[0] if columns else ()
            fields = [
                declared_field(column, _arrow(classes, column.kind), "sqlite")
                for column, classes in zip(columns, seen, strict=True)
            ]
            self._schemas[table] = pa.schema(fields)
        return self._schemas[table]

    def stretches(self, table: str, rows: int) -> list[Stretch]:
        key = self.key(table)
        if not key:
            return [(None, None)]
        names = ", ".join(map(quoted, key)) if key[0] not in _ROWID else key[0]
        return stretches_of(
            self.rows(
                f"SELECT {names} FROM (SELECT {names}, row_number() OVER (ORDER BY {names}) - 1 AS n FROM {quoted(table)}) "
                "WHERE n % ? = 0 ORDER BY n",
                [rows],
            )
        )

    def batches(self, table: str, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch]:
        schema, key = self.schema(table), self.key(table)
        columns = ", ".join(_selected(field) for field in schema)
        where, values = within(key, keys, '"', "?")
        order = f" ORDER BY {', '.join(map(quoted, key))}" if key else ""
        with _telling():
            cursor = self._line.execute(f"SELECT {columns} FROM {quoted(table)}{where}{order}", values)
            while found := cursor.fetchmany(rows):
                yield _batch(found, schema)

    def batches_again(self, table: str, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch] | None:
        """The class and the bytes of each cell, as the database tells them, over a connection of its own."""
        key = self.key(table)
        return self._again(table, key, keys, rows) if key else None

    def _again(self, table: str, key: list[str], keys: Stretch, rows: int) -> Iterator[pa.RecordBatch]:
        schema = self.schema(table)
        columns = ", ".join(_expression_again(quoted(field.name)) for field in schema)
        where, values = within(key, keys, '"', "?")
        with _telling(), contextlib.closing(_opened(self.address.path)) as line:
            (encoding,) = line.execute("PRAGMA encoding").fetchone()
            cursor = line.execute(
                f"SELECT {columns} FROM {quoted(table)}{where} ORDER BY {', '.join(map(quoted, key))}", values
            )
            texts = (
                [_literal(cell, field.type, encoding) for cell, field in zip(row, schema, strict=True)]
                for row in cursor
            )
            yield from in_batches(texts, schema, rows)

    def count(self, table: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM {quoted(table)}")[0][0])

    def mark(self, table: str) -> str:
        """The state of the whole file, its log of changes included, and the number of rows."""
        path, folder = self.address.path, FolderStore(self.address.path.parent)
        log = path.with_name(path.name + "-wal")
        pieces = [folder.stamp(file.name) for file in (path, log) if file.exists() and file.stat().st_size]
        return ":".join([*pieces, str(self.count(table))])

    def close(self) -> None:
        connection = self.__dict__.pop("_line", None)
        if connection is not None:
            connection.close()


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    connection.execute("PRAGMA temp_store = MEMORY")  # what a view sorts would lie in a temporary file, in clear
    return connection


def _expression_again(name: str) -> str:
    """The question for a cell: a letter for its class, and its text or its bytes in hexadecimal digits."""
    return (
        f"CASE typeof({name}) WHEN 'integer' THEN 'I' || {name} WHEN 'real' THEN 'R' || printf('%!.17g', {name}) "
        f"WHEN 'text' THEN 'T' || hex({name}) WHEN 'blob' THEN 'B' || hex({name}) END"
    )


def _literal(answer: str | None, kind: pa.DataType, encoding: str) -> str | None:
    """A cell as text for a column of this type, from what the database says of it.

    Errors:  FormatError `reread`.
    """
    if answer is None:
        return None
    letter, value = answer[0], answer[1:]
    try:
        if letter == "T":
            return bytes.fromhex(value).decode(encoding)
    except (UnicodeDecodeError, ValueError):
        raise FormatError("reread", "a second reading of a table finds a text in another encoding") from None
    if letter == "R":
        return repr(float(value))
    return value if letter == "I" or is_bytes(kind) else f"X'{value}'"


def _arrow(classes: str | None, declared: str) -> pa.DataType:
    seen = set((classes or "").split(",")) - {"null", ""}
    if not seen:
        kind = declared.upper()
        return (
            pa.int64()
            if "INT" in kind
            else pa.float64()
            if any(word in kind for word in ("REAL", "FLOA", "DOUB"))
            else pa.large_string()
        )
    return {
        frozenset({"integer"}): pa.int64(),
        frozenset({"real"}): pa.float64(),
        frozenset({"blob"}): pa.large_binary(),
    }.get(frozenset(seen), pa.large_string())


def _selected(field: pa.Field) -> str:
    name = quoted(field.name)
    if field.type != pa.large_string():
        return name
    return f"CASE typeof({name}) WHEN 'blob' THEN 'X''' || hex({name}) || '''' WHEN 'real' THEN {name} ELSE CAST({name} AS TEXT) END"


def _batch(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    try:
        columns = [
            pa.array(map(_digits, cells) if kind == pa.large_string() else cells, kind)
            for cells, kind in zip(zip(*rows, strict=True), schema.types, strict=True)
        ]
    except (pa.ArrowException, UnicodeError):
        raise FormatError(
            "table-type",
            "the type of a column changed during the run",
            hint="run again when nothing writes to the database",
        ) from None
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _digits(cell: str | float | None) -> str | None:
    """A cell of a column of text; of a number as many digits as it has, where the database's own text has fifteen."""
    return repr(cell) if isinstance(cell, float) else cell


class SqliteTarget:
    """A database file that takes tables, each whole in one transaction; made if it is not there."""

    def __init__(self, address: Address) -> None:
        self._path = address.path

    @cached_property
    def _line(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with _telling():
            connection = sqlite3.connect(self._path, isolation_level=None)
            connection.execute(
                "PRAGMA secure_delete = ON"
            )  # what is replaced is overwritten; many builds only unlink it
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {MARKS} (name TEXT PRIMARY KEY, mark TEXT NOT NULL, rows INTEGER NOT NULL, "
                "made TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)"
            )
        return connection

    def mark_of(self, name: str) -> str:
        with _telling():
            found = self._line.execute(f"SELECT mark FROM {MARKS} WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found and self._columns(name) else ""

    def put(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch], mark: str) -> int:
        mark_found, existing = self.mark_of(name), self._columns(name)
        with _telling():
            self._line.execute("BEGIN IMMEDIATE")
            try:
                if existing and not mark_found:
                    self._check_empty(name)
                    check_columns(schema.names, existing)
                else:
                    self._line.execute(f"DROP TABLE IF EXISTS {quoted(name)}")
                    columns = ", ".join(f"{quoted(field.name)} {_sql(field)}" for field in schema)
                    self._line.execute(f"CREATE TABLE {quoted(name)} ({columns})")
                rows = self._filled(name, schema, batches)
                self._line.execute(
                    f"INSERT OR REPLACE INTO {MARKS} (name, mark, rows) VALUES (?, ?, ?)", (name, mark, rows)
                )
                self._line.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.DatabaseError):
                    self._line.execute("ROLLBACK")
                raise
        return rows

    def _filled(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
        names, marks = ", ".join(map(quoted, schema.names)), ", ".join("?" * len(schema.names))
        for batch in batches:
            cells = [_plain(column).to_pylist() for column in batch.columns]
            try:
                self._line.executemany(
                    f"INSERT INTO {quoted(name)} ({names}) VALUES ({marks})", zip(*cells, strict=True)
                )
            except OverflowError:  # a whole number of more than 63 bits
                raise refused("sqlite", "22") from None
        return int(self._line.execute(f"SELECT count(*) FROM {quoted(name)}").fetchone()[0])

    def _columns(self, name: str) -> list[str]:
        with _telling():
            return [row[1] for row in self._line.execute(f"PRAGMA table_info({quoted(name)})")]

    def _check_empty(self, name: str) -> None:
        if self._line.execute(f"SELECT 1 FROM {quoted(name)} LIMIT 1").fetchone():
            raise taken(name)

    def tidy(self) -> None:
        """Replaced cells were overwritten as they went; a log of changes beside the file may hold them still."""
        with _telling():
            self._line.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        connection = self.__dict__.pop("_line", None)
        if connection is not None:
            connection.close()


def _plain(column: pa.Array) -> pa.Array:
    """Cells as SQLite has them: numbers and bytes as they are, all else as text."""
    if pa.types.is_boolean(column.type):
        return column.cast(pa.int8())
    return column if any(of(column.type) for of, _ in _KINDS) else as_text(column)


def _sql(field: pa.Field) -> str:
    declared = is_written_as(field, "sqlite")
    return declared or next((sql for of, sql in _KINDS if of(field.type)), "TEXT")
