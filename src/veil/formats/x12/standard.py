"""The tables of X12: which data element stands in each place, what its type is, and the codes that qualify others.

Source: X12 4010 and 5010 by way of pyx12 4.0.0 (BSD) and linuxforhealth-x12 0.57.0 (Apache-2.0); `tools/make_x12.py` writes them.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
ISA_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
ISA_LENGTH = 106
OWNED = frozenset(("N2", "N3", "N4", "DMG", "PER", "REF", "LUI"))  # they say more of the name before them
FOLLOWS = OWNED | {"PRV", "AAA", "DTP", "DTM", "MPI", "EC", "ICM", "HLH"}  # behind these the name is still the same
BY_CODE = {"NM1": 1, "N1": 1, "REF": 1, "DTP": 1, "DTM": 1}  # the element whose code qualifies the whole segment
BY_ELEMENT = {"NM1-9": 8, "N1-4": 3, "PER-4": 3, "PER-6": 5, "PER-8": 7}  # the element that qualifies another
FORMATS = {  # of a date, the element that says how it is written
    "DTP-3": 2,
    "DMG-2": 1,
    "INS-12": 11,
    "PAT-6": 5,
    "CR6-4": 3,
    "CR6-16": 15,
    "DN2-5": 4,
    "DTM-6": 5,
    "MPI-7": 6,
}
DAYS = frozenset(("D8", "DT", "D6"))
RANGES = frozenset(("RD8", "RDT"))
WAYS = DAYS | RANGES | {"TM", "RTM", "RTS", "RD6", "CM", "CY", "YY", "TS", "DB", "DTS"}
LEVELS = frozenset(("19", "20", "21", "22", "23", "EV", "PT", "SS"))
KINDS = frozenset(("270", "271", "276", "277", "278", "820", "834", "835", "837", "997", "999"))
_ADDRESS = re.compile(r"[A-Z][A-Z0-9]{1,2}-\d+(?:\.\d+)?\Z")


class DataElement(NamedTuple):
    """A place of a segment. Shape: `number`: its data element; `type`: ID, AN, DT, TM, R or N0."""

    number: str
    type: str
    repeats: bool


def _lines(name: str) -> list[list[str]]:
    text = (HERE / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


@cache
def elements() -> dict[str, DataElement]:
    """Every place by its name: `NM1-3`, `HI-1.2`."""
    return {name: DataElement(number, kind, bool(mark)) for name, number, kind, *mark in _lines("elements.tsv")}


@cache
def composites() -> frozenset[str]:
    """The elements that consist of components: `HI-1`."""
    return frozenset(name.partition(".")[0] for name in elements() if "." in name)


@cache
def repeating() -> frozenset[str]:
    """The elements that may repeat."""
    return frozenset(name.partition(".")[0] for name, kind in elements().items() if kind.repeats)


@cache
def codes() -> dict[str, frozenset[str]]:
    """The codes of the elements that say what others mean, by the element's name."""
    found = {name: frozenset(line.split()) for name, line in _lines("qualifiers.tsv")}
    found |= dict.fromkeys(("PER-5", "PER-7"), found["PER-3"]) | {
        "N1-3": found["NM1-8"],
        "N1-1": found["NM1-1"] | found["N1-1"],
    }
    found |= {f"HI-{place}.1": found["HI-1.1"] for place in range(2, 13)}
    found["DTM-1"] = found["DTP-1"] = found["DTP-1"] | found["DTM-1"]
    for name, place in FORMATS.items():
        found[f"{name.partition('-')[0]}-{place}"] = WAYS
    return found | {"NM1-2": frozenset("12"), "HL-3": LEVELS, "ST-1": KINDS}


def is_known(name: str, code: str) -> bool:
    """Whether a code is one that the standard has in an element which says what others mean."""
    return code in codes().get(name, ())


def qualifier(name: str, code: str) -> str:
    """A code as an address may show it; "" for what the standard does not have, since it may be a value."""
    return code if is_known(name, code) else ""


def is_place(address: str) -> bool:
    return bool(_ADDRESS.match(address))
