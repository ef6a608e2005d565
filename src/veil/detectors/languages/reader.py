"""Reader: what the network of a language finds in a text, and where a name that is sure stands again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from veil.detectors.base import Judge
from veil.detectors.languages.labels import LABELS
from veil.detectors.languages.network import network
from veil.detectors.ner.cut import GLUED, Cut, cut
from veil.lexicon.language import Language, english
from veil.lexicon.text_language import common_words
from veil.lexicon.vocabulary import family_rank, given_rank
from veil.lexicon.words import CITY, CLINICAL, DRUG
from veil.model import Label, Span, Text

SOURCE = "languages"
OPEN, HOLD = 0.5, 0.25  # a span has a token over the one, and goes on over tokens above the other
SURE, SHORTEST = 0.8, 3  # a name of this score is sought again in its text; the letters of a word of it at least
ECHO = 0.75
UNKNOWN_WORDS = 0.75  # the share that words of no list of names and towns must have
_WORDED = frozenset({Label.NAME, Label.LOCATION})
_JOINTS = frozenset("-'")
_DATED = re.compile(
    r"(?<!\d)\d{1,2}\. ?\d{1,2}\.|\d{1,2}[/-]\d{1,2}[/-]\d\d|(?<!\d)(?:0?\d|1[0-2])/(?:19|20)?\d\d(?!\d)"
    r"|(?<!\d)\d{1,2}/(?:0?\d|1[0-2])(?!\d)|(?<!\d)(?:19|20)\d\d(?!\d)|\d.*[^\W\d_]{3}|[^\W\d_]{3}.*\d"
)
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_SHORTEST_PHONE = 3
_DIGITED = frozenset({Label.AGE, Label.PHONE, Label.FAX, Label.MRN, Label.HEALTH_PLAN, Label.LICENSE, Label.ID})
_TOKEN = re.compile(r"\S+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


class LanguageReader:
    """Reads texts of one language other than English, beside its patterns.

    Keeps:   the answer for a text does not depend on its neighbours in the batch.
    """

    name = SOURCE
    labels = frozenset(LABELS) | {Label.ZIP, Label.YEAR, Label.AGE_OVER_89}

    def __init__(self, language: Language | None = None) -> None:
        self._language = language or english()
        self._network = network(self._language.code)
        self._common = common_words(self._language.code)
        self._ends = tuple(self._language.page.get("noun_ends", "").split())

    def judge(self, texts: Sequence[Text], found: Sequence[Sequence[Span]]) -> list[list[Span]]:
        """What the patterns found, what the network finds, and the names of both wherever they stand again."""
        return [self._judged(text, list(spans)) for text, spans in zip(texts, found, strict=True)]

    def _judged(self, text: Text, found: list[Span]) -> list[Span]:
        found = [span for own in found if (span := self._trimmed(text.raw, own)) is not None]
        done = cut(text.shown)
        if self._network is not None and done.words:
            found += self._read(text, done, self._network.shares(done))
        return [*found, *self._echoes(text, done, found)]

    def _read(self, text: Text, done: Cut, shares: NDArray[np.float32]) -> Iterator[Span]:
        for first, last, label, share in runs(done, shares):
            start, end = text.raw_range(done.starts[first], done.ends[last])
            named = _label_of(label, text.raw[start:end])
            if named is not None and not self._is_doubted(named, text.raw[start:end], share):
                yield Span(start, end, named, round(share, 4), SOURCE)

    def _is_doubted(self, label: Label, shown: str, share: float) -> bool:
        """Whether words that the network takes for a person or a place are rather prose or medicine."""
        if label not in _WORDED:
            return False
        words = [word.lower() for word in _WORD.findall(shown)]
        bits = [self._language.vocabulary.bits(word) for word in words]
        if all(self._is_prose(word, bit) for word, bit in zip(words, bits, strict=True)):
            return True
        known = any(family_rank(bit) or given_rank(bit) or bit & CITY for bit in bits)
        return not known and share < UNKNOWN_WORDS

    def _is_prose(self, word: str, bits: int) -> bool:
        if word in self._common:
            return True
        borne = family_rank(bits) > 2 or given_rank(bits) > 2
        return not borne and (bool(bits & (CLINICAL | DRUG)) or (len(word) > 4 and word.endswith(self._ends)))

    def _trimmed(self, raw: str, span: Span) -> Span | None:
        """A name that a pattern found, without words at its ends that nobody is called; None where all are such words."""
        if span.label is not Label.NAME or span.detector != "patterns":
            return span
        words = list(_TOKEN.finditer(raw, span.start, span.end))
        while words and words[-1][0].lower().strip(".,") in self._common:
            words.pop()
        while words and words[0][0].lower().strip(".,") in self._common:
            words.pop(0)
        return span._replace(start=words[0].start(), end=words[-1].end()) if words else None

    def _echoes(self, text: Text, done: Cut, found: Sequence[Span]) -> Iterator[Span]:
        """The words of sure names where no span covers them, as they are written there."""
        names: Counter[str] = Counter()
        covered = bytearray(len(text.raw))
        for span in found:
            covered[span.start : span.end] = b"\1" * span.length
            if span.label is Label.NAME and span.score >= SURE:
                names.update(set(_WORD.findall(text.raw[span.start : span.end])))
        wanted = {
            form
            for word in names
            if len(word) >= SHORTEST and word[0].isupper() and word.lower() not in self._common
            for form in (word, word.upper(), f"{word}s")
        }
        if not wanted:
            return
        for word, start, end in zip(done.words, done.starts, done.ends, strict=True):
            if word in wanted:
                first, last = text.raw_range(start, end)
                if not any(covered[first:last]):
                    yield Span(first, last, Label.NAME, ECHO, f"{SOURCE}:echo")


def runs(done: Cut, shares: NDArray[np.float32]) -> Iterator[tuple[int, int, Label, float]]:
    """The first and the last token of each span, its label and its share."""
    if not len(shares):
        return
    each = shares[:, 1::2] + shares[:, 2::2]
    mass, best = 1.0 - shares[:, 0], each.argmax(axis=1)
    begins = shares[np.arange(len(best)), 1 + 2 * best] > shares[np.arange(len(best)), 2 + 2 * best]
    i = 0
    while i < len(mass):
        if mass[i] < HOLD:
            i += 1
            continue
        end = i + 1
        while (
            end < len(mass) and mass[end] >= HOLD and best[end] == best[i] and (not begins[end] or _is_glued(done, end))
        ):
            end += 1
        share = float(mass[i:end].max())
        if share >= OPEN:
            first, last = _whole(done, i, end - 1)
            yield first, last, LABELS[int(best[i])], share
        i = end


def _is_glued(done: Cut, i: int) -> bool:
    return done.gaps[i] == GLUED


def _whole(done: Cut, first: int, last: int) -> tuple[int, int]:
    """A span without signs at its ends, and with the rest of a word or number that is cut at a hyphen."""
    words, gaps = done.words, done.gaps
    while first < last and not (words[first][0].isalnum() or words[first][0] in "+("):
        first += 1
    while last > first and not words[last][0].isalnum():
        last -= 1
    while first > 0 and gaps[first] == GLUED and words[first][0].isalnum():
        if words[first - 1][0].isalnum():
            first -= 1
        elif words[first - 1] in _JOINTS and first > 1 and gaps[first - 1] == GLUED and words[first - 2][0].isalnum():
            first -= 2
        else:
            break
    while last + 1 < len(words) and gaps[last + 1] == GLUED and words[last][0].isalnum():
        if words[last + 1][0].isalnum():
            last += 1
        elif (
            words[last + 1] in _JOINTS
            and last + 2 < len(words)
            and gaps[last + 2] == GLUED
            and words[last + 2][0].isalnum()
        ):
            last += 2
        else:
            break
    return first, last


def _label_of(label: Label, shown: str) -> Label | None:
    """The label as the value itself tells it: an age over 89, a bare year, a ZIP; None where it cannot be one."""
    digits = "".join(char for char in shown if char.isdigit())
    if label in _DIGITED and not digits:
        return None
    if label is Label.EMAIL and "@" not in shown:
        return None
    if label in {Label.PHONE, Label.FAX} and len(digits) < _SHORTEST_PHONE:
        return None
    if label is Label.DATE and not _DATED.search(shown):
        return None
    if label is Label.AGE:
        return Label.AGE_OVER_89 if digits and 89 < int(digits[:3]) < 130 else Label.AGE
    if label is Label.DATE and _YEAR.fullmatch(shown):
        return Label.YEAR
    if label is Label.LOCATION and digits == shown and len(shown) in (4, 5):
        return Label.ZIP
    return label


_: type[Judge] = LanguageReader
