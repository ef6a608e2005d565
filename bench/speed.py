"""Characters of notes that `veil find --jsonl` reads in a CPU second, beside an earlier commit in one paired run.

Usage: python -m bench.speed [COMMIT] [--rounds ROUNDS]

Two sets: dictated reports with invented people written in, and reports that name nobody, where little is in doubt. The
start of the command is measured apart and taken off. Both builds run in turn, with the packages of this one.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path

from bench.corpora import corpus
from bench.machine import machine
from bench.paired import HERE, Build, checked_out

COMMIT = "4635fa8"
SETS = ("seeded-mtsamples", "mtsamples-clean")


def written(name: str, folder: Path) -> tuple[Path, Path, int]:
    """The texts of a corpus as lines, the first of them alone, and how many characters they are."""
    texts = [json.loads(line)["text"] for line in corpus(f"{name}.jsonl").open(encoding="utf-8")]
    lines = [json.dumps({"id": number, "text": text}) + "\n" for number, text in enumerate(texts)]
    whole, first = folder / f"{name}.jsonl", folder / f"{name}-first.jsonl"
    whole.write_text("".join(lines), encoding="utf-8")
    first.write_text(lines[0], encoding="utf-8")
    return whole, first, sum(map(len, texts[1:]))


def reading(build: Build, whole: Path, first: Path) -> tuple[float, float]:
    """CPU seconds that a build takes to start and read one note, and those that all others take."""
    start = build.cpu("find", "--jsonl", str(first))
    return start, build.cpu("find", "--jsonl", str(whole)) - start


def compare(name: str, before: Build, now: Build, rounds: int) -> None:
    """Prints one set: characters in a CPU second of both builds, and how many times as many this one reads."""
    with tempfile.TemporaryDirectory() as folder:
        whole, first, size = written(name, Path(folder))
        pairs = []
        for number in range(rounds):
            order = (before, now) if number % 2 == 0 else (now, before)
            cost = {build.name: reading(build, whole, first) for build in order}
            pairs.append((cost[before.name], cost[now.name]))
    was, is_ = (statistics.median(size / pair[side][1] for pair in pairs) for side in (0, 1))
    starts = [statistics.median(pair[side][0] for pair in pairs) for side in (0, 1)]
    times = statistics.median(pair[0][1] / pair[1][1] for pair in pairs)
    print(
        f"{name:<18} {size:>10,} characters; before {was:>9,.0f} a CPU second, now {is_:>9,.0f}: {times:.2f} times as many; "
        f"start {starts[0]:.2f} and {starts[1]:.2f} CPU s",
        flush=True,
    )


def main() -> None:
    told = argparse.ArgumentParser(prog="bench.speed", description=__doc__.splitlines()[0] if __doc__ else "")
    told.add_argument("commit", nargs="?", default=COMMIT)
    told.add_argument("--rounds", type=int, default=3)
    asked = told.parse_args()
    print(f"{machine()}\nthis build beside {asked.commit}, {asked.rounds} rounds in turn\n")
    with checked_out(asked.commit) as other:
        now = Build("this build", HERE)
        for build in (other, now):
            build.check()
        for name in SETS:
            compare(name, other, now, asked.rounds)


if __name__ == "__main__":
    main()
