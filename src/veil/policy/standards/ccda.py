"""C-CDA: the rule of every address that the standard has, by the name of an attribute, the kind of its element and its role."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from veil.formats.ccda.address import bare
from veil.formats.ccda.documents import DATA
from veil.formats.ccda.naming import COMMENT, INSTRUCTION, NAMESPACE, base_of, is_markup, kind_of, text_kind
from veil.formats.ccda.standard import LICENSES, systems
from veil.policy.parse import read_yaml

Written = dict[str, Any] | list[dict[str, Any]]
HERE = Path(__file__).parent
_KEPT = {"short": "coded(\".\") = 'code'", "long": "coded(\".\") in ('code', 'long')"}
_AGES = (
    "445518008",
    "30525-0",
    "29553-5",
    "397659008",
    "424144002",
    "35659-2",
    "29554-3",
)  # codes of an age: SNOMED CT, LOINC
_NARRATIVE = ("section", "text")
_VOCABULARIES = (
    "6",
    "5",
    "12",
    "11",
    "4.642",
    "3.26.1",
)  # below 2.16.840.1.113883: external, HL7 V3, HL7 v2, value sets, FHIR, NCI


@cache
def _pack() -> dict[str, Any]:
    found = dict(read_yaml(HERE / "ccda.yaml").data)
    found["role_of"] = {step: role for role, steps in found["roles"].items() for step in steps}
    return found


def facts() -> dict[str, str]:
    """The addresses that say whose a document is, and the sex and the day of birth of the patient."""
    return dict(_pack()["facts"])


def rule_for(address: str) -> Written | None:
    """What a project would write for an address; None where the standard has no such place.

    Shape:   `recordTarget/patientRole/id/@extension`, `observation/value(PQ)/@value`, `section/text/td`, `comment`.
    """
    if address in (COMMENT, INSTRUCTION):
        return {"drop": None, "reason": f"{address}: no part of the document"}
    if address == NAMESPACE:
        return _written("namespace", (), "name space")
    *path, last = address.split("/")
    attribute = last if last.startswith("@") else ""
    steps = tuple(path) if attribute else (*path, last)
    names = tuple(map(bare, steps))
    if names[:2] == _NARRATIVE:
        known = all(map(is_markup, names[2:]))
    else:
        known = all(kind_of(name) is not None for name in names) and "text()" not in steps
    if not known:
        return None
    rule = _of_attribute(steps, names, attribute) if attribute else _of_text(steps, names)
    return None if rule is None else _written(rule, names, _title(steps, attribute), steps)


def _title(steps: tuple[str, ...], attribute: str) -> str:
    return f"{steps[-1]} {attribute}".strip()


def _of_attribute(steps: tuple[str, ...], names: tuple[str, ...], attribute: str) -> str | None:
    """The name of the rule for an attribute."""
    pack = _pack()
    own = pack["elements"].get(f"{names[-1]}/{attribute}") or (
        pack["values"].get(steps[-1]) if attribute in ("@value", "@href") else None
    )
    if own is not None:
        return str(own)
    if attribute == "@value":
        found = pack["values"].get(_kind(steps, names))
        if found is not None:
            return str(found)
    stated: str | None = pack["attributes"].get(attribute[1:])
    return stated


def _kind(steps: tuple[str, ...], names: tuple[str, ...]) -> str:
    """The kind of the element at the end of a path; a bound of an interval has that of the whole."""
    for step, name in zip(reversed(steps), reversed(names), strict=True):
        known = kind_of(name)
        if known is None:
            return ""
        if known.kind == "ANY":
            return base_of(_stated(step))
        if known.kind != "interval":
            return known.kind
    return ""


def _stated(step: str) -> str:
    """The type that a step states in brackets; "" for none."""
    return step.partition("(")[2].partition(")")[0]


def _of_text(steps: tuple[str, ...], names: tuple[str, ...]) -> str | None:
    """The name of the rule for the text of an element."""
    pack, name = _pack(), names[-1]
    own = pack["elements"].get(name)
    if own is not None:
        return str(own)
    if steps[-1].endswith(DATA):
        return "data"
    if names[:2] == _NARRATIVE:
        return "text"
    kind = text_kind(kind_of(name), lambda _: _stated(steps[-1]))
    if kind == "EN":
        around = names[-2] if len(names) > 1 else ""
        return "full" if around in pack["persons"] else "organization" if around in pack["organizations"] else "product"
    found: str | None = pack["texts"].get(kind)
    return found


def _written(name: str, names: tuple[str, ...], title: str, steps: tuple[str, ...] = ()) -> Written:
    """A named rule, in the role of its place; its reason names the place."""
    pack = _pack()
    if name == "contact":
        email = {**_plain("email", names, title), "where": "\".\" like '%@%'"}
        return [email, _plain("phone", names, title)]
    rule = pack["rules"][name]
    if "reason" not in rule:
        role = next((pack["role_of"][step] for step in reversed(names) if step in pack["role_of"]), "other")
        rule = rule.get(role) or rule["other"]
    written = {**rule, "reason": f"{title}: {rule['reason']}"}
    if "person" in rule:
        written["person"] = _person(names, rule["person"])
    if name == "id":
        return _by_root(written, names, steps, title)
    if name == "system":
        return _of_systems(written)
    if name == "number":
        return _of_codes(written, steps)
    if name == "display":
        return _in_vocabularies(written, steps)
    if name == "result" and steps[-1:] == ("value(PQ)",):
        return _of_ages(steps, _coded(written))
    return _coded(written) if "coded" in written else written


def _person(names: tuple[str, ...], role: str) -> str:
    """The word for the person whom a name at a place is of: the parts of a name there are one person's, others are another's."""
    around = names[: names.index("name")] if "name" in names else names
    return "_".join((*(re.sub(r"[^a-z]", "", step.lower()) for step in (around[0], around[-1])), role))


def _by_root(rule: dict[str, Any], names: tuple[str, ...], steps: tuple[str, ...], title: str) -> Written:
    """The cases of an extension: what its root says that it is, else by its role.

    Keeps:   the first case is that of its role, for the domain of a rule is that of its first case.
    """
    root, stated = f'"{"/".join(steps)}/@root"', _pack()["roots"]
    words = ", ".join(f"'{oid}'" for oid in stated)
    cases = [{**_plain(name, names, title), "where": f"{root} = '{oid}'"} for oid, name in stated.items()]
    cases.append({**_plain("license", names, title), "where": f"{root} like '{LICENSES}.%'"})
    usual = f"{root} not in ({words}) and not {root} like '{LICENSES}.%'"
    if names[-2:-1] == ("participantRole",):
        insured = "\"participant/@typeCode\" in ('COV', 'HLD')"
        usual += f" and not {insured}"
        cases.append({**_plain("plan", names, title), "where": insured})
    return [{**rule, "where": usual}, *cases, rule]


def _plain(name: str, names: tuple[str, ...], title: str) -> dict[str, Any]:
    """A named rule that has no cases."""
    found = _written(name, names, title)
    assert isinstance(found, dict), name
    return found


def _of_systems(rule: dict[str, Any]) -> Written:
    """The cases of a root: a public system stays."""
    words = ", ".join(f"'{oid}'" for oid in systems())
    kept = {"keep": None, "reason": rule["reason"]}
    return [{**kept, "where": f'"." in ({words})'}, {**kept, "where": f"\".\" like '{LICENSES}.%'"}, rule]


def _is_published(steps: tuple[str, ...]) -> str:
    """The condition that a code is one of a published vocabulary."""
    system = f'"{"/".join(steps)}/@codeSystem"'
    return " or ".join(f"{system} like '2.16.840.1.113883.{arc}.%'" for arc in _VOCABULARIES)


def _in_vocabularies(rule: dict[str, Any], steps: tuple[str, ...]) -> Written:
    """The cases of the name of a code: it stays where the code is one of a published vocabulary, and it may be no person's name."""
    kept = {"keep": None, "reason": rule["reason"]}
    where = f"coded(\".\") = 'code' and ({_is_published(steps)})"
    return [{**kept, "where": where}, {"as": "text", "reason": rule["reason"]}]


def _of_codes(rule: dict[str, Any], steps: tuple[str, ...]) -> Written:
    """The cases of a code: a whole number of eight digits or more goes where its vocabulary is none that is published."""
    system = f'"{"/".join(steps)}/@codeSystem"'
    where = f"coded(\".\") = 'long' and {system} is not null and not ({_is_published(steps)})"
    return [{"drop": None, "where": where, "reason": rule["reason"]}, *_coded(rule)]


def _of_ages(steps: tuple[str, ...], cases: list[dict[str, Any]]) -> Written:
    """The cases of a quantity: an age is treated as one."""
    code = f'"{steps[0]}/code/@code"'
    words = ", ".join(f"'{age}'" for age in _AGES)
    return [{"as": "age", "where": f"{code} in ({words})", "reason": cases[0]["reason"]}, *cases]


def _coded(rule: dict[str, Any]) -> list[dict[str, Any]]:
    """The cases of a coded value: what may be a code is treated as the rule says, or kept; what may not is scanned or goes."""
    stated, reason = str(rule.pop("coded")), rule["reason"]
    first = rule if "as" in rule else {"keep": None, "reason": reason}
    kept = {**first, "where": _KEPT.get(stated, _KEPT["short"])}
    if stated == "style":
        words = ", ".join(f"'{style}'" for style in _pack()["styles"])
        return [{**kept, "where": f'"." in ({words})'}, kept, {"drop": None, "reason": reason}]
    if stated == "only":
        return [kept, {"drop": None, "reason": reason}]
    if stated == "prose":
        return [kept, {"as": "text", "reason": reason}]
    return [kept, {"as": "text", "where": "coded(\".\") = 'words'", "reason": reason}, {"drop": None, "reason": reason}]
