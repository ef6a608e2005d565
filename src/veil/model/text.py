"""Text: a value as the detectors see it, with the map back to the raw offsets."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

_GONE = dict.fromkeys([0x00AD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF])
_SAME = {
    0x2018: "'", 0x2019: "'", 0x201A: "'", 0x201B: "'", 0x02BC: "'", 0x2032: "'", 0x201C: '"', 0x201D: '"',
    0x2010: "-", 0x2011: "-", 0x2012: "-", 0x2013: "-", 0x2014: "-", 0x2015: "-", 0x2212: "-", 0x2215: "/", 0x2044: "/",
    0x2028: "\n", 0x2029: "\n", 0x0085: "\n",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """What a detector reads (`shown`) and where each of its characters stands in `raw`.

    Units:   offsets are code points. `back[i]` is the raw offset of `shown[i]`; None where both are the same text.
    Keeps:   characters are exchanged one for one (odd spaces, quotes, dashes, full-width letters and digits) or
             left out (zero-width and soft hyphen); nothing else, so a line of ASCII is itself.
    """

    raw: str
    shown: str
    back: tuple[int, ...] | None = None

    @classmethod
    def of(cls, raw: str) -> Text:
        if raw.isascii():
            return cls(raw, raw)
        shown = "".join([_plain(char) for char in raw])
        if len(shown) == len(raw):
            return cls(raw, shown)
        back = tuple(i for i, char in enumerate(raw) if _plain(char))
        return cls(raw, shown, back)

    def raw_range(self, start: int, end: int) -> tuple[int, int]:
        """The raw offsets of `shown[start:end]`, taking in what was left out inside it."""
        if self.back is None or start >= end:
            return start, end
        return self.back[start], self.back[end - 1] + 1

    def shown_range(self, start: int, end: int) -> tuple[int, int]:
        """The offsets in `shown` of a stretch of the raw text."""
        if self.back is None:
            return start, end
        return bisect_left(self.back, start), bisect_left(self.back, end)


@lru_cache(maxsize=65_536)
def _plain(char: str) -> str:
    code = ord(char)
    if code < 0x80:
        return char
    if code in _GONE:
        return ""
    same = _SAME.get(code)
    if same is not None:
        return same
    if unicodedata.category(char) == "Zs":
        return " "
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 else char
