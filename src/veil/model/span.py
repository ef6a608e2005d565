"""Span: where something stands in a text, what it is, how sure we are and who said so."""

from __future__ import annotations

from typing import NamedTuple

from veil.model.labels import Label


class Span(NamedTuple):
    """A stretch of the raw text.

    Units:   half-open, in code points of the raw text; `score` from 0 to 1.
    Keeps:   `source` is `detector:rule`, a name of the program, never a word of the text; `role` is one of ROLES where the
             detector read who a name means, else "".
    """

    start: int
    end: int
    label: Label
    score: float = 1.0
    source: str = ""
    role: str = ""

    @property
    def detector(self) -> str:
        """The detector of the source, without its rule."""
        return self.source.partition(":")[0]

    @property
    def origin(self) -> str:
        """Source and role in one text, as reports and JSON give it: `ner/clinician`."""
        return f"{self.source}/{self.role}" if self.role else self.source

    @property
    def length(self) -> int:
        return self.end - self.start
