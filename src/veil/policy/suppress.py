"""Suppress: what a project says of rows that are too easily told apart, held against the rules of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from veil.errors import PolicyError
from veil.parts import traits_of
from veil.policy.rules import Apply, Keep, Rule

if TYPE_CHECKING:
    from veil.policy.project import SuppressSection


@dataclass(frozen=True, slots=True)
class SuppressPlan:
    """What a plan says of them."""

    k: int
    over: tuple[str, ...]
    most: float
    distinct: int = 1
    t: float | None = None
    sensitive: tuple[str, ...] = ()
    person: str = ""


def suppress_plan(
    written: SuppressSection, kind: str, rules: tuple[tuple[str, Rule], ...], addresses: Sequence[str], where: str
) -> SuppressPlan:
    """What a run does for it.

    Errors:  PolicyError `suppress-format`, `suppress-column`: what stands in such a column must be one answer for each row.
    """
    if not traits_of(kind).is_table_file:
        raise PolicyError("suppress-format", "`suppress` is allowed for CSV, TSV and Parquet tables only", where=where)
    by_column = dict(rules)
    for column in (*written.over, *written.sensitive):
        rule = by_column.get(column)
        if rule is None or not _is_plain(rule) or column == written.person:
            raise PolicyError(
                "suppress-column",
                f"`suppress` contains {column}, which must have exactly one rule: keep or one operator",
                where=where,
                hint="it must be a column of the table that is not dropped or scanned and has no condition",
            )
    if written.person and written.person not in addresses:
        raise PolicyError("suppress-column", "`person` of `suppress` is not a column of the table", where=where)
    return SuppressPlan(
        written.k,
        tuple(written.over),
        written.most,
        written.distinct,
        written.t,
        tuple(written.sensitive),
        written.person,
    )


def _is_plain(rule: Rule) -> bool:
    return len(rule.cases) == 1 and not rule.cases[0].where and isinstance(rule.cases[0].treatment, Keep | Apply)
