"""Sheet: one note of gold as arrays, ready to be compared with any predictions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from veil.measure.curate import Gold
from veil.model import Label

LABELS = tuple(Label)
INDEX = {label: at for at, label in enumerate(LABELS)}
FREE, EITHER = -1, -2
_TOKEN = re.compile(r"[^\W_]+")
_TITLES = frozenset(
    {
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "doctor",
        "prof",
        "professor",
        "nurse",
        "md",
        "do",
        "dds",
        "rn",
        "np",
        "pa",
        "phd",
    }
)
_YEAR = re.compile(r"(19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where what counts.

    Shape:   `kind` a code point: index of the label that counts there, FREE, or EITHER (counts neither way); `solid`:
             whether it is a letter or a digit; `starts`, `ends` of tokens: runs of those, cut where marks begin or end.
    """

    text: str = field(repr=False)
    gold: tuple[Gold, ...] = field(repr=False)
    kind: NDArray[np.int8] = field(repr=False)
    solid: NDArray[np.bool_] = field(repr=False)
    starts: NDArray[np.int64] = field(repr=False)
    ends: NDArray[np.int64] = field(repr=False)


def sheet_of(text: str, gold: Sequence[Gold], *, curate: bool) -> Sheet:
    """Where marks overlap one that counts wins; what is left of a mark beside its age counts neither way.

    Keeps:   with `curate`, titles in a name, a four-digit year in a date and a possessive s count neither way.
    """
    kind = np.full(len(text), FREE, dtype=np.int8)
    for mark in gold:
        kind[mark.first : mark.last] = EITHER
    for mark in gold:
        if mark.counts and mark.label is not None:
            kind[mark.start : mark.end] = INDEX[mark.label]
    edges = {edge for mark in gold for edge in mark[:4]}
    tokens = list(_tokens(text, edges))
    solid = np.zeros(len(text), dtype=np.bool_)
    for start, end in tokens:
        solid[start:end] = True
        if curate and kind[start] >= 0 and _may_stay(LABELS[kind[start]], text, start, end):
            kind[start:end] = EITHER
    places = np.array(tokens, dtype=np.int64).reshape(-1, 2)
    return Sheet(text, tuple(gold), kind, solid, places[:, 0], places[:, 1])


def _tokens(text: str, edges: set[int]) -> Iterator[tuple[int, int]]:
    cuts = sorted(edges)
    at = 0
    for run in _TOKEN.finditer(text):
        start, end = run.span()
        while at < len(cuts) and cuts[at] <= start:
            at += 1
        while at < len(cuts) and cuts[at] < end:
            yield start, cuts[at]
            start = cuts[at]
            at += 1
        yield start, end


def _may_stay(label: Label, text: str, start: int, end: int) -> bool:
    word = text[start:end].lower()
    if word == "s" and text[start - 1 : start] in ("'", "’"):
        return True
    return (label is Label.NAME and word in _TITLES) or (label is Label.DATE and bool(_YEAR.fullmatch(word)))


def dropped(sheets: Iterable[Sheet]) -> dict[str, int]:
    """How many marks count neither way, by label: `(map)` those that the map drops, `(may stay)` a bare year or title."""
    counts: Counter[str] = Counter()
    for sheet in sheets:
        for gold in sheet.gold:
            name = gold.label.value if gold.label else "(map)"
            if not gold.counts:
                counts[name] += 1
            elif not (sheet.solid & (sheet.kind >= 0))[gold.start : gold.end].any():
                counts[f"{name} (may stay)"] += 1
    return dict(sorted(counts.items()))
