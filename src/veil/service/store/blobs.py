"""Blobs: where sealed files are kept: a folder of this machine, or a bucket that several nodes share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from veil.errors import GoneError, ServiceError, UnavailableError
from veil.keys.stores import sync_folder


class Sink(Protocol):
    """A file that is being written."""

    def write(self, data: bytes, /) -> object: ...

    def finish(self) -> None:
        """All of it is on disk."""

    def drop(self) -> None:
        """It goes, finished or not."""


class BlobStore(Protocol):
    """Files by names that say nothing.

    Errors:  ServiceError `object-gone` where one that is read is not there; `store-closed` where a bucket cannot be reached.
    """

    def sink(self, name: str) -> Sink: ...

    def source(self, name: str) -> AbstractContextManager[BinaryIO]: ...

    def delete(self, names: list[str]) -> None: ...

    def names(self, older: float) -> Iterator[str]:
        """Those that nobody has been writing since then. Units: seconds since 1970."""


class Folder:
    """Files of mode 0600 in a private folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def sink(self, name: str) -> Sink:
        return _File(self._folder / name)

    def source(self, name: str) -> AbstractContextManager[BinaryIO]:
        try:
            return (self._folder / name).open("rb")
        except OSError:
            raise gone() from None

    def delete(self, names: list[str]) -> None:
        for name in names:
            with suppress(FileNotFoundError):
                (self._folder / name).unlink()

    def names(self, older: float) -> Iterator[str]:
        for entry in os.scandir(self._folder):
            with suppress(FileNotFoundError):
                if entry.stat().st_mtime < older:
                    yield entry.name


class _File:
    def __init__(self, path: Path) -> None:
        self._path = path
        with _on_disk():
            self._file = os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")

    def write(self, data: bytes, /) -> object:
        with _on_disk():
            return self._file.write(data)

    def finish(self) -> None:
        with _on_disk():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            sync_folder(self._path.parent)

    def drop(self) -> None:
        with suppress(OSError):  # what is held back goes on no disk that is full
            self._file.close()
        self._path.unlink(missing_ok=True)


@contextmanager
def _on_disk() -> Iterator[None]:
    """Errors: ServiceError `store-closed` for what the disk refuses."""
    try:
        yield
    except OSError:
        raise UnavailableError(
            "store-closed",
            "an encrypted file cannot be written",
            hint="check free disk space and the permissions of the folder",
        ) from None


def gone() -> ServiceError:
    return GoneError(
        "object-gone",
        "a stored file is missing",
        hint="the data folder may have been restored from a backup: upload the file again",
    )
