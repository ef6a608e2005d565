"""Grid: the cells of a text, where its lines are rows: by tabs, pipes, columns of spaces, commas under a head."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

_RULE = re.compile(r"[\s|+:\-=_]*\Z")
_WIDE = re.compile(r" {2,}")
_STROKES = re.compile(r"[A-Z][A-Za-z .#]{0,20}(?:/[A-Z][A-Za-z .#]{0,20}){2,}\s*\Z")  # a head whose words strokes part
_LONGEST_CELL = 48
_NEAR = 3  # signs by which a cell may stand beside its head
_FEWEST = 2


class Cell(NamedTuple):
    """A stretch of the shown text without the space around it."""

    start: int
    end: int


class Grid(NamedTuple):
    """Rows of cells that stand under each other; `signs`: what parts them."""

    rows: list[list[Cell]]
    signs: str


def grids(shown: str) -> Iterator[Grid]:
    """The runs of lines that are rows, in order; a line is of one run at most."""
    has_tab, has_pipe, has_wide = "\t" in shown, "|" in shown, "   " in shown or "  " in shown
    has_comma = "\n" in shown and ("," in shown or ";" in shown)
    if not (has_tab or has_pipe or has_wide or has_comma):
        return
    lines = list(_lines(shown))
    at = 0
    while at < len(lines):
        start, end = lines[at]
        signs = _signs(shown, start, end)
        stop = at + 1
        while signs and stop < len(lines) and _goes_on(shown, *lines[stop], signs):
            stop += 1
        if signs in ("\t", "|") or (signs and stop - at >= _FEWEST):
            split = _SPLITS[signs]
            rows = [split(shown, *line) for line in lines[at:stop] if not _RULE.match(shown[line[0] : line[1]])]
            yield Grid(rows, signs)
            at = stop
        else:
            at += 1


def _lines(shown: str) -> Iterator[tuple[int, int]]:
    at = 0
    while at <= len(shown):
        end = shown.find("\n", at)
        end = len(shown) if end < 0 else end
        yield at, end
        at = end + 1


def _signs(shown: str, start: int, end: int) -> str:
    """What parts the cells of a line, or nothing."""
    line = shown[start:end]
    if "\t" in line.strip(" "):
        return "\t"
    if line.count("|") >= _FEWEST:
        return "|"
    if _WIDE.search(line.strip()):
        return "  "
    if _STROKES.match(line):
        return "/"
    for sign in ";,":
        if line.count(sign) >= 1 and all(len(part) <= _LONGEST_CELL for part in line.split(sign)):
            return sign
    return ""


def _goes_on(shown: str, start: int, end: int, signs: str) -> bool:
    line = shown[start:end]
    if not line.strip():
        return False
    if signs in ("\t", "|"):
        return signs in line
    if signs == "/":
        return line.count("/") >= _FEWEST
    if signs == "  ":
        return _WIDE.search(line.strip()) is not None or bool(_RULE.match(line))
    return signs in line and _signs(shown, start, end) == signs


def _cell(shown: str, start: int, end: int) -> Cell:
    while start < end and shown[start] in ' \r"':
        start += 1
    while end > start and shown[end - 1] in ' \r"':
        end -= 1
    return Cell(start, end)


def _by(sign: str) -> Callable[[str, int, int], list[Cell]]:
    def split(shown: str, start: int, end: int) -> list[Cell]:
        cells, at = [], start
        while True:
            stop = shown.find(sign, at, end)
            cells.append(_cell(shown, at, end if stop < 0 else stop))
            if stop < 0:
                return cells
            at = stop + 1

    return split


def _by_space(shown: str, start: int, end: int) -> list[Cell]:
    cells, at = [], start
    for match in _WIDE.finditer(shown, start, end):
        if match.start() > at:
            cells.append(_cell(shown, at, match.start()))
        at = match.end()
    if at < end:
        cells.append(_cell(shown, at, end))
    return [cell for cell in cells if cell.start < cell.end]


_SPLITS: dict[str, Callable[[str, int, int], list[Cell]]] = {
    "/": _by("/"),
    "\t": _by("\t"),
    "|": _by("|"),
    ";": _by(";"),
    ",": _by(","),
    "  ": _by_space,
}


def columns(shown: str, grid: Grid) -> list[list[Cell]]:
    """The cells of each column, from the second row on those under the head of the first.

    Shape:   by place for signs; for columns of spaces by where they stand on their line.
    """
    head = grid.rows[0]
    found: list[list[Cell]] = [[cell] for cell in head]
    if grid.signs != "  ":
        for row in grid.rows[1:]:
            for column, cell in zip(found, row, strict=False):
                column.append(cell)
        return found
    places = [cell.start - _line_start(shown, cell.start) for cell in head]
    for row in grid.rows[1:]:
        for number, cell in enumerate(row):
            place = cell.start - _line_start(shown, cell.start)
            near = min(range(len(places)), key=lambda i: abs(places[i] - place))
            if abs(places[near] - place) > _NEAR:
                if len(row) != len(head):
                    continue
                near = number
            found[near].append(cell)
    return found


def _line_start(shown: str, at: int) -> int:
    return shown.rfind("\n", 0, at) + 1
