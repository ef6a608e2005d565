"""Clinical values that a scan masks, by kind: at least 5,000 invented sentences, half of their frames never tuned on.

Usage: python -m bench.clinical [--seed N] [--each N] [--show KIND]     `--show` prints what is masked of the tuned half.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Sequence

from bench.clinical.sentences import HALVES, Sentence, sentences
from bench.machine import machine
from veil.detectors.scanner import standard
from veil.model import SAFE_HARBOR, Label, Span

AIM = 1000  # values of which one may be masked
IDENTIFYING = frozenset({*SAFE_HARBOR, Label.ORGANIZATION})


def lost(one: Sentence, spans: Sequence[Span]) -> list[tuple[int, int]]:
    """The values of a sentence that an identifying span touches."""
    told = [span for span in spans if span.label in IDENTIFYING]
    return [(start, end) for start, end in one.values if any(s.start < end and start < s.end for s in told)]


def counted(seed: int, each: int, show: str | None) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]], int]:
    """Values and masked values by kind and half, and how many sentences there were."""
    drawn = list(sentences(seed, each))
    found = standard().find([one.text for one in drawn])
    values: Counter[tuple[str, str]] = Counter()
    masked: Counter[tuple[str, str]] = Counter()
    for one, spans in zip(drawn, found, strict=True):
        gone = lost(one, spans)
        values[one.kind, one.half] += len(one.values)
        masked[one.kind, one.half] += len(gone)
        if gone and one.half == "tuned" and show in (one.kind, "all"):
            told = ", ".join(f"{one.text[s.start : s.end]!r} {s.label} {s.source} {s.score:.2f}" for s in spans)
            print(f"{one.kind:<12} {one.text}   [{told}]")
    return values, masked, len(drawn)


def main() -> None:
    asked = argparse.ArgumentParser(prog="bench.clinical")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--each", type=int, default=100)
    asked.add_argument("--show", help="a kind, or all")
    told = asked.parse_args()
    begun = time.process_time()
    values, masked, size = counted(told.seed, told.each, told.show)
    print(f"{machine()}\n{size:,} sentences, seed {told.seed}, {time.process_time() - begun:.1f} CPU s\n")
    print(f"{'kind':<14} " + " ".join(f"{half:>24}" for half in HALVES))
    for kind in dict.fromkeys(kind for kind, _ in values):
        cells = [f"{masked[kind, half]:>5} of {values[kind, half]:>5}" for half in HALVES]
        print(f"{kind:<14} " + " ".join(f"{cell:>24}" for cell in cells))
    for half in HALVES:
        of = sum(count for (_, one), count in values.items() if one == half)
        gone = sum(count for (_, one), count in masked.items() if one == half)
        print(
            f"{half}: {gone} of {of:,} values masked, {1000 * gone / of:.2f} of 1,000 (aim: at most {1000 / AIM:.0f})"
        )


if __name__ == "__main__":
    main()
