"""Request errors: what is wrong with a request, by the names of its fields and never by a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import Request
from pydantic import BaseModel

_PLAIN = frozenset(
    {
        "missing",
        "string_too_short",
        "string_too_long",
        "too_short",
        "too_long",
        "literal_error",
        "greater_than_equal",
        "less_than_equal",
        "string_type",
        "float_type",
        "float_parsing",
        "bool_type",
        "bool_parsing",
        "list_type",
        "json_invalid",
        "finite_number",
        "model_attributes_type",
        "dict_type",
        "string_unicode",
        "profile_with_strategy",
    }
)
_PLACES = frozenset({"body", "query", "path", "header"})
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
_UNKNOWN = "extra_forbidden"


def shown_faults(request: Request, faults: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What pydantic says, less the input.

    Keeps:   a place has the names of our own fields; one that is not known is named where it has the form of a name, and
             is `?` otherwise: who sends a text as a key of JSON does not find it in an answer.
    """
    known = _fields(_model(request))
    return [_shown(fault, known) for fault in faults]


def _shown(fault: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    kind = fault["type"]
    place = [_step(step, known, is_unknown=kind == _UNKNOWN) for step in fault["loc"]]
    if kind == _UNKNOWN:
        return {"type": kind, "loc": place, "msg": f"unknown field; known: {', '.join(sorted(known))}"}
    return {"type": kind, "loc": place, "msg": fault["msg"] if kind in _PLAIN else "not valid here"}


def _step(step: Any, known: frozenset[str], *, is_unknown: bool) -> Any:
    if isinstance(step, int) or step in known or step in _PLACES:
        return step
    return step if is_unknown and isinstance(step, str) and _NAME.fullmatch(step) else "?"


def _model(request: Request) -> Any:
    """The shape of the body of the call."""
    field = getattr(request.scope.get("route"), "body_field", None)
    return getattr(getattr(field, "field_info", None), "annotation", None)


def _fields(model: Any) -> frozenset[str]:
    """The names of the fields of a shape, and of those within."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return frozenset()
    inner = [inner_model for field in model.model_fields.values() for inner_model in _models_in(field.annotation)]
    return frozenset(model.model_fields).union(*(_fields(inner_model) for inner_model in inner))


def _models_in(annotation: Any) -> Iterable[Any]:
    arguments = getattr(annotation, "__args__", ())
    return [annotation, *(inner_model for argument in arguments for inner_model in _models_in(argument))]
