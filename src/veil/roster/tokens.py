"""Tokens: the words and numbers of a whole column as hashes, without a Python object each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

_CHUNK = 1 << 20
_LONGEST_JOINT = 3
_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2^64
_INVERSE = pow(_BASE, -1, 1 << 64)
_S = np.uint64(ord("s"))
_LOWER = np.arange(256, dtype=np.uint8)
_LOWER[65:91] += 32
_WORD = np.zeros(256, bool)
_WORD[48:58] = _WORD[65:91] = _WORD[97:123] = _WORD[128:] = True
_DIGIT = np.zeros(256, bool)
_DIGIT[48:58] = True
_JOINT = np.zeros(256, bool)
_JOINT[[ord(sign) for sign in " .-/()"]] = True


@dataclass(frozen=True, slots=True)
class NameTokens:
    """Tokens of n values, in order. Shape: t of each: `value`, which of the n; `hash`; `length` in bytes."""

    value: Places
    hash: Hashes
    length: Places

    def longest(self) -> tuple[NameTokens, npt.NDArray[np.bool_]]:
        """The longest token of each value, the later of two; and whether it is the value's last."""
        if not len(self.value):
            return self, np.zeros(0, bool)
        order = np.lexsort((np.arange(len(self.value)), self.length, self.value))
        chosen = order[np.append(np.diff(self.value[order]) != 0, True)]
        last = np.append(np.diff(self.value) != 0, True)
        return NameTokens(self.value[chosen], self.hash[chosen], self.length[chosen]), last[chosen]

    def plural(self) -> Hashes:
        """The hashes of the same tokens with an `s` behind them."""
        powers, _ = _powers(int(self.length.max(initial=0)) + 1)
        return self.hash + _S * powers[self.length]


def tokens_of(values: pa.Array, *, join: bool = True) -> NameTokens:
    """The runs of letters and digits of each value, in small letters, without zeros before them.

    Shape:   n `large_string` -> the tokens of those that are not null.
    Keeps:   with `join` up to three spaces, dots, dashes, slashes and brackets between two digits join them: `123-45-6789`
             is one token.
    """
    values = _folded(pc.fill_null(values, ""))
    found = [_of_chunk(*chunk, join=join) for chunk in _chunks(values)]
    if not found:
        nothing = np.zeros(0, np.int64)
        return NameTokens(nothing, nothing.astype(np.uint64), nothing)
    return NameTokens(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def either_way(values: pa.Array) -> NameTokens:
    """The tokens of each value with their numbers joined, and those of decimals as they stand: `41277.0` is 41277 as well."""
    joined = tokens_of(values)
    decimal = pc.indices_nonzero(pc.fill_null(pc.match_substring_regex(values, r"[0-9]\.[0-9]"), fill_value=False))
    if not len(decimal):
        return joined
    apart = tokens_of(values.take(decimal), join=False)
    places = decimal.to_numpy(zero_copy_only=False).astype(np.int64)[apart.value]
    value = np.concatenate([joined.value, places])
    order = np.argsort(value, kind="stable")
    return NameTokens(
        value[order],
        np.concatenate([joined.hash, apart.hash])[order],
        np.concatenate([joined.length, apart.length])[order],
    )


def mixed(hashes: Hashes) -> Hashes:
    """The hashes with every bit depending on every other. Source: the finalizer of SplitMix64 (Steele et al. 2014)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))


def _folded(values: pa.Array) -> pa.Array:
    """The values, odd spaces made plain, letters beyond ASCII folded as Python folds them."""
    spaced = pc.match_substring_regex(values, r"\s\s|[\t\n\r\f\v]")
    if pc.any(spaced).as_py():
        values = pc.replace_substring_regex(values, r"\s+", " ")
    foreign = pc.invert(pc.string_is_ascii(values))
    if not pc.any(foreign).as_py():
        return values
    plain = pa.array([_plain(value) for value in values.filter(foreign).to_pylist()], pa.large_string())
    return pc.replace_with_mask(values, foreign, plain)


def _plain(value: str) -> str:
    folded = " ".join(value.casefold().split())
    return "".join(char if char.isascii() or char.isalnum() else "_" for char in folded)


def _chunks(values: pa.Array) -> Iterator[tuple[int, Bytes, Places]]:
    """Values that follow each other: the number of the first, their bytes, where each begins and the last ends."""
    if not len(values):
        return
    _, offset_buffer, data = values.buffers()
    offsets = np.frombuffer(offset_buffer, np.int64, len(values) + 1, values.offset * 8)
    if offsets[-1] == offsets[0]:
        return
    every = np.frombuffer(data, np.uint8)
    first = 0
    while first < len(values):
        stop = max(first + 1, int(np.searchsorted(offsets, offsets[first] + _CHUNK, "right")) - 1)
        yield first, every[offsets[first] : offsets[stop]], offsets[first : stop + 1] - offsets[first]
        first = stop


def _of_chunk(first: int, data: Bytes, bounds: Places, *, join: bool) -> tuple[Places, Hashes, Places]:
    if join:
        data, bounds = _joined(data, bounds)
    breaks = np.zeros(len(data) + 1, bool)
    breaks[bounds] = True
    word = np.zeros(len(data) + 2, bool)
    word[1:-1] = _WORD[data]
    starts = np.flatnonzero(word[1:-1] & (~word[:-2] | breaks[:-1]))
    ends = np.flatnonzero(word[1:-1] & (~word[2:] | breaks[1:])) + 1
    solid = np.flatnonzero(data != ord("0"))
    after = np.append(solid, len(data))[np.searchsorted(solid, starts)]
    bare = np.minimum(after, ends)
    kept = bare < ends
    starts, ends = bare[kept], ends[kept]
    powers, inverses = _powers(len(data) + 1)
    sums = np.zeros(len(data) + 1, np.uint64)
    np.cumsum(_LOWER[data] * powers[: len(data)], out=sums[1:])
    hashes = (sums[ends] - sums[starts]) * inverses[starts]
    value = np.searchsorted(bounds, starts, "right") - 1 + first
    return value, hashes, ends - starts


def _joined(data: Bytes, bounds: Places) -> tuple[Bytes, Places]:
    """The same without what stands between two digits of one value and joins them."""
    joint = _JOINT[data]
    if not joint.any():
        return data, bounds
    edges = np.diff(joint.astype(np.int8), prepend=0, append=0)
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    inside = (starts > 0) & (ends < len(data)) & (ends - starts <= _LONGEST_JOINT)
    starts, ends = starts[inside], ends[inside]
    within = np.searchsorted(bounds, starts - 1, "right") == np.searchsorted(bounds, ends, "right")
    within &= _DIGIT[data[starts - 1]] & _DIGIT[data[ends]]
    starts, ends = starts[within], ends[within]
    if not len(starts):
        return data, bounds
    marks = np.zeros(len(data) + 1, np.int8)
    marks[starts] += 1
    marks[ends] -= 1
    gone = np.cumsum(marks[:-1]).astype(bool)
    lost = np.zeros(len(data) + 1, np.int64)
    np.cumsum(gone, out=lost[1:])
    return data[~gone], bounds - lost[bounds]


_tables: dict[str, Hashes] = {}


def _powers(count: int) -> tuple[Hashes, Hashes]:
    """The powers of the base and of its inverse, modulo 2^64; at least this many."""
    if len(_tables.get("powers", ())) < count:
        size = max(count, _CHUNK + 1)
        for name, base in (("powers", _BASE), ("inverses", _INVERSE)):
            table = np.full(size, base, np.uint64)
            table[0] = 1
            _tables[name] = np.cumprod(table, dtype=np.uint64)
    return _tables["powers"], _tables["inverses"]
