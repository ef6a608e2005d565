"""Attachments of FHIR that are plain text: read as the text that they are, and written back as base64."""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache

from veil.formats.fhir.address import FHIR, walk

READ = "text"  # in brackets behind the address of bytes that are read as text
KIND = "contentType"  # the element that says of which kind a file is
_OWNERS = frozenset(("Attachment", "Binary"))
_PLAIN = re.compile(r"\s*text/plain\s*(?:;\s*charset\s*=\s*\"?(?:utf-?8|us-ascii)\"?\s*)?\Z", re.IGNORECASE)
_BLANK = re.compile(r"[ \t\r\n]+")


@lru_cache(maxsize=1 << 12)
def is_file(address: str) -> bool:
    """Whether the bytes of a file stand at an address, by the standard."""
    return _is_of_a_file(address, "base64Binary")


@lru_cache(maxsize=1 << 12)
def is_kind(address: str) -> bool:
    """Whether what says of which kind a file is stands at an address, by the standard."""
    return address.endswith(f".{KIND}") and _is_of_a_file(address, "code")


def _is_of_a_file(address: str, kind: str) -> bool:
    found = list(walk(FHIR.parse(address)))[-1]
    return bool(found) and all(step.owner in _OWNERS and step.types == (kind,) for step in found)


def is_plain(content_type: str | None) -> bool:
    """Whether a file states that it is plain text, in UTF-8."""
    return bool(_PLAIN.match(content_type or ""))


def text_in(value: str) -> str | None:
    """The text that is written as base64; None where it is none, or not in UTF-8."""
    written = _BLANK.sub("", value)
    try:
        text = base64.b64decode(written, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return text if text and "\0" not in text and as_base64(text) == written else None


def as_base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "replace")).decode()
