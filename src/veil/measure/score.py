"""Score: a sheet of gold against predictions, as counts by label that add up over notes."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum, auto

import numpy as np
from numpy.typing import NDArray

from veil.measure.curate import Gold
from veil.measure.notes import NoteMark
from veil.measure.sheet import FREE, INDEX, LABELS, Sheet
from veil.model import Label

UNLABELLED = len(LABELS)
ROWS = UNLABELLED + 1
Counts = NDArray[np.int64]
Predicted = Sequence[tuple[NoteMark, Label | None]]


class M(IntEnum):
    """The columns of counts. What gold has is counted under gold's label, a false alarm under that of the prediction.

    Source:  the measures of the i2b2 shared tasks (tokens, spans), and of Philter (token recall, precision, retention).
    """

    TP = 0  # tokens of gold that are wholly masked
    FN = auto()
    FP = auto()  # tokens outside gold of which anything is masked
    TN = auto()
    HIT = auto()  # letters and digits of gold that are masked
    MISS = auto()
    ALARM = auto()  # letters and digits outside gold that are masked
    CALM = auto()
    GOLD = auto()  # spans of gold
    EXACT = auto()  # found with both ends right
    ANY = auto()  # touched
    COVERED = auto()  # wholly masked
    EXACT_SAME = auto()  # the same three under the right label
    ANY_SAME = auto()
    COVERED_SAME = auto()
    SPANS = auto()  # predicted spans that count
    SPAN_EXACT = auto()  # that are a span of gold
    SPAN_ANY = auto()  # that touch one
    SPAN_EXACT_SAME = auto()
    SPAN_ANY_SAME = auto()


def counts_of(sheet: Sheet, predicted: Predicted) -> Counts:
    """The counts of one note.

    Shape:   (labels and one row for predictions without a label) x (columns `M`); TN and CALM stand in that last row.
    """
    counts = np.zeros((ROWS, len(M)), dtype=np.int64)
    predicted_kinds = painted(len(sheet.text), predicted)
    _tokens(counts, sheet, predicted_kinds)
    _characters(counts, sheet, predicted_kinds)
    _spans(counts, sheet, predicted, predicted_kinds >= 0)
    return counts


def painted(size: int, predicted: Predicted) -> NDArray[np.int8]:
    """Shape: the label that is predicted at each code point, -1 where none is."""
    predicted_kinds = np.full(size, -1, dtype=np.int8)
    for mark, label in predicted:
        predicted_kinds[mark.start : mark.end] = UNLABELLED if label is None else INDEX[label]
    return predicted_kinds


def _tokens(counts: Counts, sheet: Sheet, predicted_kinds: NDArray[np.int8]) -> None:
    masked = _running(predicted_kinds >= 0)
    inside = masked[sheet.ends] - masked[sheet.starts]
    kind = sheet.kind[sheet.starts]
    covered, phi, free = inside == sheet.ends - sheet.starts, kind >= 0, kind == FREE
    counts[:, M.TP] = np.bincount(kind[phi & covered], minlength=ROWS)
    counts[:, M.FN] = np.bincount(kind[phi & ~covered], minlength=ROWS)
    places = np.flatnonzero(predicted_kinds >= 0)
    firsts = places[np.searchsorted(places, sheet.starts[free & (inside > 0)])]
    counts[:, M.FP] = np.bincount(predicted_kinds[firsts], minlength=ROWS)
    counts[UNLABELLED, M.TN] = np.count_nonzero(free & (inside == 0))


def _characters(counts: Counts, sheet: Sheet, predicted_kinds: NDArray[np.int8]) -> None:
    phi, free, masked = sheet.solid & (sheet.kind >= 0), sheet.solid & (sheet.kind == FREE), predicted_kinds >= 0
    counts[:, M.HIT] = np.bincount(sheet.kind[phi & masked], minlength=ROWS)
    counts[:, M.MISS] = np.bincount(sheet.kind[phi & ~masked], minlength=ROWS)
    counts[:, M.ALARM] = np.bincount(predicted_kinds[free & masked], minlength=ROWS)
    counts[UNLABELLED, M.CALM] = np.count_nonzero(free & ~masked)


def _spans(counts: Counts, sheet: Sheet, predicted: Predicted, masked: NDArray[np.bool_]) -> None:
    solid = sheet.solid & (sheet.kind >= 0)
    own, hidden = _running(solid), _running(solid & masked)
    bounds = {(mark.start, mark.end) for mark, _ in predicted}
    named = {(mark.start, mark.end, label) for mark, label in predicted}
    by_label = _by_label(solid, predicted)
    for gold in counting(sheet):
        total = own[gold.end] - own[gold.start]
        if not total or gold.label is None:
            continue
        row = counts[INDEX[gold.label]]
        caught = hidden[gold.end] - hidden[gold.start]
        same = by_label.get(gold.label)
        alike = same[gold.end] - same[gold.start] if same is not None else 0
        either_way = ((gold.start, gold.end), (gold.first, gold.last))
        row[M.GOLD] += 1
        row[M.EXACT] += any(pair in bounds for pair in either_way)
        row[M.ANY] += caught > 0
        row[M.COVERED] += caught == total
        row[M.EXACT_SAME] += any((*pair, gold.label) in named for pair in either_way)
        row[M.ANY_SAME] += alike > 0
        row[M.COVERED_SAME] += alike == total
    _predicted(counts, sheet, predicted, own)


def _predicted(counts: Counts, sheet: Sheet, predicted: Predicted, own: Counts) -> None:
    weighed = _running(sheet.solid & ((sheet.kind >= 0) | (sheet.kind == FREE)))
    golden = [gold for gold in counting(sheet) if own[gold.end] - own[gold.start]]
    bounds = {pair for gold in golden for pair in ((gold.start, gold.end), (gold.first, gold.last))}
    named = {(*pair, gold.label) for gold in golden for pair in ((gold.start, gold.end), (gold.first, gold.last))}
    neutral = {(gold.first, gold.last, gold.label) for gold in sheet.gold if not gold.counts}
    apart = {pair[:2] for pair in neutral} - bounds
    solid = sheet.solid & (sheet.kind >= 0)
    by_label = _by_label(solid, [(NoteMark(gold.start, gold.end, None), gold.label) for gold in golden])
    for mark, label in dict.fromkeys(predicted):
        start, end = mark.start, mark.end
        if not weighed[end] - weighed[start] or (start, end) in apart or (start, end, label) in neutral:
            continue
        same = by_label.get(label) if label is not None else None
        row = counts[UNLABELLED if label is None else INDEX[label]]
        row[M.SPANS] += 1
        row[M.SPAN_EXACT] += (start, end) in bounds
        row[M.SPAN_ANY] += own[end] > own[start]
        row[M.SPAN_EXACT_SAME] += label is not None and (start, end, label) in named
        row[M.SPAN_ANY_SAME] += same is not None and same[end] > same[start]


def counting(sheet: Sheet) -> list[Gold]:
    """The marks of gold that count."""
    return [gold for gold in sheet.gold if gold.counts]


def _by_label(solid: NDArray[np.bool_], marks: Predicted) -> dict[Label, Counts]:
    """Shape: label -> how many counted code points it covers up to each place."""
    masks: dict[Label, NDArray[np.bool_]] = {}
    for mark, label in marks:
        if label is not None:
            masks.setdefault(label, np.zeros(len(solid), dtype=np.bool_))[mark.start : mark.end] = True
    return {label: _running(solid & mask) for label, mask in masks.items()}


def _running(flags: NDArray[np.bool_]) -> Counts:
    """Shape: n flags -> n + 1 counts of those before each place."""
    return np.concatenate(([0], np.cumsum(flags, dtype=np.int64)))
