"""XML as text: decoded as it states, parsed without any entity, with the place of every piece of mark-up."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from veil.errors import FormatError
from veil.formats.encodings import Encoding, encoding_of
from veil.formats.file_content import check_bytes

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PIECES = re.compile(
    r"<!\[CDATA\[(?P<cdata>.*?)\]\]>|&(?P<entity>#x[0-9A-Fa-f]+|#\d+|\w+);|(?P<text>[^<&]+)|(?P<markup><)", re.DOTALL
)
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
Handlers = Mapping[str, Callable[..., Any]]


def decoded(data: bytes, where: str) -> tuple[str, Encoding]:
    """The text of a file, its mark taken off: the mark decides, else what the file states, else UTF-8.

    Errors:  FormatError `not-text`, `xml-encoding`.
    """
    check_bytes(data, where)
    declared = _DECLARED.match(data[:200])
    encoding = encoding_of(data)
    if not encoding.bom and (declared or not encoding.is_wide):
        encoding = Encoding(declared.group(1).decode() if declared else "utf-8")
    try:
        return data[len(encoding.bom) :].decode(encoding.name), Encoding(
            codecs.lookup(encoding.name).name, encoding.bom
        )
    except (UnicodeDecodeError, LookupError):
        raise FormatError(
            "xml-encoding",
            "the bytes are not valid in the encoding that the file declares",
            where=where,
            hint="save the file as UTF-8",
        ) from None


def parse(document: str, where: str, handlers: Handlers) -> None:
    """One pass over a document; no document type is read, so no entity is ever declared or expanded.

    Shape:   `handlers`: by expat's names; `parser` among them is called with the parser before it begins.
    Errors:  FormatError `xml-broken` with the line, `xml-doctype`.
    """
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True

    def refuse(*_: object) -> int:
        raise FormatError(
            "xml-doctype", "the file has a DOCTYPE, which is not supported", where=where, hint="remove the DOCTYPE"
        )

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    for name, handler in handlers.items():
        handler(parser) if name == "parser" else setattr(parser, name, handler)
    try:
        parser.Parse(document.encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        raise FormatError("xml-broken", "not valid XML", where=f"{where} line {error.lineno}") from None


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of character data: where it stands in its document, and in the value.

    Shape:   `inside`: what it stands in, and how a new text is written there: `text`, `cdata`, `attribute`, `comment`.
    Units:   code points. An entity is one character of the value and several of the document.
    """

    start: int
    end: int
    at: int
    length: int
    inside: str = "text"


@dataclass(frozen=True, slots=True)
class MarkupValue:
    """A value of mark-up that people can read, and the runs of it: an attribute, a comment, a text between elements."""

    value: str
    runs: list[Run]


def content(document: str, start: int, end: int, inside: str = "text") -> tuple[str, list[Run]] | None:
    """The character data between two places, and its runs; None where mark-up stands there too.

    Keeps:   a carriage return stays in the value, though a reader of XML would take it away.
    """
    pieces: list[str] = []
    runs: list[Run] = []
    at = 0
    for met in _PIECES.finditer(document, start, end):
        if met["markup"]:
            return None
        value, inner = met.group(), met.span()
        if met["cdata"] is not None:
            value, inner = met["cdata"], met.span("cdata")
        elif met["entity"]:
            value = unescaped(met["entity"])
        runs.append(Run(*inner, at, len(value), "cdata" if met["cdata"] is not None else inside))
        pieces.append(value)
        at += len(value)
    return "".join(pieces), runs


def unescaped(entity: str) -> str:
    """The character that an entity stands for, written without `&` and `;`."""
    if entity.startswith("#"):
        return chr(int(f"0{entity[1:]}", 0) if entity[1] == "x" else int(entity[1:]))
    return _NAMED[entity]


def cuts(runs: list[Run], start: int, end: int, new: str) -> list[tuple[int, int, str]]:
    """A span of a value as cuts of its document: the first run takes the new text, the others lose theirs."""
    found: list[tuple[int, int, str]] = []
    for run in runs:
        low, high = max(start, run.at), min(end, run.at + run.length)
        if low >= high:
            continue
        whole = run.length != run.end - run.start  # an entity
        place = (run.start, run.end) if whole else (run.start + low - run.at, run.start + high - run.at)
        found.append((*place, written(new, run.inside) if not found else ""))
    return found


def written(text: str, inside: str = "text") -> str:
    """A text as it is written in character data, an attribute, a comment; what XML cannot hold there becomes `?`."""
    text = _NOT_XML.sub("?", text)
    if inside == "cdata":
        return text.replace("]]>", "]]]]><![CDATA[>")
    if inside == "comment":
        return re.sub(r"--|^-|-$|^>|\?>", "?", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if inside == "attribute":
        return text.replace('"', "&quot;").replace("'", "&apos;").replace("\n", "&#10;").replace("\t", "&#9;")
    return text


_MARKUP = re.compile(
    r"<!--(?P<comment>.*?)-->|<\?[^\s?]+(?P<instruction>.*?)\?>|<!\[CDATA\[.*?\]\]>|</[^>]*>"
    r"""|<[^\s/>!?]+(?P<attributes>(?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*/?>"""
    r"|(?P<text>[^<]+)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""[^\s=/>"']+\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')""")


def pieces(document: str, start: int, end: int) -> list[MarkupValue]:
    """What people can read between two places of sound XML: each attribute, comment and text that is not blank, in order.

    Shape:   the places hold elements, comments, instructions, or the attributes of one element.
    """
    if "<" not in document[start:end] and _ATTRIBUTE.match(document[start:end].lstrip()):
        return _attributes(document, start, end)
    found: list[MarkupValue] = []
    for met in _MARKUP.finditer(document, start, end):
        if met["attributes"] is not None:
            found += _attributes(document, *met.span("attributes"))
            continue
        raw = next((name for name in ("comment", "instruction") if met[name] is not None), "")
        if raw:
            low = met.end(raw) - len(met[raw].lstrip())
            high = low + len(met[raw].strip())
            piece = MarkupValue(document[low:high], [Run(low, high, 0, high - low, "comment")])
        elif met.group().startswith("</"):
            continue
        else:
            value, runs = content(document, *met.span()) or ("", [])
            piece = MarkupValue(value, runs)
        found += [piece] if piece.value.strip() else []
    return found


def _attributes(document: str, start: int, end: int) -> list[MarkupValue]:
    """The attributes that are not blank."""
    found = []
    for met in _ATTRIBUTE.finditer(document, start, end):
        value, runs = content(
            document, *met.span("double" if met["double"] is not None else "single"), "attribute"
        ) or ("", [])
        found += [MarkupValue(value, runs)] if value.strip() else []
    return found
