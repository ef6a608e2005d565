"""Bodies: the text that a request holds, whatever shape it has, or why it could not be read."""

from __future__ import annotations

import binascii
import codecs
import quopri
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from urllib.parse import parse_qsl, unquote

from veil.errors import Error, FormatError, LimitError
from veil.service.trace.base64_text import Unread, unpacked_runs
from veil.service.trace.binary_content import AS_CP1252, blanked
from veil.service.trace.content_encoding import unpacked
from veil.service.trace.protobuf import frames, texts
from veil.service.trace.text_lines import joined, json_lines, line, ndjson_lines, value_lines, xml_lines

OPAQUE = ("image/", "audio/", "video/", "font/")
SWELLS = 8  # an unpacked body may be so many times the limit
MOST_FIELDS = 20_000
MOST_PARTS = 1_000
MOST_HEAD = 8 << 10  # bytes over the text of a part, in all its lines
MOST_KIND = 1_000  # characters of one header: the time that its parameters take grows with their square
_HEADERS = re.compile(rb"((?:[^\r\n]+\r?\n)*)\r?\n")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TEXTS = frozenset({"punycode", "idna"})  # of names of hosts; the time of the first grows with the square


@dataclass(slots=True)
class Body:
    """A request as it is evaluated: its bytes and the headers that say what they are."""

    content: bytes = b""
    kind: str = ""  # Content-Type
    codings: str = ""  # Content-Encoding
    grpc: str = ""  # grpc-encoding
    query: str = ""
    path: str = ""


@dataclass(slots=True)
class BodyText:
    """What was read: lines, and the codes of what could not be."""

    lines: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return joined(self.lines)


def read(body: Body, limit: int) -> BodyText:
    """The text of a request.

    Shape:   a body that cannot be read as what it says it is gives the text that its bytes are, and a code; a code alone
             where they are none. `limit`: bytes, before unpacking.
    Keeps:   raises nothing.
    """
    reading = BodyText()
    if body.path:
        reading.lines += [unquote(step) for step in body.path.split("/") if step]
    if body.query:
        _try(reading, lambda: _form(reading, body.query))
    if body.content:
        try:
            content = unpacked(body.content, body.codings, SWELLS * limit)
        except Error as error:
            reading.unread.append(error.code)
        else:
            _read(reading, content, body, SWELLS * limit, 0)
    reading.lines = unpacked_runs(reading.lines)
    if any(isinstance(line, Unread) for line in reading.lines):
        reading.unread.append("body-packed-value")
    return reading


def _try(reading: BodyText, read_it: Callable[[], None]) -> bool:
    try:
        read_it()
    except Error as error:
        reading.unread.append(error.code)
        return False
    return True


def _read(reading: BodyText, content: bytes, body: Body, most: int, depth: int) -> None:
    if len(body.kind) > MOST_KIND:
        reading.unread.append("body-kind")
    said = Message()
    said["content-type"] = body.kind if 0 < len(body.kind) <= MOST_KIND else "application/octet-stream"
    kind = said.get_content_type()
    charset = str(said.get_param("charset") or "")
    if kind.startswith("application/grpc") or kind.endswith(("protobuf", "x-protobuf", "+proto")):
        _try(reading, lambda: _messages(reading, content, kind, body, most))
    elif kind.startswith("multipart/"):
        boundary = said.get_param("boundary")
        _try(reading, lambda: _parts(reading, content, str(boundary or ""), most, depth))
    elif kind.startswith(OPAQUE) and not kind.endswith("+xml"):
        reading.unread.append("body-kind")
    else:
        _written(reading, content, kind, charset)


def _written(reading: BodyText, content: bytes, kind: str, charset: str) -> None:
    """Kinds that are text; what says nothing of itself is what it looks like."""
    if kind in ("text/xml", "application/xml") or kind.endswith("+xml"):
        if _try(reading, lambda: reading.lines.extend(xml_lines(content))):
            return
        reading.lines.append(_decoded(reading, content, charset))
        return
    text = _decoded(reading, content, charset)
    lines_read = reading.lines
    if kind == "application/json" or kind.endswith("+json"):
        if not _try(reading, lambda: lines_read.extend(json_lines(text))):
            lines_read.append(text)
    elif kind in ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-seq"):
        lines, whole = ndjson_lines(text)
        lines_read += lines
        reading.unread += [] if whole else ["json-broken"]
    elif kind == "application/x-www-form-urlencoded":
        reading.unread += ["body-encoding"] if "\x00" in text else []
        if not _try(reading, lambda: _form(reading, text)):
            lines_read.append(text)
    else:
        _looked_at(reading, content, text, known=kind.startswith("text/"))


def _looked_at(reading: BodyText, content: bytes, text: str, *, known: bool) -> None:
    first = text.lstrip()[:1]
    for sign, way in (("{", json_lines), ("[", json_lines), ("<", lambda _: xml_lines(content))):
        if first == sign:
            try:
                reading.lines += way(text)
            except (FormatError, LimitError):
                break
            return
    if "\x00" in text:
        reading.unread.append("body-encoding" if known else "body-kind")
    reading.lines.append(text)


def _decoded(reading: BodyText, content: bytes, charset: str) -> str:
    """The bytes as text; where they are not in the encoding they name, what can be read of them, and a code."""
    name = next((name for mark, name in _BOMS if content.startswith(mark)), charset or "utf-8")
    try:
        found = codecs.lookup(name)
        readable = found._is_text_encoding and found.name not in _NO_TEXTS  # noqa: SLF001  what codecs.open asks as well
        return str(codecs.decode(content, name)) if readable else _odd(reading, content)
    except (LookupError, ValueError):
        return _odd(reading, content)


def _odd(reading: BodyText, content: bytes) -> str:
    reading.unread.append("body-encoding")
    return blanked(content.decode("cp1252", "replace"), AS_CP1252)


def _form(reading: BodyText, text: str) -> None:
    """Errors: LimitError `body-fields`."""
    if text.count("&") >= MOST_FIELDS:
        raise LimitError("body-fields", f"a form has more than {MOST_FIELDS} fields")
    for key, value in parse_qsl(text, keep_blank_values=True, errors="replace"):
        reading.lines += value_lines(key, value)


def _messages(reading: BodyText, content: bytes, kind: str, body: Body, most: int) -> None:
    if "grpc" not in kind:
        reading.lines += list(texts(content))
        return
    if "web-text" in kind:
        try:
            content = b64decode(content)
        except (binascii.Error, ValueError):
            raise FormatError("grpc-broken", "not a stream of gRPC messages") from None
    found, whole = frames(content, body.grpc, most)
    reading.unread += [] if whole else ["grpc-broken"]
    for message in found:
        try:
            reading.lines += list(texts(message))
        except FormatError as error:
            reading.unread.append(error.code)
            reading.lines.append(message.decode("utf-8", "replace"))


def _parts(reading: BodyText, content: bytes, boundary: str, most: int, depth: int) -> None:
    """Errors: FormatError `multipart-broken`, LimitError `multipart-deep`."""
    if not boundary or len(boundary) > 200:
        raise FormatError("multipart-broken", "a multipart body has no boundary")
    if depth >= 4:
        raise LimitError("multipart-deep", "multipart parts are nested too deep")
    mark = re.escape(b"--" + boundary.encode("latin-1", "replace"))
    pieces = re.split(rb"(?:^|\r?\n)" + mark + rb"(?:--)?[ \t]*(?:\r?\n|$)", content, maxsplit=MOST_PARTS)
    if len(pieces) < 3 or len(pieces) > MOST_PARTS:
        reading.unread.append("multipart-broken")
    for piece in pieces[1:] if len(pieces) > 1 else pieces:
        _part(reading, piece, most, depth)


def _part(reading: BodyText, piece: bytes, most: int, depth: int) -> None:
    above = _HEADERS.match(piece)
    head, content = (above[1], piece[above.end() :]) if above else (b"", piece)
    if len(head) > MOST_HEAD or max(map(len, head.splitlines()), default=0) > MOST_KIND:
        reading.unread.append("multipart-broken")
        head, content = b"", piece
    said = Message()
    for header in head.replace(b"\r\n", b"\n").split(b"\n"):
        name, _, value = header.decode("utf-8", "replace").partition(":")
        if value and name.lower() not in said:
            said[name.strip()] = value.strip()
    name = str(said.get_param("name", "", "content-disposition") or "")
    file_name = said.get_param("filename", "", "content-disposition") or ""
    if file_name:
        reading.lines.append(line("file", str(file_name)))
    content = _transferred(content, str(said.get("content-transfer-encoding", "")))
    inner = BodyText()
    _read(inner, content, Body(kind=str(said.get("content-type", "text/plain"))), most, depth + 1)
    reading.unread += [
        *inner.unread,
        *(["body-packed-value"] if any(isinstance(line, Unread) for line in inner.lines) else []),
    ]
    reading.lines += [line(name, inner.lines[0]), *inner.lines[1:]] if inner.lines else [line(name, "")]


def _transferred(content: bytes, coding: str) -> bytes:
    if coding.lower() == "quoted-printable":
        return quopri.decodestring(content)
    if coding.lower() == "base64":
        try:
            return b64decode(content)
        except (binascii.Error, ValueError):
            return content
    return content
