"""PostgreSQL: tables read and written as Arrow, by the ADBC driver."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import adbc_driver_manager
import pyarrow as pa
from adbc_driver_postgresql import dbapi

from veil.stores.address import Address, password
from veil.stores.base import Stretch, quoted, stretches_of
from veil.stores.database import (
    MARKS,
    Column,
    DatabaseStore,
    declared_field,
    is_written_as,
    refused,
)
from veil.stores.reread import is_bytes, typed

# What the driver gives as the same value in Arrow; of everything else the database's own text is read.
_NATIVE = frozenset(
    {
        "boolean",
        "smallint",
        "integer",
        "bigint",
        "real",
        "double precision",
        "text",
        "date",
        "bytea",
        "timestamp without time zone",
        "timestamp with time zone",
    }
)
_TEXTS = ("character varying", "character(")
TYPES = (
    (pa.bool_(), "boolean"),
    (pa.int16(), "smallint"),
    (pa.int8(), "smallint"),
    (pa.int32(), "integer"),
    (pa.int64(), "bigint"),
    (pa.float32(), "real"),
    (pa.float64(), "double precision"),
    (pa.date32(), "date"),
    (pa.binary(), "bytea"),
    (pa.large_binary(), "bytea"),
    (pa.uint8(), "smallint"),
    (pa.uint16(), "integer"),
    (pa.uint32(), "bigint"),
    (pa.uint64(), "numeric(20)"),
)
_GONE = ("08", "57P")  # SQLSTATE classes: the connection is lost, the server was stopped
_LOST = frozenset(
    {
        adbc_driver_manager.AdbcStatusCode.IO,
        adbc_driver_manager.AdbcStatusCode.CANCELLED,
        adbc_driver_manager.AdbcStatusCode.TIMEOUT,
    }
)
_DAYS = frozenset({"date", "timestamp without time zone", "timestamp with time zone"})
# Dates as every session writes them, whatever the server and the user have set.
_WRITTEN = "-c DateStyle=ISO -c TimeZone=UTC"


class PostgresqlConnection:
    """One connection of a process, made when it is first asked for."""

    def __init__(self, address: Address, *, reads: bool) -> None:
        self._address, self._reads = address, reads

    @cached_property
    def _connection(self) -> Any:
        address = self._address
        parameters = {
            "host": address.host,
            "port": address.port,
            "dbname": address.database,
            "user": address.user,
            "password": password(address),
            "application_name": "veil",
            "options": _WRITTEN + (" -c default_transaction_read_only=on" if self._reads else ""),
        }
        parameters |= {key: value for key, value in address.options.items() if key not in ("schema", "password_env")}
        pieces = [f"{key}='{_escaped(str(value))}'" for key, value in parameters.items() if value]
        with self.telling():
            return dbapi.connect(" ".join(pieces))

    @contextlib.contextmanager
    def cursor(self) -> Iterator[Any]:
        with self.telling():
            cursor = self._connection.cursor()
            try:
                yield cursor
            finally:
                with contextlib.suppress(adbc_driver_manager.Error):
                    cursor.close()

    def rows(self, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        with self.cursor() as cursor:
            cursor.execute(sql, list(values) or None)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def run(self, sql: str, values: Iterable[Any] = ()) -> None:
        with self.cursor() as cursor:
            cursor.execute(sql, list(values) or None)

    def commit(self) -> None:
        with self.telling():
            self._connection.commit()

    def rollback(self) -> None:
        if "_connection" in self.__dict__:
            with contextlib.suppress(adbc_driver_manager.Error):
                self._connection.rollback()

    def close(self) -> None:
        connection = self.__dict__.pop("_connection", None)
        if connection is not None:
            with contextlib.suppress(adbc_driver_manager.Error):
                connection.close()

    def __del__(self) -> None:
        self.close()

    @contextlib.contextmanager
    def telling(self) -> Iterator[None]:
        """An error of the driver as one of the house: its message may hold a value."""
        try:
            yield
        except (adbc_driver_manager.Error, OSError) as error:
            self.rollback()
            self.close()
            state = getattr(error, "sqlstate", None) or ""
            raise refused("postgresql", state or _state_of(error), gone=_is_lost(error, state)) from None


def _is_lost(error: Exception, state: str) -> bool:
    """Whether the connection broke: the server says so, or nobody answered. A value that is refused is another matter."""
    if state:
        return state.startswith(_GONE)
    return isinstance(error, OSError) or getattr(error, "status_code", None) in _LOST


def _state_of(error: Exception) -> str:
    """The SQLSTATE class of an error that the driver found by itself: a type or a value that it cannot send."""
    values = dbapi.DataError, dbapi.InternalError, dbapi.NotSupportedError, dbapi.ProgrammingError
    return "22" if isinstance(error, values) else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


class PostgresqlStore(DatabaseStore):
    """The tables and views of one schema of a database.

    Keeps:   the order of the primary key; types that Arrow has. A number of exact decimals, a UUID, JSON, an array is
             the database's own text, its declared type beside it; so is a column of dates in which a cell is
             `infinity`, before the year 1 or after 9999: Arrow, and what reads Parquet, has no such date.
    """

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self._line = PostgresqlConnection(address, reads=True)
        self.space = address.options.get("schema", "public")
        self._beyond: dict[str, frozenset[str]] = {}

    def tables(self) -> list[str]:
        found = self._line.rows(
            "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1",
            [self.space],
        )
        return [name for (name,) in found if name != MARKS]

    def columns(self, table: str) -> list[Column]:
        rows = self._line.rows(
            "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull FROM pg_attribute a "
            "WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
            [self._at(table)],
        )
        return [Column(name, kind, bool(whole)) for name, kind, whole in rows]

    def key(self, table: str) -> list[Column]:
        rows = self._line.rows(
            "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod) FROM pg_index i CROSS JOIN LATERAL "
            "unnest(i.indkey::int2[]) WITH ORDINALITY k(n, o) JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n "
            "WHERE i.indrelid = $1::text::regclass AND i.indisprimary ORDER BY k.o",
            [self._at(table)],
        )
        return [Column(name, kind, True) for name, kind in rows]

    def stretches(self, table: str, rows: int) -> list[Stretch]:
        key = self.key(table)
        if not key:
            return [(None, None)]
        names = ", ".join(quoted(column.name) for column in key)
        texts = ", ".join(f"{quoted(column.name)}::text" for column in key)
        found = self._line.rows(
            f"SELECT {texts} FROM (SELECT {names}, row_number() OVER (ORDER BY {names}) - 1 AS n "
            f"FROM {self._at(table)}) s WHERE n % {int(rows)} = 0 ORDER BY n"
        )
        self._line.commit()
        return stretches_of(found)

    def batches(self, table: str, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch]:
        columns, key, beyond = self.columns(table), self.key(table), self._beyond_calendar(table)
        selected = ", ".join(
            quoted(column.name)
            if _is_native(column.kind) and column.name not in beyond
            else f"{quoted(column.name)}::text"
            for column in columns
        )
        where, values = _within(key, keys)
        order = (" ORDER BY " + ", ".join(quoted(column.name) for column in key)) if key else ""
        schema = self.schema(table)
        try:
            with self._line.cursor() as cursor:
                cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(16 << 20)})
                cursor.execute(f"SELECT {selected} FROM {self._at(table)}{where}{order}", values or None)
                for batch in cursor.fetch_record_batch():
                    for start in range(0, batch.num_rows, rows):
                        piece = batch.slice(start, rows).columns
                        cells = [_plain(array).cast(kind) for array, kind in zip(piece, schema.types, strict=True)]
                        yield pa.RecordBatch.from_arrays(cells, schema=schema)
        finally:  # whoever reads only the first rows leaves no lock on the table
            self._line.commit()

    def batches_again(self, table: str, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch] | None:
        """Every cell as the server's own text, not as the driver reads its types."""
        key = self.key(table)
        return self._again(table, key, keys, rows) if key else None

    def _again(self, table: str, key: list[Column], keys: Stretch, rows: int) -> Iterator[pa.RecordBatch]:
        schema = self.schema(table)
        where, values = _within(key, keys)
        order = ", ".join(f"veil_t.{quoted(column.name)}" for column in key)  # not the texts, which have the same names
        try:
            with self._line.cursor() as cursor:
                cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(16 << 20)})
                columns = ", ".join(map(_expression_again, schema))
                cursor.execute(
                    f"SELECT {columns} FROM {self._at(table)} veil_t{where} ORDER BY {order}", values or None
                )
                for batch in cursor.fetch_record_batch():
                    for start in range(0, batch.num_rows, rows):
                        piece = batch.slice(start, rows).columns
                        cells = [typed(_plain(array), kind) for array, kind in zip(piece, schema.types, strict=True)]
                        yield pa.RecordBatch.from_arrays(cells, schema=schema)
        finally:
            self._line.commit()

    def schema(self, table: str) -> pa.Schema:
        beyond = self._beyond_calendar(table)
        return pa.schema(
            [
                declared_field(
                    column, pa.large_string() if column.name in beyond else _arrow(column.kind), "postgresql"
                )
                for column in self.columns(table)
            ]
        )

    def _beyond_calendar(self, table: str) -> frozenset[str]:
        """The columns of dates with a cell that is infinite or outside the years 1 to 9999; asked once a table."""
        if table not in self._beyond:
            days = [column.name for column in self.columns(table) if column.kind in _DAYS]
            found: tuple[Any, ...] = ()
            if days:
                asked = ", ".join(
                    f"coalesce(bool_or(NOT isfinite({name}) OR {name} < '0001-01-01' OR {name} > '9999-12-31 23:59:59.999999'), false)"
                    for name in map(quoted, days)
                )
                found = self._line.rows(f"SELECT {asked} FROM {self._at(table)}")[0]
                self._line.commit()
            self._beyond[table] = frozenset(name for name, is_beyond in zip(days, found, strict=True) if is_beyond)
        return self._beyond[table]

    def count(self, table: str) -> int:
        return int(self._line.rows(f"SELECT count(*) FROM {self._at(table)}")[0][0])

    def mark(self, table: str) -> str:
        """The number of rows and the transactions that wrote them; of a view, a sum over its rows."""
        whole = self._line.rows(
            "SELECT relkind IN ('r', 'm') FROM pg_class WHERE oid = $1::text::regclass", [self._at(table)]
        )
        row_hash = "xmin::text::bigint" if whole and whole[0][0] else "hashtextextended(t::text, 0)"
        rows = self._line.rows(f"SELECT count(*)::text, coalesce(sum({row_hash}), 0)::text FROM {self._at(table)} t")
        self._line.commit()
        return ":".join(rows[0])

    def close(self) -> None:
        self._line.close()

    def _at(self, table: str) -> str:
        return f"{quoted(self.space)}.{quoted(table)}"


def _within(key: list[Column], keys: Stretch) -> tuple[str, list[Any]]:
    """The condition of a stretch; keys travel as text, and the database reads them as it wrote them."""
    names, pieces, values = ", ".join(quoted(column.name) for column in key), [], list[Any]()
    for bound, negated in zip(keys, ("", "NOT "), strict=True):
        if bound is not None:
            marks = ", ".join(f"${len(values) + i}::text::{column.kind}" for i, column in enumerate(key, 1))
            pieces.append(f"{negated}(({names}) >= ({marks}))")
            values += bound
    return (" WHERE " + " AND ".join(pieces) if pieces else ""), values


def _is_native(kind: str) -> bool:
    return kind in _NATIVE or kind.startswith(_TEXTS)


def _arrow(kind: str) -> pa.DataType:
    if kind == "timestamp without time zone":
        return pa.timestamp("us")
    if kind == "timestamp with time zone":
        return pa.timestamp("us", "UTC")
    if kind == "bytea":
        return pa.binary()
    return next((arrow for arrow, sql in TYPES if sql == kind), pa.large_string())


def _plain(column: pa.Array) -> pa.Array:
    return column.storage if isinstance(column, pa.ExtensionArray) else column


def _expression_again(field: pa.Field) -> str:
    """The question for a cell: its text; of moments the number since 1970, of bytes their hexadecimal digits."""
    name = quoted(field.name)
    if pa.types.is_timestamp(field.type) and field.type.tz:
        return f"(extract(epoch FROM {name}) * 1000000)::bigint::text"
    if is_written_as(field, "postgresql").startswith("character("):
        return f"convert_from(bpcharsend({name}), getdatabaseencoding())"  # its own text lacks the blanks at the end
    return f"encode({name}, 'hex')" if is_bytes(field.type) else f"{name}::text"
