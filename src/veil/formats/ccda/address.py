"""The addresses of C-CDA: the path from the nearest act or participation, as people of the field write it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from veil.formats.addresses import HIDDEN
from veil.formats.ccda.naming import COMMENT, INSTRUCTION, NAMESPACE, OTHER, is_markup, kind_of
from veil.formats.ccda.standard import attributes

_STEP = r"(?:[a-z]+:)?[A-Za-z_][\w.-]*(?:\([\w]*\))*"
_ADDRESS = re.compile(rf"{_STEP}(?:/{_STEP})*(?:/@(?:[a-z]+:)?[A-Za-z_][\w.-]*)?\Z")
_BESIDE = frozenset((COMMENT, INSTRUCTION, NAMESPACE))  # what is no element of a document


@dataclass(frozen=True, slots=True)
class CcdaAddress:
    """Elements from the nearest act or participation, and `@` before an attribute: `observation/value(PQ)/@value`.

    Keeps:   a rule for an element is for all that is in it: `recordTarget/patientRole/addr` names its `city`,
             `observation/value` names `observation/value(PQ)/@unit`.
    """

    name: str = "ccda"
    optional: bool = True

    def owns(self, address: str) -> bool:
        return address in _BESIDE or bool(_ADDRESS.match(address))

    def parse(self, address: str) -> tuple[str, ...]:
        return tuple(address.split("/"))

    def join(self, steps: Sequence[str]) -> str:
        return "/".join(steps)

    def match(self, pattern: str, address: str) -> bool:
        return pattern == address or bool(_compiled(pattern).match(address))

    def show(self, address: str) -> str:
        """Elements and attributes that the standard does not have are hidden: their names may be values."""
        return "/".join(map(_shown, address.split("/"))) if address not in _BESIDE else address

    def title(self, address: str) -> str:
        """The last element and its attribute."""
        *_, last = address.rpartition("/")
        return bare(address.split("/")[-2]) + f" {last[1:]}" if last.startswith("@") and "/" in address else bare(last)

    def lists(self, address: str) -> int:
        """How many lists a field lies in."""
        return len(_lists(address))

    def is_one_to_one(self, pattern: str, sibling: str) -> bool:
        """Whether every list that the sibling lies in is one that the field of a rule lies in too."""
        around = _lists(sibling)
        return _lists(pattern)[: len(around)] == around


def bare(step: str) -> str:
    """A step without what stands in brackets."""
    return step.partition("(")[0]


@lru_cache(maxsize=4096)
def _lists(address: str) -> tuple[str, ...]:
    """The steps of an address that may stand several times."""
    steps = [bare(step) for step in address.split("/") if not step.startswith("@")]
    if address in _BESIDE:
        return (address,)
    found = (kind_of(step) for step in steps)
    return tuple(step for step, kind in zip(steps, found, strict=True) if kind is None or not kind.is_single)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    """A rule's address: what it writes without brackets is met with any, and what lies below it too."""
    steps = [
        re.escape(step) + ("" if "(" in step or step.startswith("@") else r"(?:\(\w*\))*")
        for step in pattern.split("/")
    ]
    return re.compile("/".join(steps) + r"(?:/.*)?\Z")


def _shown(step: str) -> str:
    """A step of an address, hidden where the standard does not have it."""
    if step.startswith("@"):
        return step if step[1:] in attributes() else f"@{HIDDEN}"
    name = bare(step)
    return step if kind_of(name) is not None or is_markup(name) or step == OTHER else HIDDEN


CCDA = CcdaAddress()
