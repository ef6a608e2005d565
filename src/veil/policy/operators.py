"""From what a rule names to an operator with all its options, and to what it promises."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from veil.errors import PolicyError
from veil.operators.base import Operator
from veil.operators.cast import Cast, Casting
from veil.operators.promise import Promise, promise_of
from veil.parts import part
from veil.policy.facts import FACTS
from veil.policy.plan import Plan, SourcePlan, every_rule
from veil.policy.rules import Apply, Drop, Keep, Rule, Treatment


def make_operator(apply: Apply, plan: Plan, *, day_first: bool) -> Operator:
    """An operator with its options, those of the plan and what the plan inferred.

    Errors:  PolicyError `operator-option` for an option that the operator does not have.
    """
    kind = part("operators", apply.operator)
    inferred = inferred_options(kind, plan, day_first=day_first)
    options = inferred | with_files(kind, plan.options.get(apply.operator, {}) | dict(apply.options), plan)
    unknown = sorted(set(options) - takes(kind))
    if unknown:
        raise PolicyError(
            "operator-option",
            f"`{apply.operator}` has no option `{unknown[0]}`",
            hint="options: " + (", ".join(sorted(takes(kind) - set(inferred))) or "none"),
        )
    instance: Operator = kind(**options)
    return Casting(instance, Cast(apply.cast, day_first)) if apply.cast else instance


def takes(kind: type[Any]) -> frozenset[str]:
    """The options that an operator has."""
    return frozenset(field.name for field in dataclasses.fields(kind))


def inferred_options(kind: type[Any], plan: Plan, *, day_first: bool) -> dict[str, Any]:
    """What the plan knows and a rule need not say."""
    known = {"day_first": day_first, "reference_date": plan.reference_date}
    return {key: value for key, value in known.items() if key in takes(kind)}


def with_files(kind: type[Any], options: dict[str, Any], plan: Plan) -> dict[str, Any]:
    """Options, with the path of each file that one names; all that an operator declares so are files of the project."""
    places = {hierarchy.name: hierarchy.path for hierarchy in plan.hierarchies}
    return options | {name: places.get(str(options.get(name, "")), "") for name in getattr(kind, "files", ())}


def promised(apply: Apply, plan: Plan) -> Promise:
    """What the operator of a rule promises, with the options that it has there."""
    return promise_of(make_operator(apply, plan, day_first=plan.day_first()))


def applied_in(source: SourcePlan) -> Iterator[Apply]:
    """Every operator that a rule of a source names, those inside opened values too."""
    for _, rule in every_rule(source):
        yield from (case.treatment for case in rule.cases if isinstance(case.treatment, Apply))


def id_rules(plan: Plan) -> dict[str, Apply]:
    """The operator of each domain of ids that tables hold as known identifiers: one value, one replacement."""
    found: dict[str, Apply] = {}
    for source in plan.sources:
        for _, rule in every_rule(source):
            treatment = rule.cases[0].treatment
            if rule.known and isinstance(treatment, Apply) and promised(treatment, plan).one_to_one:
                found.setdefault(rule.domain, treatment)
        for address in source.fact_rows.values if source.fact_rows is not None else ():
            for case in dict(source.rules)[address].cases:
                treatment = case.treatment
                if (
                    isinstance(treatment, Apply)
                    and treatment.domain == FACTS
                    and not treatment.cast
                    and promised(treatment, plan).one_to_one
                ):
                    found.setdefault(FACTS, treatment)
    return found


def keeps_type(rule: Rule, plan: Plan) -> bool:
    """Whether every answer of a rule fits a typed column as it is: a date stays a date, a number a number."""
    return all(_fits(case.treatment, plan) for case in rule.cases)


def gives_integers(rule: Rule, plan: Plan) -> bool:
    """Whether an answer of a rule is an integer of up to 53 bits, whatever the width of what it replaces."""
    return any(isinstance(case.treatment, Apply) and promised(case.treatment, plan).integers for case in rule.cases)


def _fits(treatment: Treatment, plan: Plan) -> bool:
    if isinstance(treatment, Apply):
        return promised(treatment, plan).keeps_type
    return isinstance(treatment, Keep | Drop)
