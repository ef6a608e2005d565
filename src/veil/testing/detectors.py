"""Laws of a detector: spans inside their text, labels it told of, an answer that no neighbour changes."""

from __future__ import annotations

from collections.abc import Sequence

from veil.detectors.base import Detector, Judge, Owner
from veil.model import Span, Text


def check_detector(
    detector: Detector | Judge, texts: Sequence[str], owners: Sequence[Owner] | None = None
) -> list[list[Span]]:
    """The spans, once every law held; of a judge, those that it adds itself.

    Takes:   `detector`: the detector or judge to check; `texts`: texts that it is for; `owners`: the owner of each
             text, by default nobody
    Shape:   n texts, n owners (none: nobody's) -> n lists.
    Errors:  AssertionError that names the law.
    """
    whose = list(owners) if owners is not None else [Owner()] * len(texts)
    read = [Text.of(text) for text in texts]
    found = _found(detector, read, whose)
    assert len(found) == len(texts), "the detector gave another number of lists"
    for row, (text, spans) in enumerate(zip(texts, found, strict=True)):
        for span in spans:
            assert 0 <= span.start < span.end <= len(text), f"a span of text {row} lies outside it"
            assert span.label in detector.labels, f"a span of text {row} has a label that the detector did not name"
            assert 0.0 <= span.score <= 1.0, f"a score of text {row} is not from 0 to 1"
            assert span.detector == detector.name, f"a span of text {row} does not say who found it"
    as_sets = [set(spans) for spans in found]
    turned = _found(detector, read[::-1], whose[::-1])
    assert [set(spans) for spans in turned[::-1]] == as_sets, "law 3: the answer depends on the order of the texts"
    for row, reading in enumerate(read):
        alone = _found(detector, [reading], [whose[row]])
        assert set(alone[0]) == as_sets[row], f"law 3: text {row} has another answer alone"
    return found


def _found(detector: Detector | Judge, texts: Sequence[Text], owners: Sequence[Owner]) -> list[list[Span]]:
    if isinstance(detector, Judge):
        return detector.judge(texts, [[] for _ in texts])
    return detector.find(texts, owners)
