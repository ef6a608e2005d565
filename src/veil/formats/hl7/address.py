"""The addresses of HL7 v2: `PID-3.1`, as people of the field write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from veil.formats.hl7.standard import repeats

_ADDRESS = re.compile(r"(?P<field>[A-Z][A-Z0-9]{2}-\d+)(?P<type>\([A-Z0-9]+\))?(?P<rest>(?:\.\d+)*)\Z")


@dataclass(frozen=True, slots=True)
class Hl7Address:
    """Segment, field, component, subcomponent; behind OBX-5 the type that OBX-2 states: `OBX-5(XPN).1`.

    Keeps:   a rule for a field is for all that stands in it: `PID-5` names `PID-5.1`, `OBX-5` names `OBX-5(TX)`.
    """

    name: str = "hl7"
    optional: bool = True

    def owns(self, address: str) -> bool:
        return bool(_ADDRESS.match(address))

    def parse(self, address: str) -> tuple[str, ...]:
        found = _ADDRESS.match(address)
        return (found["field"], found["type"] or "", *found["rest"].split(".")[1:]) if found else (address,)

    def join(self, steps: Sequence[str]) -> str:
        field, kind, *rest = steps if len(steps) > 1 else (*steps, "")
        return field + kind + "".join(f".{step}" for step in rest)

    def match(self, pattern: str, address: str) -> bool:
        if pattern == address:
            return True
        if not address.startswith(pattern):
            return False
        return address[len(pattern)] in ".(" and self.owns(pattern)

    def show(self, address: str) -> str:
        return address

    def title(self, address: str) -> str:
        """The name that the standard gives the field."""
        from veil.formats.hl7.standard import fields  # noqa: PLC0415  read by proposals only

        kind = fields().get(self.parse(address)[0])
        return kind.title if kind else address

    def lists(self, address: str) -> int:
        """How many lists a field lies in: that of segments, and that of its own repetitions."""
        return 1 + repeats(self.parse(address)[0])

    def is_one_to_one(self, pattern: str, sibling: str) -> bool:
        """Whether the value of a sibling is one for each value of a field: they stand in one segment, or in one repetition."""
        own, other = self.parse(pattern)[0], self.parse(sibling)[0]
        if own == other:
            return True
        return own.partition("-")[0] == other.partition("-")[0] and not repeats(other)


HL7 = Hl7Address()
