"""PostgreSQL as a target: tables of Arrow written by the ADBC driver, each whole in one transaction."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from veil.stores.address import Address
from veil.stores.base import quoted
from veil.stores.database import MARKS, check_columns, is_written_as, taken
from veil.stores.postgresql import TYPES, PostgresqlConnection, PostgresqlStore


class PostgresqlTarget:
    """A schema of a database that takes tables, each whole in one transaction."""

    def __init__(self, address: Address) -> None:
        self._line = PostgresqlConnection(address, reads=False)
        self._space = address.options.get("schema", "public")
        self._there = PostgresqlStore(address)

    def mark_of(self, name: str) -> str:
        self._line.run(
            f"CREATE TABLE IF NOT EXISTS {self._at(MARKS)} (name text PRIMARY KEY, mark text NOT NULL, "
            "rows bigint NOT NULL, made timestamptz NOT NULL DEFAULT now())"
        )
        self._line.commit()
        found = self._line.rows(
            f"SELECT mark FROM {self._at(MARKS)} m WHERE name = $1 AND to_regclass($2::text) IS NOT NULL",
            [name, self._at(name)],
        )
        self._line.commit()
        return str(found[0][0]) if found else ""

    def put(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch], mark: str) -> int:
        mark_found, exists = self.mark_of(name), name in self._there.tables()
        try:
            if exists and not mark_found:
                columns = self._empty(name)
            else:
                self._line.run(f"DROP TABLE IF EXISTS {self._at(name)}")
                columns = [(field.name, _sql(field)) for field in schema]
                declarations = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns)
                self._line.run(f"CREATE TABLE {self._at(name)} ({declarations})")
            rows = self._filled(name, columns, _unsigned_as_text(schema, batches))
            self._line.run(f"DELETE FROM {self._at(MARKS)} WHERE name = $1", [name])
            self._line.run(f"INSERT INTO {self._at(MARKS)} (name, mark, rows) VALUES ($1, $2, $3)", [name, mark, rows])
            self._line.commit()
        except BaseException:
            self._line.rollback()
            raise
        return rows

    def _filled(self, name: str, columns: list[tuple[str, str]], reader: pa.RecordBatchReader) -> int:
        """Rows go into a table of the session first, and from there, each cell cast to its type, to their place."""
        with self._line.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS pg_temp.veil_coming")
            cursor.adbc_ingest("veil_coming", reader, mode="create", temporary=True)
        own = ", ".join(quoted(column) for column in reader.schema.names)
        kinds = dict(columns)
        check_columns(reader.schema.names, kinds)
        cast = ", ".join(f"{quoted(column)}::{kinds[column]}" for column in reader.schema.names)
        self._line.run(f"INSERT INTO {self._at(name)} ({own}) SELECT {cast} FROM pg_temp.veil_coming")
        self._line.run("DROP TABLE pg_temp.veil_coming")
        return int(self._line.rows(f"SELECT count(*) FROM {self._at(name)}")[0][0])

    def _empty(self, name: str) -> list[tuple[str, str]]:
        """The columns of a table of others, if it is an empty one that was made to be filled."""
        if self._line.rows(f"SELECT EXISTS (SELECT 1 FROM {self._at(name)})")[0][0]:
            raise taken(name)
        return [(column.name, column.kind) for column in self._there.columns(name)]

    def tidy(self) -> None:
        """Nothing: what the files of a server still hold is the server's."""

    def close(self) -> None:
        self._line.close()
        self._there.close()

    def _at(self, table: str) -> str:
        return f"{quoted(self._space)}.{quoted(table)}"


def _unsigned_as_text(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> pa.RecordBatchReader:
    """Rows for the driver, which takes whole numbers of 64 bits without a sign for such with one."""
    fields = [pa.field(field.name, pa.large_string()) if field.type == pa.uint64() else field for field in schema]
    coming = pa.schema(fields)
    return pa.RecordBatchReader.from_batches(coming, (batch.cast(coming) for batch in batches))


def _sql(field: pa.Field) -> str:
    """The type of a new column: the one it had at home where it still has it, else the one of its cells."""
    declared = is_written_as(field, "postgresql")
    if declared:
        return declared
    if pa.types.is_timestamp(field.type):
        return "timestamp with time zone" if field.type.tz else "timestamp without time zone"
    if pa.types.is_decimal(field.type):
        return "numeric"
    return next((sql for arrow, sql in TYPES if arrow == field.type), "text")
