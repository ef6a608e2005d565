"""Safelist: what is not known to be safe is found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from veil.detectors.safe_words import SafeWords
from veil.lexicon.language import Language, english
from veil.model import Label, Span, Text

SCORE = 0.5  # the least that counts: a threshold above it for NAME or ID switches the safelist off for that label
_SHARE = 0.5
_TOKEN = re.compile(
    r"(?P<number>\d+(?:[.,/:\-]\d+)*(?![^\W_]))"
    r"|(?P<word>(?:[^\W\d_][\u0300-\u036f]*)+(?:'(?=[^\W\d_]{2})[^\W\d_]+)?(?![^\W_]))|(?P<mixed>[^\W_]+)"
)
_STAYS = frozenset({Label.YEAR, Label.AGE, Label.STATE, Label.WEEKDAY, Label.TIME, Label.PROFESSION})


class Safelist:
    """Finds every word and number that is not known to be safe; a judge, so that it sees what the others found.

    Keeps:   what others found stays as it is. A word that others know as a state, a year, an age under 90 ... stays
             theirs, for a policy to keep or not.
    """

    name = "safelist"
    labels = frozenset({Label.NAME, Label.ID})

    def __init__(self, language: Language | None = None) -> None:
        spoken = language or english()
        self._eponyms, self._safe = spoken.cues.eponyms, SafeWords(spoken)

    def judge(self, texts: Sequence[Text], found: Sequence[Sequence[Span]]) -> list[list[Span]]:
        return [[*spans, *self._unsafe(text, spans)] for text, spans in zip(texts, found, strict=True)]

    def _unsafe(self, text: Text, found: Sequence[Span]) -> Iterator[Span]:
        theirs = bytearray(len(text.raw))
        for span in found:
            if span.label in _STAYS and span.score >= _SHARE:
                theirs[span.start : span.end] = b"\1" * span.length
        for start, end, label in self.unsafe(text.shown):
            raw = text.raw_range(start, end)
            if not all(theirs[raw[0] : raw[1]]):
                kind = "word" if label is Label.NAME else "number"
                yield Span(*raw, label, SCORE, f"safelist:{kind}")

    def unsafe(self, shown: str) -> Iterator[tuple[int, int, Label]]:
        """The words (NAME) and numbers (ID) of a text that are not known to be safe."""
        for match in _TOKEN.finditer(shown):
            start, end = match.span()
            if match["number"]:
                if not self._safe.is_safe_number(shown, start, end) or _is_of_a_code(shown, start, end):
                    yield start, end, Label.ID
            elif match["word"]:
                if not self._safe.is_safe_word(match["word"]) and not self._is_of_a_pair(shown, start, end):
                    yield start, end, Label.NAME
            elif not self._safe.is_safe_mixed(match["mixed"]) or _is_of_a_code(shown, start, end):
                yield start, end, Label.ID if any(char.isdigit() for char in match["mixed"]) else Label.NAME

    def _is_of_a_pair(self, shown: str, start: int, end: int) -> bool:
        """Whether a word is one of two eponyms with a hyphen between them, one of them a rare name: Jackson-Pratt."""
        if shown[start:end].lower() not in self._eponyms:
            return False
        behind = re.compile(r"-([^\W\d_]+)").match(shown, end)
        before = re.compile(r"([^\W\d_]+)-$").search(shown, max(0, start - 24), start)
        other = behind or before
        return other is not None and other[1].lower() in self._eponyms and self._safe.is_safe_word(other[1])


def _is_of_a_code(shown: str, start: int, end: int) -> bool:
    """Whether three digits or more stand behind letters and a hyphen, or a stroke that no measure has: W-443x, #212."""
    if sum(char.isdigit() for char in shown[start:end]) < 3:
        return False
    if shown[start - 1 : start] == "#":
        return True
    return shown[start - 1 : start] in ("-", "_") and shown[start - 2 : start - 1].isalpha() and start > 1
