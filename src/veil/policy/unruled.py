"""Unruled: the columns of a project's sources that have no rule, all of them in one answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from veil.errors import PolicyError
from veil.formats.addresses import Grammar
from veil.parts import traits_of
from veil.policy.address import matches, shown_path
from veil.policy.plan import FilePlan
from veil.policy.rules import Rule

BARE = "no rule; kept by `unlisted: keep`"
_LIKE_DATA = re.compile(r"\d{5}|@|\d[-/.:]\d")


@dataclass(frozen=True, slots=True)
class Unruled:
    """Columns without a rule of one source; `columns` is empty where their names may be a row of data."""

    source: str
    count: int
    columns: tuple[str, ...]
    where: str

    def line(self) -> str:
        shown = ", ".join(self.columns) or f"all {self.count} columns; check that the file has a header row"
        return f"{self.source} ({self.where}): {shown}"


def unruled(source: str, bare: Sequence[str], where: str, grammar: Grammar, *, headless: bool) -> Unruled:
    """Names the columns, unless the first row seems to be one of the data.

    Shape:   `grammar`: that of their addresses; `headless`: no column of the source has a rule.
    Errors:  PolicyError `header-missing`.
    """
    if is_like_data(() if grammar.optional else bare):
        raise PolicyError(
            "header-missing",
            f"the first row of {source} does not look like column names",
            where=where,
            hint="add a header row to the file",
        )
    # Where none of the names is one that a person wrote, the first row may be a row of data, so it is not told.
    shown = () if headless else tuple(dict.fromkeys(shown_path(address, grammar) for address in bare))
    return Unruled(source, len(bare), shown, where)


def unruled_of(
    source: str, kind: str, files: Sequence[FilePlan], rules: Mapping[str, Rule], where: str
) -> list[Unruled]:
    """The columns of a source that no rule names, of all its files; none or one answer. Shape: `kind`: its format."""
    unnamed_of_all: list[str] = []
    headless = False
    for file in files:
        addresses: list[str] = file.settings["addresses"]
        unnamed = [address for address in addresses if not any(matches(rule, address) for rule in rules)]
        headless |= bool(unnamed) and len(unnamed) == len(addresses)
        unnamed_of_all += unnamed
    if not unnamed_of_all:
        return []
    return [unruled(source, list(dict.fromkeys(unnamed_of_all)), where, traits_of(kind).grammar, headless=headless)]


def is_like_data(names: Sequence[str]) -> bool:
    return any(_LIKE_DATA.search(name) for name in names)


def refuse_unruled(found: Sequence[Unruled]) -> None:
    """Nothing where every column has a rule.

    Errors:  PolicyError `column-unlisted`, with every source and every column.
    """
    if not found:
        return
    if len(found) > 1:
        lines = "".join(f"\n  {table.line()}" for table in found)
        raise PolicyError(
            "column-unlisted",
            f"{len(found)} tables have columns without a rule:{lines}\n",
            hint="give each column a rule, or set `unlisted: drop`",
        )
    first = found[0]
    if not first.columns:
        raise PolicyError(
            "column-unlisted",
            f"{first.source} has {first.count} columns, and none of them has a rule",
            where=first.where,
            hint="check that the file has a header row; give each column a rule, or set `unlisted: drop`",
        )
    raise PolicyError(
        "column-unlisted",
        f"{first.source} has columns without a rule: {', '.join(first.columns)}",
        where=first.where,
        hint="give each a rule, or set `unlisted: drop`",
    )
