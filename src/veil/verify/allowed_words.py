"""Allowed words: takes what the policy allows to stay out of a text before it is searched."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import re2  # type: ignore[import-untyped, unused-ignore]  # has no stubs

from veil.policy.plan import SiteList

_GAP = "*"  # no letter, no digit, no space: a title before it has no name behind it


def without_allowed(allow: SiteList) -> Callable[[str], str]:
    """What takes the allowed words and patterns out of a text, whatever the case of their letters.

    Keeps:   a word goes where it stands whole; known identifiers are sought in the text as it is, not in this one.
    """
    takers: list[Any] = []
    if allow.words:
        longest = sorted((word for word, _ in allow.words), key=len, reverse=True)
        takers.append(re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)", re.IGNORECASE))
    options = re2.Options()
    options.case_sensitive = False
    takers += [re2.compile(rf"\b(?:{pattern})\b", options) for pattern, _ in allow.patterns]

    def take(text: str) -> str:
        for taker in takers:
            text = taker.sub(_GAP, text)
        return text

    return take
