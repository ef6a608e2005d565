"""Compile: project and profile against the files that are there, to a plan; or a refusal with its reason."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

from veil.errors import PolicyError
from veil.formats.addresses import Grammar
from veil.model import path_of
from veil.parts import traits_of
from veil.policy.address import matches
from veil.policy.claims import check_claims
from veil.policy.condition import OWN, condition
from veil.policy.fact_rules import fact_rows, with_facts
from veil.policy.files import claimed, format_of, inspected, sheets_of
from veil.policy.formats import Formats
from veil.policy.groups import check_groups, in_groups, subject_by_groups
from veil.policy.hierarchies import hierarchies_of
from veil.policy.lists import detectors_of, site_list
from veil.policy.notices import notices_of, unread_language
from veil.policy.novalue import no_value_words
from veil.policy.number_columns import with_numbers
from veil.policy.operators import gives_integers, keeps_type
from veil.policy.options import check_options
from veil.policy.parse import YamlDocument, nearest
from veil.policy.plan import FilePlan, InVault, Plan, SourcePlan, SubjectPlan, day_first
from veil.policy.plugins import with_plugins
from veil.policy.profile import Profile, label_treatments, read_profile
from veil.policy.project import SECTIONS, Project, SourceSection, private_folder
from veil.policy.row_quarantine import check_row_quarantine, passes_broken
from veil.policy.rules import Case, Drop, Keep, Rule, Treatment, emptied, rule_of
from veil.policy.schemas import as_spelled, named_by_standard, with_schema
from veil.policy.siblings import check_siblings
from veil.policy.standards import facts_of, pack_of, unlisted_of, with_standard
from veil.policy.subjects import links_of, person_domain, resource_subject, stated_person, subject_plan
from veil.policy.suppress import suppress_plan
from veil.policy.unruled import BARE, Unruled, is_like_data, refuse_unruled, unruled, unruled_of
from veil.stores import FolderStore, Inputs, Store, shown_address


def compile_plan(project: Project, document: YamlDocument, folder: Path, *, today: dt.date | None = None) -> Plan:
    """The plan of a project whose paths are relative to `folder`.

    Errors:  PolicyError `column-unlisted` (a column without a rule), `column-missing`, `files-missing`, `claims-...`;
             the error of a format for a file that cannot be read. Nothing has been written by then.
    """
    profile = read_profile(project.profile, folder)
    inputs = Inputs(folder, project.in_)
    own_folders = (folder / project.out, private_folder(project, folder))
    project = with_schema(project)
    check_groups(project, document)
    labels = profile.labels | label_treatments(project.labels, document, "labels")
    sources, stored_notices, unclaimed = _sources(project, profile, inputs, own_folders, document)
    check_row_quarantine(project, sources, document)
    person = person_domain(project, sources)
    search = detectors_of(project.detectors, document, folder)
    sources = [_with_subject(source, project, sources, person, document, folder) for source in sources]
    plan = Plan(
        name=project.name,
        profile=profile.name,
        claims=project.claims or profile.claims,
        person=person,
        locale=project.locale,
        reference_date=project.reference_date or today or dt.datetime.now(tz=dt.UTC).date(),
        labels=labels,
        sources=tuple(sources),
        links=links_of(sources, person),
        options=project.options,
        detectors=search.names,
        filters=search.filters,
        model=search.model,
        detectors_digest=search.digest,
        thresholds=project.thresholds,
        allow=site_list(project.allow, "allow", document, folder),
        deny=site_list(project.deny, "deny", document, folder),
        known=_side_file(folder, project.known, document.at("known")),
        hierarchies=hierarchies_of(sources, folder),
        offsets=InVault()
        if project.offsets == "vault"
        else _side_file(folder, project.offsets, document.at("offsets")),
        unclaimed=unclaimed,
        notices=(*notices_of(sources), *unread_language(project, sources), *stored_notices),
        reversible=project.reversible,
        unread=project.language.unread,
        evidence=_evidence(project),
        contradiction=project.dates.contradiction,
    )
    plan = with_plugins(plan, project, document)
    check_options(plan, document, profile.document)
    lawful = check_claims(plan, document)
    if lawful is not plan:
        check_options(lawful, document, profile.document)
        plan = lawful
    return dataclasses.replace(plan, sources=tuple(_with_texts(source, plan) for source in plan.sources))


def _sources(
    project: Project, profile: Profile, inputs: Inputs, own_folders: tuple[Path, ...], document: YamlDocument
) -> tuple[list[SourcePlan], list[str], int]:
    """The planned sources, what the stores say of their tables, and the number of input files that no source takes."""
    sources: list[SourcePlan] = []
    stored_notices: list[str] = []  # what the stores say of their tables
    without_rule: list[Unruled] = []
    names_by_place = {"": _names(inputs.of(), own_folders, document.at("in"))} if _asks_main(project) else {}
    for section in SECTIONS:
        for name, source in getattr(project, section).items():
            place = source.in_ or ""
            if place not in names_by_place:
                names_by_place[place] = _names(inputs.of(place), own_folders, document.at(section, name, "in"))
            planned = _source(
                name, section, source, project, profile, inputs.of(place), names_by_place[place], document, without_rule
            )
            if planned is not None:
                sources.append(planned)
                notices = [notice for file in planned.files for notice in inputs.of(place).notices(file.path)]
                stored_notices += [f"{name}: {notice}" for notice in notices]
    refuse_unruled(without_rule)
    if not sources:
        raise PolicyError(
            "files-missing",
            "no source of the project matches a file",
            where=document.at("in"),
            hint="check `in:` and the table names",
        )
    used = {(source.place, path_of(file.path)) for source in sources for file in source.files}
    return sources, stored_notices, sum(len(files) for files in names_by_place.values()) - len(used)


def _with_texts(source: SourcePlan, plan: Plan) -> SourcePlan:
    """The source with those of its typed columns that must become text, because an answer is no number or date, and those that get wide integers."""
    if not source.traits.typed:
        return source
    starred = source.suppress.over if source.suppress else ()
    texts = sorted(address for address, rule in source.rules if not keeps_type(rule, plan) or address in starred)
    typed = {
        "texts": texts,
        "integers": sorted(address for address, rule in source.rules if gives_integers(rule, plan)),
    }
    files = tuple(dataclasses.replace(file, settings={**file.settings, **typed}) for file in source.files)
    return dataclasses.replace(source, files=files)


def _evidence(project: Project) -> tuple[tuple[str, str], ...]:
    """What the project states for evidence of verify."""
    stated = project.verify.model_dump(exclude_unset=True) if project.verify is not None else {}
    return tuple((strength, str(word)) for strength, word in sorted(stated.items()))


def _side_file(folder: Path, written: str | None, where: str) -> str:
    """The path of a file that stands beside the data; "" for none."""
    if not written:
        return ""
    if not (folder / written).is_file():
        raise PolicyError(
            "side-file-missing",
            "a file named in the project does not exist",
            where=where,
            hint="paths are relative to the project file",
        )
    return str(folder / written)


def _asks_main(project: Project) -> bool:
    """Whether a source lies in the project's own store; so it is, too, where there is no source at all."""
    places = [source.in_ for section in SECTIONS for source in getattr(project, section).values()]
    return not places or None in places


def _names(store: Store, own_folders: tuple[Path, ...], where: str) -> list[str]:
    """What lies in a store."""
    if isinstance(store, FolderStore) and not store.path.is_dir():
        raise PolicyError(
            "input-missing",
            "the input folder does not exist",
            where=where,
            hint="`in:` is relative to the project file",
        )
    return store.names(*own_folders)


def _of_file_names(
    name: str, source: SourceSection, project: Project, profile: Profile, own_files: list[str], where: str
) -> Treatment | None:
    """The treatment of the names of files, where the project or a standard states one."""
    if source.names is not None:
        return rule_of(source.names, "names", profile.kinds, where).cases[0].treatment
    return Keep() if named_by_standard(project, name, own_files) else None


def _source(
    name: str,
    section: str,
    source: SourceSection,
    project: Project,
    profile: Profile,
    store: Store,
    files: list[str],
    document: YamlDocument,
    without_rule: list[Unruled],
) -> SourcePlan | None:
    """The plan of one source, None where it has no file; its columns without a rule are entered in `without_rule`."""
    where = document.at(section, name)
    formats = Formats(project.plugins)
    own_files = claimed(name, source, files, section, store.kind, formats)
    if not own_files:
        if (source.missing or project.missing) == "skip":
            return None
        raise PolicyError(
            "files-missing", f"no file found for {name}", where=where, hint="set `files:`, or set `missing: skip`"
        )
    kind = store.kind or format_of(name, source, store, own_files, formats, where, document.at(section, name, "format"))
    traits = traits_of(kind)
    if traits.items:
        own_files = sheets_of(name, source, own_files, store, where)
    costs_itself_alone = passes_broken(project, source, kind, document.at(section, name, "rows"))
    planned = inspected(store, own_files, kind, source, where, passes_broken=costs_itself_alone)
    if project.schema_ is not None and traits.is_table:
        source = as_spelled(source, [address for file in planned for address in file.settings["addresses"]])
    starts_with_day = source.day_first if source.day_first is not None else day_first(project.locale)
    unlisted = source.unlisted or unlisted_of(project, traits)
    lenient = project.schema_ is not None
    rules = _rules(
        name,
        section,
        kind,
        source,
        profile,
        planned,
        unlisted,
        document,
        without_rule,
        stated_person(project),
        lenient=lenient,
    )
    rules = with_numbers(in_groups(rules, project), kind, store, planned)
    names = _of_file_names(name, source, project, profile, own_files, document.at(section, name, "names"))
    facts = facts_of(source, traits, [address for file in planned for address in file.settings["addresses"]])
    place = shown_address(source.in_) if source.in_ else ""
    suppression = None
    if source.suppress:
        suppression = suppress_plan(source.suppress, kind, rules, planned[0].settings["addresses"], where)
    no_value = no_value_words(project.no_value, source.no_value, where)
    return SourcePlan(
        name,
        section,
        kind,
        planned,
        rules,
        SubjectPlan(),
        unlisted,
        starts_with_day,
        names,
        facts,
        place,
        suppression,
        no_value,
        fact_rows(source.facts, rules),
    )


def _rules(
    name: str,
    section: str,
    kind: str,
    source: SourceSection,
    profile: Profile,
    files: tuple[FilePlan, ...],
    unlisted: str,
    document: YamlDocument,
    without_rule: list[Unruled],
    person: str,
    *,
    lenient: bool,
) -> tuple[tuple[str, Rule], ...]:
    found: dict[str, Rule] = {}
    for column, written in source.columns.items():
        rule = rule_of(written, column, profile.kinds, document.at(section, name, "columns", column))
        found[column] = emptied(rule) if source.dropped == "empty" else rule
    traits = traits_of(kind)
    for address, written in traits.usual:
        if not any(matches(rule, address) for rule in found):
            found[address] = rule_of(written, address, {}, "")
    if traits.standard:
        addresses = dict.fromkeys(address for file in files for address in file.settings["addresses"])
        found = with_standard(found, traits, addresses, profile.kinds, person)
    if unlisted == "keep":
        _keep_bare(name, kind, files, found, document.at(section, name))
    if unlisted == "stop":
        refused = unruled_of(name, kind, files, found, document.at(section, name))
        without_rule += refused
        if refused:
            return tuple(found.items())  # the plan is refused once every source was asked
    for file in () if traits.standard else files:
        _check_addresses(name, section, file, found, document, lenient=lenient or traits.grammar.optional)
    seen = {address for file in files for address in file.settings["addresses"]}
    if lenient and not traits.grammar.optional:
        found = {column: rule for column, rule in found.items() if column in seen}
    found = with_facts(found, source.facts, seen, profile.kinds)
    return tuple(
        (column, _readable(rule, (section, name, "columns", column), seen, document, traits.grammar))
        for column, rule in found.items()
    )


def _readable(rule: Rule, path: tuple[str, ...], seen: set[str], document: YamlDocument, grammar: Grammar) -> Rule:
    """The rule without those cases of a schema pack whose condition reads a column that the data does not have.

    Errors:  PolicyError `condition-column` where a person wrote the condition.
    """
    where, cases = document.at(*path), list(rule.cases)
    for case in rule.cases:
        missing = sorted(condition(case.where, where).columns - seen - {OWN}) if case.where else []
        if missing and path in document.lines:
            raise PolicyError(
                "condition-column",
                f"a condition reads {missing[0]}, which {path[1]} does not have",
                where=where,
                hint=nearest(missing[0], seen),
            )
        if missing:
            cases.remove(case)
    readable = dataclasses.replace(rule, cases=tuple(cases) or (Case(Drop(empty=True)),))
    check_siblings(path[-1], readable, where, grammar)
    return readable


def _check_addresses(
    name: str, section: str, file: FilePlan, rules: dict[str, Rule], document: YamlDocument, *, lenient: bool
) -> None:
    addresses: list[str] = file.settings["addresses"]
    unnamed = [address for address in addresses if not any(matches(rule, address) for rule in rules)]
    unmatched = [rule for rule in rules if not any(matches(rule, address) for address in addresses)]
    if unmatched and not lenient:
        raise PolicyError(
            "column-missing",
            f"{name} has no column {unmatched[0]}",
            where=document.at(section, name, "columns", unmatched[0]),
            hint=nearest(unmatched[0], addresses)
            if len(unnamed) < len(addresses)
            else "check that the file has a header row",
        )


def _keep_bare(name: str, kind: str, files: tuple[FilePlan, ...], rules: dict[str, Rule], where: str) -> None:
    """A rule that keeps each column that has none, where a person asked for that.

    Keeps:   a table of which no column has a rule stops all the same: its first row may be one of the data.
    """
    if not traits_of(kind).is_table:
        raise PolicyError(
            "unlisted-keep",
            f"`unlisted: keep` is allowed for tables only, and {name} is not a table",
            where=where,
            hint="allowed: stop, drop",
        )
    addresses = list(dict.fromkeys(address for file in files for address in file.settings["addresses"]))
    unnamed = [address for address in addresses if not any(matches(rule, address) for rule in rules)]
    if len(unnamed) == len(addresses) or is_like_data(unnamed):
        grammar, headless = traits_of(kind).grammar, len(unnamed) == len(addresses)
        refuse_unruled([unruled(name, unnamed, where, grammar, headless=headless)])
    rules |= {address: Rule((Case(Keep()),), reason=BARE) for address in unnamed}


def _with_subject(
    source: SourcePlan, project: Project, sources: list[SourcePlan], person: str, document: YamlDocument, folder: Path
) -> SourcePlan:
    stated: SourceSection = getattr(project, source.room)[source.name]
    written = (stated if project.schema_ is None else as_spelled(stated, source.addresses)).subject
    pack = pack_of(source.traits)
    if written is None and pack is not None:
        named = resource_subject(source.traits.standard, pack.facts(), source.addresses)
        if named is not None:
            return dataclasses.replace(source, subject=named)
        if pack.facts().get("subject") in source.addresses:
            written = pack.facts()["subject"]
    if written is None and source.traits.tells_subjects:
        return dataclasses.replace(source, subject=SubjectPlan("standard", domain=person))
    if written is None and source.room == "tables":
        written = subject_by_groups(project, source)
    where = document.at(source.room, source.name, "subject")
    subject = subject_plan(source, written, sources, person, where)
    if subject.map:
        subject = dataclasses.replace(subject, map=_side_file(folder, subject.map, where))
    return dataclasses.replace(source, subject=subject)
