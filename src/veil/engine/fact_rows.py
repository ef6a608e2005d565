"""Fact rows: what the rows of a table say of their subjects that text is searched for: births, names, phones, record numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from veil.engine.persons import ROLES
from veil.engine.subjects import by_row
from veil.lexicon.dates import iso_days
from veil.model import Batch, Label
from veil.policy.facts import FACTS, facts_in, roles_in
from veil.policy.novalue import no_value_of
from veil.policy.plan import SourcePlan

# The kind and label of a known identifier, by the fact that a row holds. An age, a place as numbers are none.
_KNOWN = {
    "birth": ("birth_date", Label.DATE),
    "name": ("full_name", Label.NAME),
    "given_name": ("given_name", Label.NAME),
    "family_name": ("family_name", Label.NAME),
    "phone": ("phone", Label.PHONE),
    "email": ("email", Label.EMAIL),
    "zip": ("zip", Label.ZIP),
    "city": ("city", Label.LOCATION),
    "county": ("county", Label.LOCATION),
    "address": ("address", Label.LOCATION),
    "number": ("number", Label.ID),
}


class Fact(NamedTuple):
    """One kind of fact that rows of a batch hold. Shape: n values, n subjects; `role`: `patient`, `relative`, `clinician`."""

    kind: str
    label: Label
    role: str
    values: pa.Array
    subjects: pa.Array

    @property
    def domain(self) -> str:
        return FACTS if self.kind == "number" else ""


def facts_of(source: SourcePlan, batch: Batch, subjects: pa.Array) -> Iterator[Fact]:
    """The facts in the rows of a batch. Shape: `subjects`: one a row.

    Keeps:   a whole number that a format writes as `418813.0` is `418813`. A birth is a day, and the patient's own.
    """
    rows = source.fact_rows
    if rows is None or not batch.height:
        return
    about = [by_row(batch, column) for column in rows.by]
    facts, roles, words = facts_in(about), roles_in(about), no_value_of(source)
    for column in rows.values:
        values = pc.replace_substring_regex(words.emptied(by_row(batch, column)), r"^(\d+)\.0+$", r"\1")
        for name, (kind, label) in _KNOWN.items():
            for role in ROLES if kind != "birth_date" else ROLES[:1]:
                mask = pc.fill_null(pc.and_(pc.equal(facts, name), pc.equal(roles, role)), fill_value=False)
                if not pc.any(mask).as_py():
                    continue
                stated = values.filter(mask)
                if kind == "birth_date":
                    stated = iso_days(stated, day_first=source.day_first)
                yield Fact(kind, label, role, stated, subjects.filter(mask))
