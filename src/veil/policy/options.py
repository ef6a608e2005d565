"""Options: those that a project gives to operators, checked when it is planned, each with its place in the file."""

from __future__ import annotations

import datetime as dt
import types
import typing
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from veil.errors import PartError, PolicyError
from veil.model import Label, label_of
from veil.parts import part, unknown
from veil.policy.operators import inferred_options, make_operator, takes
from veil.policy.parse import YamlDocument, nearest
from veil.policy.plan import Plan, SourcePlan
from veil.policy.rules import Apply, Open, Rule, Treatment

_WORDS: Mapping[Any, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dt.date: "a date, for example 2026-01-31",
}
Path = tuple[str, ...]  # keys of a YAML file, from its root


def check_options(plan: Plan, document: YamlDocument, profile: YamlDocument) -> None:
    """Nothing, where every operator can be made with the options that the project or its profile gives.

    Errors:  PolicyError `operator-option` with the file and line, what is allowed and what to do.
    """
    _check_common(plan, document)
    for label, treatment in plan.labels.items():
        where, path = _place_of(label, document, profile)
        _check(treatment, plan, where, path, day_first=plan.day_first())
    for source in plan.sources:
        _check_source(source, plan, document)


def _check_source(source: SourcePlan, plan: Plan, document: YamlDocument) -> None:
    base = (source.room, source.name)
    if source.names is not None:
        _check(source.names, plan, document, (*base, "names"), day_first=source.day_first)
    for address, rule in source.rules:
        _check_rule(rule, plan, document, (*base, "columns", address), day_first=source.day_first)


def _check_rule(rule: Rule, plan: Plan, document: YamlDocument, path: Path, *, day_first: bool) -> None:
    for number, case in enumerate(rule.cases):
        own = (*path, str(number))
        place = own if own in document.lines else path
        _check(case.treatment, plan, document, place, day_first=day_first)


def _check(treatment: Treatment, plan: Plan, document: YamlDocument, path: Path, *, day_first: bool) -> None:
    if isinstance(treatment, Open):
        for address, rule in treatment.rules:
            _check_rule(rule, plan, document, (*path, "rules", address), day_first=day_first)
    if not isinstance(treatment, Apply):
        return
    kind, options = part("operators", treatment.operator), dict(treatment.options)
    name = next((name for name in _names(treatment.operator) if (*path, name) in document.lines), treatment.operator)
    _check_types(kind, name, options, plan, document, (*path, name))
    try:
        make_operator(treatment, plan, day_first=day_first)
    except PolicyError as error:
        raise _placed(error, document, (*path, name), options) from None


def _check_common(plan: Plan, document: YamlDocument) -> None:
    """What stands under `options:`, for operators that no rule names too."""
    for name, options in plan.options.items():
        path = ("options", next((name for name in _names(name) if ("options", name) in document.lines), name))
        try:
            kind = part("operators", name)
        except PartError:
            raise unknown("operators", name, document.at(*path)) from None
        _check_types(kind, path[-1], options, plan, document, path)
        if not getattr(kind, "files", ()):
            try:
                kind(**inferred_options(kind, plan, day_first=plan.day_first()) | options)
            except PolicyError as error:
                raise _placed(error, document, path, options) from None


def _names(operator: str) -> tuple[str, ...]:
    """How a project may write an operator: one of a package with or without the package."""
    return operator, operator.rpartition(":")[2]


def _check_types(
    kind: Any, name: str, options: Mapping[str, Any], plan: Plan, document: YamlDocument, path: Path
) -> None:
    has, hints = takes(kind), _hints(kind)
    inferred = inferred_options(kind, plan, day_first=False)
    for option, value in options.items():
        place = document.at(*path, option)
        if option not in has:
            shown = sorted(has - set(inferred))
            raise PolicyError(
                "operator-option",
                f"unknown option `{option}` of `{name}`",
                where=place,
                hint=nearest(option, shown) if shown else f"`{name}` has no options",
            )
        allowed = _allowed(hints.get(option, Any))
        if allowed and not any(_is_a(value, kind) for kind in allowed):
            words = dict.fromkeys(_WORDS[kind] for kind in allowed if kind in _WORDS)
            raise PolicyError(
                "operator-option",
                f"invalid value for option `{option}` of `{name}`",
                where=place,
                hint="allowed: " + (" or ".join(words) or "a mapping"),
            )


@cache
def _hints(kind: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(kind)
    except NameError:  # a package that imports its types for a checker alone
        return {}


def _allowed(hint: Any) -> tuple[Any, ...]:
    """The types that an annotation names; none where it names one that YAML cannot say."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        inner = [_allowed(member) for member in typing.get_args(hint)]
        return tuple(kind for some in inner for kind in some) if all(inner) else ()
    found = typing.get_origin(hint) or hint
    if found is typing.Literal:
        return (str,)
    if isinstance(found, type) and issubclass(found, Mapping):
        return (Mapping,)
    return (found,) if found in _WORDS or found is type(None) else ()


def _is_a(value: Any, kind: Any) -> bool:
    if kind is dt.date:
        return isinstance(value, dt.date)
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def _placed(error: PolicyError, document: YamlDocument, path: Path, options: Iterable[str]) -> PolicyError:
    """The error of an operator with the line of the option that it names, else of the operator."""
    named = next((option for option in options if f"`{option}`" in error.message), "")
    return PolicyError(
        error.code, error.message, where=document.at(*path, *([named] if named else [])), hint=error.hint
    )


def _place_of(label: Label, document: YamlDocument, profile: YamlDocument) -> tuple[YamlDocument, Path]:
    """The file and the key that say what happens to a label: the project's own, else the profile's."""
    for where in (document, profile):
        for word in where.data.get("labels") or {}:
            if label_of(str(word)) is label:
                return where, ("labels", str(word))
    return document, ()
