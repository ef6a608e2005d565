"""The standard's tables: which type each field has, whether it repeats, and what the components of a type are.

Source: HL7 v2.1 to 2.8.2, by way of hl7apy 1.3.5 (MIT); `tools/make_hl7.py` writes the tables.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

_VERSION = re.compile(r"2(?:\.\d){1,2}")
HERE = Path(__file__).parent
TEXTS = frozenset(("ST", "TX", "FT", "ID", "IS", "NM", "SI", "DT", "DTM", "TM", "TN", "SNM", "GTS", "WD"))
HEADS = frozenset(("MSH", "FHS", "BHS"))  # segments that state the delimiters
MOMENT = "TS"  # written as one value; its second component says how exact it is
VARIES = "varies"


class FieldKind(NamedTuple):
    """A field of a segment. Shape: `others`: the type that it has in other versions than 2.5.1."""

    type: str
    repeats: bool
    title: str
    others: dict[str, str]


class Component(NamedTuple):
    """A component of a type."""

    type: str
    title: str


def _lines(name: str) -> list[list[str]]:
    text = (HERE / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


@cache
def fields() -> dict[str, FieldKind]:
    """Every field by its name (`PID-3`)."""
    return {
        name: FieldKind(
            kind, mark == "*", title, dict(other.split("=") for other in " ".join(rest).split() if "=" in other)
        )
        for name, kind, mark, title, *rest in _lines("fields.tsv")
    }


@cache
def components() -> dict[str, tuple[Component, ...]]:
    """The components of every composite type by its name (`CX`), in order."""
    found: dict[str, list[Component]] = {}
    for name, kind, title in _lines("types.tsv"):
        found.setdefault(name.partition(".")[0], []).append(Component(kind, title))
    found["CE"] = found["CWE"]  # its predecessor: the same components, three fewer
    return {name: tuple(parts) for name, parts in found.items()}


@cache
def type_of(field: str, version: str) -> str:
    """The type of a field in a version; "" for a field that no version has.

    Keeps:   a field that was withdrawn has the type that it had.
    """
    kind = fields().get(field)
    if kind is None:
        return ""
    stated = kind.others.get(version, kind.type)
    return kind.type if stated == "WD" else stated


def is_type(word: str) -> bool:
    """Whether a word is a type of the standard, which OBX-2 may state."""
    return word in TEXTS or word == VARIES or word in components()


def is_version(word: str) -> bool:
    return bool(_VERSION.fullmatch(word))


def is_composite(kind: str) -> bool:
    """Whether values of a type consist of components."""
    return kind != MOMENT and kind in components()


@cache
def repeats(field: str) -> bool:
    """Whether a field may repeat in some version; an unknown one may."""
    kind = fields().get(field)
    return kind is None or kind.repeats
