"""Compression: files that are compressed as a whole, recognised by their ending, read and written through their stream."""

from __future__ import annotations

import io
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Protocol, cast

from veil.errors import FormatError

ENDINGS = (".gz", ".bz2", ".xz", ".zst")


class _Reads(Protocol):
    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


def bare(name: str) -> str:
    """The name without the ending that says how the file is packed."""
    path = PurePosixPath(name)
    return str(path.with_suffix("")) if path.suffix.lower() in ENDINGS else name


def is_packed(path: Any) -> bool:
    return str(path.suffix).lower() in ENDINGS


def opened(path: Any) -> BinaryIO:
    """The bytes that a file holds, unpacked while they are read; nothing of them is written anywhere.

    Errors:  FormatError `packed-broken`, when they are read.
    """
    file = cast("BinaryIO", path.open("rb"))
    if not is_packed(path):
        return file
    return cast("BinaryIO", io.BufferedReader(_Unpacked(_unpacking(path.suffix.lower(), file), file), 1 << 20))


def created(path: Path) -> BinaryIO:
    """A new file that packs what is written into it as its name says.

    Keeps:   the same bytes for the same content: no time and no name stands in it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    ending = path.suffix.lower()
    if ending == ".gz":
        import gzip  # noqa: PLC0415

        return cast("BinaryIO", _Gzip(gzip.GzipFile("", "wb", 6, path.open("wb"), mtime=0)))
    if ending == ".bz2":
        import bz2  # noqa: PLC0415

        return cast("BinaryIO", bz2.open(path, "wb"))
    if ending == ".xz":
        import lzma  # noqa: PLC0415

        return cast("BinaryIO", lzma.open(path, "wb", preset=3))
    if ending == ".zst":
        import pyarrow as pa  # noqa: PLC0415

        return cast("BinaryIO", pa.CompressedOutputStream(pa.OSFile(str(path), "wb"), "zstd"))
    return path.open("wb")


def _unpacking(ending: str, file: BinaryIO) -> _Reads:
    if ending == ".gz":
        import gzip  # noqa: PLC0415

        return gzip.GzipFile(fileobj=file)
    if ending == ".bz2":
        import bz2  # noqa: PLC0415

        return cast("_Reads", bz2.BZ2File(file))
    if ending == ".xz":
        import lzma  # noqa: PLC0415

        return cast("_Reads", lzma.LZMAFile(file))
    import pyarrow as pa  # noqa: PLC0415

    return cast("_Reads", pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd"))


class _Unpacked(io.RawIOBase):
    """A stream whose faults are errors of the house."""

    def __init__(self, inner: _Reads, file: BinaryIO) -> None:
        self._inner, self._file = inner, file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._inner.read(len(buffer))
        except Exception:  # noqa: BLE001  every library has errors of its own for broken bytes
            raise FormatError(
                "packed-broken", "a compressed file is damaged or incomplete", hint="download or copy it again"
            ) from None
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            self._file.close()
        super().close()


class _Gzip(io.RawIOBase):
    """A gzip file that closes the file below it as well."""

    def __init__(self, inner: Any) -> None:
        self._inner, self._below = inner, inner.fileobj

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return int(self._inner.write(data))

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            self._below.close()
        super().close()
