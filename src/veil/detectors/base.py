"""Detector: what every detector is, and what it is told about the texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from veil.model import Known, Label, Owner, Span, Text

__all__ = ["Detector", "Judge", "Known", "Owner"]


@runtime_checkable
class Detector(Protocol):
    """Finds spans. Texts go in many at a time; spans come out in raw code points, one list a text.

    Keeps:   the answer for a text does not depend on its neighbours in the batch. A detector that has `reads_owners = False`
             has the same answer whosever the text is; it is then asked of equal texts once.
    """

    name: str
    labels: frozenset[Label]

    def find(self, texts: Sequence[Text], owners: Sequence[Owner]) -> list[list[Span]]: ...


@runtime_checkable
class Judge(Protocol):
    """Reads texts together with what the detectors found in them, and says how sure each span is; it may add some.

    Keeps:   the answer for a text does not depend on its neighbours in the batch.
    """

    name: str
    labels: frozenset[Label]

    def judge(self, texts: Sequence[Text], found: Sequence[Sequence[Span]]) -> list[list[Span]]: ...
