"""Numbers: pseudonyms that stay integers, and pseudonyms that keep a format; both permutations, both invertible."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from veil.keys.ciphers import Blocks
from veil.keys.columns import Bytes, TextColumn, Words, nulled, ragged
from veil.keys.derive import Keys
from veil.keys.formats import Template, templates

INTEGER_BITS = 53  # what a double, JSON and every database hold exactly
_LEFT, _RIGHT = 26, 27
_ROUNDS = 10  # as FF1 has; NIST SP 800-38G
_CHUNK = 1 << 16
_DIGITS = 16
_ZEROS = np.array([[0 if j < _DIGITS - n else 0xFF for j in range(_DIGITS)] for n in range(_DIGITS + 1)], np.uint8)
_ASCII_ZEROS = np.uint8(0x30)


def integers(values: pa.Array, keys: Keys, domain: str) -> pa.Array:
    """An integer for each integer, by a permutation of [0, 2**53): two never share one.

    Shape:   n `large_string` -> n `large_string`, null stays null. Null too where the text is no integer in canonical
             form (digits without sign or leading zeros) under 2**53.
    Keeps:   neither rank nor size nor number of digits: the answers are spread over the whole range.
    """
    return _each(values, keys, domain, seal=True)


def integer_originals(values: pa.Array, keys: Keys, domain: str) -> pa.Array:
    """The way back of `integers`; null where the text is no canonical integer under 2**53."""
    return _each(values, keys, domain, seal=False)


def keep_format(values: pa.Array, keys: Keys, domain: str) -> pa.Array:
    """A pseudonym of the same format: digits for digits, letters for letters of the same case, all else stays.

    Shape:   n `large_string` -> n `large_string`, null stays null. Null too where the format has under a million
             values, is longer than 256 characters or holds letters or digits outside ASCII.
    Keeps:   length, alphabet and punctuation of each place, by intention; each format is a permutation of its own,
             so two values of a domain never share a pseudonym.
    Source:  the smallest domain of FF1, NIST SP 800-38G rev. 1; the permutation is a Feistel network of ten rounds
             with addition modulo the size of each half, over AES-256; it is not FF1.
    """
    return _formats(values, keys, domain, seal=True)


def format_originals(values: pa.Array, keys: Keys, domain: str) -> pa.Array:
    """The way back of `keep_format`."""
    return _formats(values, keys, domain, seal=False)


def _each(values: pa.Array, keys: Keys, domain: str, seal: bool) -> pa.Array:
    column = TextColumn(values)
    cipher = Blocks(keys.secret("integer", domain))
    out = np.empty(len(column), np.int64)
    wrong = np.empty(len(column), np.bool_)
    for start in range(0, len(column), _CHUNK):
        some = slice(start, start + _CHUNK)
        numbers, bad = read_integers(column, some)
        out[some] = _permuted(cipher, np.where(bad, 0, numbers), seal).astype(np.int64)
        wrong[some] = bad
    return column.back(nulled(pa.array(out).cast(pa.large_string()), wrong))


def read_integers(column: TextColumn, some: slice) -> tuple[Words, npt.NDArray[np.bool_]]:
    """The numbers of canonical texts under 2**53, and which are none.

    Source:  eight digits at once in a word of 64 bits, halves added with weights 10, 100, 10000.
    """
    lengths = column.lengths[some]
    starts = column.starts[some]
    fits = (lengths >= 1) & (lengths <= _DIGITS)
    lengths = np.where(fits, lengths, 1)
    shown = column.blocks(starts + lengths - _DIGITS, _DIGITS) & _ZEROS.take(lengths, axis=0)
    shown |= _ASCII_ZEROS & ~_ZEROS.take(lengths, axis=0)
    shown -= _ASCII_ZEROS
    bad = ~fits | (shown > 9).any(axis=1) | ((column.data[starts] == 0x30) & (lengths > 1))
    eights = _eight_digits(shown.view("<u8"))
    numbers = eights[:, 0] * np.uint64(10**8) + eights[:, 1]
    return numbers, bad | (numbers >= np.uint64(1 << INTEGER_BITS))


def _eight_digits(words: Words) -> Words:
    mask = np.uint64(0x000000FF000000FF)
    words = words * np.uint64(10) + (words >> np.uint64(8))
    high = (words & mask) * np.uint64(0x000F424000000064)
    low = ((words >> np.uint64(16)) & mask) * np.uint64(0x0000271000000001)
    return (high + low) >> np.uint64(32)


def _permuted(cipher: Blocks, numbers: Words, seal: bool) -> Words:
    """An alternating Feistel network on halves of 26 and 27 bits: exactly the 2**53 numbers, no walk."""
    left = numbers >> np.uint64(_RIGHT)
    right = numbers & np.uint64((1 << _RIGHT) - 1)
    for i in range(_ROUNDS) if seal else reversed(range(_ROUNDS)):
        if i % 2 == 0:
            left = left ^ (cipher.words(right, i)[:, 0] & np.uint64((1 << _LEFT) - 1))
        else:
            right = right ^ (cipher.words(left, i)[:, 0] & np.uint64((1 << _RIGHT) - 1))
    return (left << np.uint64(_RIGHT)) | right


def _formats(values: pa.Array, keys: Keys, domain: str, seal: bool) -> pa.Array:
    column = TextColumn(values)
    out = column.data.copy()
    wrong = np.ones(len(column), np.bool_)
    for template, rows in templates(column):
        if not template.serves:
            continue
        wrong[rows] = False
        network = _Network(template, Blocks(keys.secret("keep-format", f"{template.shape}:{domain}")), seal)
        for start in range(0, len(rows), _CHUNK):
            network.write(out, column, rows[start : start + _CHUNK])
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(column.lengths)])
    first = int(column.starts[0]) if len(column) else 0
    kept = out[first : first + int(offsets[-1])]
    return column.back(nulled(ragged(offsets, kept), wrong))


class _Network:
    """The permutation of one format: ten rounds, each adding a pseudo-random number to one half by the other."""

    def __init__(self, template: Template, cipher: Blocks, seal: bool) -> None:
        self._template = template
        self._cipher = cipher
        self._seal = seal
        self._radices = (template.radices[: template.middle], template.radices[template.middle :])

    def write(self, out: Bytes, column: TextColumn, rows: npt.NDArray[np.int64]) -> None:
        """Writes the answers for some rows of the column to their places in `out`."""
        template, starts = self._template, column.starts[rows]
        digits = template.read(column.blocks(starts, len(template.shape)))
        halves = [digits[:, : template.middle], digits[:, template.middle :]]
        for i in range(_ROUNDS) if self._seal else reversed(range(_ROUNDS)):
            halves[i % 2] = self._stepped(halves[i % 2], halves[1 - i % 2], i)
        shown = template.write(np.concatenate(halves, axis=1))
        for j, place in enumerate(template.places):
            out[starts + place] = shown[:, j]

    def _stepped(self, half: Bytes, other: Bytes, i: int) -> Bytes:
        """The half plus (or minus) the noise of the other, as carried addition from the last place."""
        radices = self._radices[i % 2]
        noise = self._noise(other, i, len(radices))
        out = np.empty_like(half)
        carry = np.zeros(len(half), np.int64)
        for j in reversed(range(len(radices))):
            radix = int(radices[j])
            step = noise[:, j] % radix
            total = half[:, j] + step + carry if self._seal else half[:, j] - step - carry
            out[:, j] = total % radix
            carry = (total >= radix).astype(np.int64) if self._seal else (total < 0).astype(np.int64)
        return out

    def _noise(self, other: Bytes, i: int, count: int) -> npt.NDArray[np.int64]:
        """Pseudo-random numbers for `count` places: a CBC-MAC of the other half, spread by a counter.

        Shape:   (n, count) in [0, 2**32): the bias of a remainder by 26 is under 2**-27.
        """
        words = _words(other, self._radices[1 - i % 2])
        state = np.zeros((len(other), 2), "<u8")
        for j in range(words.shape[1]):
            tag = np.uint64((i << 32) | (j << 16) | words.shape[1])
            state = self._cipher.words(state[:, 0] ^ words[:, j], state[:, 1] ^ tag)
        marks = [np.uint64((1 << 63) | k) for k in range(-(-count // 4))]
        parts = [self._cipher.words(state[:, 0], state[:, 1] ^ mark).view("<u4") for mark in marks]
        return np.concatenate(parts, axis=1)[:, :count].astype(np.int64)


def _words(digits: Bytes, radices: Bytes) -> Words:
    """The half as words of up to 13 places each."""
    columns = []
    for start in range(0, len(radices), 13):
        word = np.zeros(len(digits), np.uint64)
        for j in range(start, min(start + 13, len(radices))):
            word = word * np.uint64(radices[j]) + digits[:, j].astype(np.uint64)
        columns.append(word)
    return np.stack(columns, axis=1)
