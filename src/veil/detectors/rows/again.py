"""Again: an odd word that is a name or a place in one spot of a text is one wherever it stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from veil.detectors.weigh import ACCEPTED
from veil.lexicon.language import Language
from veil.model import Label, Span, Text

SCORE = 0.7
_WORD = re.compile(r"[^\W\d_]{4,}")
_LABELS = frozenset({Label.NAME, Label.LOCATION})
_LONGEST = 80
_MOST = 64  # words that are sought; a text with more is a list, and is read as one


class Again:
    """Seeks the odd words of names and places in the rest of their text."""

    def __init__(self, language: Language) -> None:
        self._vocabulary = language.vocabulary

    def more(self, text: Text, spans: Sequence[Span]) -> Iterator[Span]:
        """Spans of the odd words where none covers them; their label is that of the surest span that has the word.

        Keeps:   a word that is found in fewer spots than it is left in is none: `Deflux was used`.
        """
        raw = text.raw
        labels = self._labels(raw, spans)
        if not labels:
            return
        covered = bytearray(len(raw))
        for span in spans:
            if span.score >= ACCEPTED:
                covered[span.start : span.end] = b"\1" * span.length
        for word, (_, label) in labels.items():
            spots = [match.span() for match in re.finditer(rf"(?<![^\W\d_]){word}(?![^\W\d_])", raw)]
            left = [spot for spot in spots if not any(covered[slice(*spot)])]
            if len(left) * 2 <= len(spots):
                yield from (Span(*spot, label, SCORE, "rows:again") for spot in left)

    def _labels(self, raw: str, spans: Sequence[Span]) -> dict[str, tuple[float, Label]]:
        """Odd words of names and places that stand in the text more than once, each with the score and label of its surest span."""
        labels: dict[str, tuple[float, Label]] = {}
        for span in spans:
            if span.label not in _LABELS or span.score < ACCEPTED or span.length > _LONGEST:
                continue
            for word in _WORD.findall(raw[span.start : span.end]):
                if word not in labels or labels[word][0] < span.score:
                    labels[word] = (span.score, span.label)
            if len(labels) > _MOST:
                return {}
        return {
            word: best for word, best in labels.items() if raw.count(word) > 1 and self._vocabulary.is_odd(word.lower())
        }
