"""Hierarchy files: a row a value, the value first, then what it becomes level by level."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from veil.errors import PolicyError
from veil.keys import Keys
from veil.operators.base import Outcome, by_distinct, in_range, outcome
from veil.operators.promise import ALONE, Check, Promise


@dataclass(frozen=True, slots=True)
class HierarchyFile:
    """Shape: `rows`: a value -> its generalisations, itself at level 0; `height`: how many levels there are."""

    rows: Mapping[str, tuple[str, ...]]
    height: int


def hierarchy_file(path: str) -> HierarchyFile:
    """The rows of a file as ARX writes it: UTF-8, `;` between cells (or a comma, where no `;` is in its first row).

    Errors:  PolicyError `hierarchy-file`, `hierarchy-ragged`, `hierarchy-twice`.
    """
    try:
        seen = Path(path).stat()
    except OSError:
        raise _none(path) from None
    return _read(path, seen.st_mtime_ns, seen.st_size)


@cache
def _read(path: str, changed: int, size: int) -> HierarchyFile:
    """The file as it was then."""
    del changed, size
    where = Path(path).name
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise PolicyError(
            "hierarchy-file",
            "not a hierarchy file",
            where=where,
            hint="expected: a CSV file with `;` between the cells",
        ) from None
    delimiter = ";" if ";" in text.split("\n", 1)[0] else ","
    rows = [tuple(row) for row in csv.reader(text.splitlines(), delimiter=delimiter) if row]
    if not rows or len(rows[0]) < 2:
        raise _none(path)
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise PolicyError(
                "hierarchy-ragged",
                "a row of the hierarchy has too many or too few levels",
                where=f"{where} row {number}",
                hint="write one row per value, each with all levels",
            )
    levels_of: dict[str, tuple[str, ...]] = {}
    for number, row in enumerate(rows, start=1):
        if levels_of.setdefault(row[0], row) != row:
            raise PolicyError("hierarchy-twice", "a value has two rows in the hierarchy", where=f"{where} row {number}")
    return HierarchyFile(levels_of, len(rows[0]))


def _none(path: str) -> PolicyError:
    return PolicyError(
        "hierarchy-file",
        "not a hierarchy file",
        where=Path(path).name,
        hint="expected: a CSV file with `;` between the cells",
    )


@dataclass(frozen=True, slots=True)
class Generalize:
    """Replaces a value by its generalisation at a level of a hierarchy file.

    Shape:   level 0 is the value itself, 1 the next cell of its row; a value that has no row is unread.
    """

    hierarchy: str = ""
    level: int = 1
    name: ClassVar[str] = "generalize"
    derives: ClassVar[bool] = False
    reversible: ClassVar[bool] = False
    files: ClassVar[tuple[str, ...]] = ("hierarchy",)  # options that name a file beside the project

    @property
    def promise(self) -> Promise:
        return Promise(changes=False, asks=ALONE, checks=(Check("other-answer", self._are_other),))

    def __post_init__(self) -> None:
        in_range(self.name, "level", self.level, 0, hierarchy_file(self.hierarchy).height - 1)

    def _are_other(self, values: pa.Array, answers: pa.Array) -> pa.BooleanArray:
        """Answers that are not what the file says of their values."""
        rows = hierarchy_file(self.hierarchy).rows
        there = pc.dictionary_encode(values)
        wanted = [rows[cell][self.level] if cell in rows else "" for cell in there.dictionary.to_pylist()]
        listed = pc.fill_null(pa.array(wanted, pa.large_string()).take(there.indices), "")
        return pc.not_equal(listed, pc.fill_null(answers, ""))

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        del about, keys
        rows, level = hierarchy_file(self.hierarchy).rows, self.level
        return outcome(values, by_distinct(values, lambda value: rows[value][level] if value in rows else None))
