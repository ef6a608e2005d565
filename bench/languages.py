"""Spanish and German notes: what is found, per set and per label, seen and held-out sets apart, Presidio beside.

Usage: python -m bench.languages [--seed N]
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.corpora import PEERS, corpus, give_up
from bench.detect import PRESIDIO, VEIL, command_of, is_here
from bench.language_notes import page

SIZE = 120  # pages of each family that is made anew
HELD = 5  # of MEDDOCAN, one document in so many was never trained on


@dataclass(frozen=True)
class Set:
    """Shape: `notes` as lines of a corpus; `labels` names the map of its labels; `seen`: whether anything was made from it."""

    name: str
    labels: str
    seen: bool
    notes: list[dict[str, Any]]


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in corpus(f"{name}.jsonl").open(encoding="utf-8")]


def sets(seed: int) -> Iterator[Set]:
    meddocan = read("meddocan-es")
    yield Set("meddocan, trained on", "meddocan-es", True, [n for i, n in enumerate(meddocan) if i % HELD != HELD - 1])
    yield Set("meddocan, held out", "meddocan-es", False, meddocan[HELD - 1 :: HELD])
    yield Set("Spanish, held-out families", "own", False, made("es", seed))
    yield Set("grascco", "grascco-de", False, read("grascco-de"))
    yield Set("German, held-out families", "own", False, made("de", seed))


def made(code: str, seed: int) -> list[dict[str, Any]]:
    draw = random.Random(seed)
    notes = []
    for number in range(SIZE):
        text, spans = page(code, draw)
        gold = [{"start": start, "end": end, "label": label} for start, end, label in spans]
        notes.append({"id": str(number), "text": text, "spans": gold})
    return notes


def answers(system: str, notes: list[dict[str, Any]]) -> list[list[tuple[int, int]]]:
    lines = "".join(json.dumps({"id": str(i), "text": note["text"]}) + "\n" for i, note in enumerate(notes))
    done = subprocess.run(command_of(system).split(), input=lines, capture_output=True, text=True, check=True)
    found = [json.loads(line)["spans"] for line in done.stdout.splitlines()]
    return [
        [(span["start"], span["end"]) if isinstance(span, dict) else tuple(span[:2]) for span in spans]
        for spans in found
    ]


def print_set(one: Set, system: str, kinds: dict[str, str], score: Any) -> None:
    hit, gold = Counter[str](), Counter[str]()
    alarm = other = whole = filled = 0
    for note, spans in zip(one.notes, answers(system, one.notes), strict=True):
        masked = bytearray(len(note["text"]))
        for start, end in spans:
            masked[start:end] = b"\1" * (end - start)
        read = score.Note(note, kinds, score.IDENTIFYING)
        counted = [i for i in read.chars if read.kind[i] in score.IDENTIFYING]
        caught = sum(masked[i] for i in counted)
        hit["all"] += caught
        gold["all"] += len(counted)
        filled += bool(counted)
        whole += bool(counted) and caught == len(counted)
        free = [i for i in read.chars if read.kind[i] is None]
        alarm += sum(masked[i] for i in free)
        other += len(free)
        for span in note["spans"]:
            mine = [
                i
                for i in range(span["start"], span["end"])
                if read.kind[i] in score.IDENTIFYING and note["text"][i].isalnum()
            ]
            gold[span["label"]] += len(mine)
            hit[span["label"]] += sum(masked[i] for i in mine)
    where = "trained on" if one.seen else "not trained on (its figures were seen while the reading was tuned)"
    shares = 100 * hit["all"] / gold["all"], 100 * whole / filled, 100 * alarm / other
    print(f"{one.name:<28} {system:<18} {len(one.notes):>4} notes, {where}: ", end="")
    print("characters {:.1f} %, notes whole {:.0f} %, others masked {:.2f} %".format(*shares))
    each = [f"{label} {100 * hit[label] / size:.0f}" for label, size in gold.most_common() if label != "all" and size]
    print("    per label: " + ", ".join(each), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--set", default="")
    given = parser.parse_args()
    if not PEERS.exists():
        give_up("the harness of the peers is not beside the checkout (../shared/peers)")
    sys.path.insert(0, str(PEERS))
    import score  # type: ignore[import-not-found]

    maps = json.loads((Path(PEERS) / "labels.json").read_text())
    maps["own"] = {kind: kind for kind in ("NAME", "DATE", "AGE", "LOCATION", "CONTACT", "ID", "OTHER")}
    for one in sets(given.seed):
        if given.set in one.name:
            for system in (VEIL, PRESIDIO):
                if is_here(system):
                    print_set(one, system, maps[one.labels], score)
                else:
                    print(f"not measured: {system} is not on this machine (../shared/peers/setup.sh builds it)")


if __name__ == "__main__":
    main()
