"""Condition: `concept_id in (3004249, 3004250)` as a mask over sibling columns; it can never run code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from veil.errors import PolicyError
from veil.policy.coded import codes_in
from veil.policy.facts import facts_in, roles_in
from veil.policy.phrases import phrases_in
from veil.policy.standards.published import published_in

Columns = Mapping[str, pa.Array]
Mask = Callable[[Columns], Any]
Told = Callable[[Columns], pa.Array]
_CALLS = {"fact": facts_in, "whose": roles_in, "coded": codes_in, "published": published_in, "phrase": phrases_in}
OWN = "."  # the column of a condition that is the rule's own field


@lru_cache(maxsize=1024)
def condition(text: str, where: str = "") -> Condition:
    """Compile a condition.

    Shape:   column names, text and number literals, `= == != <> < <= > >=`, `in`, `not in`, `like`, `between`,
             `is null`, `is not null`, `and`, `or`, `not`, brackets, `fact(column, ...)`: which fact about a person a row holds
             that is about what these columns say, and `whose(column, ...)`: whether it is the patient's, a relative's or
             a clinician's; `coded(".")`: what the value itself is (`code`, `words`, `other`); `published(column)`: whether it
             is a URL or a code that a publisher of standards gave (`yes`, `no`); `phrase(".")`: what stands where a name
             should (`name`, `sentence`). Nothing else: no other call, no subquery.
    Keeps:   a number compares with a cell by its value, a text by its exact characters; a null cell is only `is null`.
    Errors:  PolicyError `condition-syntax` or `condition-word`, before anything runs.
    """
    import sqlglot  # noqa: PLC0415  a parser is loaded only by those who write conditions
    from sqlglot.errors import SqlglotError  # noqa: PLC0415

    try:
        tree = sqlglot.parse_one(text, read="duckdb")
    except SqlglotError:
        raise PolicyError(
            "condition-syntax",
            "a condition cannot be parsed",
            where=where,
            hint="for example: concept_id in (3004249, 99) and value is not null; a path in quotes: \"$.kind\" = 'a'",
        ) from None
    names: set[str] = set()
    return Condition(_build(tree, names, where), frozenset(names))


class Condition:
    """A compiled condition: the columns it reads, and a mask of the rows it holds for."""

    def __init__(self, build: Mask, columns: frozenset[str]) -> None:
        self._build = build
        self.columns = columns

    def mask(self, columns: Columns) -> pa.BooleanArray:
        """Shape: columns of n -> n booleans, never null."""
        return pc.fill_null(self._build(columns), fill_value=False)


def _refuse(where: str) -> PolicyError:
    return PolicyError(
        "condition-word",
        "a condition may only compare columns with literals",
        where=where,
        hint="allowed: = != < <= > >= in, like, between, is null, and, or, not",
    )


def _build(node: Any, names: set[str], where: str) -> Mask:
    from sqlglot import exp  # noqa: PLC0415

    if isinstance(node, exp.Paren):
        return _build(node.this, names, where)
    if isinstance(node, exp.And | exp.Or):
        left, right = _build(node.left, names, where), _build(node.right, names, where)
        join = pc.and_kleene if isinstance(node, exp.And) else pc.or_kleene
        return lambda columns: join(left(columns), right(columns))
    if isinstance(node, exp.Not):
        inner = _build(node.this, names, where)
        return lambda columns: pc.invert(inner(columns))
    if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        operand = _operand(node.this, names, where)
        return lambda columns: pc.is_null(operand(columns))
    if isinstance(node, exp.In) and node.expressions:
        operand = _operand(node.this, names, where)
        words = [_literal(expression, where) for expression in node.expressions]
        if all(isinstance(word, str) for word in words):
            return _among(operand, pa.array(words, pa.large_string()))
        tests = [_compare(pc.equal, operand, _literal(expression, where)) for expression in node.expressions]
        return lambda columns: _any(tests, columns)
    if isinstance(node, exp.Between):
        operand = _operand(node.this, names, where)
        low = _compare(pc.greater_equal, operand, _literal(node.args["low"], where))
        high = _compare(pc.less_equal, operand, _literal(node.args["high"], where))
        return lambda columns: pc.and_kleene(low(columns), high(columns))
    if isinstance(node, exp.Like):
        operand, pattern = _operand(node.this, names, where), str(_literal(node.expression, where))
        return lambda columns: pc.match_like(operand(columns), pattern)
    operators: dict[type[Any], Any] = {
        exp.EQ: pc.equal,
        exp.NEQ: pc.not_equal,
        exp.LT: pc.less,
        exp.LTE: pc.less_equal,
        exp.GT: pc.greater,
        exp.GTE: pc.greater_equal,
    }
    if type(node) in operators:
        return _compare(operators[type(node)], _operand(node.left, names, where), _literal(node.right, where))
    raise _refuse(where)


def _among(operand: Told, words: pa.Array) -> Mask:
    def mask(columns: Columns) -> Any:
        cells = operand(columns)
        return pc.if_else(cells.is_valid(), pc.is_in(cells, words), pa.scalar(None, pa.bool_()))

    return mask


def _any(tests: list[Mask], columns: Columns) -> Any:
    found = tests[0](columns)
    for test in tests[1:]:
        found = pc.or_kleene(found, test(columns))
    return found


def _operand(node: Any, names: set[str], where: str) -> Told:
    """A column, or what `fact(...)` or `whose(...)` says of some."""
    from sqlglot import exp  # noqa: PLC0415

    asked = _CALLS.get(str(node.this).lower()) if isinstance(node, exp.Anonymous) and node.expressions else None
    if asked is not None:
        read = [_column(expression, names, where) for expression in node.expressions]
        return lambda columns: asked([columns[name] for name in read])
    name = _column(node, names, where)
    return lambda columns: columns[name]


def _column(node: Any, names: set[str], where: str) -> str:
    from sqlglot import exp  # noqa: PLC0415

    if not isinstance(node, exp.Column) or node.table:
        raise _refuse(where)
    names.add(node.name)
    return str(node.name)


def _literal(node: Any, where: str) -> str | float:
    from sqlglot import exp  # noqa: PLC0415

    if isinstance(node, exp.Neg):
        return -float(_literal(node.this, where))
    if not isinstance(node, exp.Literal):
        raise _refuse(where)
    return str(node.this) if node.is_string else float(node.this)


def _compare(operator: Any, operand: Told, literal: str | float) -> Mask:
    if isinstance(literal, str):
        return lambda columns: operator(operand(columns), pa.scalar(literal, pa.large_string()))
    return lambda columns: operator(_numbers(operand(columns)), pa.scalar(literal, pa.float64()))


def _numbers(cells: pa.Array) -> pa.Array:
    """Cells as numbers; what is no number is null, and so in no comparison."""
    is_number = pc.match_substring_regex(cells, r"^\s*[-+]?\d+(\.\d*)?([eE][-+]?\d+)?\s*$")
    only = pc.if_else(pc.fill_null(is_number, fill_value=False), cells, pa.scalar(None, cells.type))
    return pc.cast(pc.utf8_trim_whitespace(only), pa.float64())
