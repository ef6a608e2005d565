"""Facts: sex, day of birth and date shift of each subject, in sealed blocks of a fixed width, looked up by whole columns."""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from veil.lazy import lazily

if TYPE_CHECKING:
    import polars as pl
else:
    pl = lazily("polars")

KINDS = ("sex", "birth_date", "offset")
NOTHING = -(1 << 31)
_SEXES = (None, "F", "M")
_ROW = np.dtype([("subject", "<u8"), ("sex", "<i4"), ("birth_date", "<i4"), ("offset", "<i4")])
_ROWS_A_BLOCK = 8_192
_MOST_BLOCKS = 1 << 16
_HELD_BYTES = 64 << 20
_NONCE = 12
_SEED = 0xFAC75

Rows = npt.NDArray[np.void]


@dataclass(frozen=True, slots=True)
class FactsIndex:
    """Where the blocks are. Shape: `bounds[b]` to `bounds[b + 1]` is block b, of the subjects whose hash begins with b."""

    path: str
    secret: bytes = field(repr=False)
    bounds: tuple[int, ...]
    bits: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Shape: n of each: `sex` (F, M or null), `born` (date32 or null), `offset` (days, never 0, or null)."""

    sex: pa.Array
    born: pa.Array
    offset: pa.Array

    @classmethod
    def none(cls, height: int) -> Facts:
        return cls(pa.nulls(height, pa.large_string()), pa.nulls(height, pa.date32()), pa.nulls(height, pa.int32()))


class FactsWriter:
    """Takes facts in any order; of two that differ the lesser one counts, as before."""

    def __init__(self, path: Path) -> None:
        self._path, self._rows = path, [np.zeros(0, _ROW)]

    def add(self, kind: str, values: pa.Array, subjects: pa.Array) -> None:
        """Shape: n values (F or M, days as ISO writes them, whole numbers), n subjects."""
        texts = pl.Series(values=values, dtype=pl.String)
        frame = pl.DataFrame({"value": _numbers(kind, texts), "subject": hashed(subjects)}).drop_nulls()
        rows = np.zeros(frame.height, _ROW)
        for name in KINDS:
            rows[name] = frame["value"].to_numpy() if name == kind else NOTHING
        rows["subject"] = frame["subject"].to_numpy()
        self._rows.append(rows)

    def finish(self) -> FactsIndex:
        rows = _merged(np.concatenate(self._rows))
        self._rows = [rows[:0]]
        bits = max(0, min(_MOST_BLOCKS, len(rows) // _ROWS_A_BLOCK).bit_length())
        cuts = np.searchsorted(_block_of(rows["subject"], bits), np.arange((1 << bits) + 1))
        secret, bounds = os.urandom(32), [0]
        with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for block in range(1 << bits):
                nonce = os.urandom(_NONCE)
                plain = rows[cuts[block] : cuts[block + 1]].tobytes()
                bounds.append(
                    bounds[-1] + file.write(nonce + AESGCM(secret).encrypt(nonce, plain, None) if plain else b"")
                )
        return FactsIndex(str(self._path), secret, tuple(bounds), bits)


class FactsReader:
    """Looks facts up; holds the blocks that were opened last."""

    def __init__(self, index: FactsIndex) -> None:
        self._index = index
        self._open: OrderedDict[int, Rows] = OrderedDict()

    @property
    def empty(self) -> bool:
        return self._index.bounds[-1] == 0

    def of(self, subjects: pa.Array) -> Facts:
        """Shape: n subjects -> n of each fact; null where nothing is known, or nobody is told."""
        if self.empty or not len(subjects):
            return Facts.none(len(subjects))
        keys, places = np.unique(hashed(subjects).fill_null(0).to_numpy(), return_inverse=True)
        rows = np.full(len(keys), NOTHING, np.int32)
        found = {kind: rows.copy() for kind in KINDS}
        blocks = _block_of(keys, self._index.bits)
        edges = np.flatnonzero(np.append(True, np.diff(blocks) != 0))
        for low, high in zip(edges, np.append(edges[1:], len(keys)), strict=True):
            self._look(int(blocks[low]), keys[low:high], {kind: column[low:high] for kind, column in found.items()})
        return _columns({kind: column[places] for kind, column in found.items()}, subjects)

    def _look(self, block: int, keys: npt.NDArray[np.uint64], found: dict[str, npt.NDArray[np.int32]]) -> None:
        rows = self._block(block)
        if not len(rows):
            return
        at = np.minimum(np.searchsorted(rows["subject"], keys), len(rows) - 1)
        there = rows["subject"][at] == keys
        for kind, column in found.items():
            column[there] = rows[kind][at[there]]

    def _block(self, block: int) -> Rows:
        rows = self._open.get(block)
        if rows is None:
            start, stop = self._index.bounds[block : block + 2]
            rows = np.zeros(0, _ROW)
            if stop > start:
                with Path(self._index.path).open("rb") as file:
                    file.seek(start)
                    sealed = file.read(stop - start)
                rows = np.frombuffer(AESGCM(self._index.secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], None), _ROW)
            self._open[block] = rows
            while len(self._open) > max(1, _HELD_BYTES // (_ROWS_A_BLOCK * _ROW.itemsize)):
                self._open.popitem(last=False)
        else:
            self._open.move_to_end(block)
        return rows


def hashed(subjects: pa.Array) -> pl.Series:
    """The hash of each subject, null where there is none."""
    series = pl.Series(values=subjects, dtype=pl.String)
    return series.hash(_SEED).set(series.is_null(), None)


def _numbers(kind: str, values: pl.Series) -> pl.Series:
    if kind == "sex":
        return values.replace_strict(["F", "M"], [1, 2], default=None, return_dtype=pl.Int32)
    if kind == "birth_date":
        return values.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32)
    numbers = values.str.strip_chars().cast(pl.Int32, strict=False)
    return numbers.set(numbers == 0, None)


def _merged(rows: Rows) -> Rows:
    """One row a subject, by subject."""
    if not len(rows):
        return rows
    rows = rows[np.argsort(rows["subject"], kind="stable")]
    firsts = np.flatnonzero(np.append(True, np.diff(rows["subject"]) != 0))
    merged = rows[firsts].copy()
    for kind in KINDS:
        column = np.where(rows[kind] == NOTHING, np.iinfo(np.int32).max, rows[kind])
        least = np.minimum.reduceat(column, firsts)
        merged[kind] = np.where(least == np.iinfo(np.int32).max, NOTHING, least)
    return merged


def _block_of(hashes: npt.NDArray[np.uint64], bits: int) -> npt.NDArray[np.int64]:
    return (hashes >> np.uint64(64 - bits)).astype(np.int64) if bits else np.zeros(len(hashes), np.int64)


def _columns(found: dict[str, npt.NDArray[np.int32]], subjects: pa.Array) -> Facts:
    nobody = subjects.is_null().to_numpy(zero_copy_only=False)
    columns = {kind: pa.array(column, mask=(column == NOTHING) | nobody) for kind, column in found.items()}
    sexes = pa.array(_SEXES, pa.large_string())
    return Facts(sexes.take(columns["sex"]), columns["birth_date"].cast(pa.date32()), columns["offset"])
