"""X12: the rule of every address that the standard has, by its place, its data element and whose name it belongs to."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from veil.formats.x12.address import X12Steps, joined, steps_of
from veil.formats.x12.standard import composites, elements
from veil.policy.parse import read_yaml
from veil.policy.standards.coded_cases import Written, coded_cases

HERE = Path(__file__).parent
_DATES = frozenset(("RD8", "RDT", "OT"))
_WITH_DIGIT = " or ".join(f""""." like '%{digit}%'""" for digit in range(10))
_CONTROL = (  # the numbers of envelopes count them; a longer one is another, of the same length, wherever it stands
    {"keep": None, "where": "coded(\".\") = 'code'"},
    {"keep": None, "where": "\".\" like '00%'"},
    {"constant": {"value": "999999999"}, "where": "coded(\".\") = 'long'"},
    {"drop": None},
)


@cache
def _pack() -> dict[str, Any]:
    found = dict(read_yaml(HERE / "x12.yaml").data)
    found["role_of"] = {str(code): role for role, named in found["roles"].items() for code in named}
    return found


def facts() -> dict[str, str]:
    """The addresses of the sex and the day of birth of the patient; whose a row is the format says."""
    return {name: _pack()[name] for name in ("sex", "born")}


def rule_for(address: str) -> Written | None:
    """What a project would write for an address; None where the standard has no such place.

    Shape:   `NM1(IL)-3`, `patient/N3-1`, `REF(SY)-2`, `HI-1.2`.
    """
    steps = steps_of(address)
    if steps is None or not _is_place(steps):
        return None
    pack = _pack()
    role = pack["role_of"].get(steps.code if steps.segment in ("NM1", "N1") else steps.owner, "other")
    return _written(pack, _name_of(pack, steps), role, steps)


def _is_place(steps: X12Steps) -> bool:
    return steps.place in elements() and (bool(steps.component) or steps.place not in composites())


def _name_of(pack: dict[str, Any], steps: X12Steps) -> str:
    """The name of the rule for a place."""
    places: dict[str, str] = pack["places"]
    for code, kind in ((steps.code, steps.kind), (steps.code, ""), ("", steps.kind), ("", "")):
        found = places.get(joined("", steps.segment, code, steps.element, kind, steps.component))
        if found is not None:
            return found
    known = elements()[steps.place]
    named: str = pack["numbers"].get(known.number) or pack["types"][known.type]
    return named


def _written(pack: dict[str, Any], name: str, role: str, steps: X12Steps) -> Written:
    """A named rule, in the role of its name; each code of NM1 is a person of its own."""
    rule = pack["rules"][name]
    if "reason" not in rule:
        rule = rule.get(role) or rule["other"]
    written = {**rule, "reason": f"{steps.segment}-{steps.element}: {rule['reason']}"}
    if "control" in written:
        return [{**case, "reason": written["reason"]} for case in _CONTROL]
    if written.get("person") and steps.code:
        written["person"] = f"{written['person']}_{steps.code.lower()}"
    if written.pop("plain", False):
        return [
            {"drop": None, "where": _WITH_DIGIT, "reason": f"{written['reason']}; with a number in it, it is no name"},
            written,
        ]
    return coded_cases(written) if "coded" in written else written
