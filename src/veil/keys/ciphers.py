"""Ciphers: AES-256 over whole columns: one call for all blocks."""

from __future__ import annotations

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB

from veil.keys.columns import Bytes, Words

BLOCK = 16


class Blocks:
    """The AES-256 permutation of 16-byte blocks.

    Keeps:   ECB is right here: each block is one whole value (or one input of a pseudo-random function), and equal
             values must give equal blocks.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = Cipher(AES256(key), ECB())  # noqa: S305 - see Keeps

    def seal(self, blocks: Bytes) -> Bytes:
        """Shape: (n, 16) -> (n, 16)."""
        return self._through(self._cipher.encryptor(), blocks)

    def unseal(self, blocks: Bytes) -> Bytes:
        return self._through(self._cipher.decryptor(), blocks)

    def _through(self, context: object, blocks: Bytes) -> Bytes:
        out = np.empty(blocks.size + BLOCK - 1, np.uint8)
        context.update_into(np.ascontiguousarray(blocks).reshape(-1).data, out.data)  # type: ignore[attr-defined]
        return out[: blocks.size].reshape(blocks.shape)

    def words(self, first: Words, second: Words | int) -> Words:
        """A pseudo-random function of pairs of words.

        Shape:   n, n -> (n, 2).
        """
        blocks = np.empty((len(first), 2), "<u8")
        blocks[:, 0] = first
        blocks[:, 1] = second
        return self.seal(blocks.view(np.uint8)).view("<u8")


class Wide:
    """A keyed permutation of blocks of 2h bytes: four Feistel rounds over a CBC-MAC in counter form.

    Shape:   (n, 2h) -> (n, 2h), h >= 16.
    Source:  Luby and Rackoff 1988; CBC-MAC for inputs of one fixed length, Bellare, Kilian and Rogaway 1994.
    """

    _ROUNDS = 4

    def __init__(self, key: bytes, half: int) -> None:
        self._half = half
        self._count = -(-half // BLOCK)
        rest = Blocks(key).seal(
            np.arange(self._ROUNDS * 4 * BLOCK, dtype=np.uint16).astype(np.uint8).reshape(-1, BLOCK)
        )
        keys = rest.reshape(self._ROUNDS, 2, 32)
        self._rounds = [(Blocks(pair[0].tobytes()), Blocks(pair[1].tobytes())) for pair in keys]

    def seal(self, blocks: Bytes) -> Bytes:
        left, right = blocks[:, : self._half].copy(), blocks[:, self._half :].copy()
        for i in range(self._ROUNDS):
            left, right = right, left ^ self._mix(i, right)
        return np.concatenate([left, right], axis=1)

    def unseal(self, blocks: Bytes) -> Bytes:
        left, right = blocks[:, : self._half].copy(), blocks[:, self._half :].copy()
        for i in reversed(range(self._ROUNDS)):
            left, right = right ^ self._mix(i, left), left
        return np.concatenate([left, right], axis=1)

    def _mix(self, i: int, half: Bytes) -> Bytes:
        mac, spread = self._rounds[i]
        padded = np.zeros((len(half), self._count * BLOCK), np.uint8)
        padded[:, : self._half] = half
        state = np.zeros((len(half), BLOCK), np.uint8)
        for j in range(self._count):
            state = mac.seal(state ^ padded[:, j * BLOCK : (j + 1) * BLOCK])
        out = np.empty_like(padded)
        for j in range(self._count):
            counted = state.copy()
            counted.view("<u4")[:, 0] ^= np.uint32(j)
            out[:, j * BLOCK : (j + 1) * BLOCK] = spread.seal(counted)
        return out[:, : self._half]
