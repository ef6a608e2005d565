"""Span: where something stands in a text, what it is, how sure we are and who said so."""

from __future__ import annotations

from typing import NamedTuple

from veil.model.labels import Label


class Span(NamedTuple):
    """A stretch of the raw text.

    Units:   half-open, in code points of the raw text; `score` from 0 to 1.
    Keeps:   `source` is `detector:rule`, a name of the program, never a word of the text.
    """

    start: int
    end: int
    label: Label
    score: float = 1.0
    source: str = ""

    @property
    def length(self) -> int:
        return self.end - self.start
