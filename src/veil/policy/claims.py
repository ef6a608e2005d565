"""Claims: what a policy says it is, held against what it does."""

from __future__ import annotations

import dataclasses

from veil.errors import PolicyError
from veil.model import SAFE_HARBOR, Label
from veil.parts import part
from veil.policy.operators import takes
from veil.policy.parse import YamlDocument
from veil.policy.plan import Plan, SourcePlan
from veil.policy.rules import Apply, Keep, Open, Rule, Treatment

LIMITED_KEEPS = frozenset({Label.DATE, Label.ZIP, Label.LOCATION, Label.AGE_OVER_89})


def check_claims(plan: Plan, document: YamlDocument) -> Plan:
    """The plan, with random codes for pseudonyms where it claims Safe Harbor.

    Errors:  PolicyError `claims-derived`, `claims-kept`, with the reason and the place.
    Source:  45 CFR 164.514(b)(2)(i) and (c): a code may not be derived from the person's data; a shifted date is a date.
    """
    if plan.claims == "none":
        return plan
    for source in plan.sources:
        if source.unlisted == "keep":
            raise PolicyError(
                "claims-unlisted",
                f"the policy claims {plan.claims}, but columns of {source.name} without a rule are kept",
                where=document.at(source.room, source.name),
                hint="give each a rule, or set `claims: none`",
            )
    for label, treatment in plan.labels.items():
        where = document.at("labels", label.value)
        may_stay = LIMITED_KEEPS if plan.claims == "limited-data-set" else frozenset()
        if isinstance(treatment, Keep) and label in SAFE_HARBOR - may_stay:
            raise PolicyError(
                "claims-kept",
                f"the policy claims {plan.claims}, but {label.value} is kept in text",
                where=where,
                hint="give the label a treatment, or set `claims: none`",
            )
    if plan.claims != "safe-harbor":
        return plan
    labels = {
        label: _lawful(treatment, plan, f"label {label.value}", document.at("labels", label.value))
        for label, treatment in plan.labels.items()
    }
    sources = tuple(_lawful_source(source, plan, document) for source in plan.sources)
    return dataclasses.replace(plan, labels=labels, sources=sources)


def _lawful_source(source: SourcePlan, plan: Plan, document: YamlDocument) -> SourcePlan:
    rules = tuple(
        (address, _lawful_rule(rule, plan, address, document.at(source.room, source.name, "columns", address)))
        for address, rule in source.rules
    )
    return dataclasses.replace(source, rules=rules)


def _lawful_rule(rule: Rule, plan: Plan, address: str, where: str) -> Rule:
    return dataclasses.replace(
        rule,
        cases=tuple(
            dataclasses.replace(case, treatment=_lawful(case.treatment, plan, address, where)) for case in rule.cases
        ),
    )


def _lawful(treatment: Treatment, plan: Plan, address: str, where: str) -> Treatment:
    if isinstance(treatment, Open):
        return dataclasses.replace(
            treatment, rules=tuple((path, _lawful_rule(rule, plan, path, where)) for path, rule in treatment.rules)
        )
    if not isinstance(treatment, Apply):
        return treatment
    kind = part("operators", treatment.operator)
    if lawful := getattr(kind, "under_safe_harbor", ""):
        own = takes(part("operators", lawful))
        said = {**plan.options.get(treatment.operator, {}), **dict(treatment.options)}
        shape = tuple((key, value) for key, value in sorted(said.items()) if key in own)
        return Apply(lawful, shape, treatment.domain, treatment.cast)
    if kind.derives:
        raise PolicyError(
            "claims-derived",
            f"{address}: `{treatment.operator}` computes its output from the person's data, but the policy claims Safe Harbor",
            where=where,
            hint="45 CFR 164.514(c) requires random codes and years only; use `pseudonym` (a random code), `year`, `drop`, or another profile",
        )
    return treatment
