"""Opening: an address or a folder, as a project writes it, to the store that it names."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from veil.errors import StoreError
from veil.extras import extra_of, install
from veil.stores.address import Address, is_address, parse
from veil.stores.base import Store, Taker, Target
from veil.stores.database import DatabaseStore
from veil.stores.folder import FolderStore

STORES = {
    "sqlite": "veil.stores.sqlite:SqliteStore",
    "duckdb": "veil.stores.duck:DuckStore",
    "postgresql": "veil.stores.postgresql:PostgresqlStore",
    "mariadb": "veil.stores.mariadb:MariadbStore",
    "delta": "veil.stores.delta:DeltaStore",
    "s3": "veil.stores.objects:BucketStore",
}
TARGETS = {
    "sqlite": "veil.stores.sqlite:SqliteTarget",
    "duckdb": "veil.stores.duck:DuckTarget",
    "postgresql": "veil.stores.postgresql_target:PostgresqlTarget",
    "mariadb": "veil.stores.mariadb:MariadbTarget",
    "delta": "veil.stores.delta:DeltaTarget",
    "s3": "veil.stores.objects:BucketTarget",
}
_ALIASES = {"postgres": "postgresql", "mysql": "mariadb"}


def open_store(written: str, folder: Path) -> Store:
    """The store that a project names. Nothing is connected to before it is asked something.

    Errors:  StoreError `store-scheme`, `store-driver` and those of addresses.
    """
    if not is_address(written):
        return FolderStore(folder / written)
    store: Store = _opened(STORES, parse(written, folder))
    return store


def open_target(written: str, folder: Path) -> Target | Taker:
    """The place where a release is put. Errors: as `open_store`."""
    target: Target | Taker = _opened(TARGETS, parse(written, folder))
    return target


def check_target(written: str, folder: Path) -> None:
    """That the place of a release can be opened later, before anything is read. Errors: as `open_store`, of its address and driver."""
    if is_address(written):
        _loaded(TARGETS, parse(written, folder))


def shown_address(written: str) -> str:
    return parse(written, Path()).shown() if is_address(written) else written


def _opened(table: dict[str, str], address: Address) -> Any:
    return _loaded(table, address)(address)


def _loaded(table: dict[str, str], address: Address) -> Any:
    place = table.get(_ALIASES.get(address.scheme, address.scheme))
    if place is None:
        raise StoreError("store-scheme", "unsupported storage address", hint="one of: " + ", ".join(sorted(table)))
    module, attribute = place.split(":")
    try:
        return getattr(import_module(module), attribute)
    except ModuleNotFoundError as missing:
        extra = extra_of(missing.name)
        hint = install(extra) if extra else "reinstall Veil"
        raise StoreError("store-driver", "the driver for this store is not installed", hint=hint) from None


@dataclass(slots=True)
class Inputs:
    """The stores that a project reads: the one that `in:` names, and those that sources name for themselves."""

    folder: Path
    main: str
    _open: dict[str, Store] = field(default_factory=dict, repr=False)

    def of(self, place: str = "") -> Store:
        """The store of a source; "" is the project's own."""
        written = place or self.main
        if written not in self._open:
            self._open[written] = open_store(written, self.folder)
        return self._open[written]

    def close(self) -> None:
        """Lets go of what was opened; it is opened anew when it is asked for."""
        for store in self._open.values():
            if isinstance(store, DatabaseStore):
                store.close()
        self._open.clear()

    def digest(self, place: str, name: str) -> str:
        """SHA-256 of what a source reads."""
        return self.of(place).digest(name)

    def __getstate__(self) -> tuple[Path, str]:
        return self.folder, self.main

    def __setstate__(self, state: tuple[Path, str]) -> None:
        self.folder, self.main = state
        self._open = {}
