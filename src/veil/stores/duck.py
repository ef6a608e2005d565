"""DuckDB: tables of a database file, read and written as Arrow; nothing is fetched and nothing is spilled."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import duckdb
import pyarrow as pa

from veil.errors import StoreError
from veil.stores.address import Address
from veil.stores.base import Stretch, quoted, stretches_of
from veil.stores.database import (
    MARKS,
    Column,
    DatabaseStore,
    check_columns,
    declared_field,
    is_written_as,
    refused,
    taken,
)
from veil.stores.folder import FolderStore
from veil.stores.reread import fetched, in_batches, is_bytes

# No extension is fetched or loaded, and no temporary file is written: what does not fit into memory fails.
CLOSED: dict[str, str | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "temp_directory": "",
    "threads": 2,
}
_NATIVE = (
    "BOOLEAN",
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "FLOAT",
    "DOUBLE",
    "VARCHAR",
    "DATE",
    "TIMESTAMP",
    "TIMESTAMP_S",
    "TIMESTAMP_MS",
    "TIMESTAMP_NS",
    "TIMESTAMP WITH TIME ZONE",
    "BLOB",
)
_DAYS = ("DATE", "TIMESTAMP")
_UNTIDY = ""  # under this name stands that a table was replaced, and the file may hold its blocks still
_MARKED = "INSERT OR REPLACE INTO {} (name, mark, rows) VALUES (?, ?, 0)"


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    """An error of the database as one of the house: its message may hold a value."""
    try:
        yield
    except duckdb.Error as error:
        fits = (duckdb.ConversionException, duckdb.ConstraintException, duckdb.OutOfRangeException)
        state = "22" if isinstance(error, fits) else "3D" if isinstance(error, duckdb.CatalogException) else ""
        raise refused("duckdb", state, gone=isinstance(error, duckdb.IOException)) from None


class DuckStore(DatabaseStore):
    """The tables and views of a file's main schema, or of the one that `?schema=` names.

    Keeps:   types that Arrow has and decimals; of all others the database's own text, and of a column of dates in which
             a cell is `infinity`, before the year 1 or after 9999. Rows in the order of their row ids.
    """

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self.space = address.options.get("schema", "main")
        self._beyond: dict[str, frozenset[str]] = {}

    @cached_property
    def _line(self) -> duckdb.DuckDBPyConnection:
        if not self.address.path.is_file():
            raise StoreError(
                "store-refused",
                "the database file does not exist",
                where="duckdb",
                hint="expected: duckdb:///FILE, relative to the project",
            )
        with _telling():
            return duckdb.connect(str(self.address.path), read_only=True, config=dict(CLOSED))

    def rows(self, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        with _telling():
            return self._line.execute(sql, list(values)).fetchall()

    def tables(self) -> list[str]:
        found = self.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = ?", [self.space])
        return [name for (name,) in found if name != MARKS]

    def columns(self, table: str) -> list[Column]:
        rows = self.rows(
            "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = ? AND "
            "table_name = ? ORDER BY ordinal_position",
            [self.space, table],
        )
        return [Column(name, kind, whole == "NO") for name, kind, whole in rows]

    def schema(self, table: str) -> pa.Schema:
        columns = self.columns(table)
        if not columns:
            return pa.schema([])
        with _telling():
            seen = self._reader(f"{self._select(table, columns)} FROM {self._at(table)} LIMIT 0", 1).schema
        return pa.schema(
            [declared_field(column, field.type, "duckdb") for column, field in zip(columns, seen, strict=True)]
        )

    def stretches(self, table: str, rows: int) -> list[Stretch]:
        if not self._has_row_ids(table):
            return [(None, None)]
        first, last = self.rows(f"SELECT min(rowid), max(rowid) FROM {self._at(table)}")[0]
        return stretches_of([(at,) for at in range(first, last + 1, rows)]) if first is not None else [(None, None)]

    def batches(self, table: str, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch]:
        schema = self.schema(table)
        bounds = [f"rowid {sign} {int(key[0])}" for key, sign in zip(keys, (">=", "<"), strict=True) if key is not None]
        where = (" WHERE " + " AND ".join(bounds)) if bounds else ""
        order = " ORDER BY rowid" if self._has_row_ids(table) else ""
        with _telling():
            for batch in self._reader(
                f"{self._select(table, self.columns(table))} FROM {self._at(table)}{where}{order}", rows
            ):
                yield pa.RecordBatch.from_arrays(
                    [array.cast(kind) for array, kind in zip(batch.columns, schema.types, strict=True)], schema=schema
                )

    def batches_again(self, table: str, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch] | None:
        """Every cell as the database's own text, row by row and not as Arrow."""
        return self._again(table, keys, rows) if self._has_row_ids(table) else None

    def _again(self, table: str, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch]:
        schema = self.schema(table)
        columns = ", ".join(map(_expression_again, schema))
        bounds = [f"rowid {sign} {int(key[0])}" for key, sign in zip(keys, (">=", "<"), strict=True) if key is not None]
        where = (" WHERE " + " AND ".join(bounds)) if bounds else ""
        with _telling(), contextlib.closing(self._line.cursor()) as line:
            line.execute(f"SELECT {columns} FROM {self._at(table)}{where} ORDER BY rowid")
            yield from in_batches(fetched(line, rows), schema, rows)

    def count(self, table: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM {self._at(table)}")[0][0])

    def mark(self, table: str) -> str:
        path = self.address.path
        return f"{FolderStore(path.parent).stamp(path.name)}:{self.count(table)}"

    def close(self) -> None:
        connection = self.__dict__.pop("_line", None)
        if connection is not None:
            connection.close()

    def _reader(self, sql: str, rows: int) -> pa.RecordBatchReader:
        return self._line.sql(sql).to_arrow_reader(rows)

    def _select(self, table: str, columns: list[Column]) -> str:
        beyond = self._beyond_calendar(table, columns)
        cells = [
            quoted(column.name)
            if column.name not in beyond and (column.kind in _NATIVE or column.kind.startswith("DECIMAL"))
            else f"CAST({quoted(column.name)} AS VARCHAR) AS {quoted(column.name)}"
            for column in columns
        ]
        return "SELECT " + ", ".join(cells)

    def _beyond_calendar(self, table: str, columns: list[Column]) -> frozenset[str]:
        """The columns of dates with a cell that is infinite or outside the years 1 to 9999; asked once a table."""
        if table not in self._beyond:
            days = [column.name for column in columns if column.kind.startswith(_DAYS)]
            found: tuple[Any, ...] = ()
            if days:
                asked = [
                    f"coalesce(bool_or(NOT isfinite({name}) OR {name}::DATE NOT BETWEEN '0001-01-01' AND '9999-12-31'), false)"
                    for name in map(quoted, days)
                ]
                found = self.rows(f"SELECT {', '.join(asked)} FROM {self._at(table)}")[0]
            self._beyond[table] = frozenset(name for name, is_beyond in zip(days, found, strict=True) if is_beyond)
        return self._beyond[table]

    def _has_row_ids(self, table: str) -> bool:
        """Not those of views, and not where a column has taken their name: it may be null, or far from 1 to n."""
        if any(column.name.lower() == "rowid" for column in self.columns(table)):
            return False
        return bool(
            self.rows(
                "SELECT 1 FROM information_schema.tables WHERE table_schema = ? AND table_name = ? AND "
                "table_type = 'BASE TABLE'",
                [self.space, table],
            )
        )

    def _at(self, table: str) -> str:
        return f"{quoted(self.space)}.{quoted(table)}"


def _expression_again(field: pa.Field) -> str:
    """The question for a cell: its text; of moments the number since 1970, of bytes their hexadecimal digits."""
    name = quoted(field.name)
    if pa.types.is_timestamp(field.type) and field.type.tz:
        return f"CAST(CAST(epoch_us({name}) AS BIGINT) AS VARCHAR)"
    return f"hex({name})" if is_bytes(field.type) else f"CAST({name} AS VARCHAR)"


class DuckTarget:
    """A database file that takes tables, each whole in one transaction; made if it is not there."""

    def __init__(self, address: Address) -> None:
        self._path, self._space = address.path, address.options.get("schema", "main")

    @cached_property
    def _line(self) -> duckdb.DuckDBPyConnection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with _telling():
            connection = duckdb.connect(str(self._path), config=dict(CLOSED))
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(self._space)}")
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {self._at(MARKS)} (name VARCHAR PRIMARY KEY, mark VARCHAR NOT NULL, "
                "rows BIGINT NOT NULL, made TIMESTAMP NOT NULL DEFAULT current_timestamp)"
            )
        return connection

    def mark_of(self, name: str) -> str:
        with _telling():
            found = self._line.execute(f"SELECT mark FROM {self._at(MARKS)} WHERE name = ?", [name]).fetchone()
        return str(found[0]) if found and self._columns(name) else ""

    def put(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch], mark: str) -> int:
        mark_found, existing = self.mark_of(name), self._columns(name)
        with _telling():
            self._line.execute("BEGIN")
            try:
                if existing and not mark_found:
                    self._check_empty(name)
                    check_columns(schema.names, existing)
                else:
                    if existing:
                        self._line.execute(_MARKED.format(self._at(MARKS)), [_UNTIDY, ""])
                    self._line.execute(f"DROP TABLE IF EXISTS {self._at(name)}")
                    self._make(name, schema)
                rows = self._filled(name, schema, batches)
                self._line.execute(_MARKED.format(self._at(MARKS)), [name, mark])
                self._line.execute(f"UPDATE {self._at(MARKS)} SET rows = ? WHERE name = ?", [rows, name])
                self._line.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(duckdb.Error):
                    self._line.execute("ROLLBACK")
                raise
        return rows

    def _make(self, name: str, schema: pa.Schema) -> None:
        """An empty table of these types: those that were declared at home, else those of Arrow."""
        none = schema.remove_metadata().empty_table()
        with self._seen("veil_coming", none):
            self._line.execute(f"CREATE TABLE {self._at(name)} AS SELECT * FROM veil_coming")
        for field in schema:
            declared = is_written_as(field, "duckdb")
            if declared:
                self._line.execute(f"ALTER TABLE {self._at(name)} ALTER {quoted(field.name)} TYPE {declared}")

    def _filled(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
        names = ", ".join(map(quoted, schema.names))
        with self._seen("veil_coming", pa.RecordBatchReader.from_batches(schema, batches)):
            self._line.execute(f"INSERT INTO {self._at(name)} ({names}) SELECT {names} FROM veil_coming")
        return int(self._line.execute(f"SELECT count(*) FROM {self._at(name)}").fetchall()[0][0])

    @contextlib.contextmanager
    def _seen(self, name: str, rows: Any) -> Iterator[None]:
        self._line.register(name, rows)
        try:
            yield
        finally:
            self._line.unregister(name)

    def _columns(self, name: str) -> list[str]:
        """The columns of what stands under this name, whatever its case: to DuckDB it is one name."""
        with _telling():
            found = self._line.execute(
                "SELECT column_name FROM information_schema.columns WHERE lower(table_schema) = lower(?) "
                "AND lower(table_name) = lower(?)",
                [self._space, name],
            ).fetchall()
        return [column for (column,) in found]

    def _check_empty(self, name: str) -> None:
        if self._line.execute(f"SELECT 1 FROM {self._at(name)} LIMIT 1").fetchone():
            raise taken(name)

    def tidy(self) -> None:
        """The database as a new file, where a table was replaced: the old one keeps its blocks until they are needed."""
        fresh = self._path.with_name(f"{self._path.name}.veil-new")
        with _telling():
            replaced = f"SELECT 1 FROM {self._at(MARKS)} WHERE name = ?"
            if not self._line.execute(replaced, [_UNTIDY]).fetchone():
                return
            fresh.unlink(missing_ok=True)
            self._line.execute(f"ATTACH '{str(fresh).replace(chr(39), chr(39) * 2)}' AS veil_new")
            (own,) = self._line.execute("SELECT current_database()").fetchone() or ("",)
            self._line.execute(f"COPY FROM DATABASE {quoted(own)} TO veil_new")
            self._line.execute(f"DELETE FROM veil_new.{self._at(MARKS)} WHERE name = ?", [_UNTIDY])
            self._line.execute("CHECKPOINT veil_new")
            self._line.execute("DETACH veil_new")
            self.close()
        fresh.replace(self._path)

    def close(self) -> None:
        connection = self.__dict__.pop("_line", None)
        if connection is not None:
            connection.close()

    def _at(self, table: str) -> str:
        return f"{quoted(self._space)}.{quoted(table)}"
