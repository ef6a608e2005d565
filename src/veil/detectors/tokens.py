"""Tokens: the words of one text with what their language says of each."""

from __future__ import annotations

import re
from functools import cached_property

from veil.lexicon.language import Language
from veil.lexicon.vocabulary import family_rank, given_rank

__all__ = ["JOINING_GAPS", "Tokens", "family_rank", "given_rank"]

JOINING_GAPS = frozenset({" ", "-", ". "})  # between two words of one name

# Possessive quantifiers: each word is read once, nothing is tried again.
_LETTERS = r"(?:[^\W\d_]++[\u0300-\u036f]*+)++"
# `a.b.c` is one token, `a.b.cde` three: all but its last are taken at once, else each would read on to the end again.
_TOKEN = re.compile(
    rf"(?P<torn>(?:[^\W\d_]{{1,2}}+\.)++(?=[^\W\d_]{{3}}))|[^\W\d_]{{1,2}}+(?:\.[^\W\d_]{{1,2}}+)++(?![^\W\d_])|{_LETTERS}(?:['\-]{_LETTERS})*+"
)


class Tokens:
    """Words in order; `words[i]` stands at `starts[i]:ends[i]` of `shown`.

    Keeps:   a possessive `'s` is no part of its word.
    """

    def __init__(self, shown: str, language: Language) -> None:
        self.shown = shown
        self.language, self.cues = language, language.cues
        self.bits_of, self.is_wordlike = language.vocabulary.bits, language.vocabulary.is_wordlike
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        for match in _TOKEN.finditer(shown):
            if match.lastgroup:
                self._take_torn(match.group(), match.start())
                continue
            word, end = match.group(), match.end()
            if word[-2:] in {"'s", "'S"}:
                word, end = word[:-2], end - 2
            self.words.append(word)
            self.starts.append(match.start())
            self.ends.append(end)
        self.lower = [word.lower() for word in self.words]

    def _take_torn(self, chain: str, start: int) -> None:
        for word in chain.split(".")[:-1]:
            self.words.append(word)
            self.starts.append(start)
            self.ends.append(start + len(word))
            start += len(word) + 1

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def loud(self) -> bool:
        """Whether most of the text is in capitals, so that capitals say nothing."""
        return sum(word.isupper() for word in self.words) * 2 > len(self.words)

    @cached_property
    def quiet(self) -> bool:
        """Whether the text has next to no capitals, so that small letters say nothing."""
        return sum(word[0].isupper() for word in self.words) * 25 < len(self.words)

    def gap(self, i: int) -> str:
        """What stands before word i, back to the word before it (without its possessive)."""
        return self.shown[self.ends[i - 1] if i else 0 : self.starts[i]]

    def gap_behind(self, i: int) -> str:
        return self.shown[self.ends[i] : self.starts[i + 1] if i + 1 < len(self.words) else len(self.shown)]

    def tail(self, i: int) -> str:
        """The dozen characters behind word i."""
        return self.shown[self.ends[i] : self.ends[i] + 12]

    def begins(self, i: int) -> bool:
        """Whether word i begins a sentence, a line or a value."""
        if i == 0:
            return True
        gap = self.gap(i)
        return (
            gap != " "
            and any(char in gap for char in ".!?:;\n*|>\u2022\u00b7\t")
            and self.lower[i - 1] not in self.cues.abbreviated
        )

    def line_is_loud(self, i: int) -> bool:
        """Whether the line of word i is a heading or a text in capitals: four words of capitals in it."""
        first = max(0, self.starts[i] - 40)
        start = self.shown.rfind("\n", first, self.starts[i]) + 1
        near = self.shown[max(start, first) : self.ends[i] + 40].partition("\n")[0]
        words = [word for word in near.split() if len(word) > 2 and word[0].isalpha()]
        return len(words) > 3 and sum(word.isupper() for word in words) > 0.8 * len(words)
