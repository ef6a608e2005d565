"""Octets: a text as one byte for each code point, so that offsets found in bytes are offsets of the text."""

from __future__ import annotations

import unicodedata

_LOWER, _UPPER, _OTHER = "\xe0", "\xc0", "\xb7"


def octets(shown: str) -> bytes:
    """The text in Latin-1, what is not in it exchanged by what it is like.

    Shape:   n code points -> n bytes.
    Keeps:   small and capital letters, digits and spaces stay what they are; a letter without case and a mark upon
             a letter become a small letter, so a word stays one word.
    """
    try:
        return shown.encode("latin-1")
    except UnicodeEncodeError:
        return shown.translate(_LIKE).encode("latin-1")


class _Like(dict[int, str]):
    def __missing__(self, code: int) -> str:
        char = chr(code)
        like = self[code] = char if code < 256 else _like(char)
        return like


def _like(char: str) -> str:
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.digit(char))
    if kind in ("Lu", "Lt"):
        return _UPPER
    if kind[0] in "LM":
        return _LOWER
    return " " if kind[0] == "Z" else _OTHER


_LIKE = _Like()
