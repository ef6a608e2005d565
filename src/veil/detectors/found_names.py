"""Found names: the names that the rules have found in one text so far, and the words that they take up."""

from __future__ import annotations

from typing import NamedTuple

from veil.detectors.tokens import Tokens


class FoundName(NamedTuple):
    """Words `first` to `last` (inclusive) are a name."""

    first: int
    last: int
    score: float
    rule: str


class FoundNames:
    """The names of one text in the order in which the rules found them.

    Keeps:   no word belongs to two names; `taken` also has the words that cannot be in a name, such as those of places.
    """

    def __init__(self, tokens: Tokens, taken: set[int]) -> None:
        self._tokens = tokens
        self.found: list[FoundName] = []
        self.taken = taken

    def add(self, first: int, last: int, score: float, rule: str) -> None:
        """Add a name, unless one of its words is taken or all of them are placeholders."""
        tokens, span = self._tokens, range(first, last + 1)
        placeholder = all(tokens.lower[k] in tokens.cues.placeholders and len(tokens.words[k]) > 1 for k in span)
        if placeholder or not self.taken.isdisjoint(span):
            return
        self.taken.update(span)
        self.found.append(FoundName(first, last, score, rule))
