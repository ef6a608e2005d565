"""HL7 v2: the rule of every address that the standard has, by its field, its type and its role."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from veil.formats.hl7.address import HL7
from veil.formats.hl7.standard import components, fields
from veil.policy.parse import read_yaml
from veil.policy.standards.coded_cases import Written, coded_cases

HERE = Path(__file__).parent
_CODES = ("ID", "IS")


@cache
def _pack() -> dict[str, Any]:
    found = dict(read_yaml(HERE / "hl7v2.yaml").data)
    found["components"] = {
        name: {int(place): rule for place, rule in places.items()} for name, places in found["components"].items()
    }
    found["role_of"] = {field: role for role, named in found["roles"].items() for field in named}
    return found


def facts() -> dict[str, str]:
    """The addresses that say whose a message is, and the sex and the day of birth of the patient."""
    return {name: _pack()[name] for name in ("subject", "sex", "born")}


def rule_for(address: str) -> Written | None:
    """What a project would write for an address; None where the standard has no such place.

    Shape:   `PID-3.1`, `PV1-7.2.1`, `OBX-5(XPN).2`.
    """
    field, kind, *rest = HL7.parse(address)
    known = fields().get(field)
    if known is None:
        return None
    pack = _pack()
    stated = pack["fields"].get(field)
    if stated is not None:
        return _written(pack, stated, field, known.title)
    steps = tuple(int(step) for step in rest)
    stated = kind.strip("()")
    if stated in pack["observations"] and not steps:
        return _written(pack, pack["observations"][stated], field, known.title)
    types = [stated] if kind else [known.type, *known.others.values()]
    name = next((name for kind in types if (name := _by_type(pack, kind, steps)) is not None), None)
    return None if name is None else _written(pack, name, field, known.title)


def _by_type(pack: dict[str, Any], kind: str, steps: tuple[int, ...]) -> str | None:
    """The name of the rule for a place within a value of a type; None where the type has no such place."""
    own: dict[int, str] = pack["components"].get(kind, {})
    inner = components().get(kind, ())
    if kind == "TS" or kind not in components():
        if not steps:
            plain: str | None = pack["types"].get(kind)
            return plain
        if kind in _CODES:
            return _by_type(pack, "CWE", steps)
        return "code" if kind == "TS" and steps == (2,) else None
    place = steps[0] if steps else 1
    if not 1 <= place <= len(inner):
        return None
    if place in own and not (len(steps) > 1 and inner[place - 1].type in components()):
        return own[place]
    return _by_type(pack, inner[place - 1].type, steps[1:])


def _written(pack: dict[str, Any], name: str, field: str, title: str) -> Written:
    """A named rule, in the role of its field; its reason names the field as the standard does."""
    rule = pack["rules"][name]
    if "reason" not in rule:
        staff = "staff" if fields()[field].type in ("XCN", "CN", "PPN", "NDL") else "other"
        rule = rule.get(pack["role_of"].get(field, staff)) or rule["other"]
    written = {**rule, "reason": f"{title}: {rule['reason']}"}
    return coded_cases(written) if "coded" in rule else written
