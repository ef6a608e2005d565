"""XML of FHIR read a second time: by the events of the standard library's parser, as the members that JSON would have."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from veil.errors import FormatError
from veil.formats.fhir.resources import NESTED, holds_a_value

_FHIR, _XHTML = "http://hl7.org/fhir", "http://www.w3.org/1999/xhtml"
_OWN = (
    _FHIR,
    _XHTML,
    "http://www.w3.org/2001/XMLSchema-instance",
    "http://www.w3.org/XML/1998/namespace",
    "",
)
_UNKNOWN = "#"  # no name of an element: what stands there is not known
_END = re.compile(rb"</(?:[^\s>:]+:)?div\s*>")
Members = dict[str, Any]


@dataclass(slots=True)
class _SeenMember:
    """An element. Shape: `strays`: how many of its parts FHIR has no place for; `raw`: of mark-up, as it is written."""

    space: str
    local: str
    attributes: dict[str, str]
    children: list[_SeenMember] = field(default_factory=list)
    text: str = ""
    raw: str | None = None

    @property
    def is_resource(self) -> bool:
        return self.space == _FHIR and self.local[:1].isupper()


def members_of(text: str) -> Members:
    """A document as JSON would have it. Errors: FormatError `reread`."""
    events = _MemberEvents(text.encode("utf-8", "surrogatepass"))
    root = events.root()
    if not root.is_resource:
        raise FormatError("reread", "the check by a second FHIR reader found no resource")
    found = _resource(root)
    unknown = [True] * events.strays + found.pop(_UNKNOWN, [])
    return {_UNKNOWN: unknown, **found} if unknown else found


class _MemberEvents:
    """The events of a parser as a tree. Shape: `strays`: comments, instructions and foreign name spaces outside mark-up."""

    def __init__(self, data: bytes) -> None:
        self.strays = 0
        self._data = data
        self._declared = 0  # name spaces of the element that begins next
        self._open: list[_SeenMember] = []
        self._begun: list[int] = []  # of mark-up: where each element of it begins
        self._root: _SeenMember | None = None
        self._parser = expat.ParserCreate("utf-8", "\n")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.CommentHandler = self._parser.ProcessingInstructionHandler = self._beside
        self._parser.StartNamespaceDeclHandler = self._declare
        self._parser.StartDoctypeDeclHandler = self._refuse

    def root(self) -> _SeenMember:
        try:
            self._parser.Parse(self._data, True)
        except expat.ExpatError:
            raise FormatError("reread", "the check by a second XML reader failed: not valid XML") from None
        if self._root is None:
            raise FormatError("reread", "the check by a second XML reader found no element")
        return self._root

    def _refuse(self, *_: Any) -> None:
        raise FormatError("reread", "the check by a second XML reader found a DOCTYPE")

    def _beside(self, *_: str) -> None:
        self.strays += not self._begun

    def _declare(self, _: str, space: str | None) -> None:
        self._declared += (space or "") not in _OWN

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition("\n")
        seen = _SeenMember(space, local, attributes)
        if self._begun or (local == "div" and space in (_XHTML, _FHIR)):
            self._begun.append(self._parser.CurrentByteIndex)
        else:
            self.strays += self._declared
        self._declared = 0
        if self._open:
            self._open[-1].children.append(seen)
        else:
            self._root = seen
        self._open.append(seen)

    def _end(self, _: str) -> None:
        seen = self._open.pop()
        if not self._begun:
            return
        start, at = self._begun.pop(), self._parser.CurrentByteIndex
        if not self._begun:
            closed = _END.match(self._data, at)  # none where a single tag begins and ends it
            end = closed.end() if closed else at
            seen.raw = self._data[start:end].decode("utf-8", "surrogatepass")

    def _characters(self, data: str) -> None:
        self._open[-1].text += data


def _resource(seen: _SeenMember) -> Members:
    return _filled({"resourceType": seen.local}, seen, seen.local, len(seen.attributes))


def _filled(found: Members, seen: _SeenMember, address: str, strays: int) -> Members:
    """The members of an element. Shape: `strays`: attributes that it has no place for."""
    strays += bool(seen.text.strip(" \t\r\n"))
    named: dict[str, list[tuple[Any, Any]]] = {}
    for child in seen.children:
        if child.raw is not None:
            named.setdefault(child.local, []).append((child.raw, None))
        elif child.space != _FHIR:
            strays += 1
        elif child.local in NESTED and (inner := [other for other in child.children if other.is_resource]):
            strays += len(child.attributes) + len(child.children) - len(inner) + bool(child.text.strip(" \t\r\n"))
            named.setdefault(child.local, []).extend((_resource(other), None) for other in inner)
        else:
            named.setdefault(child.local, []).append(_element(child, f"{address}.{child.local}"))
    if strays:
        found[_UNKNOWN] = [True] * strays
    for name, pairs in named.items():
        found[name] = _one_or_all([value for value, _ in pairs])
        if any(aside for _, aside in pairs):
            found[f"_{name}"] = _one_or_all([aside or None for _, aside in pairs])
    return found


def _one_or_all(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _element(seen: _SeenMember, address: str) -> tuple[Any, Any]:
    """The value of an element, or its members; and what stands beside its value."""
    is_extension = seen.local in ("extension", "modifierExtension")
    left = dict(seen.attributes)
    value = None if is_extension else left.pop("value", None)
    own = {name: left.pop(name) for name in ("id", *(["url"] if is_extension else [])) if name in left}
    members = _filled(own, seen, address, len(left))
    is_bare = all((child.space, child.local) == (_FHIR, "extension") for child in seen.children)
    if value is not None or (not is_extension and is_bare and holds_a_value(address)):
        return value, members
    return members, None
