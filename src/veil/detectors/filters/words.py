"""Words of a text as Philter's lists and tagger see them: runs of plain letters and digits, and what is between."""

from __future__ import annotations

import re

from veil.detectors.filters.tagger import Tagger

_PIECE = re.compile(r"[A-Za-z0-9]+|\s+|[^A-Za-z0-9\s]+")


class TaggedWords:
    """The words of one text with their places; their parts of speech when they are first asked for.

    Keeps:   the tagger sees spaces as words too, and points as spaces, as Philter shows it them.
    """

    def __init__(self, text: str, tagger: Tagger | None) -> None:
        self._pieces = [(match.start(), match.group()) for match in _PIECE.finditer(text)]
        self._tagger = tagger
        self._tags: list[str] | None = None

    def places(self) -> list[tuple[int, int]]:
        return [(start, start + len(word)) for start, word in self._pieces if word[0].isalnum() and word[0].isascii()]

    def listed(self, words: frozenset[str]) -> list[tuple[int, int, int]]:
        """The words of a list, in small letters or as they stand: (start, end, place in the text's words)."""
        return [
            (start, start + len(word), i)
            for i, (start, word) in enumerate(self._pieces)
            if word.lower() in words or word in words
        ]

    def tagged(self, pos: frozenset[str]) -> list[tuple[int, int]]:
        """The words that are one of these parts of speech."""
        tags = self.tags()
        return [
            (start, start + len(word))
            for (start, word), tag in zip(self._pieces, tags, strict=True)
            if tag in pos and word[0].isascii() and word[0].isalnum()
        ]

    def tags(self) -> list[str]:
        if self._tags is None:
            shown = [word if word[0].isascii() and word[0].isalnum() else _space(word) for _, word in self._pieces]
            self._tags = self._tagger(shown) if self._tagger is not None and shown else ["" for _ in shown]
        return self._tags


def _space(piece: str) -> str:
    return piece if piece.isspace() else " " * len(piece)
