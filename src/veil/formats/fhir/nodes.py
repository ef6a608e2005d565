"""Nodes: the elements of a FHIR file as a tree, whether it was written as JSON or as XML."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
MASKED = "masked"
TYPE = "resourceType"
ENTRY = ("Bundle", "entry")  # each has a row of its own, which is that of its resource


@dataclass(slots=True)
class Node:
    """An element.

    Shape:   `name` as JSON writes it; `value`: of a primitive, None for none; `children`: its elements, None for a
             primitive without any; `order`: its place among those of its name. `place`: where it stands in its file,
             opaque to all but the reader that found it; None for a primitive without a value. `aside`: where that stands
             which a primitive has beside its value.
    """

    name: str
    place: Any
    value: str | None = None
    children: list[Node] | None = None
    order: int = 0
    is_primitive: bool = True
    resource: str | None = None  # what it states to be a resource of
    aside: Any = None

    def child(self, name: str) -> Node | None:
        """The first element of this name."""
        return next((node for node in self.children or () if node.name == name), None)

    def all(self, name: str) -> list[Node]:
        return [node for node in self.children or () if node.name == name]

    def text(self, *names: str) -> str | None:
        """The value at the end of a path of first elements."""
        at: Node | None = self
        for name in names:
            at = at.child(name) if at is not None else None
        return at.value if at is not None else None


@dataclass(slots=True)
class Reading:
    """A document that was read. Shape: `root`: its resource; `about`: what its writer needs."""

    root: Node
    about: Any = field(default=None)


def is_mask(node: Node) -> bool:
    """Whether an extension says that a value was taken away, and nothing else: our own mark, and no field."""
    return (
        node.name == "extension"
        and len(node.children or ()) == 2
        and node.text("url") == ABSENT
        and node.text("valueCode") == MASKED
    )
