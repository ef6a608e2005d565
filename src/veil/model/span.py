"""Span: where something stands in a text, what it is, how sure we are and who said so."""

from __future__ import annotations

from typing import NamedTuple

from veil.model.labels import Label

DIGITS, KNOWN = "digits", "known"  # what proves a span


class Span(NamedTuple):
    """A stretch of the raw text.

    Takes:   `start`: first code point; `end`: code point after the last; `label`: what was found; `score`: confidence
             from 0 to 1; `source`: `detector:rule`; `role`: whose name it is, if the detector read it; `proof`:
             `digits`, `known` or empty
    Units:   half-open, in code points of the raw text; `score` from 0 to 1.
    Shape:   `proof`: what makes the span certain: `digits` (check digits that fit), `known` (a strong known identifier), ""
             where the score alone speaks.
    Keeps:   `source` is `detector:rule`, a name of the program, never a word of the text; `role` is one of ROLES where the
             detector read who a name means, else "".
    """

    start: int
    end: int
    label: Label
    score: float = 1.0
    source: str = ""
    role: str = ""
    proof: str = ""

    @property
    def detector(self) -> str:
        """The detector of the source, without its rule."""
        return self.source.partition(":")[0]

    @property
    def origin(self) -> str:
        """Source, check digits and role in one text, as reports and JSON give it: `ner/clinician`, `patterns:card+`."""
        shown = f"{self.source}+" if self.proof == DIGITS else self.source
        return f"{shown}/{self.role}" if self.role else shown

    @property
    def length(self) -> int:
        return self.end - self.start
