"""File names: which piece of the names of notes is an id of a column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

_ENOUGH = 0.9


def note_pattern(
    names: list[str], ids: Mapping[str, set[str]], counts: Counter[tuple[str, str]]
) -> tuple[str, str] | None:
    """The pattern of file names in which one piece is an id of a column, and that column; None where there is none."""
    for name in names[:500]:
        pieces = re.split(r"([^A-Za-z0-9]+)", name)
        for i, piece in enumerate(pieces[::2]):
            for column, values in ids.items():
                if piece in values:
                    counts[_shape(pieces, 2 * i, column), column] += 1
    if not counts:
        return None
    (pattern, column), hits = counts.most_common(1)[0]
    return (pattern, column) if hits >= _ENOUGH * min(len(names), 500) else None


def _shape(pieces: list[str], at: int, column: str) -> str:
    last = len(pieces) - 1
    pattern, number = "", 0
    for i, piece in enumerate(pieces):
        if i == at:
            pattern += "{" + column + "}"
        elif i % 2 or i == last or not piece:
            pattern += piece
        else:
            number += 1
            pattern += "{n}" if number == 1 else f"{{n{number}}}"
    return pattern
