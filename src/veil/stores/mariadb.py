"""MariaDB and MySQL: tables read and written by PyMySQL, a driver under the MIT licence."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pymysql
from pymysql.cursors import SSCursor

from veil.errors import FormatError
from veil.stores.address import Address, password
from veil.stores.base import Stretch, quoted, stretches_of, within
from veil.stores.database import (
    Column,
    DatabaseStore,
    as_text,
    check_columns,
    declared_field,
    is_written_as,
    refused,
    taken,
)
from veil.stores.reread import fetched, in_batches, is_bytes

# Double quotes name columns, nothing is cut to fit, moments are read in one zone, a locked table is waited for a minute
# and not the day that the server would wait.
_SESSION = (
    "SET SESSION sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES', time_zone = '+00:00', "
    "lock_wait_timeout = 60"
)
_INTEGERS = ("tinyint", "smallint", "mediumint", "int", "bigint")
_LOST = frozenset({2002, 2003, 2006, 2013, 2055, 1053, 1927, 0})
_STATES = {
    1044: "28",
    1045: "28",
    1698: "28",
    1049: "3D",
    1264: "22",
    1265: "22",
    1292: "22",
    1366: "22",
    1406: "22",
    1048: "23",
    1062: "23",
    1452: "23",
    3819: "23",
    4025: "23",
}
_TYPES = (
    (pa.types.is_boolean, "tinyint"),
    (pa.types.is_integer, "bigint"),
    (pa.types.is_float32, "float"),
    (pa.types.is_float64, "double"),
    (pa.types.is_date, "date"),
    (pa.types.is_timestamp, "datetime(6)"),
    (pa.types.is_binary, "longblob"),
    (pa.types.is_large_binary, "longblob"),
)
_ROWS = 5_000
_MARK = "veil:"


class MariadbConnection:
    """One connection of a process, made when it is first asked for."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: Any = None

    def _line(self) -> Any:
        if self._connection is None:
            address = self._address
            socket = address.options.get("socket")
            login = (
                {"unix_socket": socket}
                if socket
                else {"host": address.host or "127.0.0.1", "port": address.port or 3306}
            )
            self._connection = pymysql.connect(
                user=address.user,
                password=password(address) or "",
                database=address.database,
                charset="utf8mb4",
                autocommit=False,
                connect_timeout=10,
                read_timeout=600,
                init_command=_SESSION,
                **login,
            )
        return self._connection

    @contextlib.contextmanager
    def cursor(self, kind: Any = None) -> Iterator[Any]:
        with self._telling(), self._line().cursor(kind) as cursor:
            yield cursor

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """An error of the driver becomes one of the house: its message may hold a value."""
        try:
            yield
        except (pymysql.MySQLError, OSError) as error:
            code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
            self.close()
            raise refused("mariadb", _STATES.get(code, ""), gone=code in _LOST) from None

    def rows(self, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        with self.cursor() as cursor:
            cursor.execute(sql, tuple(values))
            return list(cursor.fetchall())

    def commit(self) -> None:
        if self._connection is not None:
            with self._telling():
                self._connection.commit()

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(pymysql.MySQLError, OSError):
                connection.close()

    def __del__(self) -> None:
        self.close()


class MariadbStore(DatabaseStore):
    """The tables and views of one database.

    Keeps:   the order of the primary key; whole numbers, floats, days and moments typed, exact decimals and all else as
             the database's own text. A column that holds a day such as 0000-00-00 is text.
    """

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self._line = MariadbConnection(address)
        self._schemas: dict[str, pa.Schema] = {}

    def tables(self) -> list[str]:
        found = self._line.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()")
        return [name for (name,) in found if not name.startswith("veil_")]

    def columns(self, table: str) -> list[Column]:
        rows = self._line.rows(
            "SELECT column_name, column_type, is_nullable FROM information_schema.columns WHERE table_schema = "
            "DATABASE() AND table_name = %s ORDER BY ordinal_position",
            [table],
        )
        return [Column(name, kind, whole == "NO") for name, kind, whole in rows]

    def key(self, table: str) -> list[str]:
        rows = self._line.rows(
            "SELECT column_name FROM information_schema.statistics WHERE table_schema = DATABASE() AND "
            "table_name = %s AND index_name = 'PRIMARY' ORDER BY seq_in_index",
            [table],
        )
        return [name for (name,) in rows]

    def schema(self, table: str) -> pa.Schema:
        if table not in self._schemas:
            columns = self.columns(table)
            days = [column for column in columns if column.kind.startswith(("date", "timestamp"))]
            tests = [
                f"coalesce(max(month({_name(column.name)}) = 0 OR day({_name(column.name)}) = 0), 0)" for column in days
            ]
            seen = self._line.rows(f"SELECT {', '.join(tests)} FROM {_name(table)}")[0] if days else ()
            odd = {column.name for column, found in zip(days, seen, strict=True) if found}
            self._schemas[table] = pa.schema(
                [declared_field(column, _arrow(column, odd), "mariadb") for column in columns]
            )
            self._line.commit()
        return self._schemas[table]

    def stretches(self, table: str, rows: int) -> list[Stretch]:
        key = self.key(table)
        if not key:
            return [(None, None)]
        names = ", ".join(map(_name, key))
        found = self._line.rows(
            f"SELECT {names} FROM (SELECT {names}, row_number() OVER (ORDER BY {names}) - 1 AS veil_n FROM "
            f"{_name(table)}) s WHERE veil_n %% %s = 0 ORDER BY veil_n",
            [rows],
        )
        self._line.commit()
        return stretches_of(found)

    def batches(self, table: str, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch]:
        schema, key = self.schema(table), self.key(table)
        where, values = within([part.replace("%", "%%") for part in key], keys, '"', "%s")
        order = f" ORDER BY {', '.join(map(_name, key))}" if key else ""
        columns = ", ".join(map(_selected, schema))
        try:
            with self._line.cursor(SSCursor) as cursor:
                cursor.execute(f"SELECT {columns} FROM {_name(table)}{where}{order}", tuple(values))
                while found := cursor.fetchmany(rows):
                    yield _batch(found, schema)
        finally:  # whoever reads only the first rows leaves no lock on the table
            self._line.commit()

    def batches_again(self, table: str, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch] | None:
        """Every cell as the hexadecimal digits of the server's own text."""
        key = self.key(table)
        return self._again(table, key, keys, rows) if key else None

    def _again(self, table: str, key: list[str], keys: Stretch, rows: int) -> Iterator[pa.RecordBatch]:
        schema = self.schema(table)
        where, values = within([part.replace("%", "%%") for part in key], keys, '"', "%s")
        columns = ", ".join(map(_expression_again, schema))
        try:
            with self._line.cursor(SSCursor) as cursor:
                cursor.execute(
                    f"SELECT {columns} FROM {_name(table)}{where} ORDER BY {', '.join(map(_name, key))}", tuple(values)
                )
                yield from in_batches((_unhexed(row, schema) for row in fetched(cursor, rows)), schema, rows)
        finally:
            self._line.commit()

    def count(self, table: str) -> int:
        return int(self._line.rows(f"SELECT count(*) FROM {_name(table)}")[0][0])

    def mark(self, table: str) -> str:
        """The database's own checksum of the rows; of a view, their number."""
        summed = self._line.rows(f"CHECKSUM TABLE {_name(table)} EXTENDED")
        found = f"{self.count(table)}:{summed[0][1] if summed else ''}"
        self._line.commit()
        return found

    def close(self) -> None:
        self._line.close()


def _name(name: str) -> str:
    """A quoted name, safe beside placeholders."""
    return quoted(name).replace("%", "%%")


def _arrow(column: Column, odd: set[str]) -> pa.DataType:
    word = column.kind.partition("(")[0].partition(" ")[0]
    if word in _INTEGERS:
        return pa.uint64() if "unsigned" in column.kind and word == "bigint" else pa.int64()
    if word in ("float", "double"):
        return pa.float32() if word == "float" else pa.float64()
    if word in ("date", "datetime", "timestamp") and column.name not in odd:
        return pa.date32() if word == "date" else pa.timestamp("us")
    return pa.large_binary() if word.endswith("blob") or word in ("binary", "varbinary", "bit") else pa.large_string()


def _selected(field: pa.Field) -> str:
    name = _name(field.name)
    plain = pa.types.is_integer(field.type) or pa.types.is_floating(field.type) or pa.types.is_large_binary(field.type)
    return name if plain else f"CAST({name} AS CHAR)"


def _expression_again(field: pa.Field) -> str:
    name = _name(field.name)
    return (
        f"HEX(CAST({name} AS BINARY))" if is_bytes(field.type) else f"HEX(CAST({name} AS CHAR CHARACTER SET utf8mb4))"
    )


def _unhexed(row: Sequence[str | None], schema: pa.Schema) -> list[str | None]:
    """The texts of a row; of columns of bytes their digits."""
    return [
        cell if cell is None or is_bytes(field.type) else bytes.fromhex(cell).decode()
        for cell, field in zip(row, schema, strict=True)
    ]


def _batch(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    columns = []
    try:
        for cells, kind in zip(zip(*rows, strict=True), schema.types, strict=True):
            moment = pa.types.is_temporal(kind)
            array = pa.array(cells, pa.large_string() if moment else kind)
            columns.append(array.cast(kind) if moment else array)
    except (pa.ArrowException, UnicodeError):
        raise FormatError(
            "table-type",
            "the type of a column changed during the run",
            hint="run again when nothing writes to the table",
        ) from None
    return pa.RecordBatch.from_arrays(columns, schema=schema)


class MariadbTarget:
    """A database that takes tables: each is filled aside in one transaction, then put in its place by one rename.

    Keeps:   what stands there bears its mark as the table's comment, which the rename carries along.
    """

    def __init__(self, address: Address) -> None:
        self._line = MariadbConnection(address)
        self._there = MariadbStore(address)

    def mark_of(self, name: str) -> str:
        """The mark of the table that stands there; what a killed run left beside it is taken away."""
        for left in _beside(name):
            self._line.rows(f"DROP TABLE IF EXISTS {_name(left)}", [])
        found = self._line.rows(
            "SELECT table_comment FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = %s",
            [name],
        )
        self._line.commit()
        comment = str(found[0][0]) if found else ""
        return comment.removeprefix(_MARK) if comment.startswith(_MARK) else ""

    def put(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch], mark: str) -> int:
        mark_found, exists = self.mark_of(name), name in self._there.tables()
        aside, _ = _beside(name)
        with self._line.cursor() as cursor:
            if exists and not mark_found:
                self._check_empty(cursor, name)
                check_columns(schema.names, [column.name for column in self._there.columns(name)])
                cursor.execute(f"CREATE TABLE {_name(aside)} LIKE {_name(name)}", ())
                cursor.execute(f"ALTER TABLE {_name(aside)} COMMENT = %s", (_MARK + mark,))
            else:
                columns = ", ".join(f"{_name(field.name)} {_sql(field)} NULL" for field in schema)
                cursor.execute(
                    f"CREATE TABLE {_name(aside)} ({columns}) ENGINE = InnoDB COMMENT = %s CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
                    (_MARK + mark,),
                )
            self._fill(cursor, aside, schema, batches)
            cursor.execute(f"SELECT count(*) FROM {_name(aside)}", ())
            rows = int(cursor.fetchone()[0])
            self._line.commit()
            self._place(cursor, name, aside, replaced=exists)
        return rows

    def _fill(self, cursor: Any, aside: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
        names, marks = ", ".join(map(_name, schema.names)), ", ".join(["%s"] * len(schema.names))
        for whole in batches:
            for start in range(0, whole.num_rows, _ROWS):
                batch = whole.slice(start, _ROWS)
                cells = [_plain(column).to_pylist() for column in batch.columns]
                cursor.executemany(
                    f"INSERT INTO {_name(aside)} ({names}) VALUES ({marks})", list(zip(*cells, strict=True))
                )

    def _place(self, cursor: Any, name: str, aside: str, *, replaced: bool) -> None:
        """One rename, so that a reader sees the old table or the new one."""
        if not replaced:
            cursor.execute(f"RENAME TABLE {_name(aside)} TO {_name(name)}", ())
            return
        _, gone = _beside(name)
        cursor.execute(f"RENAME TABLE {_name(name)} TO {_name(gone)}, {_name(aside)} TO {_name(name)}", ())
        cursor.execute(f"DROP TABLE {_name(gone)}", ())

    def _check_empty(self, cursor: Any, name: str) -> None:
        cursor.execute(f"SELECT 1 FROM {_name(name)} LIMIT 1", ())
        if cursor.fetchone():
            raise taken(name)

    def tidy(self) -> None:
        """Nothing: what the files of a server still hold is the server's."""

    def close(self) -> None:
        self._line.close()
        self._there.close()


def _beside(name: str) -> tuple[str, str]:
    """Where a table is filled, and where the one that it replaces is for a moment."""
    aside = "veil_" + hashlib.sha256(name.encode()).hexdigest()[:24]
    return aside, f"{aside}_old"


def _plain(column: pa.Array) -> pa.Array:
    if pa.types.is_boolean(column.type):
        return column.cast(pa.int8())
    return (
        column
        if any(of(column.type) for of, _ in _TYPES if of is not pa.types.is_timestamp and of is not pa.types.is_date)
        else as_text(column)
    )


def _sql(field: pa.Field) -> str:
    declared = is_written_as(field, "mariadb")
    return declared or next((sql for of, sql in _TYPES if of(field.type)), "longtext")
