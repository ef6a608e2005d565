"""Verdict: what is said of a request, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from veil.model import Label
from veil.service.locate import LABELS, SIXTEEN

HEADERS = ("locate.detect-phi", "x-locate-detect-phi")
FAILURES = frozenset({"late", "failed", "busy"})  # ours; all other reasons lie in the request or in the policy
NOT_IN_TIME = FAILURES | {"body-large", "body-slow"}  # what a verdict could not wait for


class Verdict(StrEnum):
    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Keeps: `counts` are by label and hold no value; `found` does, and is there only where findings are kept."""

    verdict: Verdict
    reason: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    found: list[dict[str, Any]] = field(default_factory=list)
    cpu: float = 0.0
    away: bool = False  # the evaluator elsewhere did not answer

    @property
    def failed(self) -> bool:
        return self.verdict is Verdict.UNKNOWN and self.reason in FAILURES

    @property
    def unchecked(self) -> bool:
        """Whether it could not be read in time, whoever is to blame."""
        return self.verdict is Verdict.UNKNOWN and self.reason in NOT_IN_TIME


def outcome(kinds: Iterable[str], unread: Collection[str]) -> Evaluation:
    """True where anything was found; else unknown where anything could not be read; else false."""
    counts = dict(Counter(kinds))
    if counts:
        return Evaluation(Verdict.TRUE, next(iter(unread), ""), counts)
    if unread:
        return Evaluation(Verdict.UNKNOWN, next(iter(unread)))
    return Evaluation(Verdict.FALSE)


def unknown(reason: str) -> Evaluation:
    return Evaluation(Verdict.UNKNOWN, reason)


def together(first: Evaluation, second: Evaluation) -> Evaluation:
    """What two parts of one request say of the whole."""
    counts = dict(Counter(first.counts) + Counter(second.counts))
    found = [*first.found, *second.found]
    worst = max((first, second), key=lambda outcome_: _WEIGHT[outcome_.verdict])
    return Evaluation(worst.verdict, first.reason or second.reason, counts, found, first.cpu + second.cpu)


_WEIGHT = {Verdict.FALSE: 0, Verdict.UNKNOWN: 1, Verdict.TRUE: 2}


def labels_of(names: Collection[str]) -> frozenset[Label]:
    """The labels that make a request true: those of Locate where none is named.

    Shape:   a label, a word of another tool for one, or one of the sixteen as Locate writes it (`Geographic Data`).
    Errors:  PolicyError `label-unknown`.
    """
    from veil.model.labels import label_of  # noqa: PLC0415  names are read once

    locate = {name.lower(): labels for name, labels in SIXTEEN.items()}
    found = [locate.get(name.lower()) or frozenset({label_of(name)}) for name in names]
    return frozenset().union(*found) if found else LABELS
