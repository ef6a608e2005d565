"""JSON of FHIR: the elements of a document with the places of each, so that edits leave every other character alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from veil.errors import FormatError, LimitError
from veil.formats.fhir.nodes import ENTRY, TYPE, Node, Reading, is_mask
from veil.formats.fhir.standard import EXTENSIONS
from veil.formats.jsontext import DEEPEST, JSON_BROKEN, Container, value_of

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|[^\s{}\[\],:"]+')


class JsonPlace(NamedTuple):
    """Where an element stands.

    Units:   `start` and `end` in code points of the text; `member` is where its key (or itself, in a list) begins.
    Shape:   `group`: the object or list that it is a member of, `order`: its place there; `own`: its own group, -1 for a
             scalar or an empty list.
    """

    start: int
    end: int
    member: int
    group: int
    order: int
    own: int = -1


class _DoubleNameError(ValueError):
    """That an object has two members of one name."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DoubleNameError
    return found


def read_json(text: str, where: str) -> Reading:
    """A document as nodes; `about` has its groups.

    Errors:  FormatError `json-broken` with the offset, `fhir-duplicate`, `fhir-type` where it is no resource; LimitError
             `json-deep`.
    """
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_int=len, parse_float=len, parse_constant=len)
    except _DoubleNameError:
        raise FormatError(
            "fhir-duplicate", "an object has two members of the same name", where=where, hint="correct the file"
        ) from None
    except ValueError as error:
        raise FormatError(JSON_BROKEN, "not valid JSON", where=f"{where} offset {getattr(error, 'pos', 0)}") from None
    except RecursionError:
        raise LimitError("json-deep", f"a document is nested deeper than {DEEPEST} levels", where=where) from None
    if not isinstance(value, dict):
        raise FormatError(
            "fhir-type", "the document is no FHIR resource", where=where, hint="expected an object with `resourceType`"
        )
    walk = JsonGroups(text, where)
    return Reading(walk.value("", value, 0, -1, 0, 0), walk)


class JsonGroups:
    """One pass over the tokens of a document beside its values. Shape: `groups`: its objects and lists."""

    def __init__(self, text: str, where: str) -> None:
        self.text, self._where = text, where
        self.groups: list[Container] = []
        self.asides: set[int] = set()  # the lists of what stands beside the values of a list
        self.rows: set[int] = set()  # the entries of bundles: each is a row, and stays where nothing is left of it
        self.urls: dict[int, int] = {}  # of an extension's group, which of its members is the URL
        self._tokens: Iterator[re.Match[str]] = _TOKEN.finditer(text)
        self._end = 0

    def value(self, name: str, value: Any, order: int, group: int, place: int, depth: int, member: int = -1) -> Node:
        """The next value: a scalar or an object; of a list, each is read by its own call."""
        token = next(self._tokens)
        start = token.start()
        member = start if member < 0 else member
        if not isinstance(value, dict):
            self._end = token.end()
            said = value_of(token.group())
            return Node(name, JsonPlace(start, self._end, member, group, place), said, order=order)
        if depth >= DEEPEST:
            raise LimitError("json-deep", f"a document is nested deeper than {DEEPEST} levels", where=self._where)
        own = self._begin(is_object=True, parent=group, order=place)
        if name in EXTENSIONS and "url" in value:
            self.urls[own] = list(value).index("url")
        children = self._members(value, own, depth + 1)
        self._end = next(self._tokens).end()
        kind = value.get(TYPE)
        return Node(
            name,
            JsonPlace(start, self._end, member, group, place, own),
            None,
            children,
            order,
            is_primitive=False,
            resource=kind if isinstance(kind, str) else None,
        )

    def _begin(self, *, is_object: bool, parent: int, order: int) -> int:
        self.groups.append(Container(is_object, [], parent, order))
        return len(self.groups) - 1

    def _members(self, value: dict[str, Any], own: int, depth: int) -> list[Node]:
        found: list[Node] = []
        beside: list[Node] = []
        bounds = self.groups[own].bounds
        for place, (key, child) in enumerate(value.items()):
            member = next(self._tokens).start()
            is_beside = key.startswith("_")
            nodes = self._list(key, child, own, place, depth, member) if isinstance(child, list) else None
            if nodes is None:
                nodes = [self.value(key, child, 0, own, place, depth, member)]
            bounds.append((member, self._end))
            if key == ENTRY[1] and value.get(TYPE) == ENTRY[0]:
                self.rows.update(node.place.own for node in nodes)
            (beside if is_beside else found).extend(nodes)
        return _paired(found, beside) if beside else found

    def _list(self, name: str, items: list[Any], group: int, place: int, depth: int, member: int) -> list[Node]:
        if depth >= DEEPEST:
            raise LimitError("json-deep", f"a document is nested deeper than {DEEPEST} levels", where=self._where)
        start = next(self._tokens).start()
        own = self._begin(is_object=False, parent=group, order=place)
        if name.startswith("_"):
            self.asides.add(own)
        found: list[Node] = []
        for order, item in enumerate(items):
            if isinstance(item, list):
                raise FormatError(
                    "fhir-shape", "a list directly within a list", where=self._where, hint="FHIR has no such element"
                )
            found.append(self.value(name, item, order, own, order, depth + 1))
            self.groups[own].bounds.append((found[-1].place.start, self._end))
        self._end = next(self._tokens).end()
        if not items:
            found.append(Node(name, JsonPlace(start, self._end, member, group, place), None, [], is_primitive=False))
        return found


def _paired(found: list[Node], beside: list[Node]) -> list[Node]:
    """The elements of an object, each primitive with what stands under its name with `_`."""
    known = {(node.name, node.order): node for node in found if node.is_primitive or node.place.own >= 0}
    for other in beside:
        name = other.name[1:]
        node = known.get((name, other.order))
        if node is not None and not node.is_primitive:
            found.append(other)
            continue
        if other.is_primitive and other.value is not None:
            found.append(other)  # no object: what stands there is not known
            continue
        if node is None:
            node = Node(name, None, order=other.order)
            found.append(node)
        node.aside = other.place
        if other.children:
            node.children = [child for child in other.children if not is_mask(child)]
    return found
