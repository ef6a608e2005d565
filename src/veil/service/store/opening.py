"""Opening: where the rows, the sealed files and the record of acts of a site are, for one node or for several."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from veil.audit.journal import Journal
from veil.errors import ServiceError, UnavailableError
from veil.extras import install
from veil.service.store.blobs import BlobStore, Folder
from veil.service.store.database import Database
from veil.service.store.shared_log import SharedLog
from veil.service.store.site import Site
from veil.service.store.sqlite import Sqlite
from veil.stores.address import is_address, parse

RECORD = "audit.jsonl"


class Record(Protocol):
    """The record of acts. Shape: as `Journal`."""

    def add(self, what: str, details: Mapping[str, Any]) -> Any: ...


def open_database(site: Site) -> Database:
    """Errors: ServiceError `store-open`, `store-kind`, `store-driver`, `store-closed`."""
    if site.folder is not None:
        _make_private(site.folder)
        return Sqlite(site.folder)
    return database_at(site.database)


def database_at(written: str) -> Database:
    """The database of several nodes. Errors: as `open_database`."""
    return cast("Database", _opened("postgresql", "veil.service.store.postgresql:Postgresql", written))


def open_place(site: Site) -> BlobStore:
    """Errors: ServiceError `store-objects`, `store-open`, `store-kind`."""
    if is_address(site.objects):
        return cast("BlobStore", _opened("s3", "veil.service.store.bucket:Bucket", site.objects))
    if site.objects:
        _make_private(Path(site.objects))
        return Folder(Path(site.objects))
    if site.folder is None:
        raise ServiceError(
            "store-objects",
            "several nodes need one shared place for encrypted files",
            hint="--objects s3://BUCKET/PREFIX, or a folder that all nodes share",
        )
    return Folder(site.folder / "objects")


def open_record(site: Site, database: Database) -> Record:
    """A file beside the rows of one node; with the rows of several."""
    return Journal(site.folder / RECORD, site.keys) if site.folder is not None else SharedLog(database, site.keys)


def _opened(scheme: str, place: str, written: str) -> Any:
    address = parse(written, Path())
    if address.scheme != scheme:
        raise ServiceError(
            "store-kind",
            "unsupported storage address",
            hint="supported: --data postgresql://..., --objects s3://..., or a folder for each",
        )
    module, name = place.split(":")
    try:
        return getattr(import_module(module), name)(address)
    except ModuleNotFoundError:
        raise ServiceError(
            "store-driver", "the driver of this database is not installed", hint=install("nodes")
        ) from None


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        raise UnavailableError(
            "store-closed",
            "the data folder cannot be created",
            where=folder.name,
            hint="choose a folder that this account can write to",
        ) from None
    if folder.stat().st_mode & 0o077:
        raise ServiceError("store-open", "other users can read the data folder", hint="chmod 700")
