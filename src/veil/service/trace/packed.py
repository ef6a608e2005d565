"""Packed: a value of JSON that is base64: the text in it, or that it cannot be read."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_DATA = re.compile(r"data:[^,]{0,200};base64,")  # source: RFC 2397
_TOKEN = re.compile(r"(eyJ[A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*")  # source: RFC 7519
SHORTEST = 12  # characters
OPAQUE = 64  # bytes that are no text and may be a digest, a key or a signature
_PRINTED = 0.95


class Unread(str):
    """A line of what could not be read."""

    __slots__ = ()


def unpacked_value(value: str) -> list[str] | None:
    """The texts within a value; an empty list where it holds bytes that are no text; None where it is not base64.

    Keeps:   bytes that are no text and are short may be a digest: None, and the value is read as it is.
    """
    token = _TOKEN.fullmatch(value)
    if token is not None:
        return [text for part in token.groups() if (text := _text(_bytes(part) or b"")) is not None]
    known = _DATA.match(value)
    packed = re.sub(r"[\r\n\t ]+", "", value[known.end() :] if known else value)
    content = _bytes(packed) if len(packed) >= SHORTEST or known else None
    if content is None:
        return [] if known else None
    text = _text(content)
    if text is not None:
        return [text]
    return [] if known or len(content) > OPAQUE else None


def _bytes(packed: str) -> bytes | None:
    if len(packed) % 4 == 1 or packed.isdigit() or not _BASE64.fullmatch(packed):
        return None
    plain = packed.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _text(content: bytes) -> str | None:
    """The bytes as text, where nearly all of it is printed."""
    coding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        text = content.decode(coding)
    except UnicodeDecodeError:
        return None
    printed = sum(letter.isprintable() or letter in "\r\n\t" for letter in text)
    return text if text and printed >= _PRINTED * len(text) else None
