"""XML read a second time: by the events of the standard library's parser, without a place, to compare inputs and outputs by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from veil.errors import FormatError

_PARTS = 3  # of a name: its space, its local name, its prefix


@dataclass(slots=True)
class SeenName:
    """A name. Shape: `prefix` as it is written, "" for none."""

    space: str
    local: str
    prefix: str = ""


@dataclass(slots=True)
class SeenElement:
    """An element: its attributes in order, and its elements and texts in order; two texts never follow each other."""

    name: SeenName
    attributes: list[tuple[SeenName, str]]
    content: list[SeenElement | str] = field(default_factory=list)

    @property
    def children(self) -> list[SeenElement]:
        return [item for item in self.content if isinstance(item, SeenElement)]

    @property
    def text(self) -> str:
        """The text that stands in the element itself."""
        return "".join(item for item in self.content if isinstance(item, str))


@dataclass(slots=True)
class SeenDocument:
    """What a second reading found: `extras` are the comments and instructions with their kind, `declared` the name spaces, in order."""

    root: SeenElement
    extras: list[tuple[str, str]]
    declared: list[str]


def reread_document(text: str) -> SeenDocument:
    """The elements of a document. Errors: FormatError `reread`."""
    seen = _Events()
    parser = expat.ParserCreate("utf-8", "\n")
    parser.namespace_prefixes = True
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler = seen.start
    parser.EndElementHandler = seen.end
    parser.CharacterDataHandler = seen.characters
    parser.CommentHandler = seen.comment
    parser.ProcessingInstructionHandler = seen.instruction
    parser.StartNamespaceDeclHandler = seen.declare
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(text.encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError:
        raise FormatError("reread", "the check by a second XML reader failed: not valid XML") from None
    if seen.root is None:
        raise FormatError("reread", "the check by a second XML reader found no element")
    return SeenDocument(seen.root, seen.extras, seen.declared)


def _refuse(*_: Any) -> None:
    raise FormatError("reread", "the check by a second XML reader found a DOCTYPE")


class _Events:
    """The events of a parser as a tree."""

    def __init__(self) -> None:
        self.root: SeenElement | None = None
        self.extras: list[tuple[str, str]] = []
        self.declared: list[str] = []
        self._open: list[SeenElement] = []

    def start(self, name: str, attributes: list[str]) -> None:
        pairs = zip(attributes[::2], attributes[1::2], strict=True)
        element = SeenElement(_name(name), [(_name(key), value) for key, value in pairs])
        if self._open:
            self._open[-1].content.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, _: str) -> None:
        self._open.pop()

    def characters(self, data: str) -> None:
        content = self._open[-1].content
        if content and isinstance(content[-1], str):
            content[-1] += data
        else:
            content.append(data)

    def comment(self, data: str) -> None:
        self.extras.append(("comment", data))

    def instruction(self, target: str, data: str) -> None:
        self.extras.append(("instruction", f"{target} {data}".strip()))

    def declare(self, _: str, space: str | None) -> None:
        self.declared.append(space or "")


def _name(written: str) -> SeenName:
    parts = written.split("\n")
    if len(parts) == 1:
        return SeenName("", written)
    return SeenName(parts[0], parts[1], parts[2] if len(parts) == _PARTS else "")
