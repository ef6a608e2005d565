"""Nearby words: the words that stand near a span, and what they say of it."""

from __future__ import annotations

import re

BEFORE, BEHIND = 40, 14
_WORD = re.compile(r"[a-z0-9\-]+")


def words_near(shown: str, start: int, end: int) -> tuple[set[str], set[str]]:
    """The small-letter words before a span on its line, and those right behind it.

    Units:   40 characters before, 14 behind; a line's end is the end of the context.
    """
    before = shown[max(0, start - BEFORE) : start].lower()
    behind = shown[end : end + BEHIND].lower().partition("\n")[0]
    return set(_WORD.findall(before.rpartition("\n")[2])), set(_WORD.findall(behind))
