"""Whose record: from what a project says of a source to how the subject is told, and what the roster must index."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from veil.errors import PolicyError
from veil.policy.groups import root_of
from veil.policy.parse import nearest
from veil.policy.plan import IdDomain, LinkKey, LinkPlan, MapKey, SourcePlan, SubjectPlan

if TYPE_CHECKING:
    from veil.policy.project import Project, SubjectSection


def person_domain(project: Project, sources: list[SourcePlan]) -> str:
    """The domain of the ids that name people: stated, or that of the first table whose subject is a column."""
    if project.person:
        table, _, column = project.person.partition(".")
        source = next((source for source in sources if source.name == table), None)
        return domain_of(source, column) if source and column else project.person.lower()
    if root := root_of(project):
        return root.lower()
    for source in sources:
        written = getattr(project, source.room)[source.name].subject
        if isinstance(written, str):
            return domain_of(source, written)
    return stated_person(project) if any(source.traits.standard for source in sources) else "subject"


def stated_person(project: Project) -> str:
    """The domain of the ids that name people, as the project alone tells it, before any file is looked at."""
    table, _, column = (project.person or root_of(project) or "").rpartition(".")
    if not column:
        for name, source in project.tables.items():
            if isinstance(source.subject, str):
                table, column = name, source.subject
                break
    rule = project.tables[table].columns.get(column) if table in project.tables else None
    stated = rule.get("domain") if isinstance(rule, dict) else None
    return str(stated or column or "person").lower()


def domain_of(source: SourcePlan, column: str) -> str:
    rule = dict(source.rules).get(column)
    return rule.domain if rule is not None else column.lower()


def resource_subject(standard: str, facts: Mapping[str, str], there: Collection[str]) -> SubjectPlan | None:
    """Whose resources are that name their patient by an id of their own; None for a standard whose records state the number.

    Shape:   `facts`: those of the standard's pack; `there`: the addresses of the files.
    """
    if "identifier" not in facts or facts["subject"] not in there:
        return None
    return SubjectPlan("resource", facts["subject"], f"{standard} resource", number=facts["identifier"])


def subject_plan(
    source: SourcePlan, written: str | SubjectSection | None, sources: list[SourcePlan], person: str, where: str
) -> SubjectPlan:
    """Errors: PolicyError `subject-column`, `subject-through`, `subject-pattern`, `subject-shape`."""
    if written is None:
        return SubjectPlan()
    if isinstance(written, str):
        _must_have(source, written, where)
        domain = domain_of(source, written)
        return SubjectPlan("column" if domain == person else "link", column=written, domain=domain)
    if written.through:
        return _through(source, written, sources, where)
    if written.map:
        return SubjectPlan("map", domain=MapKey(source.name), map=written.map)
    if written.from_ == "file":
        return SubjectPlan("file", domain=person)
    if written.from_ == "file_name" and written.pattern:
        return _by_pattern(written.pattern, sources, person, where)
    raise PolicyError(
        "subject-shape",
        f"cannot tell which patient the rows of {source.name} belong to",
        where=where,
        hint="set `subject:` to a column, {through: TABLE, on: COLUMN}, {from: file_name, pattern: ...} or {map: FILE}",
    )


def _must_have(source: SourcePlan, column: str, where: str) -> None:
    there = source.addresses
    if column not in there:
        raise PolicyError(
            "subject-column", f"{source.name} has no column {column}", where=where, hint=nearest(column, there)
        )


def _through(source: SourcePlan, written: SubjectSection, sources: list[SourcePlan], where: str) -> SubjectPlan:
    linked = next((source for source in sources if source.name == written.through), None)
    if linked is None or not written.on:
        raise PolicyError(
            "subject-through",
            f"`subject` of {source.name} must name a table of this project and a column",
            where=where,
            hint="expected: {through: TABLE, on: COLUMN}",
        )
    columns = [written.on] if isinstance(written.on, str) else written.on
    theirs = []
    for column in columns:
        _must_have(source, column, where)
        same = next((address for address in linked.addresses if address.lower() == column.lower()), column)
        theirs.append(column if column in linked.addresses else same)
        _must_have(linked, theirs[-1], where)
    return SubjectPlan(
        "link", columns[0], LinkKey(linked.name, tuple(theirs)), columns=tuple(columns) if len(columns) > 1 else ()
    )


def _by_pattern(pattern: str, sources: list[SourcePlan], person: str, where: str) -> SubjectPlan:
    domains = {rule.domain for source in sources for _, rule in source.rules} | {person}
    names = re.findall(r"{(\w+)}", pattern)
    known = [name for name in names if name.lower() in domains]
    if not known:
        raise PolicyError(
            "subject-pattern",
            "the pattern of `subject` contains no column of ids",
            where=where,
            hint="for example {patient_id}-{n}.txt",
        )
    return SubjectPlan("file_name", domain=known[0].lower(), pattern=pattern, column=known[0])


def file_name_pattern(pattern: str) -> re.Pattern[str]:
    """The pattern as an expression: `{n}` is anything without a slash, as short as it can be."""
    pieces = re.split(r"({\w+})", pattern)
    return re.compile(
        "".join(f"(?P<{piece[1:-1]}>[^/]+?)" if piece.startswith("{") else re.escape(piece) for piece in pieces) + r"\Z"
    )


def _leads(source: SourcePlan, column: str, domain: IdDomain) -> bool:
    """Whether a column's ids are those of a link: one named column, or all of its domain."""
    if isinstance(domain, LinkKey):
        return domain == LinkKey(source.name, (column,))
    return domain_of(source, column) == domain


def _key_in(source: SourcePlan, domain: IdDomain) -> tuple[str, ...]:
    """The columns of a key of several that a link through this table asks for."""
    several = isinstance(domain, LinkKey) and domain.table == source.name and len(domain.columns) > 1
    return domain.columns if isinstance(domain, LinkKey) and several else ()


def _circle(left: list[SourcePlan]) -> str:
    """The circle that tables stand in, as `labs -> encounters -> labs`; else their names."""
    names = {source.name for source in left}
    leads = {source.name: source.subject.domain.table for source in left if isinstance(source.subject.domain, LinkKey)}
    for name in sorted(names):
        way = [name]
        while leads.get(way[-1], "") in names and way[-1] not in way[:-1]:
            way.append(leads[way[-1]])
        if way[-1] in way[:-1]:
            return " -> ".join(way[way.index(way[-1]) :])
    return ", ".join(sorted(names))


def links_of(sources: list[SourcePlan], person: str) -> tuple[LinkPlan, ...]:
    """The columns that pass one must index, those that others stand on first.

    Errors:  PolicyError `subject-circle` where tables lead only to each other; `subject-unlinked` where none leads there.
    """
    needed = {source.subject.domain for source in sources if source.subject.how in ("link", "file_name")} - {person}
    found = [
        LinkPlan(source.name, source.subject.column, source.subject.domain)
        for source in sources
        if source.subject.how == "resource"
    ]
    solved: set[IdDomain] = set()
    while needed - solved:
        ready = [
            source
            for source in sources
            if source.subject.how in ("column", "standard")
            or (source.subject.how == "link" and source.subject.domain in solved)
        ]
        step = [
            LinkPlan(source.name, column, domain)
            for domain in sorted(needed - solved, key=str)
            for source in ready
            for column in source.addresses
            if _leads(source, column, domain) and column != source.subject.column
        ]
        step += [
            LinkPlan(source.name, columns[0], domain, columns)
            for domain in sorted(needed - solved, key=str)
            for source in ready
            if (columns := _key_in(source, domain))
        ]
        if not step:
            left = [source for source in sources if source.subject.domain in needed - solved]
            raise PolicyError(
                "subject-circle",
                "the `subject` links of these tables form a cycle and reach no patient: " + _circle(left),
                hint=f"give one of them a `subject:` column of the person's own id, with `domain: {person}` in its rule",
            )
        found += step
        solved |= {link.domain for link in step}
    return tuple(found)
