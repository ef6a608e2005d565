"""Protobuf: the texts of a message without its schema, and the messages of a gRPC stream."""

from __future__ import annotations

import re
from collections.abc import Iterator

from veil.errors import FormatError
from veil.service.trace.content_encoding import unpacked

DEEPEST = 40
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FIXED = {1: 8, 5: 4}
_HEAD = 5  # a flag and four bytes of length


def frames(body: bytes, coding: str, most: int) -> tuple[list[bytes], bool]:
    """The messages of a gRPC body, and whether the body ended where one did; `most` bytes of them all together.

    Errors:  those of unpacking; FormatError `grpc-broken` for a flag that is none.
    """
    found: list[bytes] = []
    at = unpacked_bytes = 0
    while at + _HEAD <= len(body):
        flag, size = body[at], int.from_bytes(body[at + 1 : at + _HEAD])
        if flag & 0x7E:
            raise FormatError("grpc-broken", "not a stream of gRPC messages")
        message = body[at + _HEAD : at + _HEAD + size]
        if len(message) < size:
            break
        at += _HEAD + size
        if not flag & 0x80:  # those are the trailers of gRPC-Web
            found.append(unpacked(message, coding, most - unpacked_bytes) if flag & 1 else message)
            unpacked_bytes += len(found[-1])
    return found, at == len(body)


def texts(message: bytes, depth: int = 0) -> Iterator[str]:
    """The length-delimited fields that are text, and those of the messages within.

    Errors:  FormatError `protobuf-broken`.
    """
    for field in _fields(message):
        text = _text(field)
        if text is not None:
            yield text
            continue
        if depth < DEEPEST:
            try:
                yield from list(texts(field, depth + 1))
            except FormatError:
                yield from _runs(field)  # bytes that are no message: what can be read in them
        else:
            yield from _runs(field)


def _text(field: bytes) -> str | None:
    try:
        text = field.decode()
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


def _runs(field: bytes) -> Iterator[str]:
    yield from re.findall(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]{4,}", field.decode("utf-8", "replace"))


def _fields(message: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if tag >> 3 == 0:
            raise _broken()
        if kind == 0:
            _, at = _varint(message, at)
        elif kind in _FIXED:
            at += _FIXED[kind]
        elif kind == 2:
            size, at = _varint(message, at)
            if at + size > len(message):
                raise _broken()
            yield message[at : at + size]
            at += size
        elif kind not in (3, 4):  # the ends of groups hold nothing
            raise _broken()
    if at > len(message):
        raise _broken()


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message) and shift < 70:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise _broken()


def _broken() -> FormatError:
    return FormatError("protobuf-broken", "not a protobuf message")
