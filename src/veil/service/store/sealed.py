"""Sealed: bytes that only their own random key opens, and only whole, in order and under their own name."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from veil.errors import ServiceError

CHUNK = 64 << 10
_TAG = 16
_MARK = b"veil-object-1"


class Written(Protocol):
    def write(self, data: bytes, /) -> object: ...


class Sealing:
    """Takes bytes and writes chunks of AES-256-GCM under a key that was drawn for them alone.

    Shape:   chunks of 64 KiB, each with its tag; the last one may be shorter, or empty. The nonce is the chunk's number.
    Keeps:   each chunk is bound to the object's name, its number, and whether it is the last; the last to the length of all.
             No two objects share a key, so no nonce comes twice under one.
    Source:  the STREAM construction, Hoang, Reyhanitabar, Rogaway and Vizár 2015.
    """

    def __init__(self, sink: Written, name: str) -> None:
        self.key = os.urandom(32)
        self.size = 0
        self._sink, self._name, self._number = sink, name, 0
        self._cipher = AESGCM(self.key)
        self._buffer = bytearray()

    def write(self, data: bytes) -> None:
        self._buffer += data
        self.size += len(data)
        while len(self._buffer) > CHUNK:  # a whole chunk that is held back may be the last
            self._put(bytes(self._buffer[:CHUNK]), last=False)
            del self._buffer[:CHUNK]

    def finish(self) -> None:
        self._put(bytes(self._buffer), last=True)
        self._buffer.clear()

    def _put(self, piece: bytes, *, last: bool) -> None:
        bound = _bound(self._name, self._number, self.size if last else None)
        self._sink.write(self._cipher.encrypt(_nonce(self._number), piece, bound))
        self._number += 1


def opened(source: BinaryIO, key: bytes, name: str) -> Iterator[bytes]:
    """The bytes of a sealed object, chunk by chunk; each is given only after its tag was checked.

    Errors:  ServiceError `object-damaged`: cut short, lengthened, spliced, turned round, of another name or key.
    """
    cipher, number, size = AESGCM(key), 0, 0
    chunk = source.read(CHUNK + _TAG)
    while True:
        following = source.read(CHUNK + _TAG) if len(chunk) == CHUNK + _TAG else b""
        size += len(chunk) - _TAG
        bound = _bound(name, number, None if following else size)
        try:
            piece = cipher.decrypt(_nonce(number), chunk, bound)
        except (InvalidTag, ValueError):
            raise damaged() from None
        yield piece
        if not following:
            return
        chunk, number = following, number + 1


def seal_word(key: bytes, what: str, data: bytes) -> bytes:
    """A few bytes under a key that seals many; bound to what they are."""
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, data, what.encode())


def open_word(key: bytes, what: str, sealed: bytes) -> bytes:
    """Errors: ServiceError `object-damaged`."""
    try:
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], what.encode())
    except (InvalidTag, ValueError):
        raise damaged() from None


def damaged() -> ServiceError:
    return ServiceError(
        "object-damaged",
        "a stored file was changed, or it was encrypted with another key",
        hint="restore the data folder, or check the key file",
    )


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _bound(name: str, number: int, whole: int | None) -> bytes:
    encoded_name = name.encode()
    end = b"\0" if whole is None else b"\1" + struct.pack(">Q", max(0, whole))
    return _MARK + struct.pack(">QH", number, len(encoded_name)) + encoded_name + end
