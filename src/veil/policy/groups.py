"""Groups: identifiers that lead to a person: the hierarchy that a project declares once, and what follows for each table."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from veil.errors import PolicyError
from veil.policy.parse import YamlDocument, nearest
from veil.policy.plan import SourcePlan
from veil.policy.rules import Apply, Rule

if TYPE_CHECKING:
    from veil.policy.project import GroupSection, Project, SubjectSection


def check_groups(project: Project, document: YamlDocument) -> None:
    """Errors: PolicyError `group-circle` with the circle, `group-shape`, `group-root` (they lead to more than one person)."""
    groups = project.groups
    for name, group in groups.items():
        where = document.at("groups", name)
        if bool(group.is_) == bool(group.of) or (group.of and not group.in_) or (group.is_ and group.in_):
            raise PolicyError(
                "group-shape",
                f"the group {name} is incomplete or contradictory",
                where=where,
                hint="expected: {of: KEY, in: TABLE}, with `columns: [...]` if the key has several columns; or {is: KEY}",
            )
        if group.in_ and group.in_ not in project.tables:
            raise PolicyError(
                "group-shape",
                f"`in` of the group {name} is not a table of the project",
                where=where,
                hint=nearest(group.in_, project.tables),
            )
        way = _way(name, groups)
        if way[-1] in way[:-1]:
            raise PolicyError(
                "group-circle",
                "groups form a cycle: " + " -> ".join(way[way.index(way[-1]) :]),
                where=where,
                hint="one of them must lead to the person's own id",
            )
    roots = sorted({_way(name, groups)[-1] for name in groups})
    if len(roots) > 1:
        raise PolicyError(
            "group-root",
            "groups have more than one root: " + ", ".join(roots),
            where=document.at("groups"),
            hint="use `{is: KEY}` if two ids identify the same people",
        )


def root_of(project: Project) -> str:
    """The id that names the person; "" where no groups are declared."""
    name = next(iter(project.groups), None)
    return _way(name, project.groups)[-1] if name is not None else ""


def _way(name: str, groups: dict[str, GroupSection]) -> list[str]:
    """From a group to its root, or to where a circle closes."""
    way = [name]
    while way[-1] in groups and way[-1] not in way[:-1]:
        group = groups[way[-1]]
        way.append(group.of or group.is_ or "")
    return way


def subject_by_groups(project: Project, source: SourcePlan) -> str | SubjectSection | None:
    """How a table that does not say so leads to the person: by their own id, else by the key that is nearest to it."""
    from veil.policy.project import SubjectSection  # noqa: PLC0415  models are loaded where a project is read

    root = root_of(project)
    if not root:
        return None
    there = {address.lower(): address for address in source.addresses}
    if root.lower() in there:
        return there[root.lower()]
    ranked = sorted(project.groups.items(), key=lambda item: len(_way(item[0], project.groups)))
    for name, group in ranked:
        if group.is_ == root and name.lower() in there and not _has_other(source, project, there):
            return there[name.lower()]
        columns = group.columns or [name]
        if group.in_ and group.in_ != source.name and all(column.lower() in there for column in columns):
            return SubjectSection.model_validate(
                {"through": group.in_, "on": [there[column.lower()] for column in columns]}
            )
    return None


def _has_other(source: SourcePlan, project: Project, there: dict[str, str]) -> bool:
    """Whether another key of the table leads to its own person: beside it, `mother_id` names somebody else."""
    return any(
        group.in_ and group.in_ != source.name and all(column.lower() in there for column in group.columns or [name])
        for name, group in project.groups.items()
    )


def in_groups(rules: Sequence[tuple[str, Rule]], project: Project) -> tuple[tuple[str, Rule], ...]:
    """The rules, with the domain of the id that a column is said to be, unless the rule names another."""
    same = {name.lower(): (group.is_ or "").lower() for name, group in project.groups.items() if group.is_}
    return tuple((column, _within(rule, column.lower(), same)) for column, rule in rules)


def _within(rule: Rule, column: str, same: dict[str, str]) -> Rule:
    domain = column
    while domain in same:
        domain = same[domain]
    if domain == column:
        return rule
    cases = tuple(
        dataclasses.replace(case, treatment=dataclasses.replace(case.treatment, domain=domain))
        if isinstance(case.treatment, Apply) and case.treatment.domain == column
        else case
        for case in rule.cases
    )
    return dataclasses.replace(rule, cases=cases, domain=domain if rule.domain == column else rule.domain)
