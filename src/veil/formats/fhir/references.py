"""References of FHIR: which piece of one is the id that others stand by, and which type it leads to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from veil.formats.fhir.standard import resources

BASE, VERSION, SYSTEM = "base", "version", "system"
ASIDE = frozenset((BASE, VERSION, SYSTEM))  # pieces without which a reference still leads to its resource
NO_ID = "-"  # in the place of an id that was taken out of a reference of which more stays
_LITERAL = re.compile(
    r"(?:(?P<base>[a-z]+://[^?#|\s]*[^?#|\s/])/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[^/?#|\s]+)"
    r"(?:/_history/(?P<version>[^/?#|\s]+))?\Z"
)
_NAMED = re.compile(r"urn:(?P<kind>uuid|oid):(?P<id>[^\s?#|]+)\Z")
_CONDITIONAL = re.compile(r"(?P<type>[A-Z][A-Za-z]+)\?identifier=(?:(?P<system>[^|&\s]*)\|)?(?P<id>[^|&\s]+)\Z")


class ReferencePiece(NamedTuple):
    """A piece of a reference. Shape: `kind`: what stands behind the address, in brackets; `start` and `end` in the value."""

    kind: str
    start: int
    end: int


@dataclass(slots=True)
class KnownIds:
    """What ids of a file lead to. Shape: `named`: the type and the id of the resource of an entry, by its `urn:uuid:`."""

    named: dict[str, tuple[str, str]] = field(default_factory=dict)


def pieces_of(value: str, known: KnownIds, contained: Mapping[str, str]) -> list[ReferencePiece] | None:
    """The pieces of a reference; None for one that cannot be read, [] for one that is a type alone.

    Shape:   `contained`: the type of each resource within the same one, by its id.
    """
    if value in resources() or value == "#":
        return []
    if value.startswith("#") and re.fullmatch(r"#[^\s/?#|]+", value):
        return [ReferencePiece(contained.get(value[1:], "contained"), 1, len(value))]
    if found := _NAMED.match(value):
        return [ReferencePiece(known.named.get(value, (found["kind"], ""))[0], *found.span("id"))]
    if (found := _CONDITIONAL.match(value)) and found["type"] in resources():
        system = [ReferencePiece(SYSTEM, *found.span("system"))] if found["system"] else []
        return [*system, ReferencePiece(f"{found['type']}?identifier", *found.span("id"))]
    found = _LITERAL.match(value)
    if found is None or found["type"] not in resources():
        return None
    pieces = [ReferencePiece(BASE, *found.span("base"))] if found["base"] else []
    pieces.append(ReferencePiece(found["type"], *found.span("id")))
    return [*pieces, ReferencePiece(VERSION, *found.span("version"))] if found["version"] else pieces


def gone(kind: str, start: int, end: int) -> tuple[int, int]:
    """What goes of a reference with a piece of it: the base with its slash, the version with what names it."""
    if kind == BASE:
        return start, end + 1
    return (start - len("/_history/"), end) if kind == VERSION else (start, end)


def is_in_pieces(value: str) -> bool:
    """Whether a reference consists of more than a type and an id."""
    return "://" in value or "/_history/" in value or "|" in value


def is_reference(address: str, value: str) -> bool:
    """Whether a value is one that leads to a resource."""
    name = address.rpartition(".")[2]
    if name == "url" and address != "Bundle.entry.request.url":
        return value.startswith("Binary/")
    return name == "reference" or address in (
        "Bundle.entry.fullUrl",
        "Bundle.entry.request.url",
        "Bundle.entry.response.location",
    )
