"""Number columns: columns whose cells are numbers by their type, and the operators that answer there with numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pyarrow as pa

from veil.formats.base import Typed
from veil.parts import TABLES, part, traits_of
from veil.policy.plan import FilePlan
from veil.policy.rules import Apply, Rule, Treatment
from veil.stores import Store

_OPTION = "as_number"
_Rules = tuple[tuple[str, Rule], ...]


def with_numbers(rules: _Rules, kind: str, store: Store, files: Sequence[FilePlan]) -> _Rules:
    """The rules, with numbers as answers where a column's type is one: an age over 89 becomes 90 there, and not a text.

    Keeps:   what a rule states itself. Columns of files that have no types stay as they are.
    """
    asked = {address for address, rule in rules if any(_may_answer(case.treatment) for case in rule.cases)}
    reader = part("formats", kind)() if asked and traits_of(kind).typed else None
    if not isinstance(reader, Typed):
        return rules
    schemas = [reader.schema_of(store / file.path) for file in files]
    numbers = {address for address in asked if all(_is_number(schema, address) for schema in schemas)}
    return tuple((address, _answering(rule) if address in numbers else rule) for address, rule in rules)


def _may_answer(treatment: Treatment) -> bool:
    """Whether an operator of Veil's own has the option. Keeps: no package is imported before the project is seen to list it."""
    if not isinstance(treatment, Apply) or _OPTION in dict(treatment.options):
        return False
    if treatment.operator not in TABLES["operators"]:
        return False
    kind = part("operators", treatment.operator)
    return _OPTION in {option.name for option in dataclasses.fields(kind)}


def _is_number(schema: pa.Schema, address: str) -> bool:
    if address not in schema.names:
        return True
    kind = schema.field(address).type
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _answering(rule: Rule) -> Rule:
    cases = tuple(
        dataclasses.replace(case, treatment=_with_option(case.treatment)) if _may_answer(case.treatment) else case
        for case in rule.cases
    )
    return dataclasses.replace(rule, cases=cases)


def _with_option(treatment: Treatment) -> Treatment:
    if not isinstance(treatment, Apply):
        return treatment
    return dataclasses.replace(treatment, options=(*treatment.options, (_OPTION, True)))
