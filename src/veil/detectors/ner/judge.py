"""Judge: what rules and network say together of each text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

import numpy as np

from veil.detectors.ner import decode
from veil.detectors.ner.cut import Cut, cut
from veil.detectors.ner.decode import Doubts
from veil.detectors.ner.fit import fitted
from veil.detectors.ner.network import Network, shipped
from veil.detectors.ner.plausible_labels import is_room
from veil.detectors.ner.pooled_scores import pooled
from veil.detectors.ner.published_numbers import is_public
from veil.detectors.ner.repeated_names import echoes
from veil.detectors.weigh import is_proven
from veil.lexicon.language import Language, english
from veil.model import SAFE_HARBOR, Label, Span, Text

# The share below which a rule's opinion is refused. Read off the families: below its bar a kind was wrong nine times
# in ten (`python -m training.bars`). What has no bar is never refused.
BARS = {
    "gazetteer:pair": 0.05,
    "gazetteer:single": 0.04,
    "gazetteer:initial": 0.05,
    "gazetteer:reversed": 0.03,
    "gazetteer:banner": 0.02,
    "gazetteer:echo": 0.01,
    "gazetteer:key": 0.02,
    "gazetteer:role": 0.03,
    "gazetteer:is": 0.03,
    "gazetteer:facility": 0.01,
    "gazetteer:well-known": 0.1,
    "gazetteer:treated-at": 0.01,
    "gazetteer:town": 0.03,
    "gazetteer:order": 0.02,
    "gazetteer:lives": 0.02,
    "patterns:LOCATION": 0.01,
}
AT_ONCE = 1 << 18  # characters of texts that are read in one row
REFUSED = 0.6  # a refused span scores this times half and its share at most: low thresholds bring it back


class Ner:
    """Reads each text with the network, and weighs what the rules found in it.

    Keeps:   the answer for a text does not depend on its neighbours in the batch.
    """

    name = "ner"
    labels = frozenset(Label)

    def __init__(self, language: Language | None = None, network: Network | None = None) -> None:
        self._language = language or english()
        self.network = network or shipped()
        self._labels = tuple(Label(label) for label in self.network.labels)
        self.identifying = np.array([label in SAFE_HARBOR or label is Label.ORGANIZATION for label in self._labels])

    def judge(self, texts: Sequence[Text], found: Sequence[Sequence[Span]]) -> list[list[Span]]:
        """The candidates of each text, with scores that take the network's reading into account.

        Shape:   n texts, n lists of what the rules found -> n lists, not yet disjoint.
        """
        judged: list[list[Span]] = []
        for at, end in _together(texts):
            cuts = [cut(text.shown) for text in texts[at:end]]
            judged += map(self._judged, texts[at:end], cuts, self._doubts(cuts), found[at:end])
        return judged

    def _doubts(self, cuts: Sequence[Cut]) -> list[Doubts]:
        """What the network holds possible, text by text."""
        places, runs = self.network.runs(cuts)
        seen = Doubts.none(places[-1] + len(cuts[-1].words))
        for run in runs:
            seen.put(run, self.identifying)
        return [seen.part(place, place + len(cut.words)) for place, cut in zip(places, cuts, strict=True)]

    def _judged(self, text: Text, cut: Cut, seen: Doubts, found: Sequence[Span]) -> list[Span]:
        seen = pooled(cut, seen, self._language.vocabulary)
        own = fitted(text, list(decode.spans(text, cut, seen, self._labels, self.network.roles, self._language)), found)
        own = [span for span in own if not is_public(text.raw, span.start, span.end, span.label, self._language)]
        both = [
            *(self._weighed(text, cut, seen, weighed(text, cut, seen, span, self._language)) for span in found),
            *own,
        ]
        return [*both, *echoes(text, cut, seen, both, self._language)]

    def _weighed(self, text: Text, cut: Cut, seen: Doubts, span: Span) -> Span:
        """A rule's name with the role that the network gives it, where it gives it any."""
        if span.label is not Label.NAME or span.role or is_proven(span):
            return span
        first, last = within(text, cut, span)
        sure = next((i for i in range(first, last) if seen.mass[i] > decode.OPEN), None)
        role = None if sure is None else self.network.roles[int(seen.role[sure])]
        return span._replace(role=role) if role else span


def _together(texts: Sequence[Text]) -> Iterator[tuple[int, int]]:
    """The texts that are read in one row: from which to which; a long one alone, so that memory is one text's."""
    at, size = 0, 0
    for i, text in enumerate(texts):
        if i > at and size + len(text.shown) > AT_ONCE:
            yield at, i
            at, size = i, 0
        size += len(text.shown)
    if at < len(texts):
        yield at, len(texts)


def weighed(text: Text, cut: Cut, seen: Doubts, span: Span, language: Language) -> Span:
    """A rule's span with the score that the network leaves it; what is held by digits or a table is not touched."""
    if not is_proven(span) and _is_nobodys(text.raw, span, language):
        return span._replace(score=min(span.score, REFUSED * 0.5))
    bar = BARS.get(span.source, BARS.get(f"{span.detector}:{span.label}"))
    if bar is None or is_proven(span):
        return span
    share = support(seen, *within(text, cut, span), cut)
    if share < bar:
        return span._replace(score=round(min(span.score, REFUSED * (0.5 + share)), 4))
    return span._replace(score=round(1 - (1 - span.score) * (1 - share), 4))


def _is_nobodys(raw: str, span: Span, language: Language) -> bool:
    """Whether a span is something printed, or a room of any hospital."""
    if span.label is Label.ORGANIZATION and is_room(raw[span.start : span.end], language):
        return True
    return is_public(raw, span.start, span.end, span.label, language)


def within(text: Text, cut: Cut, span: Span) -> tuple[int, int]:
    """The tokens of a span: the first, and the one behind the last."""
    start, end = span.start, span.end
    if text.back is not None:
        start, end = bisect_left(text.back, start), bisect_left(text.back, end)
    return bisect_right(cut.ends, start), bisect_left(cut.starts, end)


def support(seen: Doubts, first: int, last: int, cut: Cut) -> float:
    """The share that the network gives to an identifier of any kind: the mean over the words of a span."""
    inside = [float(seen.mass[i]) for i in range(first, last) if cut.words[i][0].isalnum()]
    return sum(inside) / len(inside) if inside else 0.0
