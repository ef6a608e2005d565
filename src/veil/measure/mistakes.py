"""Mistakes: each leak and each false alarm in its context; for protected pages alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from veil.measure.score import Predicted, counting
from veil.measure.sheet import FREE, Sheet

LEAK, PART, ALARM, WIDE = "leaked fully", "leaked partly", "false alarm", "too wide"
CONTEXT = 60


@dataclass(frozen=True, slots=True)
class Mistake:
    """Shape: `pieces` are the text of the span, each masked or not; `before`, `after` what stands around it."""

    label: str
    kind: str
    note: int
    surface: str = field(repr=False)
    before: str = field(repr=False)
    pieces: tuple[tuple[str, bool], ...] = field(repr=False)
    after: str = field(repr=False)


def mistakes(sheet: Sheet, predicted: Predicted, number: int) -> Iterator[Mistake]:
    """The leaks of a note (spans of gold not wholly masked), then its false alarms (masked text that nobody marked)."""
    masked = np.zeros(len(sheet.text), dtype=np.bool_)
    for mark, _ in predicted:
        masked[mark.start : mark.end] = True
    counted = sheet.solid & (sheet.kind >= 0)
    for gold in counting(sheet):
        own = counted[gold.start : gold.end]
        hidden = own & masked[gold.start : gold.end]
        if own.any() and not np.array_equal(own, hidden) and gold.label is not None:
            kind = PART if hidden.any() else LEAK
            yield _mistake(sheet, gold.label.value, kind, number, (gold.start, gold.end), masked)
    free = sheet.solid & (sheet.kind == FREE)
    for mark, label in dict.fromkeys(predicted):
        if free[mark.start : mark.end].any():
            kind = WIDE if counted[mark.start : mark.end].any() else ALARM
            yield _mistake(sheet, label.value if label else "(no label)", kind, number, mark[:2], masked)


def _mistake(
    sheet: Sheet,
    label: str,
    kind: str,
    number: int,
    place: tuple[int, int],
    masked: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> Mistake:
    start, end = place
    text = sheet.text
    edges = [start, *(at for at in range(start + 1, end) if masked[at] != masked[at - 1]), end]
    pieces = tuple((text[a:b], bool(masked[a])) for a, b in pairwise(edges))
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return Mistake(label, kind, number, text[start:end], before, pieces, after)
