"""First pass: reads the project once to know who is who, and mints the codes that Safe Harbor asks for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from veil.engine.fact_rows import facts_of
from veil.engine.named_people import has_surrogates, named_people_of, names_people
from veil.engine.people import Named, named_together
from veil.engine.subjects import by_row, numbers_of, read_ids, spread_to, subjects_of
from veil.errors import FormatError, LimitError
from veil.formats.base import UNREADABLE, Part
from veil.jobs.work.side_lists import side_rows
from veil.jobs.work.units import Unit, batches, settings_of
from veil.keys import Keys, sealed_offsets
from veil.lexicon.dates import iso_days
from veil.lexicon.novalue import NoValue, standard
from veil.model import Batch, Field, Label, about_table
from veil.operators.base import plain
from veil.operators.cast import cast_cells
from veil.operators.unique_names import name_offsets_of
from veil.parts import opener
from veil.policy.address import EMPTY
from veil.policy.novalue import no_value_of
from veil.policy.operators import applied_in, make_operator, promised
from veil.policy.person_words import role_of
from veil.policy.plan import InVault, Plan, SourcePlan, rule_at
from veil.policy.rules import Apply, Open, Rule, Treatment
from veil.policy.siblings import beside, case_masks
from veil.roster import Roster, RosterBuilder, RosterIndex
from veil.stores import Inputs

_PROBES = {
    "fname": "given_name",
    "lname": "family_name",
    "mname": "given_name",
    "preferred_name": "given_name",
    "addr": "street",
    "zip": "zip",
    "mrn": "number",
    "phone": "phone",
    "empr_city": "city",
    "emerg_city": "city",
}
_LABELS = {
    "given_name": Label.NAME,
    "family_name": Label.NAME,
    "name": Label.NAME,
    "full_name": Label.NAME,
    "phone": Label.PHONE,
    "email": Label.EMAIL,
    "city": Label.LOCATION,
    "street": Label.LOCATION,
    "address": Label.LOCATION,
    "zip": Label.ZIP,
    "organization": Label.ORGANIZATION,
    "birth_date": Label.DATE,
}


def pass_one(
    plan: Plan, inputs: Inputs, folder: Path, keys: Keys, units: list[Unit], *, mint: bool = True
) -> RosterIndex:
    """The roster of the run, sealed; codes minted and durable before anything is written.

    Keeps:   reads only the sources that link, hold known identifiers or need codes.
    """
    builder = RosterBuilder(folder)
    _link(plan, inputs, builder, units)
    links = builder.so_far()
    for source in plan.sources:
        rules = [(address, rule) for address, rule in source.rules if rule.known]
        if rules or source.facts or source.fact_rows is not None:
            for batch, names in _batches(source, inputs, units):
                subjects = subjects_of(source, batch, names, links, plan.person)
                _learn(builder, batch, subjects, rules, source)
                _learn_rows(builder, batch, subjects, source)
    if plan.known:
        _side_known(builder, Path(plan.known))
    if isinstance(plan.offsets, InVault):
        subjects, days = sealed_offsets(keys.require_vault())
        builder.add_known("offset", Label.DATE, "weak", days.cast(pa.large_string()), subjects)
    elif plan.offsets:
        subjects, days = _side_file(Path(plan.offsets))
        whole = pc.match_substring_regex(pc.utf8_trim_whitespace(days), r"^[-+]?\d{1,6}$").to_pylist()
        if not all(whole[1:]):  # the first row may be a header
            raise FormatError(
                "offsets-file",
                "a shift is not a whole number of days",
                where=f"row {whole.index(False, 1) + 1}",
                hint="expected columns: subject, days",
            )
        builder.add_known("offset", Label.DATE, "weak", days, subjects)
    index = _with_turns(builder.finish(), plan, inputs, keys, units)
    if mint:
        _mint(plan, inputs, keys, units)
    return index


def _batches(source: SourcePlan, inputs: Inputs, units: list[Unit]) -> Iterator[tuple[Batch, tuple[str, ...]]]:
    for unit in units:
        if unit.source == source.name:
            yield from _readable(source, inputs, unit.part)


def _readable(source: SourcePlan, inputs: Inputs, piece: Part) -> Iterator[tuple[Batch, tuple[str, ...]]]:
    """The batches of a piece; a whole file that cannot be read is left to the run, which puts it in quarantine."""
    if settings_of(source, piece.files[0]).get(UNREADABLE):
        return
    if not source.traits.many_files:
        yield from batches(source, inputs, piece)
        return
    try:
        found = list(batches(source, inputs, piece))
    except (FormatError, LimitError):
        found = []
        if len(piece.files) > 1:
            for file in piece.files:
                yield from _readable(source, inputs, Part((file,)))
    yield from found


def _link(plan: Plan, inputs: Inputs, builder: RosterBuilder, units: list[Unit]) -> None:
    for domain in dict.fromkeys(link.domain for link in plan.links):
        builder.begin_links()
        links = builder.so_far()
        for link in plan.links:
            if link.domain == domain:
                source = plan.source(link.source)
                for batch, names in _batches(source, inputs, units):
                    ids = read_ids(source, batch, link.column, link.columns)
                    if source.subject.how == "resource":
                        builder.add_links(ids, numbers_of(source, batch))
                    else:
                        builder.add_links(ids, subjects_of(source, batch, names, links, plan.person))
        builder.end_links(domain)
    for source in plan.sources:
        if source.subject.how == "map":
            builder.begin_links()
            builder.add_links(*_side_file(Path(source.subject.map)))
            builder.end_links(source.subject.domain)


def _side_file(path: Path) -> tuple[pa.Array, pa.Array]:
    """A file of two columns, file name and subject, with or without a header."""
    rows = [row for row in side_rows(path) if len(row) > 1]
    return pa.array([row[0] for row in rows], pa.large_string()), pa.array([row[1] for row in rows], pa.large_string())


def _side_known(builder: RosterBuilder, path: Path) -> None:
    """Identifiers from a file of subject, kind, value (Philter's "probes", in any order of kinds), a header above them.

    Errors:  FormatError `known-file` where a row has other than three cells.
    """
    rows: dict[str, tuple[list[str], list[str]]] = {}
    for number, row in enumerate(side_rows(path)):
        if len(row) != 3:
            raise FormatError(
                "known-file",
                "a row does not have exactly three cells",
                where=f"row {number + 1}",
                hint="expected columns: subject, kind, value",
            )
        subjects, values = rows.setdefault(row[1].strip().lower(), ([], []))
        subjects.append(row[0])
        values.append(row[2])
    for kind, (subjects, values) in rows.items():
        named = _PROBES.get(kind, kind)
        label = _LABELS.get(named, Label.ID)
        builder.add_known(
            named,
            label,
            "auto",
            standard().emptied(pa.array(values, pa.large_string())),
            standard().emptied(pa.array(subjects, pa.large_string())),
        )


def _learn(
    builder: RosterBuilder, batch: Batch, subjects: pa.Array, rules: list[tuple[str, Rule]], source: SourcePlan
) -> None:
    written, words = dict(rules), no_value_of(source)
    named = named_together(batch, written)
    for field in batch.fields:
        rule = rule_at(field.address, written)
        if rule is None or not rule.known or field.address.endswith(EMPTY):
            continue
        present = words.emptied(_read(rule, field.values))
        values = iso_days(present, day_first=source.day_first) if rule.kind == "birth_date" else present
        stated = "staff" if role_of(rule.person) == "clinician" else rule.known
        label = rule.label or _LABELS.get(rule.kind, Label.ID)
        builder.add_known(rule.kind, label, stated, values, spread_to(field, subjects), rule.domain, rule.person)
    own = [
        (field, rule.kind)
        for field in batch.fields
        if (rule := rule_at(field.address, written)) is not None and not rule.person and rule.known != "staff"
    ]
    for person in [*named, Named("", is_staff=False, fields=tuple(own))]:
        first = next((field for field, kind in person.fields if kind == "given_name"), None)
        if first is not None and any(kind == "family_name" for _, kind in person.fields):
            stated = "staff" if person.is_staff else "auto"
            full = _joined(person, first, batch, words)
            builder.add_known("full_name", Label.NAME, stated, full, spread_to(first, subjects), "", person.word)
    for fact, column in source.facts:
        values = words.emptied(by_row(batch, column))
        if fact == "sex":
            values = _sex(values)
        elif fact == "birth_date":
            values = iso_days(values, day_first=source.day_first)
        builder.add_known(fact, Label.DATE, "weak", values, subjects)


def _learn_rows(builder: RosterBuilder, batch: Batch, subjects: pa.Array, source: SourcePlan) -> None:
    """What rows of facts say of their subjects: known as if it stood in a column of its own."""
    for fact in facts_of(source, batch, subjects):
        stated = "staff" if fact.role == "clinician" else "weak" if fact.kind == "birth_date" else "auto"
        person = "" if fact.role == "patient" else fact.role
        builder.add_known(fact.kind, fact.label, stated, fact.values, fact.subjects, fact.domain, person)


def _joined(named: Named, given: Field, batch: Batch, words: NoValue) -> pa.Array:
    """Given and family name of a person, where both are there. Shape: n values of the given name -> n."""
    family = next(field for field, kind in named.fields if kind == "family_name")
    beside_it, _ = beside(given, batch, family.address)
    both = words.emptied(given.values), words.emptied(beside_it)
    return pc.binary_join_element_wise(*both, pa.scalar(" ", pa.large_string()))


def _read(rule: Rule, values: pa.Array) -> pa.Array:
    """The values as the rule reads its cells: `418800` for `418800.0` where they are cast, which is what a note says."""
    treatment = rule.cases[0].treatment
    if isinstance(treatment, Apply) and treatment.cast == "integer":
        return pc.coalesce(cast_cells(values, "integer", day_first=False)[0], values)
    return values


def _sex(values: pa.Array) -> pa.Array:
    """F and M from the usual ways to write them (OMOP's 8532 and 8507 among them); anything else is not told."""
    first = pc.utf8_upper(pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(values), 0, 4))
    female = pc.is_in(first, pa.array(["F", "FEMA", "W", "WOMA", "8532"], pa.large_string()))
    male = pc.is_in(first, pa.array(["M", "MALE", "MAN", "8507"], pa.large_string()))
    word = pa.large_string()
    return pc.if_else(female, pa.scalar("F", word), pc.if_else(male, pa.scalar("M", word), pa.scalar(None, word)))


def _with_turns(index: RosterIndex, plan: Plan, inputs: Inputs, keys: Keys, units: list[Unit]) -> RosterIndex:
    """The roster, with the names that are moved on so that nobody has another's full surrogate name."""
    if not keys.id or not has_surrogates(plan):
        return index
    roster = Roster(index)
    found = (
        bearer
        for source in plan.sources
        if names_people(source)
        for batch, names in _batches(source, inputs, units)
        for bearer in named_people_of(source, batch, subjects_of(source, batch, names, roster, plan.person), roster)
    )
    return dataclasses.replace(index, turns=name_offsets_of(keys.secret("surrogate", "person"), found))


def _mint(plan: Plan, inputs: Inputs, keys: Keys, units: list[Unit]) -> None:
    """A code for every original that a rule gives one, durable before anything is written."""
    for source in plan.sources:
        if any(promised(apply, plan).minted for apply in applied_in(source)):
            minting = _Minting(plan, keys, source.day_first)
            for batch, _ in _batches(source, inputs, units):
                minting.batch(batch, dict(source.rules))


@dataclass(frozen=True, slots=True)
class _Minting:
    """Codes for what the rules of one source read."""

    plan: Plan
    keys: Keys
    day_first: bool

    def batch(self, batch: Batch, rules: Mapping[str, Rule]) -> None:
        for field in batch.fields:
            rule = rule_at(field.address, rules)
            if rule is None or not any(
                isinstance(case.treatment, Open) or self._is_minted(case.treatment) for case in rule.cases
            ):
                continue
            for mask, case in case_masks(rule, field, batch):
                treatment = case.treatment
                if isinstance(treatment, Open):
                    inner, _ = opener(treatment.format).open_values(field.values.filter(mask), "")
                    self.batch(inner, dict(treatment.rules))
                elif isinstance(treatment, Apply) and self._is_minted(treatment):
                    self._values(treatment, field.values.filter(mask))

    def _is_minted(self, treatment: Treatment) -> bool:
        return isinstance(treatment, Apply) and promised(treatment, self.plan).minted

    def _values(self, apply: Apply, values: pa.Array) -> None:
        cells = cast_cells(values, apply.cast, day_first=self.day_first)[0] if apply.cast else values
        distinct = pc.unique(cells.drop_null())
        operator: Any = plain(make_operator(apply, self.plan, day_first=self.day_first))
        operator.mint(distinct, about_table(len(distinct), domain=apply.domain), self.keys)
