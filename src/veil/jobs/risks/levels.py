"""Levels: the levels that a search may choose for a column: those of a file, or those of Veil's own operators."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pyarrow as pa

from veil.errors import PolicyError
from veil.keys import Keys
from veil.model import about_table
from veil.operators.hierarchy import hierarchy_file
from veil.parts import part
from veil.risk.hierarchy import Cell, Ladder, Level, ladder

STAR: dict[str, Any] = {"constant": {"value": "*"}}
KINDS: dict[str, tuple[Any, ...]] = {
    "keep": ("keep",),
    "star": ("keep", STAR),
    "date": ("keep", "month", "year", STAR),
    "zip": ("keep", "zip3", STAR),
    "age": ("keep", *({"band": {"width": width, "top": 90}} for width in (5, 10, 20, 40)), STAR),
    "number": ("keep", *({"band": {"width": 10**power, "top": 0}} for power in (1, 2, 3, 4)), STAR),
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].*)?")
_ZIP = re.compile(r"\d{5}(?:-\d{4})?")


def ladder_of(column: str, values: Sequence[Cell], written: str, beside: Path) -> Ladder:
    """The levels of a column: `written` is one of KINDS or a hierarchy file; "" asks the values.

    Shape:   rules name a file as it is seen from the folder `beside`.
    Errors:  PolicyError `hierarchy-missing`, `hierarchy-value`, `hierarchy-nested`, and those of the file.
    """
    kind = written or _kind(column, values)
    if kind in KINDS:
        return ladder(column, [_level(rule) for rule in KINDS[kind]], values)
    path = Path(written)
    if not path.is_file():
        raise PolicyError(
            "hierarchy-missing",
            f"the hierarchy of column {column} is neither a file nor a known word",
            hint="allowed: a file, or one of: " + ", ".join(KINDS),
        )
    hierarchy = hierarchy_file(str(path))
    strange = sum(cell is not None and cell not in hierarchy.rows for cell in values)
    if strange:
        raise PolicyError(
            "hierarchy-value",
            f"{strange:,} values of column {column} are missing from its hierarchy",
            hint="add a row for each value, written as in the table",
        )
    shown = Path(os.path.relpath(path, beside)).as_posix()
    rules = ["keep", *({"generalize": {"hierarchy": shown, "level": at}} for at in range(1, hierarchy.height))]
    levels = [
        Level(rule, _widened({"generalize": {"hierarchy": str(path), "level": at}})) for at, rule in enumerate(rules)
    ]
    return ladder(column, levels, values, list(hierarchy.rows))


def _kind(column: str, values: Sequence[Cell]) -> str:
    there = [cell for cell in values if cell is not None]
    if there and all(_DATE.fullmatch(cell) for cell in there):
        return "date"
    if re.search(r"zip|postal", column, re.IGNORECASE) and all(_ZIP.fullmatch(cell) for cell in there):
        return "zip"
    numbers = [_number(cell) for cell in there]
    if there and all(number is not None and number >= 0 for number in numbers):
        return "age" if all(number is not None and number <= 130 for number in numbers) else "number"
    return "star"


def _number(cell: str) -> Decimal | None:
    try:
        number = Decimal(cell)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _level(rule: Any) -> Level:
    return Level(rule, list if rule == "keep" else _widened(rule))


def _widened(rule: Any) -> Any:
    """What the operator of a rule makes of values: the same that a run will make of them."""
    ((name, options),) = ({rule: {}} if isinstance(rule, str) else rule).items()
    operator = part("operators", name)(**options)

    def widen(cells: Sequence[Cell]) -> list[Cell]:
        outcome = operator.replace(pa.array(cells, pa.large_string()), about_table(len(cells)), Keys.none())
        found: list[Cell] = outcome.values.to_pylist()
        return found

    return widen
