"""Figures: counts of notes as shares, with intervals, per label and per note; numbers only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from veil.errors import PolicyError
from veil.measure.bootstrap import intervals
from veil.measure.score import UNLABELLED, Counts, M
from veil.measure.sheet import LABELS

UNNAMED = "(no label)"
NAMES = (*(label.value for label in LABELS), UNNAMED)
LESS_IS_BETTER = frozenset({"other", "harmless", "leaks"})
Record = dict[str, Any]


def figures_of(counts: Sequence[Counts], draws: int) -> Record:
    """All figures of a set of notes.

    Shape:   `shares` in percent by the names that `--want` takes; `intervals` of those that are shares; `tokens`,
             `characters`, `spans`, `leaks`, `labels` (by name), `notes` (by position).
    """
    table = np.stack(counts)
    total = table.sum(axis=(0, 1))
    found = _summary(table)
    return {
        "shares": found,
        "intervals": _intervals(found, table, draws),
        "tokens": tokens(total),
        "characters": {name: int(total[M[name.upper()]]) for name in ("hit", "miss", "alarm", "calm")},
        "spans": spans(total),
        "leaks": _leaks(total, len(counts)),
        "labels": labels(table, draws),
        "notes": [{"note": number, **_of_note(counts)} for number, counts in enumerate(table.sum(axis=1), 1)],
    }


def tokens(total: Counts) -> Record:
    """Token figures as Philter tells them, with F2 (recall weighs four times what precision does)."""
    tp, fp, fn, tn = (int(total[column]) for column in (M.TP, M.FP, M.FN, M.TN))
    recall, precision = _share(tp, tp + fn), _share(tp, tp + fp)
    return {
        "tp": tp,
        "fp": fp,
        "fn": fn,
        "tn": tn,
        "recall": recall,
        "precision": precision,
        "f1": _f(precision, recall, 1),
        "f2": _f(precision, recall, 4),
        "retention": _share(tn, tn + fp),
    }


def spans(total: Counts) -> Record:
    """Recall and precision of whole spans; `_same`: under the right label too."""
    gold, predicted = int(total[M.GOLD]), int(total[M.SPANS])
    recalls = {
        name: _share(total[M[name.upper()]], gold)
        for name in ("exact", "any", "covered", "exact_same", "any_same", "covered_same")
    }
    precisions = {
        name: _share(total[M[f"SPAN_{name.upper()}"]], predicted) for name in ("exact", "any", "exact_same", "any_same")
    }
    return {"gold": gold, "predicted": predicted, "recall": recalls, "precision": precisions}


def labels(table: Counts, draws: int) -> Record:
    """Shape: label -> its figures; only labels that gold or the predictions have."""
    by_label = table.sum(axis=0)
    hits = table[:, :, M.TP]
    ranges = intervals(hits, hits + table[:, :, M.FN], draws=draws)
    found = {}
    for at, name in enumerate(NAMES):
        row = by_label[at]
        if row[[M.TP, M.FN, M.FP, M.GOLD, M.SPANS]].any():
            shares = tokens(row)
            if at == UNLABELLED or shares["recall"] is None:
                shares.update(f1=None, f2=None)
            del shares["tn"], shares["retention"]
            leaks = int(row[M.GOLD] - row[M.COVERED])
            found[name] = {
                **shares,
                "interval": _pair(ranges[at]),
                "leaks": leaks,
                "spans": spans(row),
                "characters": {"hit": int(row[M.HIT]), "miss": int(row[M.MISS]), "alarm": int(row[M.ALARM])},
            }
    return found


def wanted(text: str) -> dict[str, float]:
    """The bars of `--want name=number,...`.

    Errors:  PolicyError `want-unknown`, `want-number`.
    """
    found = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = pair.partition("=")
        if name not in WANTS:
            raise PolicyError("want-unknown", "--want contains an unknown figure", hint="allowed: " + ", ".join(WANTS))
        try:
            found[name] = float(number)
        except ValueError:
            raise PolicyError(
                "want-number", f"--want {name} must be a number", hint=f"for example {name}=99.5"
            ) from None
    return found


def short_of(shares: Record, bars: dict[str, float]) -> list[str]:
    """The bars that are not reached; a figure that does not exist reaches none."""
    return [name for name, bar in bars.items() if not _reaches(shares[name], bar, less=name in LESS_IS_BETTER)]


def _reaches(value: float | None, bar: float, *, less: bool) -> bool:
    return value is not None and (value <= bar if less else value >= bar)


def _summary(table: Counts) -> Record:
    """Percent, in the words and the arithmetic of the open measuring script beside the corpora."""
    pairs = {name: (int(hits.sum()), int(totals.sum())) for name, (hits, totals) in _columns(table).items()}
    found: Record = {name: 100 * hit / whole if whole else None for name, (hit, whole) in pairs.items()}
    total = table.sum(axis=(0, 1))
    shares = tokens(total)
    found["token_f1"], found["token_f2"] = _percent(shares["f1"]), _percent(shares["f2"])
    found["leaks"] = _leaks(total, len(table))["per_1000_notes"]
    return found


def _columns(table: Counts) -> dict[str, tuple[Counts, Counts]]:
    """Shape: name of a share -> what counts for it and out of what, a number a note."""
    by_note = table.sum(axis=1)
    column = {measure: by_note[:, measure] for measure in M}
    phi, alarm = column[M.HIT] + column[M.MISS], column[M.ALARM]
    holds = (phi > 0).astype(np.int64)
    return {
        "chars": (column[M.HIT], phi),
        "notes": (holds * (column[M.MISS] == 0), holds),
        "other": (alarm, alarm + column[M.CALM]),
        "harmless": ((1 - holds) * (alarm > 0), 1 - holds),
        "token_recall": (column[M.TP], column[M.TP] + column[M.FN]),
        "token_precision": (column[M.TP], column[M.TP] + column[M.FP]),
        "retention": (column[M.TN], column[M.TN] + column[M.FP]),
        "span_recall": (column[M.COVERED], column[M.GOLD]),
    }


SHARES = ("chars", "notes", "other", "harmless", "token_recall", "token_precision", "retention", "span_recall")
WANTS = (*SHARES, "token_f1", "token_f2", "leaks")


def _intervals(shares: Record, table: Counts, draws: int) -> Record:
    columns = _columns(table)
    hits = np.stack([columns[name][0] for name in SHARES], axis=1)
    totals = np.stack([columns[name][1] for name in SHARES], axis=1)
    ranges = 100 * intervals(hits, totals, draws=draws)
    return {name: _pair(ranges[at]) for at, name in enumerate(SHARES) if shares[name] is not None}


def _leaks(total: Counts, notes: int) -> Record:
    """A leak is a span of gold that is not wholly masked; one that is missed is masked nowhere."""
    leaked, missed = int(total[M.GOLD] - total[M.COVERED]), int(total[M.GOLD] - total[M.ANY])
    return {
        "spans": leaked,
        "missed": missed,
        "per_1000_notes": 1000 * leaked / max(1, notes),
        "missed_per_1000_notes": 1000 * missed / max(1, notes),
    }


def _of_note(total: Counts) -> Record:
    shares = tokens(total)
    return {
        **shares,
        "chars": _share(total[M.HIT], total[M.HIT] + total[M.MISS]),
        "other": _share(total[M.ALARM], total[M.ALARM] + total[M.CALM]),
        "spans": int(total[M.GOLD]),
        "leaks": int(total[M.GOLD] - total[M.COVERED]),
    }


def _share(part: Any, whole: Any) -> float | None:
    return int(part) / int(whole) if whole else None


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _f(precision: float | None, recall: float | None, weight: int) -> float | None:
    if precision is None or recall is None:
        return None
    whole = weight * precision + recall
    return (1 + weight) * precision * recall / whole if whole else 0.0


def _pair(ends: Any) -> list[float] | None:
    return None if np.isnan(ends).any() else [float(ends[0]), float(ends[1])]
