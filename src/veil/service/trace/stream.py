"""Stream: a body that nobody waits for, read as it passes, in windows that overlap."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote_to_bytes

from veil.service.trace.base64_text import Runs
from veil.service.trace.binary_content import AS_UTF_8, blanked
from veil.service.trace.content_encoding import Unpacker

WINDOW = 8_000  # characters
MARGIN = 256  # a span that begins so near the end belongs to the next window, which sees it whole
CONTEXT = 512  # what a window sees of the one before, for the words beside an identifier
_MOST = 1 << 40
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))|((?:%[0-9a-fA-F]{2})+)", re.DOTALL)
_OPEN = re.compile(r"(?:\\(?:u[0-9a-fA-F]{0,3})?|(?:%[0-9a-fA-F]{2}){0,3}%[0-9a-fA-F]?|(?:%[0-9a-fA-F]{2}){1,3})$")
_OPEN_MOST = 12  # characters of an escape that is not whole yet
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": " ", "f": "\n"}


@dataclass(frozen=True, slots=True)
class Window:
    """A text, and from where to where a span must begin to be this window's own."""

    text: str
    first: int
    last: int


class Source(Protocol):
    """Bytes of a connection -> the bytes of what is said on it."""

    def feed(self, data: bytes) -> bytes: ...
    @property
    def missed(self) -> str: ...


class Stream:
    """Windows of what arrives.

    Keeps:   every place of the text belongs to one window, whatever the pieces it arrived in; where it is mostly no text (a
             picture, an archive) the window has blanks. `missed` says why what was read is not all: bytes that are no text, in base64 too,
             a message that is none, a packing or a frame that breaks off.
    Errors:  those of unpacking.
    """

    def __init__(self, source: Source | None = None, *, codings: str = "", form: bool = False) -> None:
        self._source = source or Unpacker(codings, _MOST)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._form = form
        self._runs = Runs()
        self._raw = ""
        self._text = ""
        self._first = 0
        self.missed = ""

    def feed(self, data: bytes, *, end: bool = False) -> list[Window]:
        self._raw += self._decoded(data, end=end)
        hold = None if end else _OPEN.search(self._raw, max(0, len(self._raw) - _OPEN_MOST))
        cut = hold.start() if hold else len(self._raw)
        self._text += self._runs.feed(self._as_text(self._raw[:cut]), end=end)
        self.missed = self.missed or ("body-packed-value" if self._runs.unread else "")
        self._raw = self._raw[cut:]
        found, at = [], 0
        while len(self._text) - at >= WINDOW:
            found.append(self._window(self._text[at : at + WINDOW], WINDOW - MARGIN))
            at, self._first = at + WINDOW - MARGIN - CONTEXT, CONTEXT
        self._text = self._text[at:]
        if end and len(self._text) > self._first:
            found.append(self._window(self._text, len(self._text)))
            self._text = ""
        return found

    def _decoded(self, data: bytes, *, end: bool) -> str:
        text = self._decoder.decode(self._source.feed(data) if data else b"", final=end)
        if "\ufffd" in text or "\x00" in text:
            self.missed = "body-encoding"
        if end:
            self.missed = self._source.missed or self.missed
        return text

    def _window(self, text: str, last: int) -> Window:
        read = blanked(text, AS_UTF_8)
        if read != text:
            self.missed = self.missed or "body-encoding"  # it may have come in escapes, which are no fault of the bytes
        return Window(read, self._first, last)

    def _as_text(self, raw: str) -> str:
        """Without the escapes of JSON and, of a form, those of URLs."""
        if self._form:
            raw = raw.replace("+", " ").replace("&", "\n").replace("=", ": ")
        return _ESCAPE.sub(self._letter, raw) if "\\" in raw or (self._form and "%" in raw) else raw

    def _letter(self, found: re.Match[str]) -> str:
        if found[1]:
            letter = chr(int(found[1], 16))
            return letter if not "\ud800" <= letter <= "\udfff" else "\ufffd"
        if found[2]:
            return _PLAIN.get(found[2], found[2])
        return unquote_to_bytes(found[3]).decode(errors="replace") if self._form else found[0]
