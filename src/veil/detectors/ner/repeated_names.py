"""Repeated names: a name that is certain once in a text is found wherever it stands in it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from veil.detectors.ner.counter_evidence import is_of_a_thing
from veil.detectors.ner.cut import Cut
from veil.detectors.ner.decode import Doubts
from veil.lexicon.language import Language
from veil.model import Label, Span, Text

CERTAIN = 0.9
SHORTEST = 3
WORD, NAME = 0.1, 0.02  # the least share that an English word, and that a plain name, must have to be an echo
SCORE = 0.8


def echoes(text: Text, cut: Cut, seen: Doubts, found: Sequence[Span], language: Language) -> Iterator[Span]:
    """The words of certain names where no span covers them.

    Keeps:   an eponym or a thing of the same name is none: `Dr. Graves` leaves `Graves disease` alone.
    """
    certain = _words_of_names(text, found) - language.cues.particles
    if not certain:
        return
    covered = bytearray(len(text.raw))
    for span in found:
        covered[span.start : span.end] = b"\1" * span.length
    for i in [i for i, word in enumerate(cut.words) if word.lower() in certain]:
        start, end = text.raw_range(cut.starts[i], cut.ends[i])
        if not any(covered[start:end]) and _is_echo(cut, seen, i, language):
            yield Span(start, end, Label.NAME, SCORE, "ner:echo")


def _words_of_names(text: Text, found: Sequence[Span]) -> frozenset[str]:
    words: set[str] = set()
    for span in found:
        if span.label is Label.NAME and span.score >= CERTAIN:
            words.update(part.strip(".,()\"'").lower() for part in text.raw[span.start : span.end].split())
    return frozenset(word for word in words if len(word) >= SHORTEST and word.isalpha())


def _is_echo(cut: Cut, seen: Doubts, i: int, language: Language) -> bool:
    words, cues = language.vocabulary, language.cues
    word = cut.words[i]
    lower = word.lower()
    share = float(seen.mass[i])
    if is_of_a_thing(cut, i, cues.things):
        return False
    if words.is_wordlike(lower, words.bits(lower)) or lower in cues.not_names or not word[0].isupper():
        return share >= WORD
    return share >= NAME or lower not in cues.eponyms
