"""Cut: a text as the network reads it: runs of letters, runs of digits, signs, and the space before each."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

GLUED, SPACE, WIDE, LINE, BLANK, START = range(6)
GAPS = 6
LONGEST = 32  # characters; a longer run of letters or digits is cut
_TOKEN = re.compile(rf"(?:[^\W\d_][\u0300-\u036f]*+){{1,{LONGEST}}}+|\d{{1,{LONGEST}}}+|([^\w\s]|_)\1{{0,31}}+|\w")


class Cut(NamedTuple):
    """One text in tokens.

    Shape:   four sequences of one length, nine bytes a token beside its word; `starts` and `ends` in code points of the
             text that was cut.
    """

    words: list[str]
    starts: Sequence[int]
    ends: Sequence[int]
    gaps: bytes


def cut(shown: str) -> Cut:
    """The tokens of a text; every character that is no white space is in one."""
    places = array("I", chain.from_iterable(map(re.Match.span, _TOKEN.finditer(shown))))
    starts, ends = places[::2], places[1::2]
    gaps = bytearray(
        GLUED if start == last else SPACE if start == last + 1 and shown[last] == " " else _gap(shown, last, start)
        for start, last in zip(starts, chain((0,), ends), strict=False)
    )
    if gaps:
        gaps[0] = START
    return Cut([shown[start:end] for start, end in zip(starts, ends, strict=True)], starts, ends, bytes(gaps))


def _gap(shown: str, last: int, start: int) -> int:
    lines = shown.count("\n", last, start)
    return BLANK if lines > 1 else LINE if lines else WIDE
