"""Cut: a text as the network reads it: runs of letters, runs of digits, signs, and the space before each."""

from __future__ import annotations

import re
from typing import NamedTuple

GLUED, SPACE, WIDE, LINE, BLANK, START = range(6)
GAPS = 6
LONGEST = 32  # characters; a longer run of letters or digits is cut
_TOKEN = re.compile(rf"(?:[^\W\d_][\u0300-\u036f]*+){{1,{LONGEST}}}+|\d{{1,{LONGEST}}}+|([^\w\s]|_)\1{{0,31}}+|\w")


class Cut(NamedTuple):
    """One text in tokens.

    Shape:   four lists of one length; `starts` and `ends` in code points of the text that was cut.
    """

    words: list[str]
    starts: list[int]
    ends: list[int]
    gaps: list[int]


def cut(shown: str) -> Cut:
    """The tokens of a text; every character that is no white space is in one."""
    spans = [match.span() for match in _TOKEN.finditer(shown)]
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    gaps = [
        GLUED if start == last else SPACE if start == last + 1 and shown[last] == " " else _gap(shown, last, start)
        for start, last in zip(starts, [0, *ends], strict=False)
    ]
    if gaps:
        gaps[0] = START
    return Cut([shown[start:end] for start, end in spans], starts, ends, gaps)


def _gap(shown: str, last: int, start: int) -> int:
    lines = shown.count("\n", last, start)
    return BLANK if lines > 1 else LINE if lines else WIDE
