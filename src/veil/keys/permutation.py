"""Permutation: pseudonyms that are unique by construction, computed a column at a time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from veil.keys.ciphers import BLOCK, Blocks, Wide
from veil.keys.columns import Bytes, Places, TextColumn, Words, nulled, texts_of
from veil.keys.derive import Keys

ALPHABET = b"0123456789abcdefghjkmnpqrstvwxyz"  # Crockford: no i, l, o, u; one case, so it survives every collation
SHORT_LENGTH = 26  # characters: 2 bits of class and 128 of cipher text
_SHORTEST_HALF = 20  # bytes: originals of 16 to 39 bytes give 64 characters, the longest id that FHIR allows
_CHUNK = 1 << 16
_CHARS: npt.NDArray[np.uint16] = np.frombuffer(
    bytes(c for i in range(1024) for c in (ALPHABET[i >> 5], ALPHABET[i & 31])), np.uint16
)
_PAIRS = np.full(1 << 16, -1, np.int16)
_PAIRS[_CHARS] = np.arange(1024, dtype=np.int16)
_KEPT = np.array([[0xFF if j < n else 0 for j in range(BLOCK)] for n in range(BLOCK)], np.uint8)
_ENDS = np.array([[0x80 if j == n else 0 for j in range(BLOCK)] for n in range(BLOCK)], np.uint8)
_DASHES = (8, 13, 18, 23)
_HEX_PLACES = np.array([i for i in range(36) if i not in _DASHES])
_TEXT, _LOWER_UUID, _UPPER_UUID = 0, 1, 2
_DIGITS = {_LOWER_UUID: b"0123456789abcdef", _UPPER_UUID: b"0123456789ABCDEF"}


def pseudonyms(values: pa.Array, keys: Keys, domain: str) -> pa.Array:
    """A pseudonym for each value: two values of a domain never share one, by construction.

    Shape:   n `large_string` -> n `large_string`, null stays null; the empty string is a value like another.
             Values up to 15 bytes and UUIDs in canonical form: 26 characters. Other values: 64 characters up to 39
             bytes, 128 up to 79, and so on, doubling: so the class of length is the one thing that shows.
    Keeps:   each class is a keyed permutation (AES-256 on one block; a Luby-Rackoff permutation on longer ones) of
             an injective padding, and classes differ in length or in the first character's class bits; so equality
             within the domain is kept and nothing else. Under another key or domain all changes.
    Errors:  KeyringError `keys-missing`.
    """
    column = TextColumn(values)
    classes = _classes(column)
    parts: list[pa.Array] = []
    rows: list[Places] = []
    for kind in np.unique(classes):
        at = np.flatnonzero(classes == kind)
        rows.append(at)
        parts.append(_sealed(column, at, int(kind), keys, domain))
    return column.back(_joined(parts, rows))


def originals(values: pa.Array, keys: Keys, domain: str) -> pa.Array:
    """The value behind each pseudonym; null where the text is no pseudonym of this key and domain.

    Keeps:   a foreign text is told by its padding alone (one in 250 of the right length slips through): this is no
             proof of origin.
    """
    column = TextColumn(values)
    parts: list[pa.Array] = []
    rows: list[Places] = []
    for length in np.unique(column.lengths):
        at = np.flatnonzero(column.lengths == length)
        rows.append(at)
        parts.append(_opened(column, at, int(length), keys, domain))
    return column.back(_joined(parts, rows))


def draws(values: pa.Array, keys: Keys, purpose: str, domain: str = "") -> Words:
    """Two pseudo-random words for each value, the same for equal values.

    Shape:   n `large_string` -> (n, 2) unsigned 64-bit; zeros where the value is null.
    """
    column = TextColumn(values)
    classes = _classes(column)
    drawn = np.zeros((len(column), 2), np.uint64)
    for kind in np.unique(classes):
        for at in np.array_split(rows := np.flatnonzero(classes == kind), len(rows) // _CHUNK + 1):
            if kind > _UPPER_UUID:
                wide = Wide(keys.secret(purpose, f"{kind}:{domain}"), int(kind))
                blocks = np.ascontiguousarray(wide.seal(_padded(column, at, 2 * int(kind)))[:, :BLOCK])
            else:
                make = _short if kind == _TEXT else _uuid_blocks
                blocks = Blocks(keys.secret(purpose, f"{kind}:{domain}")).seal(make(column, at))
            drawn[at] = blocks.view("<u8")
    return column.spread(drawn)


def _joined(parts: list[pa.Array], rows: list[Places]) -> pa.Array:
    if not parts:
        return pa.array([], pa.large_string())
    if len(parts) == 1:
        return parts[0]
    order = np.empty(sum(len(at) for at in rows), np.int64)
    order[np.concatenate(rows)] = np.arange(len(order))
    return pa.concat_arrays(parts).take(pa.array(order))


def _classes(column: TextColumn) -> npt.NDArray[np.int32]:
    """0, 1, 2 for one block (text, UUID in lower and upper case); else the bytes of half a wide block."""
    classes = np.zeros(len(column), np.int32)
    long = np.flatnonzero(column.lengths >= BLOCK)
    if len(long) == 0:
        return classes
    doublings = np.ceil(np.log2(np.maximum(column.lengths[long] + 1, 2 * _SHORTEST_HALF) / (2 * _SHORTEST_HALF)))
    classes[long] = _SHORTEST_HALF << doublings.astype(np.int32)
    maybe = long[column.lengths[long] == 36]
    for start in range(0, len(maybe), _CHUNK):
        at = maybe[start : start + _CHUNK]
        shown = column.blocks(column.starts[at], 36)
        dashed = (shown[:, _DASHES] == ord("-")).all(axis=1)
        for kind, digits in _DIGITS.items():
            known = np.zeros(256, np.bool_)
            known[np.frombuffer(digits, np.uint8)] = True
            fits = dashed & known[shown[:, _HEX_PLACES]].all(axis=1) & (classes[at] > _UPPER_UUID)
            classes[at[fits]] = kind
    return classes


def _sealed(column: TextColumn, at: Places, kind: int, keys: Keys, domain: str) -> pa.Array:
    if kind > _UPPER_UUID:
        wide = Wide(keys.secret("pseudonym-wide", f"{kind}:{domain}"), kind)
        size = max(_CHUNK * BLOCK // kind, 1)
        return _chunked(at, size, lambda some: texts_of(_spelled(wide.seal(_padded(column, some, 2 * kind)))))
    blocks = Blocks(keys.secret("pseudonym", f"{kind}:{domain}"))
    if kind == _TEXT:
        return _chunked(at, _CHUNK, lambda some: texts_of(_spelled(blocks.seal(_short(column, some)), kind)))
    return _chunked(at, _CHUNK, lambda some: texts_of(_spelled(blocks.seal(_uuid_blocks(column, some)), kind)))


def _chunked(at: Places, size: int, make: object) -> pa.Array:
    return pa.concat_arrays([make(at[i : i + size]) for i in range(0, len(at), size)])  # type: ignore[operator]


def _short(column: TextColumn, at: Places) -> Bytes:
    lengths = column.lengths[at]
    return (column.blocks(column.starts[at], BLOCK) & _KEPT.take(lengths, axis=0)) | _ENDS.take(lengths, axis=0)


def _padded(column: TextColumn, at: Places, width: int) -> Bytes:
    lengths = column.lengths[at][:, None]
    places = np.arange(width)
    shown = column.blocks(column.starts[at], width)
    return np.where(places < lengths, shown, np.where(places == lengths, 0x80, 0)).astype(np.uint8)


def _uuid_blocks(column: TextColumn, at: Places) -> Bytes:
    shown = column.blocks(column.starts[at], 36)[:, _HEX_PLACES] | 0x20  # lower case; digits have the bit already
    nibbles = np.where(shown > ord("9"), shown - (ord("a") - 10), shown - ord("0")).astype(np.uint8)
    return nibbles[:, 0::2] * np.uint8(16) + nibbles[:, 1::2]


def _spelled(blocks: Bytes, kind: int | None = None) -> Bytes:
    """Base 32: five bits a character, of one block with its class in front, or of whole 5-byte groups."""
    if kind is None:
        groups = np.zeros((len(blocks), blocks.shape[1] // 5, 8), np.uint8)
        groups[:, :, 3:] = blocks.reshape(len(blocks), -1, 5)
        words = groups.view(">u8")[:, :, 0].astype(np.uint64)
        pairs = np.stack([(words >> np.uint64(s)) & np.uint64(1023) for s in (30, 20, 10, 0)], axis=2)
        return _CHARS[pairs.astype(np.int64)].reshape(len(blocks), -1).view(np.uint8)
    words = blocks.view(">u8").astype(np.uint64)
    high, low = words[:, 0], words[:, 1]
    out = np.empty((len(blocks), SHORT_LENGTH // 2), np.uint16)
    for j in range(SHORT_LENGTH // 2):
        out[:, j] = _CHARS.take(_ten_bits(high, low, 120 - 10 * j) | (kind << 8 if j == 0 else 0))
    return out.view(np.uint8)


def _ten_bits(high: Words, low: Words, shift: int) -> npt.NDArray[np.int64]:
    if shift >= 64:
        found = high >> np.uint64(shift - 64)
    elif shift > 54:
        found = (low >> np.uint64(shift)) | (high << np.uint64(64 - shift))
    else:
        found = low >> np.uint64(shift)
    return (found & np.uint64(1023)).astype(np.int64)


def _opened(column: TextColumn, at: Places, length: int, keys: Keys, domain: str) -> pa.Array:
    half = length * 5 // 16
    if length == SHORT_LENGTH:
        return _chunked(at, _CHUNK, lambda some: _short_originals(column.blocks(column.starts[some], 26), keys, domain))
    if length < 64 or length % 64 or (length // 64) & (length // 64 - 1):
        return pa.nulls(len(at), pa.large_string())
    wide = Wide(keys.secret("pseudonym-wide", f"{half}:{domain}"), half)
    found = []
    for start in range(0, len(at), _CHUNK):
        blocks, wrong = _read_groups(column.blocks(column.starts[at[start : start + _CHUNK]], length))
        found.append(_unpadded(wide.unseal(blocks), wrong))
    return pa.concat_arrays(found)


def _short_originals(shown: Bytes, keys: Keys, domain: str) -> pa.Array:
    tens = _PAIRS[np.ascontiguousarray(shown).view(np.uint16)]
    wrong = np.any(tens < 0, axis=1)
    kinds = (tens[:, 0] >> 8) & 3
    blocks = _packed(np.where(wrong[:, None], 0, tens))
    out: pa.Array = pa.nulls(len(shown), pa.large_string())
    for kind in (_TEXT, _LOWER_UUID, _UPPER_UUID):
        mine = (kinds == kind) & ~wrong
        if not mine.any():
            continue
        plain = Blocks(keys.secret("pseudonym", f"{kind}:{domain}")).unseal(blocks[mine])
        read = _unpadded(plain, np.zeros(len(plain), np.bool_)) if kind == _TEXT else _uuids(plain, _DIGITS[kind])
        places = np.where(mine, np.cumsum(mine) - 1, 0)
        out = pa.compute.if_else(pa.array(mine), read.take(pa.array(places)), out)
    return out


def _packed(tens: npt.NDArray[np.int16]) -> Bytes:
    groups = tens.astype(np.uint64)
    high = np.zeros(len(tens), np.uint64)
    low = np.zeros(len(tens), np.uint64)
    for j in range(SHORT_LENGTH // 2):
        shift = 120 - 10 * j
        if shift >= 64:
            high |= groups[:, j] << np.uint64(shift - 64)
        else:
            low |= groups[:, j] << np.uint64(shift)
            if shift > 54:
                high |= groups[:, j] >> np.uint64(64 - shift)
    return np.stack([high, low], axis=1).astype(">u8").view(np.uint8)


def _read_groups(shown: Bytes) -> tuple[Bytes, npt.NDArray[np.bool_]]:
    tens = _PAIRS[np.ascontiguousarray(shown).view(np.uint16)]
    wrong = np.any(tens < 0, axis=1)
    parts = np.where(wrong[:, None], 0, tens).astype(np.uint64).reshape(len(shown), -1, 4)
    words = sum((parts[:, :, j] << np.uint64(30 - 10 * j) for j in range(4)), np.zeros(parts.shape[:2], np.uint64))
    groups = words.astype(">u8").view(np.uint8).reshape(len(shown), -1, 8)[:, :, 3:]
    return np.ascontiguousarray(groups).reshape(len(shown), -1), wrong


def _unpadded(blocks: Bytes, wrong: npt.NDArray[np.bool_]) -> pa.Array:
    """The texts before their padding: the last byte that is not zero must be the mark."""
    marks = blocks.shape[1] - 1 - np.argmax(blocks[:, ::-1] != 0, axis=1)
    wrong = wrong | (blocks[np.arange(len(blocks)), marks] != 0x80)
    found: list[str | None] = []
    for block, mark, bad in zip(blocks, marks.tolist(), wrong.tolist(), strict=True):
        try:
            found.append(None if bad else block[:mark].tobytes().decode())
        except UnicodeDecodeError:
            found.append(None)
    return pa.array(found, pa.large_string())


def _uuids(blocks: Bytes, digits: bytes) -> pa.Array:
    spell = np.frombuffer(digits, np.uint8)
    out = np.full((len(blocks), 36), ord("-"), np.uint8)
    nibbles = np.empty((len(blocks), 32), np.uint8)
    nibbles[:, 0::2], nibbles[:, 1::2] = blocks >> 4, blocks & 15
    out[:, _HEX_PLACES] = spell[nibbles]
    return nulled(texts_of(out), np.zeros(len(blocks), np.bool_))
