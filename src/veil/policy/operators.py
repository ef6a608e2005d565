"""From what a rule names to an operator with all its options."""

from __future__ import annotations

import dataclasses

from veil.errors import PolicyError
from veil.operators.base import Operator
from veil.operators.cast import Cast, Casting
from veil.parts import part
from veil.policy.plan import Plan
from veil.policy.rules import Apply


def make_operator(apply: Apply, plan: Plan, *, day_first: bool) -> Operator:
    """An operator with its options, those of the plan and what the plan inferred.

    Errors:  PolicyError `operator-option` for an option that the operator does not have.
    """
    kind = part("operators", apply.operator)
    takes = {field.name for field in dataclasses.fields(kind)}
    inferred = {"day_first": day_first, "reference_date": plan.reference_date}
    options = {key: value for key, value in inferred.items() if key in takes}
    options |= plan.options.get(apply.operator, {}) | dict(apply.options)
    if apply.operator == "generalize":
        places = {one.name: one.path for one in plan.hierarchies}
        options["hierarchy"] = places.get(str(options.get("hierarchy", "")), "")
    unknown = sorted(set(options) - takes)
    if unknown:
        raise PolicyError("operator-option", f"`{apply.operator}` has no option {unknown[0]}",
                          hint="one of: " + (", ".join(sorted(takes - set(inferred))) or "none"))  # fmt: skip
    made: Operator = kind(**options)
    return Casting(made, Cast(apply.cast, day_first)) if apply.cast else made
