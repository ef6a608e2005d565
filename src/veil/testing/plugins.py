"""Laws of a plug-in: what a package offers, its shape, and every law of an operator on its own values and on odd ones."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from veil.keys import Keys
from veil.model import about_table
from veil.operators.base import Operator
from veil.operators.promise import Promise
from veil.parts import OPERATORS, offered, package_name, part
from veil.testing.operators import KEYS, check_operator

Values = Sequence[str | None]
ODD: Values = (None, "", " ", "0", "x", "\u00e9\u0301", "\U0001f600", "a\nb", "9" * 300, "=1+1", "\0", "NULL")
OTHER = Keys.from_secret(bytes(range(1, 33)))


def check_plugin(
    package: str,
    values: Mapping[str, Values],
    *,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    about: Mapping[str, str | None] | None = None,
) -> dict[str, list[str | None]]:
    """What each operator of an installed package makes of its values, once every law held.

    Shape:   `values`: by the name of an operator, values that it is for; odd ones are added. `options`: by name. `about`:
             columns of `veil.model.ABOUT`, a word for all rows.
    Errors:  AssertionError that names the law.
    """
    points = offered("operators", package_name(package))
    assert points, "the package is not installed, or has no entry point in the group `veil.operators`"
    assert set(points) == set(values), (
        "an operator of the package has no values to be tried on, or there is no such operator"
    )
    answers = {}
    for name in sorted(points):
        kind = part("operators", f"{package_name(package)}:{name}")
        _check_shape(name, kind)
        own = dict((options or {}).get(name, {}))
        answers[name] = _check_answers(lambda kind=kind, own=own: kind(**own), values[name], about or {})
    return answers


def _check_shape(name: str, kind: Any) -> None:
    assert name not in OPERATORS, "an operator has a name of Veil's own"
    params = getattr(kind, "__dataclass_params__", None)
    assert params is not None, "an operator is a dataclass: its fields are its options"
    assert params.frozen, "an operator is frozen: it keeps nothing from one call to the next"
    assert getattr(kind, "name", None) == name, "an operator has the name of its entry point"
    for member in ("derives", "reversible"):
        assert isinstance(getattr(kind, member, None), bool), f"an operator says whether it {member}"
    promise = getattr(kind, "promise", None)
    assert promise is None or isinstance(promise, Promise | property), (
        "`promise` is a Promise, or a property that is one"
    )
    told = inspect.cleandoc(kind.__doc__ or "")
    written = told and not told.startswith(f"{kind.__name__}(")  # a dataclass without words gets its signature
    assert written, "an operator says in a sentence what it answers"


def _check_answers(make: Any, values: Values, about: Mapping[str, str | None]) -> list[str | None]:
    whole = check_operator(make, [*values, *ODD], about=about)
    made, operator = whole[: len(values)], make()
    read = {value: new for value, new in zip(values, made, strict=True) if value is not None and new is not None}
    assert read, "none of the values that it is for was read"
    if operator.reversible:
        assert len(set(read.values())) == len(read), "law 5: two values share an answer, and the answer is to lead back"
        _check_way_back(operator, whole, about)
    if operator.derives:
        other = check_operator(make, list(read), about=about, keys=OTHER)
        assert other != list(read.values()), "law 5: another key gives the same answers"
    return made


def _check_way_back(operator: Operator, answers: Values, about: Mapping[str, str | None]) -> None:
    """What leads back asks nothing but the answers, and leaves null alone."""
    restore = operator.restore  # type: ignore[attr-defined]  # check_operator has seen that it is there

    back = restore(pa.array(answers, pa.large_string()), about_table(len(answers), **about), KEYS).values
    assert len(back) == len(answers), "law 9: the way back gave another number of values"
    assert all(old is None for new, old in zip(answers, back.to_pylist(), strict=True) if new is None), (
        "law 9: the way back made a value of null"
    )
