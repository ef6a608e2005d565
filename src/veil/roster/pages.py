"""Pages: rows of a table in encrypted buckets of one file, memory-mapped and opened one at a time."""

from __future__ import annotations

import io
import mmap
import os
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from veil.lazy import lazily

if TYPE_CHECKING:
    import polars as pl
else:
    pl = lazily("polars")

BUCKETS = 256  # of what is spilled
PAGES = 1 << 14
ROWS_A_PAGE = 4_096
SPILL_ROWS = 500_000
_SEED = 0x5EED
_NONCE = 12


@dataclass(frozen=True, slots=True)
class Index:
    """Where the pages of a file are.

    Shape:   `pages[b]`: (offset, size) of bucket b, size 0 for an empty one. `secret` opens them; it lives in memory only.
    """

    path: str
    secret: bytes = field(repr=False)
    pages: tuple[tuple[int, int], ...]


class PageWriter:
    """Takes frames, spills them sealed by bucket, and ends with one sorted page a bucket.

    Keeps:   the result does not depend on the order or the size of the frames. No plaintext is written.
    """

    def __init__(self, path: Path, key: str, columns: Sequence[str]) -> None:
        self._path, self._key, self._columns = path, key, columns
        self._secret = os.urandom(32)
        self._spill = path.with_suffix(".spill")
        self._in_memory: list[pl.DataFrame] = []
        self._rows_in_memory = self.rows = 0
        self._segments: dict[int, list[tuple[int, int]]] = defaultdict(list)

    def add(self, frame: pl.DataFrame) -> None:
        if frame.height:
            self._in_memory.append(frame.select(list(self._columns)).unique())
            self._rows_in_memory += self._in_memory[-1].height
            self.rows += self._in_memory[-1].height
        if self._rows_in_memory >= SPILL_ROWS:
            self._flush()

    def _flush(self) -> None:
        frame = pl.concat(self._in_memory).unique()
        with _private(self._spill, os.O_APPEND) as file:
            for (bucket,), rows in frame.with_columns(_b=_bucket(self._key)).partition_by("_b", as_dict=True).items():
                sealed = _sealed(rows.drop("_b"), self._secret)
                self._segments[int(bucket)].append((file.tell(), len(sealed)))
                file.write(sealed)
        self._in_memory, self._rows_in_memory = [], 0

    def finish(self) -> Index:
        """The pages, as few as their rows ask for."""
        count = 1
        while count < PAGES and self.rows / count > ROWS_A_PAGE:
            count *= 2
        if self._segments and self._in_memory:
            self._flush()
        pages = [(0, 0)] * count
        with _private(self._path, os.O_TRUNC) as file:
            for spilled in range(min(count, BUCKETS) if self._segments else 1 if self.rows else 0):
                frame = self._rows_of(spilled, min(count, BUCKETS)).unique().sort(list(self._columns))
                parts = frame.with_columns(_b=_hash(self._key) % count).partition_by("_b", as_dict=True)
                for (bucket,), part in sorted(parts.items()):
                    sealed = _sealed(part.drop("_b"), self._secret)
                    pages[int(bucket)] = (file.tell(), len(sealed))
                    file.write(sealed)
        self._spill.unlink(missing_ok=True)
        return Index(str(self._path), self._secret, tuple(pages))

    def _rows_of(self, bucket: int, count: int) -> pl.DataFrame:
        if not self._segments:
            return pl.concat(self._in_memory) if self._in_memory else pl.DataFrame(schema=texts(self._columns))
        frames = [pl.DataFrame(schema=texts(self._columns))]
        with self._spill.open("rb") as file:
            for fine in range(bucket, BUCKETS, count):
                for offset, size in self._segments.get(fine, ()):
                    file.seek(offset)
                    frames.append(_opened(file.read(size), self._secret))
        return pl.concat(frames)


def texts(columns: Sequence[str]) -> dict[str, pl.DataType]:
    """The schema of a frame whose columns are all text."""
    return {column: pl.String() for column in columns}


class PageReader:
    """Looks rows up by key; holds few pages open at a time."""

    def __init__(self, index: Index, key: str, columns: Sequence[str], keep: int = 256) -> None:
        self._index, self._key, self._columns, self._keep = index, key, columns, keep
        self._open: OrderedDict[int, pl.DataFrame] = OrderedDict()
        self._map: mmap.mmap | None = None
        if any(size for _, size in index.pages):
            with Path(index.path).open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    @property
    def empty(self) -> bool:
        return self._map is None

    def rows(self, keys: pl.Series) -> pl.DataFrame:
        """All rows whose key is among these. Shape: k distinct keys -> rows of the schema, any number a key."""
        count = len(self._index.pages)
        asked = keys.rename(self._key).to_frame()
        if count == 1:
            return self._page(0).join(asked, on=self._key, how="semi")
        parts = asked.with_columns(_b=_hash(self._key) % count).partition_by("_b", as_dict=True)
        found = [self._page(int(bucket)).join(part, on=self._key, how="semi") for (bucket,), part in parts.items()]
        return pl.concat(found) if found else pl.DataFrame(schema=texts(self._columns))

    def _page(self, bucket: int) -> pl.DataFrame:
        frame = self._open.get(bucket)
        if frame is None:
            offset, size = self._index.pages[bucket]
            frame = pl.DataFrame(schema=texts(self._columns))
            if size and self._map is not None:
                frame = _opened(self._map[offset : offset + size], self._index.secret)
            self._open[bucket] = frame
            if len(self._open) > self._keep:
                self._open.popitem(last=False)
        else:
            self._open.move_to_end(bucket)
        return frame


def _hash(key: str) -> pl.Expr:
    return pl.col(key).hash(_SEED)


def _bucket(key: str) -> pl.Expr:
    return _hash(key) % BUCKETS


def _private(path: Path, mode: int) -> io.BufferedWriter:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | mode, 0o600), "ab" if mode & os.O_APPEND else "wb")


def _sealed(frame: pl.DataFrame, secret: bytes) -> bytes:
    plain = io.BytesIO()
    frame.write_ipc_stream(plain, compression="lz4")
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(secret).encrypt(nonce, plain.getvalue(), None)


def _opened(sealed: bytes, secret: bytes) -> pl.DataFrame:
    plain = AESGCM(secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
    return pl.read_ipc_stream(io.BytesIO(plain))
