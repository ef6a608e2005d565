"""Detector: what every detector is, and what it is told about the texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from veil.model import Known, Label, Owner, Span, Text

__all__ = ["Detector", "Known", "Owner"]


class Detector(Protocol):
    """Finds spans. Texts go in many at a time; spans come out in raw code points, one list a text.

    Keeps:   the answer for a text does not depend on its neighbours in the batch.
    """

    name: str
    labels: frozenset[Label]

    def find(self, texts: Sequence[Text], owners: Sequence[Owner]) -> list[list[Span]]: ...
