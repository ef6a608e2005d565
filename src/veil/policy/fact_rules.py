"""Fact rules: the cases that a table's rules get where its rows hold facts about a person."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from veil.errors import PolicyError
from veil.operators.promise import promise_of
from veil.parts import part
from veil.policy.facts import FACTS, fact_table
from veil.policy.plan import FactRows
from veil.policy.project import FactsSection
from veil.policy.rules import Apply, Case, Drop, Keep, Rule, Scan, Treatment, is_gone, rule_of

# What each fact is, in the words of a profile's `kinds`; the others have their own name there.
_KINDS = {"birth": "birth_date", "name": "person_name"}
_NAMES = frozenset({"name", "given_name", "family_name"})
_OTHERS = ("relative", "clinician")
_WORDS = (
    "DOB",
    "YOB",
    "dob",
    "yob",
    "D.O.B.",
    "Y.O.B.",
    "Date of birth",
    "Year of birth",
    "MRN",
    "mrn",
    "SSN",
    "ssn",
    "Age",
    "age",
    "AGE",
)


def with_facts(
    rules: Mapping[str, Rule], facts: FactsSection | None, there: set[str], kinds: Mapping[str, Any]
) -> dict[str, Rule]:
    """The rules, with a case before the others for each fact that a column of values may hold.

    Keeps:   columns that the data does not have are left out, of those that say what a row is about too.
    """
    by = [column for column in (facts.by if facts is not None else ()) if column in there]
    if facts is None or not by:
        return dict(rules)
    quoted = ", ".join(map(_quoted, by))
    found = dict(rules)
    for columns, shaped in ((facts.values, _as_text), (facts.numbers, _as_number), (facts.dates, _as_text)):
        names = ("birth",) if columns is facts.dates else tuple(name for name, _, _ in fact_table())
        for column in columns:
            if column in found and not is_gone(found[column]):
                cases = _cases({name: shaped(name, kinds) for name in names}, quoted)
                found[column] = dataclasses.replace(found[column], cases=(*cases, *found[column].cases))
    return found | {column: _with_words(found[column], column) for column in by if column in found}


def fact_rows(facts: FactsSection | None, rules: Sequence[tuple[str, Rule]]) -> FactRows | None:
    """The columns of facts that a source has rules for; None where it holds none."""
    ruled = [column for column, _ in rules]
    by = tuple(column for column in (facts.by if facts is not None else ()) if column in ruled)
    if facts is None or not by:
        return None
    return FactRows(by, tuple(column for column in (*facts.values, *facts.numbers) if column in ruled))


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _with_words(rule: Rule, column: str) -> Rule:
    """The rule of a column that says what a row is about; where it is read as text, short words for a fact are no names."""
    if not isinstance(rule.cases[-1].treatment, Scan) or rule.cases[-1].where:
        return rule
    word = Case(Keep(), f"{_quoted(column)} in ({', '.join(repr(word) for word in _WORDS)})")
    return dataclasses.replace(rule, cases=(*rule.cases[:-1], word, rule.cases[-1]))


def _cases(treatments: Mapping[str, Treatment], quoted: str) -> list[Case]:
    """A case for each treatment, with all the facts that get it: a condition is asked of every row.

    Keeps:   a name that is a relative's or a clinician's is not taken for the patient's.
    """
    named: dict[Treatment, list[str]] = {}
    for name, treatment in treatments.items():
        named.setdefault(
            dataclasses.replace(treatment, domain=FACTS) if isinstance(treatment, Apply) else treatment, []
        ).append(name)
    found: list[Case] = []
    for treatment, names in named.items():
        where = f"fact({quoted}) in ({', '.join(repr(name) for name in names)})"
        if isinstance(treatment, Apply) and _NAMES & set(names):
            found += [Case(treatment, f"{where} and whose({quoted}) = '{role}'", role) for role in _OTHERS]
        found.append(Case(treatment, where))
    return found


def _as_text(fact: str, kinds: Mapping[str, Any]) -> Treatment:
    """What the profile does with a column of the kind; where it does not say, the value goes."""
    kind = _KINDS.get(fact, fact)
    if kind not in kinds:
        return Drop(empty=True)
    treatment = rule_of({"as": kind}, fact, kinds, "").cases[0].treatment
    return Drop(empty=True) if isinstance(treatment, Drop) else treatment


def _as_number(fact: str, kinds: Mapping[str, Any]) -> Treatment:
    """The same for a column that must stay a number: what answers with a text gives way to nothing."""
    treatment = _as_text(fact, kinds)
    if isinstance(treatment, Keep | Drop) or not isinstance(treatment, Apply):
        return treatment if isinstance(treatment, Keep) else Drop(empty=True)
    kind, cast = part("operators", treatment.operator), "integer" if fact == "birth" else ""
    if "as_number" in {field.name for field in dataclasses.fields(kind)}:
        return dataclasses.replace(treatment, options=(*treatment.options, ("as_number", True)), cast=cast)
    return dataclasses.replace(treatment, cast=cast) if _keeps_type(kind, treatment) else Drop(empty=True)


def _keeps_type(kind: Any, apply: Apply) -> bool:
    takes = {field.name for field in dataclasses.fields(kind)}
    inferred = {"reference_date": "2000-01-01"} if "reference_date" in takes else {}
    try:
        return promise_of(kind(**{**inferred, **dict(apply.options)})).keeps_type
    except (PolicyError, TypeError):
        return False
