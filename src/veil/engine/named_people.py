"""Named people: the people in the name columns of a batch, and the surrogates that are drawn for them."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from veil.engine.fact_rows import facts_of
from veil.engine.people import NAME_KINDS, WHOLE, Named, Whose, called_by, keys_of, named_together, persons_of
from veil.engine.subjects import spread_to
from veil.lexicon.names import sex_of
from veil.model import STAFF_HOUSEHOLD, Batch
from veil.operators.unique_names import NamedPerson
from veil.policy.operators import applied_in, promised
from veil.policy.plan import Plan, SourcePlan, rule_at
from veil.policy.rules import Apply
from veil.roster import Roster


def has_surrogates(plan: Plan) -> bool:
    """Whether names get surrogates anywhere, in columns or in text."""
    columns = (apply for source in plan.sources for apply in applied_in(source))
    labels = (label for label in plan.labels.values() if isinstance(label, Apply))
    return any("turns" in promised(applied, plan).asks for applied in (*labels, *columns))


def names_people(source: SourcePlan) -> bool:
    """Whether a source has columns that name people in whole names."""
    if source.fact_rows is not None:
        return True
    kinds = {rule.kind for _, rule in source.rules}
    return bool(kinds & set(WHOLE)) or {"given_name", "family_name"} <= kinds


def named_people_of(source: SourcePlan, batch: Batch, subjects: pa.Array, roster: Roster) -> Iterator[NamedPerson]:
    """Everybody whom a batch names by given and family name."""
    rules = dict(source.rules)
    own = tuple(
        (field, rule.kind)
        for field in batch.fields
        if (rule := rule_at(field.address, rules)) is not None
        and rule.kind in NAME_KINDS
        and not rule.person
        and rule.known != "staff"
    )
    if own:
        subject = Named("", is_staff=False, fields=own)
        whose = spread_to(own[0][0], subjects)
        called = called_by(subject.full(own[0][0], batch))
        yield from _bearers(whose, whose, called, roster.facts(whose).sex)
    for named in named_together(batch, rules):
        field = named.fields[0][0]
        whose = spread_to(field, subjects)
        called = called_by(named.full(field, batch))
        households = pa.repeat(pa.scalar(STAFF_HOUSEHOLD), len(field)) if named.is_staff else whose
        persons, called = persons_of(named, whose, called, roster)
        sexes = Whose(whose, whose, persons, households, called).of_subject(roster.facts(whose).sex)
        yield from _bearers(households, persons, called, sexes)
    yield from _in_rows(source, batch, subjects, roster)


def _in_rows(source: SourcePlan, batch: Batch, subjects: pa.Array, roster: Roster) -> Iterator[NamedPerson]:
    """Everybody whom rows of facts name in whole."""
    for fact in facts_of(source, batch, subjects):
        if fact.kind != "full_name":
            continue
        whose, called = fact.subjects, called_by(fact.values)
        if fact.role == "patient":
            yield from _bearers(whose, whose, called, roster.facts(whose).sex)
        elif fact.role == "clinician":
            staff = pa.repeat(pa.scalar(STAFF_HOUSEHOLD), len(whose))
            yield from _bearers(staff, keys_of(None, called), called, pa.nulls(len(whose)))
        else:
            yield from _bearers(whose, keys_of(whose, called), called, pa.nulls(len(whose)))


def _bearers(households: pa.Array, persons: pa.Array, called: pa.Array, sexes: pa.Array) -> Iterator[NamedPerson]:
    """Shape: n of each -> at most n: those with a given and a family name."""
    for household, person, words, sex in zip(
        *(array.to_pylist() for array in (households, persons, called, sexes)), strict=True
    ):
        given, _, rest = (words or "").partition(" ")
        if person is not None and len(given) > 1 and rest:
            yield NamedPerson(household, person, given, rest.rpartition(" ")[2], sex or sex_of(given))
