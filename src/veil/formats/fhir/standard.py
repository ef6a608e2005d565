"""The standard's table: the elements of every resource and data type, and which types each may have.

Source: FHIR STU3, R4, R4B and R5, by way of fhir.resources 6.2.1 and 8.3.0 (BSD); `tools/make_fhir.py` writes the table.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
CHOICE = "[x]"
ANY = "*"  # as the target of a reference: any resource
_ABSTRACT = ("Resource", "DomainResource", "CanonicalResource", "MetadataResource")
EXTENSIONS = ("extension", "modifierExtension")
_TYPE = re.compile(r"(\w+)(?:\(([^)]*)\))?")


class ElementKind(NamedTuple):
    """An element of a type.

    Shape:   `name` as the table has it (`value[x]`); `types`: those that it may have; `targets`: the resources that a
             reference may name; `releases`: of `3`, `4`, `B`, `5`.
    """

    name: str
    types: tuple[str, ...]
    targets: frozenset[str]
    repeats: bool
    releases: str
    title: str


class PathStep(NamedTuple):
    """A step of a path: the type whose element it is, the element, and the types that it may have there."""

    owner: str
    element: ElementKind
    types: tuple[str, ...]


def _read() -> Iterator[tuple[str, list[str]]]:
    text = (HERE / "elements.tsv").read_text(encoding="utf-8")
    kind = ""
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        first, *cells = line.split("\t")
        kind = first or kind
        yield kind, cells if first == "" else ["", *cells]


@cache
def types() -> dict[str, dict[str, ElementKind]]:
    """The elements of every type by their name, those that it inherits among them."""
    own: dict[str, dict[str, ElementKind]] = {}
    bases: dict[str, list[str]] = {}
    for kind, (name, *cells) in _read():
        elements = own.setdefault(kind, {})
        if not name:
            bases[kind] = cells[0].split() if cells else []
            continue
        written = _TYPE.findall(cells[0])
        targets = frozenset(target for _, named in written for target in named.split("|") if target)
        elements[name] = ElementKind(
            name, tuple(kind for kind, _ in written), targets, bool(cells[1]), cells[2], cells[3]
        )

    def whole(kind: str) -> dict[str, ElementKind]:
        inherited: dict[str, ElementKind] = {}
        for base in bases[kind]:
            inherited |= whole(base)
        return inherited | own[kind]

    return {kind: whole(kind) for kind in own}


@cache
def resources() -> frozenset[str]:
    """The names of all resources."""
    return frozenset(
        kind
        for kind, elements in types().items()
        if {"id", "meta", "implicitRules"} <= set(elements) and kind not in _ABSTRACT
    )


@cache
def codes() -> frozenset[str]:
    """The codes of the lists that the standard itself states, and the names of its resources."""
    lines = (HERE / "codes.tsv").read_text(encoding="utf-8").splitlines()
    return resources() | {line for line in lines if not line.startswith("#")}


@cache
def choices() -> dict[str, str]:
    """How each type is written behind the name of a choice: `Quantity` for `Quantity`, `DateTime` for `dateTime`."""
    every = {kind for elements in types().values() for element in elements.values() for kind in element.types}
    return {kind: kind[0].upper() + kind[1:] for kind in every}


@cache
def _spelled(owner: str) -> dict[str, PathStep]:
    """The elements of a type by the names that are written: `valueQuantity` and not `value[x]`."""
    found = {}
    for element in types().get(owner, {}).values():
        if not element.name.endswith(CHOICE):
            found[element.name] = PathStep(owner, element, element.types)
            continue
        stem = element.name.removesuffix(CHOICE)
        for kind in element.types:
            found[stem + choices()[kind]] = PathStep(owner, element, (kind,))
    return found


def step_of(owner: str, name: str) -> PathStep | None:
    """The element of a type that a name means in a file; None where the type has no such element."""
    if owner[:1].islower() and name in ("id", *EXTENSIONS):
        owner = "Element"  # of a primitive: what `_birthDate` holds
    return _spelled(owner).get(name)


@cache
def places() -> dict[str, str]:
    """Where each type that belongs to one resource is met first: `PatientContact` -> `Patient.contact`."""
    found = {kind: kind for kind in resources()}
    left = deque(sorted(found))
    while left:
        owner = left.popleft()
        for element in types()[owner].values():
            for kind in element.types:
                if kind not in found and kind != owner and kind.startswith(found[owner].partition(".")[0]):
                    found[kind] = f"{found[owner]}.{element.name}"
                    left.append(kind)
    return found
