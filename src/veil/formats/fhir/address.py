"""The addresses of FHIR: `Patient.name.family`, as people of the field write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from veil.formats.addresses import HIDDEN
from veil.formats.fhir.standard import EXTENSIONS, PathStep, resources, step_of
from veil.formats.fhir.urls import is_published

PATIENT, IDENTIFIER = "(patient)", "(identifier)"  # of every resource: the id of its patient, and a number of theirs
OTHER = "(other)"  # behind an extension that neither a publisher of standards nor the project names
_STEP = re.compile(r"(\w+)(?:\(('[^']*'|[A-Za-z?]*)\))?(?:\.|\Z)")


@dataclass(frozen=True, slots=True)
class FhirAddress:
    """A resource, its elements, an extension by its URL (`extension('http://...')`), and what a reference names (`reference(Patient)`).

    Keeps:   a rule for an element is for all within it: `Patient.name` names `Patient.name.family`; none names an element
             that the standard does not have, nor an extension that nobody named: nobody knows what is in it.
    """

    name: str = "fhir"
    optional: bool = True

    def owns(self, address: str) -> bool:
        return address.partition(".")[0] in resources() and bool(self.parse(address)[1:])

    def parse(self, address: str) -> tuple[str, ...]:
        return _steps(address)

    def join(self, steps: Sequence[str]) -> str:
        return ".".join(steps)

    def match(self, pattern: str, address: str) -> bool:
        if address.endswith((f".{HIDDEN}", OTHER)):
            return False
        return pattern == address or (address.startswith(pattern) and address[len(pattern)] in ".(")

    def show(self, address: str) -> str:
        """The address with every step hidden that no standard names, and every extension whose URL is not a published one."""
        steps = self.parse(address)
        known = [steps[0] in resources(), *map(bool, walk(steps))]
        return ".".join(
            step if _is_shown(step, known=seen) else HIDDEN for step, seen in zip(steps, known, strict=True)
        )

    def title(self, address: str) -> str:
        return _plain(self.parse(address)[-1])

    def lists(self, address: str) -> int:
        """How many lists a field lies in: its resources, and the elements on the way that repeat."""
        return 1 + len(_lists(self.parse(address)))

    def is_one_to_one(self, pattern: str, sibling: str) -> bool:
        """Every list that the sibling lies in must be one that the rule's field lies in too."""
        own, other = self.parse(pattern), self.parse(sibling)
        if own[0] != other[0]:
            return False
        common = next(
            (i for i, (a, b) in enumerate(zip(own, other, strict=False)) if a != b), min(len(own), len(other))
        )
        return all(at < common for at in _lists(other))


def _plain(step: str) -> str:
    return step.partition("(")[0]


@lru_cache(maxsize=8192)
def _steps(address: str) -> tuple[str, ...]:
    """The steps of an address; the whole of it where it is none."""
    found, at = [], 0
    while at < len(address):
        step = _STEP.match(address, at)
        if step is None:
            return (address,)
        found.append(step.group().removesuffix("."))
        at = step.end()
    return tuple(found) or (address,)


def walk(steps: Sequence[str]) -> Iterator[tuple[PathStep, ...]]:
    """What each step behind the resource may be: the elements of the standard by that name; none for one that it does not have."""
    kinds: tuple[str, ...] = (steps[0],)
    for name in map(_plain, steps[1:]):
        found = tuple(step for kind in kinds if (step := step_of(kind, name)) is not None)
        kinds = tuple(dict.fromkeys(kind for step in found for kind in step.types))
        yield found


@lru_cache(maxsize=8192)
def _lists(steps: tuple[str, ...]) -> tuple[int, ...]:
    """The places of the steps that may repeat; what the standard does not know may."""
    return tuple(
        at for at, found in enumerate(walk(steps), 1) if not found or any(step.element.repeats for step in found)
    )


def _is_shown(step: str, *, known: bool) -> bool:
    """Whether a step may be shown: one of the standard, an extension only by a published URL."""
    url = step.partition("(")[2].strip("')")
    return known and (not step.startswith(EXTENSIONS) or not url or is_published(url))


FHIR = FhirAddress()
