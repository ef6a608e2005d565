"""Judge: puts what structure says beside what was found, completes lists, and cuts at tabs and cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from veil.detectors.rows.again import Again
from veil.detectors.rows.bounds import Bounds
from veil.detectors.rows.cells import Stretches, bare, cells_of, cut_at
from veil.detectors.rows.neighbours import Neighbours
from veil.detectors.rows.reader import Rows
from veil.detectors.rows.speakers import Speakers
from veil.detectors.weigh import ACCEPTED, is_proven
from veil.lexicon.language import Language, english
from veil.model import SAFE_HARBOR, Label, Span, Text

SCORE = 0.65
_IDENTIFYING = frozenset({*SAFE_HARBOR, Label.ORGANIZATION})
_WEAK = frozenset({"ner", "gazetteer"})


class Structure:
    """Adds the spans of rows and lists, and leaves none that goes over a tab or a cell.

    Keeps:   the answer for a text does not depend on its neighbours in the batch.
    """

    name = "rows"
    labels = frozenset(Label)

    def __init__(self, language: Language | None = None) -> None:
        spoken = language or english()
        self._rows, self._neighbours, self._again = Rows(spoken), Neighbours(spoken), Again(spoken)
        self._speakers = Speakers(spoken)
        self._bounds = Bounds(self._rows.heads.beside if self._rows.heads else frozenset())

    def judge(self, texts: Sequence[Text], found: Sequence[Sequence[Span]]) -> list[list[Span]]:
        """The spans of each text with those of its rows and lists.

        Shape:   n texts, n lists of spans -> n lists.
        """
        return [list(self._judged(text, spans)) for text, spans in zip(texts, found, strict=True)]

    def _judged(self, text: Text, found: Sequence[Span]) -> Iterator[Span]:
        own, stays, grids = self._rows.read(text)
        sure = {(span.start, span.end): span for span in own}
        inside, cells = Stretches(sorted(stays)), Stretches(cells_of(grids))
        moved = (self._bounds.moved(text.raw, span) for span in found)
        cut = [piece for span in moved if span is not None for piece in _pieces(text, span, cells)]
        kept = [*own, *(span for span in cut if not _is_inside(text, span, inside) and not _is_other(span, sure))]
        for start, end in self._speakers.more(text.shown) if self._rows.heads else ():
            kept.append(Span(*text.raw_range(start, end), Label.NAME, SCORE, "rows:speaker"))
        names = [
            text.shown_range(span.start, span.end)
            for span in kept
            if span.label is Label.NAME and span.score >= ACCEPTED
        ]
        for start, end in self._neighbours.more(text.shown, Stretches(sorted(names)), grids):
            if any(first <= start and end <= last for first, last in inside.touched(start, end)):
                continue
            kept.append(Span(*text.raw_range(start, end), Label.NAME, SCORE, "rows:neighbour"))
        again = list(self._again.more(text, kept))
        kept += [self._bounds.moved(text.raw, span) or span for span in again]
        for span in kept:
            yield from _pieces(text, span, cells)


def _is_inside(text: Text, span: Span, stays: Stretches) -> bool:
    """Whether a weak span lies in a cell whose head says that it is no identifier: `Female` under `Sex`."""
    if not stays.all or span.detector not in _WEAK or is_proven(span) or span.label not in _IDENTIFYING:
        return False
    start, end = text.shown_range(span.start, span.end)
    return any(first <= start and end <= last for first, last in stays.touched(start, end))


def _is_other(span: Span, sure: dict[tuple[int, int], Span]) -> bool:
    """Whether a weak span has the very stretch of a cell and another label than its head gives."""
    cell = sure.get((span.start, span.end))
    weak = span.detector in _WEAK or span.source == "patterns:phone-abroad"
    return cell is not None and weak and not is_proven(span) and span.label is not cell.label


def _pieces(text: Text, span: Span, cells: Stretches) -> Iterator[Span]:
    """A span as it is, or its parts in the cells that it lies over."""
    if span.detector in ("known", "filters"):
        yield span
        return
    start, end = text.shown_range(span.start, span.end)
    pieces = cut_at(text.shown, start, end, cells)
    if pieces == [(start, end)]:
        yield span
        return
    for piece in pieces:
        first, last = bare(text.shown, *piece)
        if first < last:
            raw = text.raw_range(first, last)
            yield span._replace(start=raw[0], end=raw[1])
