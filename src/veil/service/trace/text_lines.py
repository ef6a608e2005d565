"""Text lines: a body as the detectors read it best: `name of the field: value`, one below the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.parsers import expat

from veil.errors import FormatError, LimitError
from veil.service.trace.base64_text import Unread, unpacked_value
from veil.service.trace.software_fields import is_everyday

DEEPEST = 200
NESTED = 3  # documents inside the text of a document
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|[_-]+")
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,60}")


def line(key: str, value: str) -> str:
    """A field as a person writes it: `phone_number`, `phoneNumber` -> `phone number: ...`."""
    if not key:
        return value
    words = _WORDS.sub(" ", key).strip() if _FIELD_NAME.fullmatch(key) else key
    return f"{words}: {value}"


class JsonPairs(list[tuple[str, Any]]):
    """An object of JSON with every member, those of one name too."""


def json_lines(text: str, key: str = "", nested: int = 0) -> list[str]:
    """Every scalar with the name it stands under; numbers as they are written.

    Errors:  FormatError `json-broken`, LimitError `json-deep`.
    """
    try:
        read = json.loads(text, object_pairs_hook=JsonPairs, parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError:
        raise LimitError("json-deep", f"a document is nested deeper than {DEEPEST} levels") from None
    except ValueError:
        raise FormatError("json-broken", "not valid JSON") from None
    return list(_walk(read, key, nested))


def _walk(read: Any, key: str, nested: int) -> Iterator[str]:
    stack: list[tuple[str, Any, int]] = [(key, read, 0)]
    while stack:
        name, value_of, depth = stack.pop()
        if depth > DEEPEST:
            raise LimitError("json-deep", f"a document is nested deeper than {DEEPEST} levels")
        if isinstance(value_of, JsonPairs):
            stack.extend((under, value, depth + 1) for under, value in reversed(value_of))
            if not value_of and name:
                yield name
        elif isinstance(value_of, list):
            stack.extend((name, value, depth + 1) for value in reversed(value_of))
        elif isinstance(value_of, str):
            yield from value_lines(name, value_of, nested)
        elif name:
            yield line(name, "")  # null, true, false: the name may itself be one of a person


def value_lines(key: str, value: str, nested: int = 0) -> list[str]:
    """A value, and where it is a document itself or base64, what is in that; nothing for what is about software."""
    if nested < NESTED and value[:1] in ("{", "["):
        try:
            return json_lines(value, key, nested + 1)
        except (FormatError, LimitError):
            pass
    if is_everyday(key, value):
        return []
    return _unpacked_lines(key, value, nested) or [line(key, value)]


def _unpacked_lines(key: str, value: str, nested: int = 0) -> list[str]:
    """What a value in base64 says; nothing where it is none."""
    inner = unpacked_value(value) if nested < NESTED else None
    if inner is None:
        return []
    if not inner:
        return [Unread(line(key, ""))]
    return [packed_line for text in inner for packed_line in _packed_lines(key, text, nested + 1)]


def _packed_lines(key: str, text: str, nested: int) -> list[str]:
    if text.lstrip()[:1] == "<":
        try:
            return [line(key, ""), *xml_lines(text)]
        except (FormatError, LimitError):
            pass
    return value_lines(key, text, nested)


def ndjson_lines(text: str) -> tuple[list[str], bool]:
    """The lines of every document, and whether all could be read; of one that could not, its text."""
    found: list[str] = []
    whole = True
    for document in text.replace("\x1e", "\n").split("\n"):
        try:
            found += json_lines(document) if document.strip() else []
        except (FormatError, LimitError):
            found.append(document)
            whole = False
    return found, whole


def xml_lines(body: bytes | str) -> list[str]:
    """Texts and attributes in their order; text that marks interrupt stays one.

    Errors:  FormatError `xml-broken`; LimitError `xml-doctype`: entities and what lies outside are never read.
    """
    walk = _Xml()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = walk.refuse
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.text
    parser.CommentHandler = walk.aside
    parser.ProcessingInstructionHandler = lambda _, data: walk.aside(data)
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise FormatError("xml-broken", "not valid XML") from None
    return walk.lines()


class _Xml:
    def __init__(self) -> None:
        self._out: list[str] = []
        self._asides: list[str] = []
        self._mixed: list[bool] = [False]  # for each open element: whether text stood in it before this place
        self._tag, self._began = "", -1  # of the element that has had no other in it so far

    def refuse(self, *_: object) -> None:
        raise LimitError("xml-doctype", "the document has a DOCTYPE, which is not supported")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            own = name.rpartition(":")[2]
            self._asides += _unpacked_lines(own, value) or [line(own, value)]
        self._tag = tag.rpartition(":")[2]
        if not self._mixed[-1]:
            self._out.append("\n" + line(self._tag, ""))
        self._mixed.append(self._mixed[-1])
        self._began = len(self._out)

    def end(self, _: str) -> None:
        if self._began >= 0:
            found = _unpacked_lines(self._tag, "".join(self._out[self._began :]).strip())
            if found:
                self._out[self._began :] = []
                self._asides += found
        self._began = -1
        self._mixed.pop()
        if not self._mixed[-1]:
            self._out.append("\n")

    def text(self, text: str) -> None:
        if text.strip():
            self._mixed[-1] = True
        self._out.append(text)

    def aside(self, text: str) -> None:
        self._asides.append(text)

    def lines(self) -> list[str]:
        return [*(text_line for text_line in "".join(self._out).split("\n") if text_line.strip()), *self._asides]


def joined(lines: Iterable[str]) -> str:
    """One text of Unicode that any encoding can write: a lone surrogate becomes a mark."""
    text = "\n".join(lines)
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
