"""Xlsxbook: the sheets of several workbooks as one workbook, for whoever handed in one and wants one back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from veil.formats.xlsx import opened_new, put, rows_of

_LONGEST = 31  # letters of a sheet's name in Excel
_FREE = "Sheet"


def book_of(source: str, names: Sequence[str]) -> tuple[str, list[str]]:
    """What the workbook and its sheets are called.

    Shape:   `source`: the name of the workbook that was read; `names`: those of the files that its sheets became, in order.
    Keeps:   nothing is taken from `source` that those names do not hold: they were checked for names of people.
    """
    stem = PurePosixPath(source).stem
    is_kept = all(name.startswith(f"{stem}-") for name in names)
    sheets: list[str] = []
    for number, name in enumerate(names, 1):
        wanted = PurePosixPath(name).stem.removeprefix(f"{stem}-") if is_kept else f"{_FREE}{number}"
        sheets.append(_own(wanted, number, sheets))
    return (f"{stem}.xlsx" if is_kept else "release.xlsx"), sheets


def bind(files: Sequence[Path], sheets: Sequence[str], target: Path) -> None:
    """Writes each file, a workbook of one sheet, as a sheet of one workbook.

    Keeps:   kind and value of every cell; the same bytes on any day.
    """
    book, sheet, looks = opened_new(str(target), sheets[0])
    for number, (file, name) in enumerate(zip(files, sheets, strict=True)):
        sheet = sheet if number == 0 else book.add_worksheet(name)
        for i, row in enumerate(rows_of(file, "")):
            for j, cell in enumerate(row):
                put(sheet, looks, (i, j), cell)
    book.close()


def _own(wanted: str, number: int, before: Sequence[str]) -> str:
    """A name that Excel takes and that no other sheet has: letter case makes no other name there."""
    name = wanted[:_LONGEST].strip("'") or f"{_FREE}{number}"
    taken = {sheet.lower() for sheet in before} | {"history"}  # Excel keeps that one for itself
    return name if name.lower() not in taken else f"{name[: _LONGEST - len(str(number)) - 1]}-{number}"
