"""Plan: a policy compiled against the schema that the data really has, before anything runs."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from veil.formats.addresses import Grammar
from veil.formats.traits import Traits
from veil.lexicon import language
from veil.model import Label
from veil.parts import traits_of
from veil.policy.address import EMPTY, matches, shown_path
from veil.policy.rules import Case, Drop, Keep, Open, Rule, Treatment
from veil.policy.suppress import SuppressPlan


@dataclass(frozen=True, slots=True)
class InVault:
    """That the date shifts are those sealed in the vault, not those of a file."""

    def __str__(self) -> str:
        return "vault:"


@dataclass(frozen=True, slots=True)
class LinkKey:
    """The ids of the columns of one table that another table links through: ids of several tables may share a domain."""

    table: str
    columns: tuple[str, ...]

    def __str__(self) -> str:
        return f"through:{self.table}.{'+'.join(self.columns)}"


@dataclass(frozen=True, slots=True)
class MapKey:
    """The names of files that a side file leads to subjects, for one source."""

    source: str

    def __str__(self) -> str:
        return f"map:{self.source}"


IdDomain = str | LinkKey | MapKey


@dataclass(frozen=True, slots=True)
class SubjectPlan:
    """How the subject of a row, note or record is told.

    Shape:   `how` is `column` (the cell is the subject's id), `link` (the cell leads to it through the roster),
             `file_name` (a placeholder of `pattern`), `map` (a side file), `file` (each file its own), `standard` (the format
             says it), `resource` (by the `number` of the patient, which the id in `column` leads to, else by that id), `none`.
             `domain` is the domain of the id that is read; the subject's own domain is the plan's `person`. `columns`: the
             columns of a key that is made of several, instead of `column`.
    """

    how: str = "none"
    column: str = ""
    domain: IdDomain = ""
    pattern: str = ""
    map: str = ""
    columns: tuple[str, ...] = ()
    number: str = ""


@dataclass(frozen=True, slots=True)
class FilePlan:
    """One file and what was inferred of it; `path` is relative to the plan's input folder."""

    path: str
    size: int
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class HierarchyPlan:
    """A hierarchy as a rule names it, where it lies, and the digest of what stands in it."""

    name: str
    path: str
    digest: str


@dataclass(frozen=True, slots=True)
class FactRows:
    """Columns of a table whose rows hold facts about a person: those that say what a row is about, and those of its value."""

    by: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """One table, folder of notes or file of records."""

    name: str
    room: str
    format: str
    files: tuple[FilePlan, ...]
    rules: tuple[tuple[str, Rule], ...]
    subject: SubjectPlan
    unlisted: str
    day_first: bool
    names: Treatment | None = None
    facts: tuple[tuple[str, str], ...] = ()  # (`sex` or `birth_date`, column)
    place: str = ""  # the address of its store, where it is not the project's own

    suppress: SuppressPlan | None = None
    no_value: tuple[str, ...] | None = None  # words for "no value"; None: those of `veil.lexicon.novalue`
    fact_rows: FactRows | None = None

    @property
    def traits(self) -> Traits:
        return traits_of(self.format)

    @property
    def addresses(self) -> tuple[str, ...]:
        seen: dict[str, None] = {}
        for file in self.files:
            seen.update(dict.fromkeys(file.settings.get("addresses", ())))
        return tuple(seen)


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """A column whose ids lead to subjects: pass one writes (domain, id) -> subject into the roster."""

    source: str
    column: str
    domain: IdDomain
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteList:
    """Words and patterns of a site, each with the label it gets ("" where it is to stay).

    Keeps:   a printed plan tells how many there are and none of them: a list may hold names.
    """

    words: tuple[tuple[str, str], ...] = ()
    patterns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a run does, in the open: printable, comparable, digestible.

    Shape:   `labels`: what a scan does with each label. `links`: what pass one must index.
    """

    name: str
    profile: str
    claims: str
    person: str
    locale: str
    reference_date: dt.date
    labels: dict[Label, Treatment]
    sources: tuple[SourcePlan, ...]
    links: tuple[LinkPlan, ...]
    options: dict[str, dict[str, Any]]
    detectors: tuple[str, ...] | None
    thresholds: dict[str, float]
    allow: SiteList = SiteList()
    deny: SiteList = SiteList()
    filters: str = ""  # a file of ordered filters
    model: str = ""  # the folder of a model
    detectors_digest: str = ""  # of both, and of the files they name
    known: str = ""  # a side file of known identifiers
    hierarchies: tuple[HierarchyPlan, ...] = ()
    offsets: str | InVault = ""  # a side file of date shifts
    unclaimed: int = 0
    notices: tuple[str, ...] = ()
    key_id: str = ""
    contradiction: str = (
        "stop"  # what a column of dates gets that contradicts the day order of its source: stop or empty
    )
    reversible: bool = True  # whether what operators cannot compute back is kept, sealed
    evidence: tuple[
        tuple[str, str], ...
    ] = ()  # what happens on `strong` and `weak` evidence of verify, where it is stated
    plugins: tuple[tuple[str, str], ...] = ()  # packages whose operators may be used, with their versions
    unread: str = "mask"  # what happens to a text in a language that is not read: mask or refuse

    def source(self, name: str) -> SourcePlan:
        return next(source for source in self.sources if source.name == name)

    def on_evidence(self, strength: str) -> str:
        """What happens where verify finds evidence: `warn`, `quarantine`, `quarantine-rows` or `stop`."""
        return dict(self.evidence).get(strength, "warn" if strength == "weak" else "quarantine")

    def day_first(self) -> bool:
        return day_first(self.locale)

    def as_json(self) -> dict[str, Any]:
        """The plan as JSON: names of tables, columns and rules; of files only how many and how they are read."""
        data: dict[str, Any] = _jsonable(self)
        return data

    def digest(self) -> str:
        """SHA-256 over everything that decides the output, file names and sizes included."""
        whole = json.dumps(_jsonable(self, files=True), sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()


def every_rule(source: SourcePlan) -> list[tuple[str, Rule]]:
    """All rules of a source, those inside opened values too, by joined address."""
    found: list[tuple[str, Rule]] = []
    _walk(source.rules, "", found)
    return found


def _walk(rules: tuple[tuple[str, Rule], ...], prefix: str, found: list[tuple[str, Rule]]) -> None:
    for address, rule in rules:
        found.append((prefix + address, rule))
        for case in rule.cases:
            if isinstance(case.treatment, Open):
                _walk(case.treatment.rules, f"{prefix}{address} > ", found)


def rule_at(address: str, rules: Mapping[str, Rule]) -> Rule | None:
    """The rule of a field, or None: its own, else the first that names it.

    Keeps:   an empty object or list is kept where anything may stand in it, and goes where it is dropped itself.
    """
    is_empty = address.endswith(EMPTY)
    wild = ((pattern, rule) for pattern, rule in rules.items() if is_empty or "*" in pattern)
    found = rules.get(address) or next((rule for pattern, rule in wild if matches(pattern, address)), None)
    if found is None or not is_empty:
        return found
    own = rules.get(address.removesuffix(EMPTY))
    return own if own is not None and isinstance(own.cases[0].treatment, Drop) else Rule((Case(Keep()),))


def day_first(locale: str) -> bool:
    """Whether a locale writes the day before the month: all but the United States and a few that follow it."""
    return language.day_first(locale)


def _jsonable(value: Any, *, files: bool = False, grammar: Grammar | None = None) -> Any:
    """Shape: `files`: with the paths of files; `grammar`: of the addresses of the source that a value belongs to."""
    if isinstance(value, SourcePlan):
        grammar = value.traits.grammar
    inner = functools.partial(_jsonable, files=files, grammar=grammar)
    if isinstance(value, FilePlan):
        if files:
            return {"settings": value.settings, "size": value.size, "path": value.path}
        there = value.settings.get("addresses", [])
        settings = (
            {**value.settings, "addresses": list(dict.fromkeys(shown_path(address, grammar) for address in there))}
            if there
            else value.settings
        )
        return {"settings": settings, "size": value.size}
    if isinstance(value, HierarchyPlan) and not files:
        return {"name": value.name, "digest": value.digest}
    if isinstance(value, SiteList) and not files:
        return {"words": len(value.words), "patterns": len(value.patterns)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shown = {field.name: inner(getattr(value, field.name)) for field in dataclasses.fields(value)}
        name = type(value).__name__
        return {"treatment": name.lower(), **shown} if name in ("Keep", "Drop", "Apply", "Scan", "Open") else shown
    if isinstance(value, dict):
        return {str(key): inner(own) for key, own in value.items()}
    if isinstance(value, tuple | list | frozenset | set):
        return [inner(own) for own in value]
    if isinstance(value, dt.date | Path | Label | LinkKey | MapKey | InVault):
        return str(value)
    return value


def describe(treatment: Treatment) -> str:
    """A treatment in a few words, for people."""
    name = type(treatment).__name__.lower()
    operator = getattr(treatment, "operator", "")
    options = dict(getattr(treatment, "options", ()))
    inside = ", ".join(f"{key}={value}" for key, value in options.items())
    if operator:
        cast = getattr(treatment, "cast", "")
        return (f"{operator}({inside})" if inside else operator) + (f", read as {cast}" if cast else "")
    if isinstance(treatment, Open):
        return f"open {treatment.format}"
    return "empty" if isinstance(treatment, Drop) and treatment.empty else name
