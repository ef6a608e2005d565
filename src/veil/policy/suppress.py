"""Suppress: what a project says of rows that are too easily told apart, held against the rules of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from veil.errors import PolicyError
from veil.parts import traits_of
from veil.policy.rules import Apply, Keep, Rule


class Suppress(BaseModel):
    """Rows that are suppressed, so that every class of the others meets a goal."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    k: int = Field(ge=2, description="how many rows, or persons, must look alike over these columns in the output")
    over: list[str] = Field(min_length=1, description="the quasi-identifiers; in a suppressed row each becomes `*`")
    most: float = Field(
        0.05, ge=0, lt=1, description="the share of rows that may be suppressed; where more must be, the run stops"
    )
    distinct: int = Field(1, ge=1, description="how many values of each sensitive column a class must have")
    t: float | None = Field(
        None, ge=0, le=1, description="how far a class may stand from the whole table in a sensitive column"
    )
    sensitive: list[str] = Field(default_factory=list, description="the columns that `distinct` and `t` are of")
    person: str = Field("", description="the column of the input that tells whose a row is; `k` then counts persons")


@dataclass(frozen=True, slots=True)
class SuppressPlan:
    """The same, in a plan."""

    k: int
    over: tuple[str, ...]
    most: float
    distinct: int = 1
    t: float | None = None
    sensitive: tuple[str, ...] = ()
    person: str = ""


def suppress_plan(
    written: Suppress, kind: str, rules: tuple[tuple[str, Rule], ...], addresses: Sequence[str], where: str
) -> SuppressPlan:
    """What a run does for it.

    Errors:  PolicyError `suppress-format`, `suppress-column`: what stands in such a column must be one answer for each row.
    """
    if not traits_of(kind).is_table_file:
        raise PolicyError("suppress-format", "`suppress` is allowed for CSV, TSV and Parquet tables only", where=where)
    held = dict(rules)
    for column in (*written.over, *written.sensitive):
        rule = held.get(column)
        if rule is None or not _is_plain(rule) or column == written.person:
            raise PolicyError("suppress-column", f"`suppress` contains {column}, which must have exactly one rule: keep or one operator", where=where,
                              hint="it must be a column of the table that is not dropped or scanned and has no condition")  # fmt: skip
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
