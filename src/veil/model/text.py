"""Text: a value as the detectors see it, with the map back to the raw offsets."""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_GONE = dict.fromkeys([0x00AD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF])
_SAME = {
    0x2018: "'",
    0x2019: "'",
    0x201A: "'",
    0x201B: "'",
    0x02BC: "'",
    0x2032: "'",
    0x201C: '"',
    0x201D: '"',
    0x2010: "-",
    0x2011: "-",
    0x2012: "-",
    0x2013: "-",
    0x2014: "-",
    0x2015: "-",
    0x2212: "-",
    0x2215: "/",
    0x2044: "/",
    0x2028: "\n",
    0x2029: "\n",
    0x0085: "\n",
}
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8}\d{0,2});")


@dataclass(frozen=True, slots=True)
class Text:
    """What a detector reads (`shown`) and where each of its characters stands in `raw`.

    Units:   offsets are code points. `back[i]` is the raw offset of `shown[i]`; None where both are the same text.
    Keeps:   characters are exchanged one for one (odd spaces, quotes, dashes, full-width letters and digits) or
             left out (zero-width and soft hyphen), and an entity of HTML (`&nbsp;`, `&#32;`) is its one character;
             nothing else, so a line of ASCII without one is itself.
    """

    raw: str
    shown: str
    back: tuple[int, ...] | None = None

    @classmethod
    def of(cls, raw: str) -> Text:
        if "&" in raw and ";" in raw:
            pieces = list(_pieces(raw))
            if len(pieces) < len(raw):
                return cls(raw, "".join([char for char, _ in pieces]), tuple([at for _, at in pieces]))
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
        last = self.back[end - 1]
        if self.raw[last] == "&":
            entity = _ENTITY.match(self.raw, last)
            if entity and _char_of(entity[0]):
                return self.back[start], entity.end()
        return self.back[start], last + 1

    def shown_range(self, start: int, end: int) -> tuple[int, int]:
        """The offsets in `shown` of a stretch of the raw text."""
        if self.back is None:
            return start, end
        return bisect_left(self.back, start), bisect_left(self.back, end)


def _pieces(raw: str) -> Iterator[tuple[str, int]]:
    """The characters that are shown, with their places, an entity of HTML as one."""
    at = 0
    for entity in _ENTITY.finditer(raw):
        char = _char_of(entity[0])
        if not char:
            continue
        yield from ((_plain(raw[i]), i) for i in range(at, entity.start()) if _plain(raw[i]))
        yield char, entity.start()
        at = entity.end()
    yield from ((_plain(raw[i]), i) for i in range(at, len(raw)) if _plain(raw[i]))


@lru_cache(maxsize=4096)
def _char_of(entity: str) -> str:
    """The one character that an entity means; nothing where it means none or more."""
    char = html.unescape(entity)
    return _plain(char) if (len(char) == 1 and char.isprintable()) or char == "\xa0" else ""


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
