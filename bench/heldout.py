"""Families of notes that nothing was made from: what `veil find` masks and leaves, family by family and label by label.

Usage: python -m bench.heldout [--seed N] [--texts N] [--leaks N] [--json FILE]

Twelve families written apart from those of `training/` and from each other, filled by a seed with people and places
whose words stand in no list. Six of them (`read`) may be looked at for leaks; six (`kept`) were never looked at while
rules, templates and thresholds were made, and count for more. An age under 90, a bare year, a weekday, a time, a
state and a profession count neither way; only letters and digits count.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bench.heldout_invent import IDENTIFIERS, Kinds, Part, filled
from veil.jobs.texts.find import Finder
from veil.model import Span

FOLDER = Path(__file__).parent / "heldout_families"
NEUTRAL = {"AGE", "YEAR", "WEEKDAY", "TIME", "STATE", "PROFESSION"}
TEXTS = 120  # of each family
SEED = 1
NEAR = 40  # characters of a leak's surroundings


@dataclass(slots=True)
class Figures:
    """Counts of letters and digits: identifying ones, those of them masked, others, others masked; notes, whole ones."""

    identifying: int = 0
    masked: int = 0
    other: int = 0
    alarms: int = 0
    notes: int = 0
    whole: int = 0
    labels: Counter[tuple[str, bool]] = field(default_factory=Counter)

    def add(self, more: Figures) -> None:
        for name in ("identifying", "masked", "other", "alarms", "notes", "whole"):
            setattr(self, name, getattr(self, name) + getattr(more, name))
        self.labels.update(more.labels)

    def line(self) -> str:
        shares = ((self.masked, self.identifying), (self.whole, self.notes), (self.alarms, self.other))
        return " ".join(f"{100 * part / whole if whole else float('nan'):>9.2f}" for part, whole in shares)


@dataclass(frozen=True, slots=True)
class Family:
    """One file of templates; `kept`: never looked at while anything was made."""

    name: str
    kept: bool
    templates: tuple[str, ...]


def families(folder: Path = FOLDER) -> list[Family]:
    """All families of a folder, in the order of their names."""
    found = []
    for path in sorted(folder.glob("*.txt")):
        head, _, body = path.read_text(encoding="utf-8").partition("\n")
        templates = tuple(part.strip("\n") for part in body.split("\n---\n"))
        found.append(Family(path.stem, head.startswith("# kept:"), templates))
    return found


def drawn(family: Family, seed: int, count: int, kinds: Kinds = IDENTIFIERS) -> list[list[Part]]:
    """Texts of one family: each template as often as the others."""
    rng = random.Random(f"{family.name}-{seed}")
    return [filled(family.templates[number % len(family.templates)], rng, kinds) for number in range(count)]


def counted(parts: list[Part], spans: Iterable[Span]) -> Figures:
    """What one answer masks of one text."""
    masked = {at for span in spans for at in range(span.start, span.end)}
    found, at = Figures(), 0
    for part in parts:
        here = [at + i for i, sign in enumerate(part.text) if sign.isalnum()]
        at += len(part.text)
        hidden = sum(place in masked for place in here)
        if not part.label:
            found.other += len(here)
            found.alarms += hidden
        elif part.label not in NEUTRAL and here:
            found.identifying += len(here)
            found.masked += hidden
            found.labels[part.label, hidden == len(here)] += 1
    found.notes = int(found.identifying > 0)
    found.whole = int(found.notes and found.masked == found.identifying)
    return found


def leaks(parts: list[Part], spans: Iterable[Span]) -> list[str]:
    """Identifiers that are not whole masked, and false marks, each with what stands around it."""
    text = "".join(part.text for part in parts)
    masked = {at for span in spans for at in range(span.start, span.end)}
    told, at = [], 0
    for part in parts:
        end = at + len(part.text)
        bare = [i for i in range(at, end) if text[i].isalnum() and (i in masked) == (not part.label)]
        if bare and part.label not in NEUTRAL:
            kind = f"leak {part.label}" if part.label else "alarm"
            told.append(
                f"{kind}: {text[bare[0] : bare[-1] + 1]!r} in {text[max(0, bare[0] - NEAR) : bare[-1] + NEAR]!r}"
            )
        at = end
    return told


def asked(prog: str, summary: str, texts: int) -> argparse.Namespace:
    """The options of a bench of families."""
    parser = argparse.ArgumentParser(prog=prog, description=summary)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--texts", type=int, default=texts, help="texts of each family")
    parser.add_argument(
        "--leaks", type=int, default=0, help="print so many leaks and false marks of the families that may be read"
    )
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def report(options: argparse.Namespace, some: list[Family], kinds: Kinds = IDENTIFIERS) -> None:
    """Prints what is masked and left in each family, in those that may be read and those that are kept."""
    finder = Finder()
    sums = {False: Figures(), True: Figures()}
    rows: dict[str, list[float]] = {}
    seen: list[str] = []
    print(f"seed {options.seed}, {options.texts} texts of each family; words of no list; synthetic\n")
    print(f"{'family':<24} {'':<5} {'PHI chars':>9} {'PHI notes':>9} {'others':>9}   %")
    for family in some:
        texts = drawn(family, options.seed, options.texts, kinds)
        found = finder.find(["".join(part.text for part in parts) for parts in texts])
        mine = Figures()
        for parts, spans in zip(texts, found, strict=True):
            mine.add(counted(parts, spans))
            seen += [] if family.kept else [f"{family.name}: {line}" for line in leaks(parts, spans)]
        sums[family.kept].add(mine)
        rows[family.name] = [float(share) for share in mine.line().split()]
        print(f"{family.name:<24} {'kept' if family.kept else 'read':<5} {mine.line()}", flush=True)
    for kept, total in sums.items():
        rows["kept" if kept else "read"] = [float(share) for share in total.line().split()]
        print(f"\n{'all ' + ('kept' if kept else 'read'):<30} {total.line()}")
        for label in sorted({label for label, _ in total.labels}):
            whole, part = total.labels[label, True], total.labels[label, False]
            print(f"  {label:<28} {100 * whole / (whole + part):>9.2f} % of {whole + part} whole")
    for line in random.Random(options.seed).sample(seen, min(options.leaks, len(seen))):
        print(line)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    summary = __doc__.splitlines()[0] if __doc__ else ""
    report(asked("bench.heldout", summary, TEXTS), families())


if __name__ == "__main__":
    main()
