"""Prefilter: which cells of a column may contain a known identifier of their row's subject; from encrypted bits, without a miss."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from veil.lazy import lazily
from veil.roster.tokens import Hashes, NameTokens, Places, either_way, mixed, tokens_of

if TYPE_CHECKING:
    import polars as pl
else:
    pl = lazily("polars")

_BITS_EACH = (
    32  # of which two are set: a cell that holds nothing passes one time in 256 at most, and then the next sieve
)
_FEWEST, _MOST = 12, 30  # the logarithm of the number of bits: 512 bytes to 128 MiB
_HELD = 1 << 22
_NONCE = 12
_SUBJECTS = 0x5EED5


@dataclass(frozen=True, slots=True)
class PrefilterIndex:
    """Where the sealed bits are and what opens them. `columns`: those of short identifiers, which need a cue."""

    path: str
    secret: bytes = field(repr=False)
    size: int
    columns: tuple[str, ...] = ()


class PrefilterWriter:
    """Takes known identifiers with their subjects; ends with two tables of bits: all tokens, and tokens with their subject."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tokens, self._pairs = _Bits(), _Bits()
        self._columns: set[str] = set()

    def add_names(self, values: pa.Array, subjects: pa.Array) -> None:
        """Shape: n names, n subjects."""
        chosen, last = tokens_of(values).longest()
        self._add(chosen.value, chosen.hash, subjects)
        self._add(chosen.value[last], chosen.plural()[last], subjects)

    def add_numbers(self, values: pa.Array, subjects: pa.Array) -> None:
        """Shape: n numbers and codes, n subjects."""
        bare = pc.replace_substring_regex(values, r"[\s.\-/()]", "")
        chosen, _ = tokens_of(bare).longest()
        self._add(chosen.value, chosen.hash, subjects)

    def add_short(self, column: str) -> None:
        """The column of identifiers that are sought behind a cue alone."""
        self._columns.add(column)

    def _add(self, places: Places, hashes: Hashes, subjects: pa.Array) -> None:
        if len(places):
            self._tokens.add(mixed(hashes))
            self._pairs.add(_paired(hashes, _hashed(subjects.take(pa.array(places)))))

    def finish(self) -> PrefilterIndex:
        secret = os.urandom(32)
        tokens, pairs = self._tokens.table(), self._pairs.table()
        nonce = os.urandom(_NONCE)
        sealed = nonce + AESGCM(secret).encrypt(nonce, np.concatenate([tokens, pairs]).tobytes(), None)
        with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(sealed)
        return PrefilterIndex(str(self._path), secret, len(tokens), tuple(sorted(self._columns)))


class Prefilter:
    """Reads the bits of a run."""

    def __init__(self, index: PrefilterIndex) -> None:
        sealed = Path(index.path).read_bytes()
        plain = AESGCM(index.secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        every = np.frombuffer(plain, np.uint8)
        self._tokens, self._pairs = every[: index.size], every[index.size :]
        self.columns = index.columns

    def rows(self, values: pa.Array, subjects: pa.Array) -> Places:
        """The cells that may hold an identifier of their subject. Shape: n texts, n subjects -> some of 0 to n-1, in order.

        Keeps:   a cell that holds one is always among them, but for short identifiers, which `columns` tells of.
        """
        encoded = pc.dictionary_encode(values)
        tokens = either_way(encoded.dictionary)
        seen = _is_set(self._tokens, mixed(tokens.hash))
        tokens = NameTokens(tokens.value[seen], tokens.hash[seen], tokens.length[seen])
        if not len(tokens.value):
            return np.zeros(0, np.int64)
        which = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
        counts = np.bincount(tokens.value, minlength=len(encoded.dictionary) + 1)  # -1, a null cell, has none
        rows = np.flatnonzero((counts[which] > 0) & subjects.is_valid().to_numpy(zero_copy_only=False))
        each = counts[which[rows]]
        firsts = (np.cumsum(counts) - counts)[which[rows]]
        inside = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each)
        hashes = tokens.hash[np.repeat(firsts, each) + inside]
        whose = np.repeat(_hashed(subjects.take(pa.array(rows))), each)
        return np.unique(np.repeat(rows, each)[_is_set(self._pairs, _paired(hashes, whose))])


class _Bits:
    """Hashes on their way to a table of bits: few are held, many are set at once in the largest table."""

    def __init__(self) -> None:
        self._in_memory: list[Hashes] = []
        self._count = self._all = 0
        self._table: npt.NDArray[np.uint8] | None = None

    def add(self, hashes: Hashes) -> None:
        hashes = np.unique(hashes)
        self._in_memory.append(hashes)
        self._count += len(hashes)
        self._all += len(hashes)
        if self._count > _HELD:
            self._in_memory = [np.unique(np.concatenate(self._in_memory))]
            self._count = len(self._in_memory[0])
            if self._count > _HELD // 2:
                self._flush()

    def _flush(self) -> None:
        if self._table is None:
            self._table = np.zeros(1 << (_MOST - 3), np.uint8)
        for hashes in self._in_memory:
            _set(self._table, hashes)
        self._in_memory, self._count = [], 0

    def table(self) -> npt.NDArray[np.uint8]:
        """The bits; both tables of a sieve are made alike, each of its own size at most."""
        if self._table is None:
            hashes = np.unique(np.concatenate(self._in_memory)) if self._in_memory else np.zeros(0, np.uint64)
            return _set(np.zeros(1 << (_logarithm(len(hashes)) - 3), np.uint8), hashes)
        self._flush()
        table, size = self._table, 1 << (_logarithm(self._all) - 3)
        while len(table) > size:
            table = table[: len(table) // 2] | table[len(table) // 2 :]
        return table


def _logarithm(count: int) -> int:
    return min(_MOST, max(_FEWEST, (max(count, 1) * _BITS_EACH - 1).bit_length()))


def _set(table: npt.NDArray[np.uint8], hashes: Hashes) -> npt.NDArray[np.uint8]:
    places = np.unique(np.concatenate(_places(table, hashes)))
    if len(places):
        cells = (places >> np.uint64(3)).astype(np.int64)
        bits = (np.uint8(1) << (places & np.uint64(7)).astype(np.uint8)).astype(np.uint8)
        first = np.flatnonzero(np.append(True, np.diff(cells) != 0))
        table[cells[first]] |= np.bitwise_or.reduceat(bits, first)
    return table


def _is_set(table: npt.NDArray[np.uint8], hashes: Hashes) -> npt.NDArray[np.bool_]:
    found = np.ones(len(hashes), np.uint8)
    for places in _places(table, hashes):
        found &= table[(places >> np.uint64(3)).astype(np.int64)] >> (places & np.uint64(7)).astype(np.uint8)
    return (found & 1).astype(bool)


def _places(table: npt.NDArray[np.uint8], hashes: Hashes) -> tuple[Hashes, Hashes]:
    """The two bits of each hash, from its two halves."""
    last = np.uint64(len(table) * 8 - 1)
    return hashes & last, (hashes >> np.uint64(32)) & last


def _paired(hashes: Hashes, subjects: Hashes) -> Hashes:
    return mixed(hashes ^ subjects)


def _hashed(subjects: pa.Array) -> Hashes:
    return pl.Series(values=subjects, dtype=pl.String).hash(_SUBJECTS).to_numpy()
