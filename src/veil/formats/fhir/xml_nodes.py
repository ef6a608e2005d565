"""XML of FHIR: the elements of a document with the places of each, so that edits leave every other character alone."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from veil.errors import FormatError
from veil.formats.fhir.nodes import Node, Reading, is_mask
from veil.formats.fhir.resources import ENTRY_ADDRESS, NESTED, holds_a_value
from veil.formats.fhir.standard import EXTENSIONS
from veil.formats.xmltree import BLANK, XML_SPACE, XSI_SPACE, XmlAttribute, XmlElement, XmlTree, read_tree

SPACE, XHTML_SPACE = "http://hl7.org/fhir", "http://www.w3.org/1999/xhtml"
KNOWN_SPACES = frozenset((SPACE, XHTML_SPACE, XSI_SPACE, XML_SPACE, ""))
STRAY = "#"  # the name of what FHIR has no place for: foreign elements and attributes, loose text, comments
NOWHERE = -1


class XmlPlace(NamedTuple):
    """Where an element stands.

    Shape:   `stretches`: what goes with it; `parent`: the number of the element that it is a part of, `NOWHERE` for a
             comment; `element`: its own number, `NOWHERE` for an attribute; `attribute`: where its value stands, None for
             one that is the element itself, mark-up and all.
    """

    stretches: tuple[tuple[int, int], ...]
    parent: int
    element: int = NOWHERE
    attribute: XmlAttribute | None = None


@dataclass(slots=True)
class XmlResource:
    """What a writer needs of a document.

    Shape:   `parts`: how many parts each element has: an element of whose parts none is left goes too; `fixed`: those that
             stay, resources, entries of bundles, and what holds resources.
    """

    tree: XmlTree
    parts: Counter[int] = field(default_factory=Counter)
    fixed: set[int] = field(default_factory=set)


def read_xml(text: str, where: str) -> Reading:
    """A document as nodes; `about` is its `XmlResource`.

    Errors:  FormatError `fhir-type` where it is no resource; `xml-broken`, `xml-doctype`, `xml-prefix`, `xml-deep`.
    """
    tree = read_tree(text, where)
    if not is_resource(tree.elements[0].space, tree.elements[0].local):
        raise FormatError(
            "fhir-type",
            "the document is no FHIR resource",
            where=where,
            hint="expected a root element that names a resource, in the name space http://hl7.org/fhir",
        )
    work = _NodeReading(tree)
    return Reading(work.root(), work.about)


def is_resource(space: str, local: str) -> bool:
    """Whether an element is a resource: no other element of FHIR begins with a capital letter."""
    return space == SPACE and local[:1].isupper()


def is_narrative(space: str, local: str) -> bool:
    """Whether an element is the mark-up of a narrative: one value, whatever it has in it."""
    return local == "div" and space in (XHTML_SPACE, SPACE)


class _NodeReading:
    """One pass over the elements of a document."""

    def __init__(self, tree: XmlTree) -> None:
        self.about = XmlResource(tree)
        self._tree = tree

    def root(self) -> Node:
        found = self._resource("", 0, 0, XmlPlace(((0, len(self._tree.text)),), NOWHERE, 0))
        found.children = [*self._beside(), *(found.children or ())]
        return found

    def _beside(self) -> Iterator[Node]:
        """Comments, instructions and name spaces that are none of FHIR's; those of a narrative are part of it."""
        markup: list[tuple[int, int]] = []
        for own in self._tree.elements:
            if is_narrative(own.space, own.local) and not _lies_in(own.start, markup):
                markup.append((own.start, own.end))
        for extra in self._tree.extras:
            if not _lies_in(extra.start, markup):
                yield Node(STRAY, XmlPlace(((extra.start, extra.end),), NOWHERE))
        for _, declared in self._tree.declared:
            if self._tree.value(declared).value not in KNOWN_SPACES and not _lies_in(declared.start, markup):
                yield Node(STRAY, XmlPlace(((declared.start, declared.end),), NOWHERE))

    def _resource(self, name: str, number: int, order: int, place: XmlPlace) -> Node:
        element = self._tree.elements[number]
        self.about.fixed.add(number)
        children = [*self._attributes(number, element.attributes), *self._children(number, element.local)]
        return Node(name, place, None, children, order, is_primitive=False, resource=element.local)

    def _attributes(self, number: int, attributes: list[XmlAttribute]) -> Iterator[Node]:
        """Attributes that an element has no place for."""
        for attribute in attributes:
            self.about.parts[number] += 1
            yield Node(STRAY, XmlPlace(((attribute.start, attribute.end),), number))

    def _children(self, number: int, above: str) -> list[Node]:
        element = self._tree.elements[number]
        strays, found = self._loose(element, number), list[Node]()
        orders: Counter[str] = Counter()
        for child in element.children:
            own = self._tree.elements[child]
            self.about.parts[number] += 1
            place = XmlPlace(((own.start, own.end),), number, child)
            if is_narrative(own.space, own.local):
                raw = self._tree.text[own.start : own.end]
                found.append(Node(own.local, place, raw, order=orders[own.local]))
            elif own.space != SPACE:
                strays.append(Node(STRAY, place))
            else:
                outside, inside = self._element(child, above, orders[own.local], place)
                strays += outside
                found += inside
                orders[own.local] += len(inside) - 1
            orders[own.local] += 1
        return strays + found

    def _loose(self, element: XmlElement, number: int) -> list[Node]:
        """The text that stands in an element itself, where FHIR has none."""
        found = self._tree.joined(element.texts)
        if not found.value.strip(BLANK):
            return []
        self.about.parts[number] += 1
        return [Node(STRAY, XmlPlace(tuple((run.start, run.end) for run in found.runs), number))]

    def _element(self, number: int, above: str, order: int, place: XmlPlace) -> tuple[list[Node], list[Node]]:
        """An element of FHIR: what in it has no place, and the element, or each of the resources that it holds."""
        element = self._tree.elements[number]
        inner = self._inner(element) if element.local in NESTED else []
        if not inner:
            return [], [self._plain(number, f"{above}.{element.local}", order, place)]
        self.about.fixed.add(number)
        strays = [*self._attributes(number, element.attributes), *self._loose(element, number)]
        for child in element.children:
            if child not in inner:
                own = self._tree.elements[child]
                strays.append(Node(STRAY, XmlPlace(((own.start, own.end),), number, child)))
        return strays, [self._resource(element.local, child, order + at, place) for at, child in enumerate(inner)]

    def _inner(self, element: XmlElement) -> list[int]:
        names = ((child, self._tree.elements[child]) for child in element.children)
        return [child for child, own in names if is_resource(own.space, own.local)]

    def _is_bare(self, element: XmlElement) -> bool:
        """Whether an element has no elements but extensions, as a primitive without a value."""
        inner = (self._tree.elements[child] for child in element.children)
        return all((own.space, own.local) == (SPACE, EXTENSIONS[0]) for own in inner)

    def _plain(self, number: int, address: str, order: int, place: XmlPlace) -> Node:
        element = self._tree.elements[number]
        if address == ENTRY_ADDRESS:
            self.about.fixed.add(number)
        is_extension = element.local in EXTENSIONS
        value, children = None, list[Node]()
        for attribute in element.attributes:
            name = attribute.local if not attribute.space else STRAY
            if name == "value" and not is_extension:
                self.about.parts[number] += 1
                value, place = self._tree.value(attribute).value, place._replace(attribute=attribute)
            elif name == "id" or (name == "url" and is_extension):
                self.about.parts[number] += name == "id"  # a URL alone keeps no extension
                own = XmlPlace(((attribute.start, attribute.end),), number, attribute=attribute)
                children.append(Node(name, own, self._tree.value(attribute).value))
            else:
                children += self._attributes(number, [attribute])
        children += self._children(number, address)
        is_primitive = value is not None or (not is_extension and self._is_bare(element) and holds_a_value(address))
        if is_primitive:
            children = [child for child in children if not is_mask(child)]
        return Node(element.local, place, value, children, order, is_primitive=is_primitive)


def _lies_in(at: int, stretches: list[tuple[int, int]]) -> bool:
    """Whether a place lies in one of some stretches, in order, of which none lies in another."""
    before = bisect_right(stretches, at, key=itemgetter(0))
    return before > 0 and at < stretches[before - 1][1]
