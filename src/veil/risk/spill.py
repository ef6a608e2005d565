"""Spill: words that memory has no room for, on disk under a key that is never written."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

Words = NDArray[np.uint64]
_NONCE = 12


@dataclass(frozen=True, slots=True)
class SpilledRange:
    """Where a piece lies. Units: bytes; `number` makes its nonce."""

    number: int
    start: int
    length: int


class Spill:
    """Pieces of words, each sealed by AES-256-GCM under one random key.

    Keeps:   the key lives in this process alone; the file has no name in its folder, so nothing is left when the process
             ends, however it ends. No nonce is used twice: a piece's number is its own.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._file = tempfile.TemporaryFile(dir=folder, prefix="veil-", buffering=0)  # noqa: SIM115 - closed by `close`
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._pieces = self._end = 0

    def put(self, words: Words) -> SpilledRange:
        sealed = self._cipher.encrypt(_nonce(self._pieces), words.tobytes(), None)
        place = SpilledRange(self._pieces, self._end, len(sealed))
        self._file.seek(self._end)
        left = memoryview(sealed)
        while left:
            left = left[self._file.write(left) :]
        self._pieces += 1
        self._end += len(sealed)
        return place

    def get(self, place: SpilledRange) -> Words:
        self._file.seek(place.start)
        sealed = bytearray()
        while len(sealed) < place.length:
            sealed += self._file.read(place.length - len(sealed)) or _missing()
        return np.frombuffer(self._cipher.decrypt(_nonce(place.number), bytes(sealed), None), np.uint64)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self._end

    def fileno(self) -> int:
        return self._file.fileno()

    def close(self) -> None:
        self._file.close()


def _nonce(number: int) -> bytes:
    return number.to_bytes(_NONCE, "big")


def _missing() -> bytes:
    raise OSError("a temporary file is shorter than it was")
