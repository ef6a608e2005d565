"""Speakers: who begins line after line of a chat with a colon behind the name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from veil.detectors.tokens import family_rank, given_rank
from veil.lexicon.language import Language

_LINE = re.compile(
    r"^[ \t>*\-]{0,4}(?:\[[\d:./ \-APMapm]{4,20}\][ ]?|\d{1,2}:\d\d(?:[ ]?[APap]M)?[ ,\-]{1,3})?"
    r"([^\W\d_][\w.'\-]{2,24}(?:[ ][^\W\d_][\w'\-]{1,24})?):[ ]",
    re.MULTILINE,
)
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST = 2  # lines that a speaker begins
_BORNE = 4  # log2 of the bearers over 64


class Speakers:
    """Finds the names that begin at least two lines of a text."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def more(self, shown: str) -> Iterator[tuple[int, int]]:
        """The stretches of names; one line of each speaker is enough where another speaks twice."""
        places = [match.span(1) for match in _LINE.finditer(shown)] if shown.count(":") > 1 and "\n" in shown else []
        spoken = Counter(shown[start:end] for start, end in places)
        speakers = {name for name in spoken if self._is_name(name)}
        if any(spoken[name] >= _FEWEST for name in speakers):
            yield from (place for place in places if shown[slice(*place)] in speakers)

    def _is_name(self, value: str) -> bool:
        vocabulary, cues = self._language.vocabulary, self._language.cues
        words = [word.lower() for word in _WORD.findall(value)]
        if any(word in cues.not_names or word in cues.role_keys or word in cues.people for word in words):
            return False
        bits = [vocabulary.bits(word) for word in words]
        if any(vocabulary.is_wordlike(word, bit) for word, bit in zip(words, bits, strict=True)):
            return False
        return any(
            vocabulary.is_odd(word) or max(family_rank(bit), given_rank(bit)) >= _BORNE
            for word, bit in zip(words, bits, strict=True)
        )
