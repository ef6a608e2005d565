"""State: which schema a database has, asked without SQLAlchemy, so that a start with nothing to do stays quick."""

from __future__ import annotations

from collections.abc import Callable, Collection

from veil.errors import ConflictError

VERSIONS = ("0001", "0002")  # in their order; each is a module of `versions`
CURRENT = VERSIONS[-1]
TABLE = "schema_version"
READ_VERSION = f"SELECT version_num FROM {TABLE}"  # noqa: S608  a name of ours
_FIRST_TABLE = "facts"  # a database that has it and no version was written before there were versions


def pending(tables: Collection[str], version: Callable[[], str]) -> str | None:
    """The version that an upgrade begins from; "" for an empty database; None where nothing is to be done.

    Errors:  ConflictError `store-newer` where this code does not know the version.
    """
    if TABLE not in tables:
        return VERSIONS[0] if _FIRST_TABLE in tables else ""
    found = version()
    if found not in VERSIONS:
        raise ConflictError(
            "store-newer",
            f"the database of the service was written by a newer version of Veil (this version knows schemas {VERSIONS[0]} to {CURRENT})",
            hint="install the version of Veil that last opened it, or a newer version; nothing was changed",
        )
    return None if found == CURRENT else found
