"""Own: a detector made of a model folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from veil.detectors.base import Owner
from veil.detectors.models.folder import ModelFolder, read_folder
from veil.detectors.models.runners import extra, runner_of
from veil.model import Label, Span, Text

SHARED = 4  # a window shares one in four of its tokens with the next
JOINTS = frozenset({"", " ", "-", "'", ".", ". ", "\n"})


class _Token(NamedTuple):
    start: int
    end: int
    shares: NDArray[np.float32]


class OwnModel:
    """Finds what a model of the user's own finds, with the labels of Veil.

    Keeps:   each window runs alone and unpadded, so no text changes another's answer; a token is read in the window
             in which it stands farthest from an edge.
    """

    name = "model"
    reads_owners = False

    def __init__(self, folder: str | Path) -> None:
        self._folder: ModelFolder = read_folder(Path(folder))
        self._run = runner_of(self._folder.path).run
        tokenizers: Any = extra("tokenizers")
        self._cutter = tokenizers.Tokenizer.from_file(str(self._folder.path / "tokenizer.json"))
        self._cutter.no_padding()
        self._cutter.enable_truncation(self._folder.window, stride=self._folder.window // SHARED)
        self.labels = frozenset(label for label in self._folder.labels if label is not None)

    def find(self, texts: Sequence[Text], owners: Sequence[Owner]) -> list[list[Span]]:
        del owners
        return [list(self._spans(text)) for text in texts]

    def _spans(self, text: Text) -> Iterator[Span]:
        run: list[tuple[_Token, int]] = []
        for token in self._tokens(text.shown):
            best = int(token.shares.argmax())
            label = self._folder.labels[best]
            if run and not self._goes_on(text.shown, run[-1], token, best):
                yield self._span(text, run)
                run = []
            if label is not None:
                run.append((token, best))
        if run:
            yield self._span(text, run)

    def _goes_on(self, shown: str, last: tuple[_Token, int], token: _Token, best: int) -> bool:
        label = self._folder.labels[best]
        between = shown[last[0].end : token.start]
        opens = self._folder.begins[best] and between != ""
        return label is not None and label is self._folder.labels[last[1]] and not opens and between in JOINTS

    def _span(self, text: Text, run: list[tuple[_Token, int]]) -> Span:
        label = self._folder.labels[run[0][1]] or Label.ID
        start, end = _whole_words(text.shown, run[0][0].start, run[-1][0].end)
        score = round(float(max(token.shares[best] for token, best in run)), 4)
        return Span(*text.raw_range(start, end), label, score, self.name)

    def _tokens(self, shown: str) -> Iterator[_Token]:
        """Each token of a text once, in order, from the window that sees most around it."""
        first = self._cutter.encode(shown)
        windows = [first, *first.overflowing]
        shares = [_shares(self._run(window.ids)) for window in windows]
        seen: dict[tuple[int, int], tuple[int, NDArray[np.float32]]] = {}
        for window, rows in zip(windows, shares, strict=True):
            size = len(window.ids)
            for i, ((start, end), special) in enumerate(zip(window.offsets, window.special_tokens_mask, strict=True)):
                edge = min(i, size - 1 - i)
                if not special and start < end and edge > seen.get((start, end), (-1, None))[0]:
                    seen[(start, end)] = (edge, rows[i])
        for (start, end), (_, row) in sorted(seen.items(), key=lambda item: item[0]):
            yield _Token(start, end, row)


def _whole_words(shown: str, start: int, end: int) -> tuple[int, int]:
    """A word that the model cut is never masked in part."""
    while start < end and shown[start].isspace():
        start += 1
    while start > 0 and shown[start - 1].isalnum() and shown[start].isalnum():
        start -= 1
    while end < len(shown) and shown[end].isalnum() and shown[end - 1].isalnum():
        end += 1
    return start, end


def _shares(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: NDArray[np.float32] = raised / raised.sum(axis=1, keepdims=True)
    return shares
