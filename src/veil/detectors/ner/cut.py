"""Cut: a text as the network reads it: runs of letters, runs of digits, signs, and the space before each."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

GLUED, SPACE, WIDE, LINE, BLANK, START = range(6)
GAPS = 6
LONGEST = 32  # characters; a longer run of letters or digits is cut
# Its first group is the token; its second, of a run of one sign, that sign.
_TOKEN = re.compile(rf"((?:[^\W\d_][\u0300-\u036f]*+){{1,{LONGEST}}}+|\d{{1,{LONGEST}}}+|([^\w\s]|_)\2{{0,31}}+|\w)")
_PLAIN = {"": GLUED, " ": SPACE}


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
    parts = _TOKEN.split(shown)  # what stands before a token, the token, its sign
    del parts[2::3]
    words, before = parts[1::2], parts[:-1:2]
    places = array("I", accumulate(map(len, parts)))
    gaps = bytearray(_PLAIN[gap] if gap in _PLAIN else _gap(gap) for gap in before)
    if gaps:
        gaps[0] = START
    return Cut(words, places[:-1:2], places[1::2], bytes(gaps))


def _gap(between: str) -> int:
    lines = between.count("\n")
    return BLANK if lines > 1 else LINE if lines else WIDE
