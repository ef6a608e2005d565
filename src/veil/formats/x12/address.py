"""The addresses of X12: `NM1(IL)-3`, `patient/N3-1`, `REF(SY)-2`, `DTP(472)-3`, `PER-4(TE)`, `HI-1.2`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

PATIENT = "patient"
PATIENT_CODES = ("QC", "03", "74", "IL")  # codes of NM1-1 that may name the patient, the surest first
_ADDRESS = re.compile(
    r"(?:(?P<owner>patient|[A-Z0-9]{1,3})/)?(?P<segment>[A-Z][A-Z0-9]{1,2})(?:\((?P<code>patient|[A-Z0-9]{1,3})\))?"
    r"-(?P<element>\d+)(?:\((?P<kind>[A-Z0-9]{1,3})\))?(?:\.(?P<component>\d+))?\Z"
)


class X12Steps(NamedTuple):
    """An address in its pieces; "" for what it does not say. Shape: `owner`: the code of the name that the segment belongs to."""

    owner: str
    segment: str
    code: str
    element: str
    kind: str
    component: str

    @property
    def place(self) -> str:
        """The name of the place in the standard: `HI-1.2`."""
        return f"{self.segment}-{self.element}" + (f".{self.component}" if self.component else "")


@lru_cache(maxsize=4096)
def steps_of(address: str) -> X12Steps | None:
    found = _ADDRESS.match(address)
    return X12Steps(*(piece or "" for piece in found.groups())) if found else None


@dataclass(frozen=True, slots=True)
class X12Address:
    """Segment and element, with the code that qualifies each behind it, and before them the name that they belong to.

    Keeps:   a rule is for all that it does not tell apart: `REF-2` names `patient/REF(SY)-2`. The patient is `patient`, whatever
             the code: `NM1(IL)-3` and `NM1(QC)-3` both name `NM1(patient)-3`.
    """

    name: str = "x12"
    optional: bool = True

    def owns(self, address: str) -> bool:
        return steps_of(address) is not None

    def parse(self, address: str) -> tuple[str, ...]:
        found = steps_of(address)
        return tuple(found) if found else (address,)

    def join(self, steps: Sequence[str]) -> str:
        if len(steps) == 1:
            return steps[0]
        owner, segment, code, element, kind, component = steps
        return joined(owner, segment, code, element, kind, component)

    def match(self, pattern: str, address: str) -> bool:
        if pattern == address:
            return True
        asked, there = steps_of(pattern), steps_of(address)
        if asked is None or there is None or (asked.segment, asked.element) != (there.segment, there.element):
            return False
        return (
            _says(asked.owner, there.owner)
            and _says(asked.code, there.code)
            and asked.kind in ("", there.kind)
            and asked.component in ("", there.component)
        )

    def show(self, address: str) -> str:
        return address

    def title(self, address: str) -> str:
        return address

    def is_one_to_one(self, pattern: str, sibling: str) -> bool:
        """Whether both stand in one segment, and the sibling does not repeat."""
        from veil.formats.x12.standard import repeating  # noqa: PLC0415  read by conditions only

        own, other = steps_of(pattern), steps_of(sibling)
        if own is None or other is None:
            return False
        return own[:3] == other[:3] and f"{other.segment}-{other.element}" not in repeating()


def _says(asked: str, there: str) -> bool:
    return asked in ("", there) or (there == PATIENT and asked in PATIENT_CODES)


def joined(owner: str, segment: str, code: str, element: str, kind: str = "", component: str = "") -> str:
    """The address of its pieces."""
    return "".join(
        (
            f"{owner}/" if owner else "",
            segment,
            f"({code})" if code else "",
            f"-{element}",
            f"({kind})" if kind else "",
            f".{component}" if component else "",
        )
    )


X12 = X12Address()
