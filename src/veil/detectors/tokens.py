"""Tokens: the words of one text with what their language says of each."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import accumulate

from veil.lexicon.language import Language
from veil.lexicon.vocabulary import family_rank, given_rank

__all__ = ["JOINING_GAPS", "Tokens", "family_rank", "given_rank"]

JOINING_GAPS = frozenset({" ", "-", ". "})  # between two words of one name

# Possessive quantifiers: each word is read once, nothing is tried again.
_LETTERS = r"(?:[^\W\d_]++[\u0300-\u036f]*+)++"
# `a.b.c` is one token, `a.b.cde` three: all but its last are taken at once, else each would read on to the end again.
# Plain words, which most are, need no second look.
_TOKEN = re.compile(
    rf"([^\W\d_]{{3,}}+(?![\u0300-\u036f'\-])"
    rf"|(?:[^\W\d_]{{1,2}}+\.)++(?=[^\W\d_]{{3}})|[^\W\d_]{{1,2}}+(?:\.[^\W\d_]{{1,2}}+)++(?![^\W\d_])|{_LETTERS}(?:['\-]{_LETTERS})*+)"
)
_OWN = frozenset({"'s", "'S"})


class Tokens:
    """Words in order; `words[i]` stands at `starts[i]:ends[i]` of `shown`.

    Keeps:   a possessive `'s` is no part of its word.
    """

    def __init__(self, shown: str, language: Language) -> None:
        self.shown = shown
        self.language, self.cues = language, language.cues
        self.bits_of, self.is_wordlike = language.vocabulary.bits, language.vocabulary.is_wordlike
        parts: list[str] = _TOKEN.split(
            shown
        )  # what stands before a word, the word, and last what stands behind all of them
        places = list(accumulate(map(len, parts)))
        self.words, self._gaps = parts[1::2], parts[::2]
        self.starts, self.ends = places[:-1:2], places[1::2]
        odd = [i for i, word in enumerate(self.words) if word[-1] == "." or word[-2:] in _OWN]
        if odd:
            self._mend(odd)
        self.lower = [word.lower() for word in self.words]

    def _mend(self, odd: list[int]) -> None:
        """Takes the possessive off words, and apart what is one token only because it has stops."""
        old = list(zip(self.words, self._gaps, self.starts, self.ends, strict=False))
        tail = self._gaps[-1]
        words, gaps, starts, ends = [], [], [], []
        at, owned = 0, ""
        for i in [*odd, len(old)]:
            plain = old[at:i]
            words += [word for word, _, _, _ in plain]
            gaps += [gap for _, gap, _, _ in plain]
            starts += [start for _, _, start, _ in plain]
            ends += [end for _, _, _, end in plain]
            if plain:
                gaps[-len(plain)] = owned + gaps[-len(plain)]
                owned = ""
            if i == len(old):
                break
            word, gap, start, end = old[i]
            gap, owned = owned + gap, ""
            pieces = word.split(".")[:-1] if word[-1] == "." else [word[:-2]]
            for piece in pieces:
                words.append(piece)
                gaps.append(gap)
                starts.append(start)
                ends.append(start + len(piece))
                start += len(piece) + 1
                gap = "."
            owned = self.shown[ends[-1] : end]
            at = i + 1
        self.words, self._gaps, self.starts, self.ends = words, [*gaps, owned + tail], starts, ends

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def capitals(self) -> list[int]:
        """The words that begin with a capital."""
        return [i for i, word in enumerate(self.words) if word[0].isupper()]

    @cached_property
    def loud(self) -> bool:
        """Whether most of the text is in capitals, so that capitals say nothing."""
        return sum(word.isupper() for word in self.words) * 2 > len(self.words)

    @cached_property
    def quiet(self) -> bool:
        """Whether the text has next to no capitals, so that small letters say nothing."""
        return len(self.capitals) * 25 < len(self.words)

    def gap(self, i: int) -> str:
        """What stands before word i, back to the word before it (without its possessive)."""
        return self._gaps[i]

    def gap_behind(self, i: int) -> str:
        return self._gaps[i + 1]

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
