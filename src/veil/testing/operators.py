"""Laws of an operator: heights, nulls, neighbours, determinism, what is derived and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from veil.errors import KeyringError
from veil.keys import Keys
from veil.model import about_table
from veil.operators.base import Operator, Outcome
from veil.operators.promise import Promise, promise_of
from veil.operators.pseudonym import canonical_ids
from veil.verify.columns import left_as_they_were

KEYS = Keys.from_secret(bytes(range(32)))
_FEW_VALUES = 4  # of fewer, chance may leave all: short numbers, towns of a short list
_WORD = pa.large_string()


def check_operator(
    make: Callable[[], Operator],
    values: Sequence[str | None],
    *,
    about: Mapping[str, Sequence[Any] | str | None] | None = None,
    keys: Keys = KEYS,
    same: Callable[[str, str], bool] = str.__eq__,
) -> list[str | None]:
    """The answers, once every law held.

    Takes:   `make`: creates the operator; `values`: values that it is for; `about`: columns of `veil.model.ABOUT`, a
             list or one word for all rows; `keys`: the keys of the test; `same`: compares an original with what
             `restore` returns
    Shape:   `about`: columns of `veil.model.ABOUT`, a list of n or a word for all rows; `same(original, restored)` is
             asked of what `restore` gives back, where an operator states an equality of its own.
    Errors:  AssertionError that names the law.
    """
    column, facts = pa.array(values, _WORD), _about(len(values), about or {})
    operator = make()
    answers = _answers(operator, column, facts, keys)
    assert _answers(operator, column, facts, keys) == answers, "law 3: the same call gave another answer"
    assert _answers(make(), column, facts, keys) == answers, "law 3: another instance gave another answer"
    _check_neighbours(operator, column, facts, keys, answers)
    if not operator.derives and keys.vault is None:
        assert _without_key(operator, column, facts) == answers, (
            "the operator says it derives nothing, and asked for a key"
        )
    _check_promise(operator, column, pa.array(answers, _WORD), facts)
    restore = getattr(operator, "restore", None)
    assert not operator.reversible or restore is not None, "law 9: a reversible operator has no `restore`"
    if operator.reversible and restore is not None:
        back: Outcome = restore(pa.array(answers, _WORD), facts, keys)
        for row, (value, new, old) in enumerate(zip(values, answers, back.values.to_pylist(), strict=True)):
            good = new is None or value is None or old is None or same(value, old)
            assert good, f"law 9: row {row} did not come back"
    return answers


def _check_promise(operator: Operator, values: pa.Array, answers: pa.Array, facts: pa.Table) -> None:
    """What the operator declares of its answers; one that declares nothing must change every value."""
    promise = promise_of(operator)
    if promise.changes:
        stayed = left_as_they_were(promise, values, answers)
        rows = [] if stayed is None else pc.indices_nonzero(stayed).to_pylist()
        read = pc.count_distinct(values.filter(answers.is_valid())).as_py()
        some = len(pc.unique(values.take(pa.array(rows, pa.int64()))))
        assert not rows or (promise.by_chance and (some < read or read < _FEW_VALUES)), (
            f"the operator promises that every value changes (`promise.changes`), and row {rows[0]} stayed as it was"
        )
    if promise.form:
        odd = pc.invert(pc.fill_null(pc.match_substring_regex(answers, f"^(?:{promise.form})?$"), fill_value=True))
        for row in pc.indices_nonzero(odd).to_pylist():
            raise AssertionError(f"row {row} does not have the form that the operator promises (`promise.form`)")
    for check in promise.checks:
        broken = pc.fill_null(check.broken(values, answers), fill_value=False)
        for row in pc.indices_nonzero(broken).to_pylist():
            raise AssertionError(f"row {row} breaks a rule that the operator promises (`promise.checks`: {check.code})")
    if promise.one_to_one:
        _check_one_to_one(promise, values, answers, facts)


def _check_one_to_one(promise: Promise, values: pa.Array, answers: pa.Array, facts: pa.Table) -> None:
    seen: dict[tuple[str | None, str], str] = {}
    one_form = canonical_ids(values, promise.canonical).to_pylist()
    for row, (domain, value, new) in enumerate(
        zip(facts["domain"].to_pylist(), one_form, answers.to_pylist(), strict=True)
    ):
        if value is not None and new is not None:
            assert seen.setdefault((domain, new), value) == value, (
                f"law 5: row {row} shares its answer with another value, and the operator promises `one_to_one`"
            )


def _without_key(operator: Operator, column: pa.Array, facts: pa.Table) -> list[str | None] | None:
    try:
        return _answers(operator, column, facts, Keys.none())
    except KeyringError:
        return None


def _about(height: int, given: Mapping[str, Sequence[Any] | str | None]) -> pa.Table:
    schema = about_table(0).schema
    columns = {
        name: fact if fact is None or isinstance(fact, str) else pa.array(fact, schema.field(name).type)
        for name, fact in given.items()
    }
    return about_table(height, **columns)


def _answers(operator: Operator, column: pa.Array, facts: pa.Table, keys: Keys) -> list[str | None]:
    """The values of one call, its shape held against the seam's."""
    result = operator.replace(column, facts, keys)
    assert len(result.values) == len(column), "the operator gave another number of values"
    assert result.values.type == _WORD, "the operator gave values that are not large_string"
    unread = [False] * len(column) if result.unread is None else result.unread.to_pylist()
    answers: list[str | None] = result.values.to_pylist()
    for row, (value, new, odd) in enumerate(zip(column.to_pylist(), answers, unread, strict=True)):
        assert value is not None or new is None, f"null does not stay null in row {row}"
        assert not (value is None and odd), f"null is called unread in row {row}"
        assert value is None or (new is None) == bool(odd), f"row {row} is neither answered nor called unread"
    return answers


def _check_neighbours(
    operator: Operator, column: pa.Array, facts: pa.Table, keys: Keys, answers: list[str | None]
) -> None:
    count = len(column)
    order = pa.array(range(count - 1, -1, -1), pa.int64())
    turned = _answers(operator, column.take(order), facts.take(order), keys)
    assert turned[::-1] == answers, "law 3: the answer depends on the order of the rows"
    twice = _answers(operator, pa.concat_arrays([column, column]), pa.concat_tables([facts, facts]), keys)
    assert twice == answers * 2, "law 3: the answer depends on the height of the batch"
    for row in range(count):
        alone = _answers(operator, column.slice(row, 1), facts.slice(row, 1).combine_chunks(), keys)
        assert alone == answers[row : row + 1], f"law 3: row {row} has another answer alone"
