"""FHIR: the rule of every address that the standard has, by its path, its type and its role."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from veil.formats.fhir.address import FHIR
from veil.formats.fhir.attachments import READ, is_file
from veil.formats.fhir.standard import resources
from veil.policy.parse import read_yaml
from veil.policy.standards.coded_cases import Written, coded_cases
from veil.policy.standards.fhir_place import FhirPlace, place_of

Named = str | dict[str, Any]  # a rule by its name in the pack, or the rule itself
HERE = Path(__file__).parent
_SENTENCE = "phrase(\".\") = 'sentence'"
_SIBLING = re.compile(r"\{\.(\w+)\}")
_REFERENCES = ("reference", "fullUrl", "url", "location")  # the elements whose last step says what they name


@cache
def _pack() -> dict[str, Any]:
    found = dict(read_yaml(HERE / "fhir.yaml").data)
    found["role_of"] = {path: role for role, paths in found["roles"].items() for path in paths}
    return found


def facts() -> dict[str, str]:
    """The addresses that say whose a resource is, and the sex and the day of birth of the patient."""
    return {name: _pack()[name] for name in ("subject", "identifier", "sex", "born")}


def rule_for(address: str) -> Written | None:
    """What a project would write for an address; None where the standard has no such place.

    Shape:   `Patient.name.family`, `Observation.subject.reference(Patient)`, `Patient.extension('http://...').valueCode`.
    """
    pack = _pack()
    if address in (pack["subject"], pack["identifier"]):
        return dict(pack["resources"]["Patient"])
    place = place_of(address)
    if place is None:
        return None
    allowed, stated = _of_extensions(pack, place)
    if not allowed:
        return None
    if place.plain[-1] == "id" and len(place.steps) > 2:
        return _written(pack, place, "dropped")
    named = stated or _of_path(pack, place) or _of_reference(pack, place) or _of_type(pack, place)
    return None if named is None else _written(pack, place, named)


def _of_extensions(pack: dict[str, Any], place: FhirPlace) -> tuple[bool, Named | None]:
    """Whether every extension that a place lies in may stay, and the rule that the last of them has for its values, if any."""
    known: Any = None
    for url in place.extensions():
        if url is None:
            return False, None
        known = pack["extensions"].get(url) if "/" in url or not isinstance(known, dict) else known.get(url)
        if known is None:
            return False, None
    if known is None or known == "type":
        return True, None
    if isinstance(known, dict) and not known.get("reason"):
        return False, None  # it has parts, and no value of its own
    return True, known


def _of_path(pack: dict[str, Any], place: FhirPlace) -> Named | None:
    """The rule that the pack has for the path; what it drops, it drops with all that lies in it."""
    elements = pack["elements"]
    for path, is_whole in place.resource_paths():
        named: Named | None = elements.get(path)
        if named is None:
            continue
        if _drops(pack, named):
            return None if is_whole and place.argument else named
        if is_whole and not place.in_extension:  # what stands in an extension of an element is not the element
            return None if place.argument else named
    return None


def _drops(pack: dict[str, Any], named: Named) -> bool:
    return "drop" in (pack["rules"][named] if isinstance(named, str) else named)


def _of_reference(pack: dict[str, Any], place: FhirPlace) -> Named | None:
    """The rule of a part of a reference: `reference(Patient)` is an id, `reference(base)` the address of a server."""
    argument = place.argument
    if argument == READ and (set(place.types()) == {"xhtml"} or is_file(FHIR.join(place.steps))):
        return "text"  # what is written in a file or in mark-up, as the format reads it
    if not argument or place.plain[-1] not in _REFERENCES:
        return None
    if argument in ("base", "system"):
        return "base" if argument == "base" else "published"
    kind, _, asked = argument.partition("?")
    if kind in resources():
        role = pack["role_of"].get(kind, "other")
        ids: dict[str, Named] = pack["rules"]["id"]
        return (ids.get("person" if role == "patient" else role) or ids["other"]) if asked else id_of(kind)
    if argument in ("uuid", "oid", "contained"):
        return {"as": "id", "domain": argument, "reason": "an id within the file"}
    return "technical"


def _of_type(pack: dict[str, Any], place: FhirPlace) -> Named | None:
    """The rule that the pack has for a part of a type, else for the type of the value."""
    if place.plain[-1] == "id":
        return id_of(place.steps[0])
    elements, types = pack["elements"], pack["types"]
    stated: Named | None = next((elements[path] for path in place.type_paths() if path in elements), None)
    if stated is not None:
        return stated
    kinds = place.types()
    return next((name for kind, name in types.items() if kind in kinds), None)


def id_of(kind: str) -> dict[str, Any]:
    """The rule of the ids of a type of resource: those of one type get pseudonyms of one domain."""
    domain = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind).lower()
    stated: dict[str, Any] | None = _pack()["resources"].get(kind)
    return stated or {"as": "id", "domain": domain, "reason": f"the id of a resource of the type {kind}"}


def _written(pack: dict[str, Any], place: FhirPlace, named: Named) -> Written:
    """A named rule in the role of its place, with the title of the element in its reason."""
    if named == "display":
        return _with_title(place, _displays(pack, place), "")
    rule = pack["rules"][named] if isinstance(named, str) else named
    if "reason" not in rule:
        rule = rule.get(place.role(pack["role_of"], pack["subjects"])) or rule["other"]
    cases = rule.get("cases") or (coded_cases(dict(rule)) if "coded" in rule else _names(rule))
    return _with_title(place, cases, rule["reason"])


def _with_title(place: FhirPlace, cases: list[dict[str, Any]], reason: str) -> Written:
    """The cases with a reason each, and with the addresses of the elements that their conditions read."""
    written = []
    for case in cases:
        own = {**case, "reason": f"{place.title}: {case.get('reason') or reason}"}
        if "where" in case:
            own["where"] = _SIBLING.sub(lambda found: f'"{place.sibling(found[1])}"', case["where"])
        written.append(own)
    return written[0] if len(written) == 1 and "where" not in written[0] else written


def _names(rule: dict[str, Any]) -> list[dict[str, Any]]:
    """The cases of the whole name of a person: a sentence in its place goes; any other rule is its only case."""
    if rule.get("as") not in ("person_name", "staff_name"):
        return [rule]
    where = f"{rule['where']} and {_SENTENCE}" if "where" in rule else _SENTENCE
    return [{"drop": None, "where": where, "reason": "no name, but a sentence that may hold one"}, rule]


def _displays(pack: dict[str, Any], place: FhirPlace) -> list[dict[str, Any]]:
    """The cases of the name of what a reference names: by the resource that it names, else by those that it may name."""
    names = pack["rules"]["name"]
    role = place.role(pack["role_of"], pack["subjects"])
    last = names.get(role) or names["thing"]
    cases = [
        {**names[role_here], "where": f'"{place.sibling(f"reference({kind})")}" is not null'}
        for kind in sorted(place.targets())
        if (role_here := pack["displays"].get(kind)) is not None and names[role_here] is not last
    ]
    return [named for case in (*cases, last) for named in _names(case)]
