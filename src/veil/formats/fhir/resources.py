"""Resources: what each element of a file is called, which row and list it belongs to, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from veil.errors import FormatError
from veil.formats.addresses import HIDDEN
from veil.formats.fhir.address import FHIR, OTHER, walk
from veil.formats.fhir.attachments import KIND, READ, is_file, is_kind, is_plain, text_in
from veil.formats.fhir.nodes import ENTRY, TYPE, Node
from veil.formats.fhir.owners import ResourceOwner, number_of, patient_of
from veil.formats.fhir.references import NO_ID, KnownIds, ReferencePiece, is_reference, pieces_of
from veil.formats.fhir.standard import EXTENSIONS, resources
from veil.formats.fhir.urls import is_published
from veil.model import Splice

ENTRY_ADDRESS = ".".join(ENTRY)
OPAQUE = "{}"  # the value of an element that nobody knows: it goes as a whole
NESTED = frozenset(("resource", "contained", "outcome"))  # elements that hold a resource
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*\Z")
INNER_URLS = frozenset(  # of extensions within an extension that a publisher named
    [
        "ombCategory",
        "detailed",
        "text",
        "latitude",
        "longitude",
        "code",
        "period",
        "value",
        "type",
        "tribalAffiliation",
        "isEnrolled",
    ]
)


class ElementPlace(NamedTuple):
    """An element at its place: its address, whether the standard has it there, whether it may stand there many times."""

    address: str
    is_known: bool
    repeats: bool


@lru_cache(maxsize=1 << 16)
def element_at(above: str, name: str) -> ElementPlace:
    if not _NAME.match(name):
        return ElementPlace(f"{above}.{HIDDEN}", is_known=False, repeats=True)
    address = f"{above}.{name}"
    found = list(walk(FHIR.parse(address)))[-1]
    if not found:
        return ElementPlace(f"{above}.{HIDDEN}", is_known=False, repeats=True)
    return ElementPlace(address, is_known=True, repeats=any(step.element.repeats for step in found))


@lru_cache(maxsize=1 << 14)
def holds_a_value(address: str) -> bool:
    """Whether what stands at an address may be a primitive by some release: a value, and no elements but extensions."""
    return any(kind[0].islower() for step in list(walk(FHIR.parse(address)))[-1] for kind in step.types)


@lru_cache(maxsize=1 << 14)
def extension_at(above: str, name: str, url: str, own: frozenset[str]) -> ElementPlace:
    """An extension by its URL: one that a publisher, or the project, gave a name."""
    is_named = url in own or is_published(url) or (above.endswith("')") and url in INNER_URLS)
    is_named = is_named and "'" not in url
    address = f"{above}.{name}('{url}')" if is_named else f"{above}.{name}{OTHER}"
    return ElementPlace(address, is_known=is_named, repeats=True)


@dataclass(slots=True)
class FhirValue:
    """A value of a file.

    Shape:   `piece`: which stretch of the value of its element it is, None for the whole of it. `is_opaque`: it stands for
             an element with all that is in it; `is_coded`: its element has it as base64.
    """

    address: str
    value: str | None
    node: Node
    row: int
    element: int
    piece: ReferencePiece | None = None
    is_opaque: bool = False
    is_coded: bool = False


class ValueChange(NamedTuple):
    """What happens to a value. Shape: `spans`: how it changes, where it is a text; `is_removed`: its whole field goes."""

    value: FhirValue
    new: str | None
    spans: Sequence[Splice] = ()
    is_removed: bool = False


@dataclass(slots=True)
class Resources:
    """What documents consist of.

    Shape:   a row for each resource of a file, an entry of a bundle or a parameter, but none for what another contains.
             `parents[i]`: the element around element i, a row as `-1 - row`; `row_of[i]`: its row. `owners`: whose each
             row is.
    """

    values: list[FhirValue] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    row_of: list[int] = field(default_factory=list)
    owners: list[ResourceOwner] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.owners)

    def element(self, parent: int, row: int) -> int:
        self.parents.append(parent)
        self.row_of.append(row)
        return len(self.parents) - 1


class ResourceReader:
    """Reads one document after the other. Shape: `extensions`: URLs of extensions that the project names."""

    def __init__(self, found: Resources, where: str, extensions: frozenset[str] = frozenset()) -> None:
        self.found, self._where, self._extensions = found, where, extensions
        self._known = KnownIds()
        self._contained: Mapping[str, str] = {}

    def read(self, root: Node) -> None:
        """Errors: FormatError `fhir-type` for a resource of an unknown type, with the number of its row."""
        first = self.found.rows
        self._known = KnownIds(dict(_entries(root)))
        self._row(root, self._begin_row())
        self._one_patient(first)

    def _one_patient(self, first: int) -> None:
        """The rows of a bundle of one patient that say of nobody whose they are."""
        own = self.found.owners[first:]
        names = {owner.patient for owner in own if owner.patient}
        numbers = {owner.number for owner in own if owner.number}
        if len(names) > 1 or (not names and len(numbers) > 1):
            return
        for owner in own:
            if not owner.patient and not owner.number:
                owner.patient = next(iter(names), None)
                owner.number = None if names else next(iter(numbers), None)

    def _begin_row(self) -> int:
        self.found.owners.append(ResourceOwner())
        return self.found.rows - 1

    def _row(self, node: Node, row: int) -> None:
        """A resource that has a row of its own."""
        kept, self._contained = self._contained, {}
        self._resource(node, row, -1 - row)
        self._contained = kept
        self.found.owners[row] = ResourceOwner(patient_of(node, self._known), number_of(node))

    def _resource(self, node: Node, row: int, element: int) -> None:
        kind = node.resource
        if kind not in resources():
            raise FormatError(
                "fhir-type",
                f"resource {row + 1} has no `{TYPE}` of FHIR",
                where=self._where,
                hint="the names of the resources of FHIR STU3, R4, R4B and R5 are known",
            )
        contained = {
            child.text("id") or "": child.resource for child in node.all("contained") if child.resource in resources()
        }
        self._contained = {**self._contained, **contained}
        for child in node.children or ():
            if child.name != TYPE:
                self._member(child, kind, row, element, node)

    def _member(self, node: Node, above: str, row: int, element: int, around: Node) -> None:
        if node.name in NESTED and node.resource is not None:
            if node.name == "contained":
                self._resource(node, row, self.found.element(element, row))
            else:
                self._row(node, row if above == ENTRY_ADDRESS else self._begin_row())
            return
        known = element_at(above, node.name)
        if known.is_known and node.name in EXTENSIONS:
            known = extension_at(above, node.name, node.text("url") or "", self._extensions)
        if not known.is_known:
            self.found.values.append(FhirValue(known.address, OPAQUE, node, row, element, is_opaque=True))
            return
        if known.address == ENTRY_ADDRESS:
            row = self._begin_row()
            element = -1 - row
        is_own = node.order > 0 if node.is_primitive else known.repeats
        own = self.found.element(element, row) if is_own else element
        if node.is_primitive:
            self._primitive(node, known.address, row, own, around)
        is_extension = node.name in EXTENSIONS
        for child in node.children or ():
            if not (is_extension and child.name == "url"):
                self._member(child, known.address, row, own, node)

    def _primitive(self, node: Node, address: str, row: int, element: int, around: Node) -> None:
        if node.name == KIND and is_kind(address) and is_plain(node.value):
            return  # it says how its neighbour is to be read: it stays as it is, and is no field
        if is_file(address) and is_plain(around.text(KIND)):
            text = text_in(node.value) if node.value else None
            if text is not None or node.value is None:
                self.found.values.append(FhirValue(f"{address}({READ})", text, node, row, element, is_coded=True))
                return
        pieces = (
            pieces_of(node.value, self._known, self._contained)
            if node.value is not None and is_reference(address, node.value)
            else None
        )
        if pieces is None:
            self.found.values.append(FhirValue(address, node.value, node, row, element))
            return
        for piece in pieces:
            text = (node.value or "")[piece.start : piece.end]
            value = None if text == NO_ID else text
            self.found.values.append(FhirValue(f"{address}({piece.kind})", value, node, row, element, piece))


def _entries(root: Node) -> list[tuple[str, tuple[str, str]]]:
    """The type and the id of the resource of each entry, by its full URL, those of bundles within it too."""
    found = []
    for entry in root.all("entry"):
        inner, url = entry.child("resource"), entry.text("fullUrl")
        if inner is None or inner.resource not in resources():
            continue
        if url:
            found.append((url, (inner.resource or "", inner.text("id") or url.rpartition(":")[2])))
        found += _entries(inner)
    return found
