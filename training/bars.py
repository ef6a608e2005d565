"""Bars: how often each rule is right, by the share that the network gives to its span; what `judge.BARS` is read off.

python -m training.bars [--held-out] [--texts 6000]
"""

from __future__ import annotations

import argparse
import random
from collections import Counter

from training.generator.damage import damaged
from training.generator.template import Piece, families, render
from veil.detectors.ner import decode
from veil.detectors.ner.cut import cut
from veil.detectors.ner.judge import Ner, support, within
from veil.detectors.scanner import standard
from veil.model import SAFE_HARBOR, Label, Owner, Span, Text

EDGES = (0.02, 0.1, 0.3, 0.6, 1.01)
IDENTIFYING = {*SAFE_HARBOR, Label.ORGANIZATION}


def drawn(*, held_out: bool, count: int) -> tuple[list[Text], list[list[tuple[int, int]]]]:
    """Texts of the families with the places of their identifiers."""
    rng = random.Random(5)
    chosen = [one for one in families() if one.held_out == held_out]
    texts, gold = [], []
    for _ in range(count):
        text, spans = _joined(damaged(render(rng.choice(rng.choice(chosen).templates), rng), rng))
        texts.append(Text.of(text))
        gold.append(spans)
    return texts, gold


def _joined(pieces: list[Piece]) -> tuple[str, list[tuple[int, int]]]:
    text, spans = "", []
    for piece in pieces:
        if piece.label and Label(piece.label) in IDENTIFYING:
            spans.append((len(text), len(text) + len(piece.text)))
        text += piece.text
    return text, spans


def kind_of(span: Span) -> str:
    """The rule of names and places, or the label of a pattern."""
    source, _, rule = span.source.partition(":")
    return f"{source}:{rule.rstrip('+')}" if source == "gazetteer" else f"{source}:{span.label}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--texts", type=int, default=6000)
    args = parser.parse_args()
    texts, gold = drawn(held_out=args.held_out, count=args.texts)
    judge, counts = Ner(), Counter[tuple[str, int, bool]]()
    found: list[list[Span]] = [[] for _ in texts]
    for detector in standard(["patterns", "dates", "gazetteer"]).detectors:
        for mine, more in zip(found, detector.find(texts, [Owner()] * len(texts)), strict=True):
            mine.extend(more)
    for text, spans, told in zip(texts, found, gold, strict=True):
        one = cut(text.shown)
        seen = decode.doubts(len(one.words), judge.network.read([one])[0], judge.identifying)
        for span in spans:
            share = support(seen, *within(text, one, span), one)
            right = any(start < span.end and span.start < end for start, end in told)
            counts[kind_of(span), next(i for i, edge in enumerate(EDGES) if share < edge), right] += 1
    print(f"{'rule':<26}" + "".join(f"{f'share < {min(edge, 1):.2f}':>16}" for edge in EDGES) + "    right of all")
    for kind in sorted({kind for kind, _, _ in counts}):
        cells = [(counts[kind, i, True], counts[kind, i, True] + counts[kind, i, False]) for i in range(len(EDGES))]
        print(f"{kind:<26}" + "".join(f"{f'{right} of {all_}':>16}" for right, all_ in cells))


if __name__ == "__main__":
    main()
