"""This build beside an earlier commit, in turn on the same machine: `veil find` on notes, `veil notes`, `veil run` on a table.

Usage: python -m bench.paired COMMIT [--rows ROWS] [--rounds ROUNDS] [find | notes | run ...]

The commit is checked out into a folder of its own and runs with the packages of this one. Ends with 1 where this
build needs over SLACK times the CPU of the other.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import tables
from bench.corpora import corpus
from bench.machine import cost_of, machine
from veil.keys import Cost, Keyring

HERE = Path(__file__).resolve().parents[1]
SLACK = 1.05
NAME = "seeded-mtsamples"
VEIL = "from veil.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Build:
    """One state of the source: `veil` of it is run with the packages of this environment."""

    name: str
    root: Path

    def cpu(self, *arguments: str) -> float:
        """CPU seconds of one command."""
        env = {"PYTHONPATH": str(self.root / "src"), "VEIL_PASSPHRASE": "bench"}
        return cost_of(sys.executable, "-c", VEIL, *arguments, env=env).cpu

    def check(self) -> None:
        """Ends the bench where another source than this one would be measured."""
        told = subprocess.run(
            [sys.executable, "-c", "import veil; print(veil.__file__)"],
            check=True,
            capture_output=True,
            text=True,
            env={"PYTHONPATH": str(self.root / "src")},
        ).stdout
        if not Path(told.strip()).is_relative_to(self.root):
            sys.exit(f"the build {self.name} is not the one that runs")


@contextlib.contextmanager
def checked_out(commit: str) -> Iterator[Build]:
    """The commit in a folder of its own, which goes again."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "before"
        subprocess.run(["git", "-C", str(HERE), "worktree", "add", "-q", "--detach", str(root), commit], check=True)
        try:
            yield Build(commit, root)
        finally:
            subprocess.run(["git", "-C", str(HERE), "worktree", "remove", "--force", str(root)], check=True)


def _texts() -> list[str]:
    return [json.loads(line)["text"] for line in corpus(f"{NAME}.jsonl").open(encoding="utf-8")]


def find(folder: Path, rows: int) -> tuple[int, Callable[[Build], float]]:
    """Characters, and what reads them all as JSON lines."""
    del rows
    texts, lines = _texts(), folder / "notes.jsonl"
    lines.write_text(
        "".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(texts)), encoding="utf-8"
    )
    return sum(map(len, texts)), lambda build: build.cpu("find", "--jsonl", str(lines))


def notes(folder: Path, rows: int) -> tuple[int, Callable[[Build], float]]:
    """Characters, and what de-identifies them, a file each."""
    del rows
    texts, source, out = _texts(), folder / "notes", folder / "out"
    source.mkdir()
    for number, text in enumerate(texts):
        (source / f"note-{number:05}.txt").write_text(text, encoding="utf-8", newline="")

    def spent(build: Build) -> float:
        shutil.rmtree(out, ignore_errors=True)
        return build.cpu("notes", "-i", str(source), "-o", str(out))

    return sum(map(len, texts)), spent


def run(folder: Path, rows: int) -> tuple[int, Callable[[Build], float]]:
    """Rows, and what de-identifies the table of `bench-tables`."""
    tables.make(folder / "table", rows)
    Keyring.create(folder / "table" / "bench.key", "bench", Cost.cheap())

    def spent(build: Build) -> float:
        shutil.rmtree(folder / "table" / "release", ignore_errors=True)
        return build.cpu("run", str(folder / "table" / "project.yaml"))

    return rows, spent


WORK = {"find": (find, "characters"), "notes": (notes, "characters"), "run": (run, "rows")}


def ratio_of(work: str, before: Build, after: Build, rows: int, rounds: int) -> float:
    """Prints one kind of work; CPU of this build for each second of the other."""
    make, unit = WORK[work]
    with tempfile.TemporaryDirectory() as folder:
        size, spent = make(Path(folder), rows)
        pairs = []
        for number in range(rounds):  # in turn, and who goes first changes: what else the machine does meets both alike
            order = (before, after) if number % 2 == 0 else (after, before)
            cost = {build.name: spent(build) for build in order}
            pairs.append((cost[before.name], cost[after.name]))
    was, now = (statistics.median(pair[i] for pair in pairs) for i in (0, 1))
    ratio = statistics.median(pair[1] / pair[0] for pair in pairs)
    print(
        f"veil {work:<6} {size:>10,} {unit:<10} before {was:>7.2f} CPU s, {size / was:>9,.0f} a second; "
        f"now {now:>7.2f} CPU s, {size / now:>9,.0f} a second; now : before {ratio:.2f}",
        flush=True,
    )
    return ratio


def main(arguments: list[str]) -> None:
    told = argparse.ArgumentParser(prog="bench.paired")
    told.add_argument("commit")
    told.add_argument("--rows", type=int, default=1_000_000)
    told.add_argument("--rounds", type=int, default=3)
    told.add_argument("work", nargs="*", help="find, notes, run; all by default")
    asked = told.parse_intermixed_args(arguments)
    here = Build("this build", HERE)
    print(f"{machine()}\nthis build beside {asked.commit}, {asked.rounds} rounds in turn, start counted\n")
    with checked_out(asked.commit) as other:
        for build in (other, here):
            build.check()
        ratios = [ratio_of(work, other, here, asked.rows, asked.rounds) for work in asked.work or WORK]
    sys.exit(1 if max(ratios) > SLACK else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
