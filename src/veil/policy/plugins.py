"""Plug-ins: operators and formats of other packages, used only where a project lists the package."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version

from veil.errors import PartError, PolicyError
from veil.parts import OPERATORS, TABLES, offered, opener, package_name, part, unknown
from veil.policy.address import matches
from veil.policy.formats import Formats
from veil.policy.parse import YamlDocument
from veil.policy.plan import Plan, SourcePlan
from veil.policy.project import Project
from veil.policy.rules import Apply, Open, Rule, Treatment, rule_of

_MEMBERS = ("name", "derives", "reversible", "replace")


def with_plugins(plan: Plan, project: Project, document: YamlDocument) -> Plan:
    """The plan with the packages that the project lists, and every operator of theirs under `package:name`.

    Keeps:   an operator of ours is never another package's; what is not listed is not imported.
    Errors:  PolicyError `plugin-missing`, `plugin-empty`, `plugin-shadow`, `plugin-twice`; PartError `part-unknown`,
             `plugin-load`, `plugin-shape`.
    """
    names: dict[str, str] = {}
    formats: dict[str, str] = {}
    packages = []
    for number, written in enumerate(project.plugins):
        where, package = document.at("plugins", number), package_name(written)
        packages.append((package, _installed(package, where)))
        names |= _names("operators", package, names, where)
        formats |= _names("formats", package, formats, where)
        if not (offered("operators", package) or offered("formats", package)):
            raise PolicyError(
                "plugin-empty",
                f"the package {package} provides no operator and no format",
                where=where,
                hint="it needs an entry point `veil.operators` or `veil.formats`",
            )
    known = _Known(names, Formats(project.plugins))
    sources = tuple(known.source(source, document) for source in plan.sources)
    labels = {
        label: known.treatment(treatment, document.at("labels", label.value))
        for label, treatment in plan.labels.items()
    }
    options = {names.get(name, name): settings for name, settings in plan.options.items()}
    return dataclasses.replace(plan, sources=sources, labels=labels, options=options, plugins=tuple(sorted(packages)))


def check_plugins(packages: Iterable[Iterable[str]]) -> None:
    """Nothing, where the packages of a plan are installed in its versions: a way back is that of the version that went.

    Errors:  PolicyError `plugin-missing`, `plugin-other`.
    """
    for package, was in packages:
        if _installed(package, "") != was:
            raise PolicyError(
                "plugin-other",
                f"the release was made with another version of {package}",
                where=f"version {was}",
                hint=f"install {package}=={was}",
            )


def _installed(package: str, where: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        raise PolicyError(
            "plugin-missing",
            f"the package {package} is not installed",
            where=where,
            hint=f"pip install {package}, or remove it from `plugins:`",
        ) from None


def _names(room: str, package: str, taken: Mapping[str, str], where: str) -> dict[str, str]:
    what = {"operators": "an operator", "formats": "a format"}[room]
    found = {name: f"{package}:{name}" for name in offered(room, package)}
    if shadowed := sorted(set(found) & set(TABLES[room])):
        raise PolicyError(
            "plugin-shadow",
            f"the package {package} has {what} with a name that Veil uses: {shadowed[0]}",
            where=where,
            hint="give it another name",
        )
    if twice := sorted(set(found) & set(taken)):
        raise PolicyError(
            "plugin-twice",
            f"two packages have {what} with the name {twice[0]}",
            where=where,
            hint="list only one of them in `plugins:`",
        )
    return found


class _Known:
    """Operators by the names that may be written; every treatment is read through it."""

    def __init__(self, names: Mapping[str, str], formats: Formats) -> None:
        self._names, self._formats = names, formats

    def source(self, source: SourcePlan, document: YamlDocument) -> SourcePlan:
        rules = tuple(
            (address, self._rule(rule, document.at(source.room, source.name, "columns", address)))
            for address, rule in source.rules
        )
        names = source.names and self.treatment(source.names, document.at(source.room, source.name, "names"))
        return dataclasses.replace(source, rules=rules, names=names)

    def treatment(self, treatment: Treatment, where: str) -> Treatment:
        if isinstance(treatment, Open):
            return self._opened(treatment, where)
        if not isinstance(treatment, Apply) or treatment.operator in OPERATORS:
            return treatment
        full = self._names.get(treatment.operator, treatment.operator)
        if full not in self._names.values():
            raise unknown("operators", treatment.operator, where)
        _check_shape(full, where)
        return dataclasses.replace(treatment, operator=full)

    def _opened(self, treatment: Open, where: str) -> Open:
        """What is opened, by the whole name of its format, with that format's usual rules where none is written."""
        name = self._formats.named(treatment.format, where)
        usual = [
            (path, rule_of(word, path, {}, ""))
            for path, word in opener(name, where).traits.usual
            if not any(matches(rule, path) for rule, _ in treatment.rules)
        ]
        rules = tuple((path, self._rule(rule, where)) for path, rule in (*treatment.rules, *usual))
        return dataclasses.replace(treatment, format=name, rules=rules)

    def _rule(self, rule: Rule, where: str) -> Rule:
        cases = tuple(dataclasses.replace(case, treatment=self.treatment(case.treatment, where)) for case in rule.cases)
        return dataclasses.replace(rule, cases=cases)


def _check_shape(name: str, where: str) -> None:
    kind = part("operators", name)
    if not dataclasses.is_dataclass(kind) or not all(hasattr(kind, member) for member in _MEMBERS):
        raise PartError(
            "plugin-shape",
            f"{name} is not an operator",
            where=where,
            hint="it must be a dataclass with name, derives, reversible and replace; test it with veil.testing.check_plugin",
        )
