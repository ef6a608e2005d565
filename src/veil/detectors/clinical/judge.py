"""Judge: takes back what a weak rule or the network took for an identifier and is a clinical value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from veil.detectors.clinical.lists import ThingLists
from veil.detectors.clinical.numbers import ClinicalNumbers
from veil.detectors.clinical.things import ClinicalThings
from veil.detectors.ner.plausible_labels import is_room
from veil.detectors.rows.cells import Stretches
from veil.detectors.weigh import ACCEPTED, is_proven
from veil.lexicon.clinical import ClinicalWords, clinical_words
from veil.lexicon.language import Language, english
from veil.model import SAFE_HARBOR, Label, Span, Text

_WORDED = frozenset({Label.NAME, Label.LOCATION, Label.ORGANIZATION})
_NUMBERED = frozenset(SAFE_HARBOR) - {Label.NAME, Label.EMAIL, Label.URL, Label.PHOTO}
# Rules that go by form alone; what a key, a title or check digits say is never taken back.
_WEAK_PATTERNS = frozenset(
    f"patterns:{name}"
    for name in (
        "digits-long",
        "code-lettered",
        "phone-abroad",
        "phone-digits",
        "ip-v4",
        "route-box",
        "coordinates-pair",
        "zip-plus-four",
        "postcode-abroad",
        "street",
    )
)
_SURE_NAMES = frozenset({"gazetteer:title", "gazetteer:key", "gazetteer:credential", "gazetteer:relative"})
_COMMA = re.compile(r"[,.]\s*")
_LETTERS = re.compile(r"[^\W\d_]{3,}")


class ClinicalValues:
    """Looks again at each weak span, and leaves out or cuts those that are values of medicine.

    Keeps:   a span that check digits, a known identifier, a key, a title or a site's own list holds stays as it is.
    """

    name = "clinical"
    labels = frozenset(Label)

    def __init__(self, language: Language | None = None) -> None:
        spoken = language or english()
        words = clinical_words(spoken.code)
        self._reader = _Reader(spoken, words) if words else None

    def judge(self, texts: Sequence[Text], found: Sequence[Sequence[Span]]) -> list[list[Span]]:
        """The spans of each text without those that are values.

        Shape:   n texts, n lists of spans -> n lists.
        """
        if self._reader is None:
            return [list(spans) for spans in found]
        return [list(self._reader.left(text, spans)) for text, spans in zip(texts, found, strict=True)]


class _Reader:
    """Looks at the spans of one text by the words of a language."""

    def __init__(self, language: Language, words: ClinicalWords) -> None:
        self._language = language
        self._numbers, self._things = ClinicalNumbers(words), ClinicalThings(language, words)
        self._lists = ThingLists(self._things.is_rare_thing)

    def left(self, text: Text, spans: Sequence[Span]) -> Iterator[Span]:
        named_surely = [span for span in spans if span.label is Label.NAME and span.source in _SURE_NAMES]
        sure = Stretches(sorted((span.start, span.end) for span in named_surely))
        named = frozenset(
            word for span in named_surely for word in _LETTERS.findall(text.raw[span.start : span.end].lower())
        )
        weak = [span.score >= ACCEPTED and _is_weak(span) for span in spans]
        worded = any(is_weak and span.label in _WORDED for span, is_weak in zip(spans, weak, strict=True))
        listed = self._lists.of(text.shown) if worded else Stretches([])
        for span, is_weak in zip(spans, weak, strict=True):
            if not is_weak:
                yield span
                continue
            left = self._judged(text, span, named, sure, listed)
            if left is not None:
                yield left

    def _judged(self, text: Text, span: Span, named: frozenset[str], sure: Stretches, listed: Stretches) -> Span | None:
        start, end = text.shown_range(span.start, span.end)
        if start >= end:
            return span
        shown = text.shown
        if span.label in _WORDED and any(char.isalpha() for char in shown[start:end]):
            if any(sure.touched(span.start, span.end)):
                return span
            plain = span.label is not Label.ORGANIZATION and not any(map(str.isdigit, shown[start:end]))
            if plain and is_room(shown[start:end], self._language):
                return None
            if self._things.is_thing(shown, start, end, span.label, named, listed):
                return None
            if self._numbers.is_grown(shown, start, end):
                return None
            if span.label is Label.NAME:
                start, end = self._cut(shown, start, end)
                raw = text.raw_range(start, end)
                return span._replace(start=raw[0], end=raw[1]) if start < end else None
        if span.label in _NUMBERED and any(char.isdigit() for char in shown[start:end]):
            return None if self._numbers.is_value(shown, start, end, span.label) else span
        return span

    def _cut(self, shown: str, start: int, end: int) -> tuple[int, int]:
        """A name without a drug before or behind its comma: `on Warfarin, Colin R.`."""
        value = shown[start:end]
        first = _COMMA.search(value)
        if first and self._things.is_sold(value[: first.start()]):
            return start + first.end(), end
        comma = value.rfind(",")
        if comma > 0 and self._things.is_sold(value[comma + 1 :]):
            return start, start + comma
        return start, end


def _is_weak(span: Span) -> bool:
    """Whether a span goes by form or by the network alone."""
    if is_proven(span):
        return False
    if span.detector == "ner":
        return True
    if span.detector == "gazetteer":
        return span.source not in _SURE_NAMES
    return span.source in _WEAK_PATTERNS or span.detector == "dates"
