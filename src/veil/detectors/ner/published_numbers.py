"""Published numbers: what looks like somebody's number or date and belongs to a paper, a trial, a book, a catalogue."""

from __future__ import annotations

import re

from veil.lexicon.language import Language
from veil.model import Label

_NUMBERS = frozenset(
    {
        Label.ID,
        Label.MRN,
        Label.ACCOUNT,
        Label.PHONE,
        Label.DATE,
        Label.DEVICE,
        Label.LICENSE,
        Label.ZIP,
        Label.HEALTH_PLAN,
    }
)
NEAR = 100  # characters that are read back, within the sentence


def is_public(shown: str, start: int, end: int, label: Label, language: Language) -> bool:
    """Whether the words before a number or a date say that it belongs to something printed.

    Keeps:   never so for a date unless both the thing that was printed and the word that it was are in the sentence.
    """
    if label not in _NUMBERS:  # dates are among them
        return False
    words = language.public
    before = re.split(r"[.!?]\s|\n", shown[max(0, start - NEAR) : start])[-1]
    if words.numbered.match(shown[start:end].strip()) or words.register.search(before):
        return True
    return label is Label.DATE and words.issued.search(before) is not None and words.paper.search(before) is not None
