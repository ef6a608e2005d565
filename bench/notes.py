"""`veil notes` beside `veil find` on the same notes: characters per CPU second, and their ratio.

Usage: python -m bench.notes [CORPUS]     seeded-mtsamples by default, one file a note; ends with 1 under the aim
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from bench.corpora import corpus
from bench.machine import cost_of, machine

AIM = 0.8
ROUNDS = 3  # of both, in turn; the median of each counts
VEIL = str(Path(sys.executable).with_name("veil"))


def found(lines: Path) -> float:
    return cost_of(VEIL, "find", "--jsonl", str(lines)).cpu


def replaced(notes: Path, out: Path) -> float:
    shutil.rmtree(out, ignore_errors=True)
    return cost_of(VEIL, "notes", "-i", str(notes), "-o", str(out)).cpu


def measure(texts: list[str], folder: Path) -> tuple[float, float]:
    """CPU seconds of `veil find --jsonl` and of `veil notes` over the same texts."""
    notes, lines = folder / "notes", folder / "notes.jsonl"
    shutil.rmtree(notes, ignore_errors=True)
    notes.mkdir()
    for number, text in enumerate(texts):
        (notes / f"note-{number:05}.txt").write_text(text, encoding="utf-8", newline="")
    lines.write_text(
        "".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(texts)), encoding="utf-8"
    )
    return found(lines), replaced(notes, folder / "out")


def main(arguments: list[str]) -> None:
    name = arguments[0] if arguments else "seeded-mtsamples"
    texts = [json.loads(line)["text"] for line in corpus(f"{name}.jsonl").open(encoding="utf-8")]
    size = sum(map(len, texts))
    with tempfile.TemporaryDirectory() as folder:
        start = measure(["Seen."], Path(folder))
        rounds = [measure(texts, Path(folder)) for _ in range(ROUNDS)]
    find, notes = (statistics.median(one[i] for one in rounds) for i in (0, 1))
    rates = size / (find - start[0]), size / (notes - start[1])
    print(f"{machine()}\n{name}: {len(texts)} notes, {size:,} characters; start taken off, median of {ROUNDS} rounds\n")
    for word, rate, cpu, begin in (("veil find", rates[0], find, start[0]), ("veil notes", rates[1], notes, start[1])):
        print(f"{word:<12} {rate:>10,.0f} characters per CPU second; {cpu:.2f} s in all, {begin:.2f} s of it the start")
    ratio = rates[1] / rates[0]
    print(f"\nveil notes : veil find = {ratio:.2f} (aim {AIM}); with the start of both {find / notes:.2f}")
    sys.exit(0 if ratio >= AIM else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
