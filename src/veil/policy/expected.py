"""What pydantic expected in place of a value: the hint of an error, without the value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

_INPUT = "Input should be "
_TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "a mapping of keys",
    "model_type": "a mapping of keys",
    "model_attributes_type": "a mapping of keys",
    "list_type": "a list",
    "date_type": "a date, for example 2026-01-31",
    "date_parsing": "a date, for example 2026-01-31",
    "date_from_datetime_inexact": "a date, for example 2026-01-31",
    "date_from_datetime_parsing": "a date, for example 2026-01-31",
    "path_type": "a path",
    "missing": "a value",
}


class Wrong(NamedTuple):
    """The first wrong value: its place, the kind of the error, and what may be written there."""

    loc: tuple[int | str, ...]
    kind: str
    expected: str


def first_wrong(error: ValidationError) -> Wrong:
    """The first wrong value; where a union of types is allowed, every member is listed.

    Shape:   of a mapping among the members, a key inside it that is wrong is named instead.
    Keeps:   no value of the input: only the limits and the words of the model are repeated.
    """
    found = error.errors(include_input=False, include_url=False, include_context=False)
    first = found[0]
    place = first["loc"][:-1]
    if _is_member(first["loc"]):
        inner = [error for error in found if error["loc"][: len(place)] == place and len(error["loc"]) > len(place) + 1]
        members = [error for error in found if error["loc"][:-1] == place and _is_member(error["loc"])]
        if not inner:
            return Wrong(place, first["type"], _listed(members))
        first = inner[0]
    return Wrong(first["loc"], first["type"], _listed([first]))


def _is_member(loc: tuple[int | str, ...]) -> bool:
    """Whether the last step of a place names a type of a union, not a key."""
    step = str(loc[-1]) if loc else ""
    return step in ("str", "int", "float", "bool", "date") or "[" in step or step[:1].isupper()


def _listed(errors: Sequence[Any]) -> str:
    return "expected: " + " or ".join(dict.fromkeys(map(_words, errors)))


def _words(error: Any) -> str:
    if error["type"] in _TYPES:
        return _TYPES[error["type"]]
    if error["type"] == "literal_error":
        return str(error["msg"]).removeprefix(_INPUT).replace("'", "")
    if error["type"] in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        return f"a number {str(error['msg']).removeprefix(_INPUT)}"
    return str(error["type"]).replace("_", " ")
