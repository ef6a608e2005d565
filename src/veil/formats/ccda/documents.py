"""Clinical documents: where each value of a file stands, so that edits leave every other character alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from veil.errors import FormatError
from veil.formats.ccda.naming import (
    INSTRUCTION,
    KNOWN_SPACES,
    NAMESPACE,
    OTHER,
    TRIMMED,
    attribute_name,
    element_name,
    is_anchor,
    is_data,
    is_markup,
    is_narrative,
    is_whole_id,
    kind_of,
    line_ends,
    says_how,
    skipped,
    step_of,
    text_kind,
)
from veil.formats.ccda.standard import CDA, ROOT, CdaElement
from veil.formats.xml_narrative import CDA as NARRATIVE
from veil.formats.xml_narrative import blocks_of
from veil.formats.xmltext import Run
from veil.formats.xmltree import BLANK, XmlAttribute, XmlElement, XmlTree, XmlValue, read_tree

HINT = "a C-CDA document has the root element ClinicalDocument of urn:hl7-org:v3"
NO_PLACE = -1
DATA = "(B64)"


@dataclass(slots=True)
class DocumentValue:
    """A place of a document: its address, its value (None: nothing stands there), its runs, and what goes with it.

    Shape:   `element`: the number of the element of the batch's tree, from 0 in each document, `NO_PLACE` for the document
             itself; `shell`: the number of the element that goes with it where nothing in it stays, `NO_PLACE` for none.
    """

    address: str
    value: str | None
    found: XmlValue
    element: int
    shell: int = NO_PLACE


@dataclass(slots=True)
class ClinicalDocument:
    """What a document consists of. Shape: `parents[i]`: the element around element i, `NO_PLACE` for the document itself."""

    tree: XmlTree
    values: list[DocumentValue] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)

    def element(self, parent: int) -> int:
        self.parents.append(parent)
        return len(self.parents) - 1


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where an element lies: the address of it, its element of the batch's tree, the shell that it lies in."""

    path: str
    element: int
    shell: int


_NOWHERE = _Spot("", NO_PLACE, NO_PLACE)


def read_document(text: str, where: str) -> ClinicalDocument:
    """Errors: FormatError `xml-broken`, `xml-doctype`, `xml-prefix`, `xml-deep`, `ccda-shape`."""
    tree = read_tree(text, where)
    root = tree.elements[0]
    if (root.space, root.local) != (CDA, ROOT):
        raise FormatError("ccda-shape", "the file is not a clinical document", where=where, hint=HINT)
    return _DocumentReading(tree).read()


class _DocumentReading:
    """One pass over the elements of a document."""

    def __init__(self, tree: XmlTree) -> None:
        self._tree = tree
        self._done = ClinicalDocument(tree)

    def read(self) -> ClinicalDocument:
        for extra in self._tree.extras:
            value = line_ends(self._tree.text[extra.low : extra.high])
            if extra.kind == INSTRUCTION:
                value = " ".join(value.split(None, 1)).strip()
            run = Run(extra.low, extra.high, 0, len(value), "comment")
            self._put(extra.kind, XmlValue(value, [run], (extra.start, extra.end)), _NOWHERE)
        for _, declared in self._tree.declared:
            found = self._tree.value(declared)
            if found.value not in KNOWN_SPACES:
                self._put(NAMESPACE, found, _NOWHERE)
        self._element(0, _NOWHERE, "")
        return self._done

    def _put(self, address: str, found: XmlValue, spot: _Spot) -> None:
        self._done.values.append(DocumentValue(address, found.value or None, found, spot.element, spot.shell))

    def _element(self, number: int, around: _Spot, parent: str, *, comes_again: bool = False) -> None:
        element = self._tree.elements[number]
        name = element_name(element.space, element.local)
        kind = kind_of(name)
        lookup = _AttributeLookup(self._tree, element)
        step = step_of(name, kind, lookup.value, comes_again=comes_again)
        shell = number if kind is None and around.shell == NO_PLACE else around.shell
        if shell == NO_PLACE and is_anchor(name, parent):
            spot = _Spot(step, self._done.element(NO_PLACE), shell)
        else:
            shares = kind is not None and kind.is_single
            spot = _Spot(
                f"{around.path}/{step}", around.element if shares else self._done.element(around.element), shell
            )
        before = len(self._done.values)
        self._attributes(element, name, kind, spot, lookup)
        if kind is not None and spot.shell == NO_PLACE and is_narrative(name, parent):
            self._narrative(number, spot)
            return
        self._text(element, kind, spot, lookup)
        before_it: set[str] = set()
        for child in element.children:
            local = self._tree.elements[child].local
            self._element(child, spot, name, comes_again=local in before_it)
            before_it.add(local)
        if spot.shell == number and len(self._done.values) == before:
            self._put(spot.path, XmlValue("", []), spot)

    def _attributes(
        self, element: XmlElement, name: str, kind: CdaElement | None, spot: _Spot, lookup: _AttributeLookup
    ) -> None:
        for attribute in element.attributes:
            called = attribute_name(attribute.space, attribute.local)
            found = self._tree.value(attribute)
            if says_how(called, found.value):
                continue
            skip = skipped(name, called, found.value)
            if skip:
                found = found.cut(skip)
            if called == "@root" and is_whole_id(kind, lookup.value):
                called = "@extension"
            if skip or called == "@extension":
                found.whole = None
            self._put(f"{spot.path}/{called}", found, spot)

    def _text(self, element: XmlElement, kind: CdaElement | None, spot: _Spot, lookup: _AttributeLookup) -> None:
        """The text that stands in an element itself: one value, where its kind may have text or it has some."""
        found = self._tree.joined(element.texts)
        is_blank = not found.value.strip(BLANK)
        what = text_kind(kind, lookup.value)
        if not what or spot.shell != NO_PLACE:
            if not is_blank:
                self._put(spot.path if kind is None else f"{spot.path}/text()", found, spot)
            return
        if is_blank or (what == "ED" and is_data(found.value, lookup.value)):
            self._put(spot.path, XmlValue("", []), spot)
            if not is_blank:
                self._put(spot.path + DATA, found, spot)
            return
        self._put(spot.path, found.stripped() if what in TRIMMED else found, spot)

    def _narrative(self, number: int, spot: _Spot) -> None:
        tree = self._tree
        for inner in self._markup(number, spot):
            for attribute in tree.elements[inner].attributes:
                self._marked(tree.elements[inner], attribute, spot)
        for block in blocks_of(tree, number, NARRATIVE):
            local = tree.elements[block.element].local
            address = spot.path if block.element == number else f"{spot.path}/{local}"
            element = spot.element if block.element == number else self._done.element(spot.element)
            value = block.value if block.value.value.strip(BLANK) else XmlValue("", [])
            self._put(address, value, _Spot(address, element, NO_PLACE))

    def _markup(self, number: int, spot: _Spot) -> Iterator[int]:
        """The elements within a narrative; one that is no mark-up goes with all that is in it."""
        for child in self._tree.elements[number].children:
            element = self._tree.elements[child]
            if is_markup(element.local):
                yield child
                yield from self._markup(child, spot)
            else:
                path = f"{spot.path}/{OTHER}"
                self._put(path, XmlValue("", []), _Spot(path, self._done.element(spot.element), child))

    def _marked(self, element: XmlElement, attribute: XmlAttribute, spot: _Spot) -> None:
        """An attribute of an element of a narrative."""
        called = attribute_name(attribute.space, attribute.local)
        found = self._tree.value(attribute)
        lookup = _AttributeLookup(self._tree, element)
        skip = skipped(element.local, called, found.value)
        if skip:
            found = found.cut(skip)
            found.whole = None
        path = f"{spot.path}/{step_of(element.local, None, lookup.value)}"
        self._put(f"{path}/{called}", found, _Spot(path, self._done.element(spot.element), NO_PLACE))


class _AttributeLookup:
    """The attributes of an element by their names."""

    def __init__(self, tree: XmlTree, element: XmlElement) -> None:
        self._tree, self._element = tree, element

    def value(self, name: str) -> str | None:
        for attribute in self._element.attributes:
            if attribute_name(attribute.space, attribute.local) == f"@{name}":
                return self._tree.value(attribute).value
        return None
