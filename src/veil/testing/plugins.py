"""Laws of a plug-in: what a package offers, its shape, and every law of an operator on its own values and on odd ones."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from veil.errors import Error
from veil.formats.base import Format, TwoWay, Typed
from veil.formats.traits import Traits
from veil.keys import Keys
from veil.model import about_table
from veil.operators.base import Operator
from veil.operators.promise import Promise
from veil.parts import FORMATS, OPERATORS, endings, offered, package_name, part
from veil.testing.formats import Same, check_format, same_bytes
from veil.testing.operators import KEYS, check_operator

Values = Sequence[str | None]
ODD: Values = (None, "", " ", "0", "x", "\u00e9\u0301", "\U0001f600", "a\nb", "9" * 300, "=1+1", "\0", "NULL")
OTHER = Keys.from_secret(bytes(range(1, 33)))


def check_plugin(
    package: str,
    values: Mapping[str, Values] | None = None,
    *,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    about: Mapping[str, str | None] | None = None,
    files: Mapping[str, Sequence[Path]] | None = None,
    given: Mapping[str, Mapping[str, Any]] | None = None,
    same: Same = same_bytes,
) -> dict[str, list[str | None]]:
    """What each operator of an installed package makes of its values, once every law held for its operators and formats.

    Takes:   `package`: name of the installed package; `values`: by operator, values that it is for; `options`: by
             operator, its options; `about`: columns of `veil.model.ABOUT`, one word for all rows; `files`: by format,
             files of it; `given`: by format, settings that a project states; `same`: compares two files of formats
             that are not exact
    Shape:   `values`: by the name of an operator, values that it is for; odd ones are added. `options`: by name. `about`:
             columns of `veil.model.ABOUT`, a word for all rows. `files`: by the name of a format, files of it; `given`: what
             a project states of them, by name; `same`: the equality of files of formats that are not `exact`.
    Errors:  AssertionError that names the law.
    """
    points, values, files = offered("operators", package_name(package)), values or {}, files or {}
    formats = offered("formats", package_name(package))
    assert points or formats, (
        "the package is not installed, or has no entry point in the groups `veil.operators` and `veil.formats`"
    )
    assert set(points) == set(values), (
        "an operator of the package has no values to be tried on, or there is no such operator"
    )
    assert set(formats) == {name for name, given_files in files.items() if given_files}, (
        "a format of the package has no file to be tried on, or there is no such format"
    )
    for name in sorted(formats):
        kind = part("formats", f"{package_name(package)}:{name}")
        _check_format_shape(name, kind)
        for file in files[name]:
            _check_file(kind(), file, (given or {}).get(name), same)
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
    doc = inspect.cleandoc(kind.__doc__ or "")
    written = doc and not doc.startswith(f"{kind.__name__}(")  # a dataclass without words gets its signature
    assert written, "an operator says in a sentence what it answers"


def _check_file(fmt: Format, file: Path, given: Mapping[str, Any] | None, same: Same) -> None:
    try:
        check_format(fmt, file, given=given, same=same)
    except Error as error:
        raise AssertionError(f"a format refuses a file of its own, or one that it wrote: {error.code}") from error


def _check_format_shape(name: str, kind: Any) -> None:
    assert name not in FORMATS, "a format has a name of Veil's own"
    assert getattr(kind, "name", None) == name, "a format has the name of its entry point"
    traits = getattr(kind, "traits", None)
    assert isinstance(traits, Traits), "a format declares its `traits`, a veil.formats.traits.Traits"
    assert traits.stored or traits.endings, "traits: a format of files says how their names end"
    assert all(re.fullmatch(r"\.[a-z0-9.]+", ending) for ending in traits.endings), (
        "traits: an ending is a dot and small letters"
    )
    assert not set(traits.endings) & set(endings()), "traits: files with this ending are of a format of Veil's own"
    for member in ("after", "inspect", "split", "read", "reread", "writer", "is_joined", "join"):
        assert callable(getattr(kind, member, None)), f"a format has `{member}`"
    assert issubclass(kind, Typed) == traits.typed, "traits: a `typed` format has `schema_of`, and no other has"
    assert issubclass(kind, TwoWay) == traits.reversible, (
        "traits: a `reversible` format has `read_back` and `lost`, and no other has"
    )
    assert inspect.cleandoc(kind.__doc__ or ""), "a format says in a sentence what it reads"
    fmt = kind()
    assert fmt.writes == name or fmt.writes in FORMATS, "a format writes itself, or a format of Veil's own"
    assert fmt.after(f"a/b{traits.endings[0] if traits.endings else ''}"), "a format names what comes of an input"


def _check_answers(make: Any, values: Values, about: Mapping[str, str | None]) -> list[str | None]:
    whole = check_operator(make, [*values, *ODD], about=about)
    answers, operator = whole[: len(values)], make()
    read = {value: new for value, new in zip(values, answers, strict=True) if value is not None and new is not None}
    assert read, "none of the values that it is for was read"
    if operator.reversible:
        assert len(set(read.values())) == len(read), "law 5: two values share an answer, and the answer is to lead back"
        _check_way_back(operator, whole, about)
    if operator.derives:
        other = check_operator(make, list(read), about=about, keys=OTHER)
        assert other != list(read.values()), "law 5: another key gives the same answers"
    return answers


def _check_way_back(operator: Operator, answers: Values, about: Mapping[str, str | None]) -> None:
    """What leads back asks nothing but the answers, and leaves null alone."""
    restore = operator.restore  # type: ignore[attr-defined]  # check_operator has seen that it is there

    back = restore(pa.array(answers, pa.large_string()), about_table(len(answers), **about), KEYS).values
    assert len(back) == len(answers), "law 9: the way back gave another number of values"
    assert all(old is None for new, old in zip(answers, back.to_pylist(), strict=True) if new is None), (
        "law 9: the way back made a value of null"
    )
