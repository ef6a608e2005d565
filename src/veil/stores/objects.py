"""Objects: a bucket of S3 or of a store that speaks as S3, through pyarrow's file systems."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

import pyarrow as pa
from pyarrow import fs

from veil.errors import StoreError
from veil.model import path_of
from veil.stores.address import Address
from veil.stores.database import refused

_MANIFEST = "veil-manifest.json"
_COMING = ".veil-coming"  # the mark of a copy that goes on, or broke off
_BLOCK = 8 << 20


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    """An error of the library as one of the house: its message holds names of objects."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        lost = "curl" in str(error).lower() or "NETWORK_CONNECTION" in str(error)
        denied = "ACCESS_DENIED" in str(error) or "AWS Error" in str(error)
        raise refused("s3", "28" if denied and not lost else "", gone=lost) from None


def connected(address: Address) -> fs.FileSystem:
    """Credentials come from the environment, as AWS's own tools take them; so does the endpoint of another store."""
    options = address.options
    endpoint = options.get("endpoint") or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    scheme, _, host = (endpoint or "").rpartition("://")
    return fs.S3FileSystem(
        region=options.get("region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or None,
        endpoint_override=host or None,
        scheme=scheme or "https",
    )


@dataclass(frozen=True, slots=True)
class ObjectPath:
    """An object by its name, with as much of a path's manner as formats ask of one."""

    system: Any
    at: PurePosixPath

    def __truediv__(self, name: str) -> ObjectPath:
        return ObjectPath(self.system, self.at / name)

    @property
    def name(self) -> str:
        return self.at.name

    @property
    def suffix(self) -> str:
        return self.at.suffix

    @property
    def parent(self) -> ObjectPath:
        return ObjectPath(self.system, self.at.parent)

    def open(self, mode: str = "rb") -> BinaryIO:
        del mode
        with _telling():
            return cast("BinaryIO", self.system.open_input_file(str(self.at)))

    def stat(self) -> Size:
        with _telling():
            return Size(int(self.system.get_file_info(str(self.at)).size or 0))


@dataclass(frozen=True, slots=True)
class Size:
    """What is asked of an object's state. Units: bytes."""

    st_size: int


class BucketStore:
    """The objects below a prefix: `s3://bucket/prefix`."""

    kind = ""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._system = connected(address)
        self._root = PurePosixPath(address.host) / address.database

    def names(self, *own_folders: Path) -> list[str]:
        del own_folders
        with _telling():
            found = self._system.get_file_info(fs.FileSelector(str(self._root), recursive=True, allow_not_found=True))
        names = [
            str(PurePosixPath(info.path).relative_to(self._root)) for info in found if info.type == fs.FileType.File
        ]
        return sorted(
            name for name in names if not any(piece.startswith((".", "_")) for piece in PurePosixPath(name).parts)
        )

    def __truediv__(self, name: str) -> ObjectPath:
        return ObjectPath(self._system, self._at(name))

    def notices(self, name: str) -> tuple[str, ...]:
        del name
        return ()

    def size(self, name: str) -> int:
        return ObjectPath(self._system, self._at(name)).stat().st_size

    def stamp(self, name: str) -> str:
        with _telling():
            seen = self._system.get_file_info(str(self._at(name)))
        return f"{seen.size}:{seen.mtime_ns}"

    def digest(self, name: str) -> str:
        hasher = hashlib.sha256()
        with _telling(), self._system.open_input_stream(str(self._at(name))) as file:
            while data := file.read(_BLOCK):
                hasher.update(data)
        return hasher.hexdigest()

    def _at(self, name: str) -> PurePosixPath:
        """The object of a name, or the one that holds what it names."""
        return self._root / path_of(name)

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return type(self), (self.address,)


class BucketTarget:
    """A prefix that takes a whole release; the manifest comes last, so that what it names is there.

    Keeps:   while a copy goes on there is no manifest: new objects below an older one would be a release that nobody made. A
             mark names what is ours meanwhile, so that a copy which broke off is finished, and nothing of an older release
             stays. Objects of others stay.
    """

    def __init__(self, address: Address) -> None:
        self._system = connected(address)
        self._root = PurePosixPath(address.host) / address.database

    def copy(self, out: Path) -> int:
        """Puts every file of a release there. Errors: StoreError `publish-there`, `store-...`."""
        names = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
        earlier = self._begin(set(names))
        for name in sorted(names, key=lambda name: name == _MANIFEST):
            with _telling(), (out / name).open("rb") as file, self._opened(name) as sink:
                while data := file.read(_BLOCK):
                    sink.write(data)
        for name in sorted(earlier - set(names)):
            self._delete(name)
        self._delete(_COMING)
        return len(names)

    def _begin(self, coming: set[str]) -> set[str]:
        """The mark put there, and the manifest taken away; answers which objects of ours are there."""
        with _telling():
            infos = self._system.get_file_info(fs.FileSelector(str(self._root), recursive=True, allow_not_found=True))
        names = {
            str(PurePosixPath(info.path).relative_to(self._root)) for info in infos if info.type == fs.FileType.File
        }
        earlier = self._named_before(names)
        with _telling(), self._opened(_COMING) as sink:
            sink.write(json.dumps(sorted(earlier | coming)).encode())
        if _MANIFEST in names:
            self._delete(_MANIFEST)
        return earlier & names - {_MANIFEST}

    def _named_before(self, names: set[str]) -> set[str]:
        """What the mark of a copy that broke off names, or the manifest of an older release."""
        if _COMING in names:
            return set(self._read(_COMING))
        if _MANIFEST in names:
            return {output["name"] for output in self._read(_MANIFEST)["outputs"]}
        if names:
            raise StoreError(
                "publish-there",
                "the target contains objects that Veil did not write",
                where="s3",
                hint="empty it, or use another prefix",
            )
        return set()

    def _read(self, name: str) -> Any:
        with _telling(), self._system.open_input_stream(str(self._root / name)) as file:
            return json.loads(file.read())

    def _opened(self, name: str) -> Any:
        return self._system.open_output_stream(str(self._root / name))

    def _delete(self, name: str) -> None:
        with _telling():
            self._system.delete_file(str(self._root / name))

    def close(self) -> None:
        """Nothing is held open."""
