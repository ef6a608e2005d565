"""Bucket: sealed files as objects of S3, or of a store that speaks as S3."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast

import pyarrow as pa
from pyarrow import fs

from veil.errors import ServiceError, UnavailableError
from veil.service.store.blobs import Sink, gone
from veil.stores.address import Address
from veil.stores.objects import connected

_AHEAD = 1 << 20
_DAY = 86_400.0  # a bucket tells when the writing of an object began, and no upload that takes a day is kept


class Bucket:
    """Objects below one prefix. Keeps: nothing but sealed bytes is sent there, in parts, as they come."""

    def __init__(self, address: Address) -> None:
        self._system = connected(address)
        self._root = PurePosixPath(address.host) / address.database

    def sink(self, name: str) -> Sink:
        return _Object(self._system, str(self._root / name))

    @contextmanager
    def source(self, name: str) -> Iterator[BinaryIO]:
        try:
            file = self._system.open_input_file(str(self._root / name))
        except FileNotFoundError:
            raise gone() from None
        except (OSError, pa.ArrowException):
            raise _closed() from None
        with io.BufferedReader(_Watched(file), _AHEAD) as read:
            yield cast("BinaryIO", read)

    def delete(self, names: list[str]) -> None:
        """What cannot be deleted now is noise, and the sweeper finds it."""
        for name in names:
            with suppress(OSError, pa.ArrowException):
                self._system.delete_file(str(self._root / name))

    def names(self, older: float) -> Iterator[str]:
        asked = fs.FileSelector(str(self._root), recursive=False, allow_not_found=True)
        try:
            found = self._system.get_file_info(asked)
        except (OSError, pa.ArrowException):
            raise _closed() from None
        for info in found:
            if info.type == fs.FileType.File and info.mtime_ns is not None and info.mtime_ns / 1e9 < older - _DAY:
                yield info.base_name


class _Object:
    """An object that is sent in parts; it is there when it is finished."""

    def __init__(self, system: Any, path: str) -> None:
        self._system, self._path = system, path
        try:
            self._file = system.open_output_stream(path)
        except (OSError, pa.ArrowException):
            raise _closed() from None

    def write(self, data: bytes, /) -> object:
        try:
            return self._file.write(data)
        except (OSError, pa.ArrowException):
            raise _closed() from None

    def finish(self) -> None:
        try:
            self._file.close()
        except (OSError, pa.ArrowException):
            raise _closed() from None

    def drop(self) -> None:
        """Parts that were sent cannot be called back but by finishing; what is then deleted was noise."""
        with suppress(OSError, ValueError, pa.ArrowException):
            self._file.close()
        with suppress(OSError, pa.ArrowException):
            self._system.delete_file(self._path)


class _Watched(io.RawIOBase):
    """An object that is read; what the library says of a failure is not passed on."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any, /) -> int:
        try:
            piece = self._file.read(len(into))
        except (OSError, pa.ArrowException):
            raise _closed() from None
        into[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        with suppress(OSError, pa.ArrowException):
            self._file.close()
        super().close()


def _closed() -> ServiceError:
    return UnavailableError(
        "store-closed",
        "the bucket of the service cannot be read or written",
        hint="check the bucket, its address and the AWS_ variables",
    )
