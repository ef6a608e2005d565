"""Standards: the rules of formats whose every field a published standard names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from veil.formats.traits import Traits
from veil.policy.rules import Rule, rule_of

if TYPE_CHECKING:
    from veil.policy.project import Project, SourceSection

PERSON = "person"  # in a pack: the domain of the ids that identify people, whatever the project calls it


class Pack(Protocol):
    """The rules of a standard."""

    def facts(self) -> dict[str, str]:
        """The addresses of `subject`, `sex` and `born`; no `subject` where the format says whose each row is; `identifier` where `subject` is an id of the standard's own."""
        ...

    def rule_for(self, address: str) -> dict[str, Any] | list[dict[str, Any]] | None:
        """What a project would write for an address; None where the standard has no such place."""
        ...


def pack_of(traits: Traits) -> Pack | None:
    """The pack of a format; None for one that no standard names the fields of."""
    if not traits.standard:
        return None
    found: Pack = import_module(f"veil.policy.standards.{traits.standard}")
    return found


def with_standard(
    own: Mapping[str, Rule], traits: Traits, addresses: Iterable[str], kinds: Mapping[str, Any], person: str
) -> dict[str, Rule]:
    """The rule of each address: the project's own, the longest that names it, else the standard's; none for what neither knows.

    Shape:   `own`: by what the project writes; `person`: the domain of the ids that identify people.
    """
    pack = pack_of(traits)
    if pack is None:
        return dict(own)
    patterns = sorted(own, key=len, reverse=True)
    found: dict[str, Rule] = {}
    for address in addresses:
        pattern = next((pattern for pattern in patterns if traits.grammar.match(pattern, address)), None)
        if pattern is not None:
            found[address] = own[pattern]
            continue
        written = pack.rule_for(address)
        if written is not None:
            found[address] = rule_of(_with_person(written, person), address, kinds, "")
    return found


def _with_person(written: dict[str, Any] | list[dict[str, Any]], person: str) -> dict[str, Any] | list[dict[str, Any]]:
    """The rule with the project's own name of the domain of persons."""
    if isinstance(written, list):
        return [{**case, "domain": person} if case.get("domain") == PERSON else case for case in written]
    return {**written, "domain": person} if written.get("domain") == PERSON else written


def unlisted_of(project: Project, traits: Traits) -> str:
    """What happens to an address without a rule, unless the source states it: `drop` where a standard has a rule for all others."""
    return "drop" if traits.standard and "unlisted" not in project.model_fields_set else project.unlisted


def facts_of(source: SourceSection, traits: Traits, addresses: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The columns with facts about a patient, each with its fact: those that the project states, else the standard's."""
    pack = pack_of(traits)
    known = {} if pack is None else {name: at for name, at in pack.facts().items() if at in set(addresses)}
    stated = {
        "sex": source.sex or known.get("sex"),
        "birth_date": source.born or known.get("born"),
        "offset": source.offset,
    }
    return tuple((fact, column) for fact, column in stated.items() if column)
