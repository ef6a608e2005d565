"""What each shape of text costs, and whether its cost grows with its length alone.

Usage: python -m bench.shape_costs [--sizes SMALL LARGE] [--find] [--memory] [SHAPE ...]

Two rows of figures for each shape of `bench.text_shapes`: `veil find`, and a whole `veil notes` of one file (find,
replace, write, read again). CPU and memory of a process of its own. Ends with 1 where a character of the large text
costs over BAR times one of plain prose, over GROWTH times one of the small text, or, with --memory, where a line of
3 MB takes over PEAK.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from bench.machine import machine
from bench.text_shapes import SHAPES, text_of
from veil.jobs.texts.find import Finder
from veil.jobs.texts.notes import notes_session
from veil.keys import Keys

SIZES = (8_000, 64_000)
LINE = 3_000_000
BAR = 12.0  # times a character of prose; a token of one character, such as in `1/2/`, is five of prose by itself
GROWTH = 1.8  # times a character of the small text
PEAK = 600  # MiB, of the whole process
SLACK = 0.15  # seconds that a start, a report and the noise of a clock may take
LIMIT = 240  # seconds of CPU of one text
COSTLY = (
    "ratios",
    "colons",
    "one digit, glued",
    "letters and digits",
    "letters and stops",
    "controls",
    "dates",
    "numbers of ten digits",
    "domain without end",
    "link without end",
    "cjk",
    "notes",
)
_FINDER = Finder()


@dataclass(frozen=True, slots=True)
class Cost:
    """Units: seconds of CPU; MiB of the process at its peak."""

    cpu: float
    peak: float


def found(text: str) -> None:
    """`veil find` of one text."""
    _FINDER.find([text])


def replaced(text: str) -> None:
    """`veil notes` of one file: found, replaced, written, read again by other means."""
    with tempfile.TemporaryDirectory() as folder:
        notes, out = Path(folder) / "notes", Path(folder) / "out"
        notes.mkdir()
        (notes / "note.txt").write_text(text, encoding="utf-8")
        notes_session(notes, out, "safe-harbor").run(Keys.none())


WAYS: dict[str, Callable[[str], None]] = {"find": found, "notes": replaced}


def cost_of(way: str, name: str, size: int) -> Cost | None:
    """What one text costs in a process of its own; None where it went over the limit."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_spent, args=(sender, way, name, size))
    child.start()
    sender.close()
    cost: Cost | None = None
    try:
        cost = receiver.recv()
    except EOFError:
        cost = None
    child.join()
    return cost


def _spent(sender: Connection, way: str, name: str, size: int) -> None:
    text = text_of(name, size)
    used = int(time.process_time())
    resource.setrlimit(resource.RLIMIT_CPU, (used + LIMIT, used + LIMIT))
    begin = time.process_time()
    WAYS[way](text)
    cpu = time.process_time() - begin
    sender.send(Cost(cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
    os._exit(0)


def faults_of(way: str, name: str, sizes: tuple[int, int], bars: dict[str, float]) -> list[str]:
    """Prints one shape; what is wrong with it."""
    small, large = (cost_of(way, name, size) for size in sizes)
    if small is None or large is None:
        print(f"{name:<34} {way:<6} over {LIMIT} s", flush=True)
        return [f"{name}, {way}: over {LIMIT} s of CPU"]
    each = (small.cpu / sizes[0], large.cpu / sizes[1])
    grown = large.cpu / max(small.cpu, 1e-9) / (sizes[1] / sizes[0])
    times = each[1] / bars[way]
    print(
        f"{name:<34} {way:<6} {each[0] * 1e6:>9.1f} {each[1] * 1e6:>9.1f} {times:>8.1f} {grown:>8.2f} {large.peak:>8.0f}",
        flush=True,
    )
    wrong = []
    if large.cpu > BAR * bars[way] * sizes[1] + SLACK:
        wrong.append(f"{name}, {way}: {times:.1f} times a character of prose")
    if large.cpu > GROWTH * (small.cpu + SLACK) * sizes[1] / sizes[0]:
        wrong.append(f"{name}, {way}: {grown:.2f} times a character of the small text")
    return wrong


def peaks(names: list[str]) -> list[str]:
    """Prints the peak memory of a line of LINE characters, by shape; what is over PEAK."""
    print(f"\n{'one line of 3 MB':<34} {'':<6} {'us/char':>9} {'MiB':>9}")
    wrong = []
    for name in names:
        for way in WAYS:
            cost = cost_of(way, name, LINE)
            if cost is None:
                wrong.append(f"{name}, {way}: over {LIMIT} s of CPU for a line of 3 MB")
                continue
            print(f"{name:<34} {way:<6} {cost.cpu / LINE * 1e6:>9.1f} {cost.peak:>9.0f}", flush=True)
            if cost.peak > PEAK:
                wrong.append(f"{name}, {way}: {cost.peak:.0f} MiB for a line of 3 MB")
    return wrong


def main(arguments: list[str]) -> None:
    told = argparse.ArgumentParser(prog="bench.shape_costs")
    told.add_argument("--sizes", nargs=2, type=int, default=SIZES, metavar=("SMALL", "LARGE"))
    told.add_argument("--find", action="store_true", help="only find, not the whole of notes")
    told.add_argument("--memory", action="store_true", help="also the peak memory of a line of 3 MB")
    told.add_argument("shape", nargs="*")
    asked = told.parse_intermixed_args(arguments)
    ways, sizes = (["find"] if asked.find else list(WAYS)), (asked.sizes[0], asked.sizes[1])
    print(f"{machine()}\n\n{'shape':<34} {'':<6} {'us/char':>9} {'us/char':>9} {'x prose':>8} {'growth':>8} {'MiB':>8}")
    print(f"{'':<34} {'':<6} {sizes[0]:>9,} {sizes[1]:>9,}")
    for way in ways:
        WAYS[way](text_of("notes", 4_000))  # what is loaded once
    bars = {way: plain.cpu / sizes[1] if (plain := cost_of(way, "prose", sizes[1])) else 0.0 for way in ways}
    wrong = [one for name in asked.shape or SHAPES for way in ways for one in faults_of(way, name, sizes, bars)]
    if asked.memory:
        wrong += peaks(asked.shape or list(COSTLY))
    print(f"\n{len(SHAPES)} shapes; bars: {BAR:g} times prose, growth {GROWTH:g}, {PEAK} MiB for a line of 3 MB")
    for one in wrong:
        print(f"OVER  {one}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
