"""PostgreSQL connection: one connection to PostgreSQL, with the calls that the store uses."""

from __future__ import annotations

import re
import ssl
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from typing import Any

import pg8000.dbapi
import pg8000.native
from pg8000.exceptions import DatabaseError

from veil.errors import ServiceError, UnavailableError
from veil.service.loopback import LOOPBACK
from veil.stores.address import Address, password

_SILENT = 60.0  # seconds after which a server that says nothing is gone; longer than any of its own limits
_UNHELD = re.compile(r"[\0\ud800-\udfff]")


class StatementResult:
    """What a statement came to."""

    def __init__(self, rows: list[dict[str, Any]], rowcount: int) -> None:
        self._rows, self.rowcount = rows, rowcount

    def fetchone(self) -> dict[str, Any] | None:
        return self._rows[0] if self._rows else None

    def fetchall(self) -> list[dict[str, Any]]:
        return self._rows


class PgConnection:
    """One connection. Shape: `is_open` until it is lost.

    Keeps:   what the server says of a failure is not passed on: it may hold a value.
    Errors:  ServiceError `store-closed`.
    """

    def __init__(self, address: Address, schema: str) -> None:
        self._failed, self._within, self.is_open = False, False, True
        try:
            self._connection = pg8000.native.Connection(**_parameters(address, schema))
        except Exception:  # noqa: BLE001  a driver fails in many ways, and each may tell an address
            raise closed() from None
        self.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )

    def execute(self, asked: str, values: Sequence[Any] = ()) -> StatementResult:
        """Shape: `?` stands for a value; a sign that no text of this database can hold becomes U+FFFD, which stands nowhere."""
        number = count()
        named = re.sub(r"\?", lambda _: f":v{next(number)}", asked) if values else asked
        parameters = {
            f"v{i}": _UNHELD.sub("�", value) if isinstance(value, str) else value for i, value in enumerate(values)
        }
        try:
            rows = self._connection.run(named, **parameters) or []
        except DatabaseError as error:
            seen = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
            self._failed, self.is_open = True, seen.get("V", "") == "ERROR"
            raise closed() from None
        except BaseException as error:
            self._failed, self.is_open = True, False  # what it says next would be the answer to this
            if isinstance(error, Exception):
                raise closed() from None
            raise
        self._within = asked.startswith("BEGIN") or (self._within and asked not in ("COMMIT", "ROLLBACK"))
        names = [column["name"] for column in self._connection.columns or ()]
        return StatementResult([dict(zip(names, row, strict=True)) for row in rows], self._connection.row_count)

    def committed(self) -> bool:
        """Whether the change is made; False where the answer was not heard. Errors: ServiceError `store-closed` where it is not."""
        if self._failed:
            raise closed()
        try:
            self.execute("COMMIT")
        except ServiceError:
            if self.is_open:
                raise
            return False
        return True

    def undo(self) -> None:
        """Nothing of an open change stays."""
        if self.is_open and self._within:
            with suppress(ServiceError):
                self.execute("ROLLBACK")
        self._failed = False

    def close(self) -> None:
        self.is_open = False
        file = getattr(self._connection, "_sock", None)  # the driver does not close it after a lost connection
        with suppress(Exception):
            self._connection.close()
        with suppress(Exception):
            file.close() if file is not None else None


def plain_connection(address: Address, schema: str) -> Any:
    """A connection as other libraries want it (PEP 249)."""
    return pg8000.dbapi.connect(**_parameters(address, schema))


def _parameters(address: Address, schema: str) -> dict[str, Any]:
    name = schema.replace('"', '""')
    return {
        "user": address.user,
        "host": address.host or "localhost",
        "port": address.port or 5432,
        "database": address.database or None,
        "password": password(address),
        "ssl_context": _sealed(address),
        "timeout": _SILENT,
        "application_name": "veil",
        "startup_params": {
            "search_path": f'"{name}"',
            "lock_timeout": "30s",
            "statement_timeout": "50s",
            "client_min_messages": "warning",
            "idle_in_transaction_session_timeout": "20s",
            "tcp_keepalives_idle": "10",
            "tcp_keepalives_interval": "5",
            "tcp_keepalives_count": "2",
        },
    }


def closed() -> ServiceError:
    return UnavailableError(
        "store-closed",
        "the database of the service cannot be read or written",
        hint="check the server, its address and VEIL_DB_PASSWORD",
    )


def _sealed(address: Address) -> ssl.SSLContext | bool:
    """TLS to a server whose certificate is looked at; without it on this machine, and where `sslmode=disable` says so.

    Errors:  ServiceError `store-tls`.
    """
    mode = address.options.get("sslmode", "disable" if address.host in LOOPBACK else "verify-full")
    if mode == "disable":
        return False
    if mode != "verify-full":
        raise ServiceError(
            "store-tls",
            "unsupported value of `sslmode` in the database address",
            hint="allowed: sslmode=verify-full, sslmode=disable",
        )
    try:
        return ssl.create_default_context(cafile=address.options.get("sslrootcert"))
    except OSError:
        raise ServiceError(
            "store-tls", "the file of CA certificates cannot be read", hint="sslrootcert must be a file in PEM"
        ) from None
