"""Detector: what every detector is, and what it is told about the texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from veil.model import Label, Span, Text


@dataclass(frozen=True, slots=True)
class Known:
    """One identifier that the tables hold about a subject (Philter's "probe").

    Shape:   `kind` is `given_name`, `family_name`, `full_name`, `phone`, `street`, `city`, `date`, `number` ...
             `strength` is `strong` (hunted everywhere) or `weak` (only where the context says a name or a place).
    """

    kind: str
    value: str
    label: Label
    strength: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose record a text is: the subject (None: nobody's) and what the roster knows of them."""

    subject: str | None = None
    known: tuple[Known, ...] = ()


class Detector(Protocol):
    """Finds spans. Texts go in many at a time; spans come out in raw code points, one list a text.

    Keeps:   the answer for a text does not depend on its neighbours in the batch.
    """

    name: str
    labels: frozenset[Label]

    def find(self, texts: Sequence[Text], owners: Sequence[Owner]) -> list[list[Span]]: ...
