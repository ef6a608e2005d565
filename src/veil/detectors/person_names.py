"""Person names: all names of persons in one text; first those beside cues, then those that are names by themselves."""

from __future__ import annotations

from veil.detectors.cued_names import CuedNames
from veil.detectors.found_names import FoundNames
from veil.detectors.name_words import NameWords
from veil.detectors.tokens import Tokens
from veil.detectors.uncued_names import UncuedNames


class PersonNames:
    """Runs the rules for names over the words of one text; `taken` are the words that are no part of a name."""

    def __init__(self, tokens: Tokens, taken: set[int]) -> None:
        self._tokens = tokens
        self.names = FoundNames(tokens, taken)
        self.words = NameWords(tokens, self.names)
        self._cued = CuedNames(tokens, self.words, self.names)
        self._uncued = UncuedNames(tokens, self.words, self.names)

    def read(self) -> FoundNames:
        tokens, every = self._tokens, self._tokens.cues.every
        keyed = "-name" in tokens.shown.lower()
        for i, lower in enumerate(tokens.lower):
            if lower in every or (keyed and lower.endswith("-name")):
                self._cued.read(i, lower)
        for i in tokens.capitals:
            if i not in self.names.taken:
                self._uncued.read(i)
        return self.names
