"""Postgresql: the database of several nodes, behind one address."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from queue import Empty, LifoQueue
from threading import BoundedSemaphore
from typing import TypeVar

from veil.errors import ServiceError, UnavailableError
from veil.service.store.database import Database, Row, set_fact
from veil.service.store.migrations.state import READ_VERSION, pending
from veil.service.store.pg_connection import PgConnection, closed, plain_connection
from veil.stores.address import Address

T = TypeVar("T")
_CONNECTIONS = 8  # open at once in one process
_PATIENCE = 30.0  # seconds; SQLite waits as long
_KEYED = ("objects", "jobs")
_CUT_EVERY, _CUT_ANYWAY = 10.0, 3600.0  # seconds
_HOME = 0x7665696C  # ours among the locks of a server
_TABLES_THERE = "SELECT tablename AS name FROM pg_catalog.pg_tables WHERE schemaname = current_schema()"


class Postgresql(Database):
    """PostgreSQL 14 or newer; nodes share one schema of it.

    Keeps:   one lock of the server stands around every change, so that changes come one after another over all nodes, as in SQLite;
             a node that falls silent in a change loses it after twenty seconds. A change whose end was not heard is asked for again,
             and told as it truly ended.
    Errors:  ServiceError `store-unsure` where the server did not come back to say whether a change was made.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._schema = address.options.get("schema", "public")
        self._lock = zlib.crc32(self._schema.encode()) - 2**31
        self._idle: LifoQueue[PgConnection] = LifoQueue()
        self._slots = BoundedSemaphore(_CONNECTIONS)
        try:
            self._make()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def change(self) -> Iterator[PgConnection]:
        with self._borrowed(self._begun) as (connection, number):
            try:
                yield connection
            except BaseException:
                connection.undo()
                raise
            if not connection.committed():
                self._settle(number)

    def rows(self, asked: str, *values: object) -> list[Row]:
        with self._borrowed(lambda connection: connection.execute(asked, values).fetchall()) as (_, found):
            return list(found)

    def cut(self) -> None:
        """Tables with keys are written anew: VACUUM alone leaves bytes of what was deleted in their pages.

        Keeps:   done at most every ten seconds over all nodes, where something was deleted; and once an hour in any case, for what a
                 reader of another kind, a backup perhaps, held back.
        """
        if not self._take_cut():
            return
        try:
            with self._borrowed(lambda connection: connection.execute("SET lock_timeout = '2s'")) as (connection, _):
                try:
                    for table in _KEYED:
                        connection.execute(f"VACUUM (FULL) {table}")
                finally:
                    if connection.is_open:  # a change on this connection waits as long as on any other
                        connection.execute("RESET lock_timeout")
        except ServiceError:
            with self.change() as connection:
                set_fact(connection, "due", 1)
            raise

    def close(self) -> None:
        with suppress(Empty):
            while True:
                self._idle.get_nowait().close()

    def _take_cut(self) -> bool:
        """Whether the tables are to be written anew now, by this node."""
        seen = self.row(
            "SELECT EXISTS (SELECT 1 FROM facts WHERE name = 'due') AS due, extract(epoch FROM clock_timestamp())::float8"
            " - coalesce((SELECT value::float8 FROM facts WHERE name = 'cut'), 0) AS passed"
        )
        if seen is None or seen["passed"] < (_CUT_EVERY if seen["due"] else _CUT_ANYWAY):
            return False
        with self.change() as connection:
            connection.execute("DELETE FROM facts WHERE name = 'due'")
            connection.execute(
                "INSERT INTO facts SELECT 'cut', extract(epoch FROM clock_timestamp())::text ON CONFLICT (name) DO UPDATE SET value = excluded.value"
            )
        return True

    def _make(self) -> None:
        """The schema and its tables, where they are not there; two nodes that begin at once do it one after the other."""
        with self.change() as connection:
            asked = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ?"
            if connection.execute(asked, (self._schema,)).fetchone() is None:
                connection.execute('CREATE SCHEMA "{}"'.format(self._schema.replace('"', '""')))
            there = {row["name"] for row in connection.execute(_TABLES_THERE).fetchall()}
            found = pending(there, lambda: str(connection.execute(READ_VERSION).fetchall()[0]["version_num"]))
        if found is not None:
            self._upgrade()

    def _upgrade(self) -> None:
        """Errors: ServiceError `store-closed`, `store-newer`."""
        steps = import_module("veil.service.store.migrations.upgrade")
        alone = f"SELECT pg_advisory_xact_lock({_HOME}, {self._lock})"
        try:
            steps.upgrade("postgresql+pg8000", lambda: plain_connection(self._address, self._schema), alone)
        except ServiceError:
            raise
        except Exception:  # noqa: BLE001  drivers and SQLAlchemy have kinds of their own, and each may tell an address
            raise closed() from None

    def _begun(self, connection: PgConnection) -> str:
        """The number of the change that is open now. Keeps: each of its statements sees all that ended before it."""
        begun = f"BEGIN ISOLATION LEVEL READ COMMITTED; SELECT txid_current()::text AS number, pg_advisory_xact_lock({_HOME}, {self._lock})"
        return str(connection.execute(begun).fetchall()[0]["number"])

    def _settle(self, number: str) -> None:
        """Nothing where the change was made. Errors: ServiceError `store-closed` where it was not, `store-unsure`."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            with suppress(ServiceError):
                found = self.rows("SELECT txid_status(?::bigint) AS state", number)[0]["state"]
                if found == "committed":
                    return
                if found == "aborted":
                    break
            time.sleep(0.2)
        else:
            raise UnavailableError(
                "store-unsure",
                "the connection to the database was lost, and it is unknown whether the last change was saved",
                hint="try again in a minute, and check the result before you repeat the action",
            )
        raise closed()

    @contextmanager
    def _borrowed(self, first: Callable[[PgConnection], T]) -> Iterator[tuple[PgConnection, T]]:
        """A connection, and the answer to its first statement."""
        if not self._slots.acquire(timeout=_PATIENCE):
            raise closed()
        try:
            connection, answer = self._greeted(first)
            try:
                yield connection, answer
            finally:
                self._give_back(connection)
        finally:
            self._slots.release()

    def _greeted(self, first: Callable[[PgConnection], T]) -> tuple[PgConnection, T]:
        """Keeps: a connection that was lost while idle is not taken for a database that cannot be reached."""
        with suppress(Empty):
            while True:
                connection = self._idle.get_nowait()
                try:
                    return connection, first(connection)
                except ServiceError:
                    alive = connection.is_open
                    self._give_back(connection)
                    if alive:
                        raise
        connection = PgConnection(self._address, self._schema)
        try:
            return connection, first(connection)
        except BaseException:
            connection.close()
            raise

    def _give_back(self, connection: PgConnection) -> None:
        connection.undo()
        if connection.is_open:
            self._idle.put(connection)
        else:
            connection.close()
