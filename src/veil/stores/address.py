"""Address: where a store is, as people write it: `postgresql://user@host/database?schema=public`; never with a password."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from veil.errors import StoreError

_ADDRESS = re.compile(r"^[a-z][a-z0-9+]+://")
_SECRET = re.compile(r"pass|secret|token|pwd|key_?id|credential", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Address:
    """The pieces of an address.

    Shape:   `database` is a path for databases that are files, relative to `folder`.
    """

    scheme: str
    user: str = ""
    host: str = ""
    port: int | None = None
    database: str = ""
    options: dict[str, str] = field(default_factory=dict)
    folder: Path = Path()

    @property
    def path(self) -> Path:
        """The file or folder of a database that is one.

        Shape:   relative to the project's folder; absolute with four slashes, and with three where only the machine,
                 and not the project, has the first folder (`delta:///data/out`).
        """
        first, slash, _ = self.database.partition("/")
        if slash and first and not (self.folder / first).exists() and (Path("/") / first).is_dir():
            return Path("/") / self.database
        return self.folder / self.database

    def shown(self) -> str:
        """As it is written in plans and records; there is no secret in it."""
        login = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        options = "&".join(f"{key}={value}" for key, value in sorted(self.options.items()))
        return f"{self.scheme}://{login}{self.host}{port}/{self.database}" + (f"?{options}" if options else "")


def is_address(written: str) -> bool:
    """Whether a place is written as an address, and not as a folder."""
    return bool(_ADDRESS.match(written))


def parse(written: str, folder: Path) -> Address:
    """Errors: StoreError `password-in-project`, `store-address`."""
    try:
        seen = urlsplit(written)
        port = seen.port
    except ValueError:
        raise StoreError(
            "store-address", "invalid storage address", hint="expected: SCHEME://USER@HOST:PORT/DATABASE"
        ) from None
    options = dict(parse_qsl(seen.query, keep_blank_values=True))
    if seen.password is not None or any(_SECRET.search(key) for key in options if key != "password_env"):
        raise StoreError(
            "password-in-project",
            "an address in the project contains a password",
            hint="remove it, and use VEIL_DB_PASSWORD, `?password_env=NAME`, the system's keyring or ~/.pgpass",
        )
    return Address(
        seen.scheme,
        unquote(seen.username or ""),
        seen.hostname or "",
        port,
        unquote(seen.path.removeprefix("/")),
        options,
        folder,
    )


def password(address: Address) -> str | None:
    """The password of a store: from the environment, else from the system's keyring; None where neither has one.

    Shape:   the variable that `?password_env=NAME` names, else VEIL_DB_PASSWORD; the keyring's service is `veil`, its
             user the address without options.
    Errors:  StoreError `password-missing` where the named variable is not set.
    """
    named = address.options.get("password_env")
    if named is not None:
        found = os.environ.get(named)
        if found is None:
            raise StoreError(
                "password-missing",
                "the environment variable with the password is not set",
                where=address.scheme,
                hint=f"export {named}=..." if re.fullmatch(r"\w{1,64}", named) else "",
            )
        return found
    return os.environ.get("VEIL_DB_PASSWORD") or _from_keyring(address)


def _from_keyring(address: Address) -> str | None:
    try:
        import keyring  # noqa: PLC0415  the system's keyring, where its package is installed
        from keyring.errors import KeyringError as Refused  # noqa: PLC0415
    except ImportError:
        return None
    try:
        found: str | None = keyring.get_password("veil", address.shown().partition("?")[0])
    except Refused:
        return None
    return found
