"""Sentences: drawn by a seed, each with the places of its clinical values."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HALVES = ("tuned", "held")
_PAGE = Path(__file__).with_name("values.toml")
_SLOT = re.compile(r"<(\d[\d.]*)\.\.(\d[\d.]*)>|<<\|>>|<([^<>]+)>")
_PIECE = re.compile(r"@|\$(given|family|initial|date)")
_GIVEN = [
    "Colin",
    "Maeve",
    "Otto",
    "Orla",
    "Bram",
    "Saul",
    "Wilma",
    "Casper",
    "Lena",
    "Piers",
    "Ines",
    "Tobias",
    "Greta",
    "Milo",
    "Astrid",
    "Rafael",
]
_FAMILY = [
    "Whitlock",
    "Quennell",
    "Tasker",
    "Lindqvist",
    "Okafor",
    "Dunne",
    "Vance",
    "Thornbury",
    "Holloway",
    "Brandvold",
    "Oyelaran",
    "Pellham",
]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and where its clinical values are, in code points."""

    kind: str
    half: str
    text: str
    values: tuple[tuple[int, int], ...]


def sentences(seed: int, each: int) -> Iterator[Sentence]:
    """So many sentences of each kind and half, the same for a seed."""
    page = tomllib.loads(_PAGE.read_text(encoding="utf-8"))
    lists = {name: words.split("|") for name, words in page["lists"].items()}
    for kind, entry in page["kind"].items():
        for half in HALVES:
            draw = random.Random(f"{seed} {kind} {half}")
            values = entry.get("held_values", entry["values"]) if half == "held" else entry["values"]
            for _ in range(each):
                yield _sentence(draw, kind, half, draw.choice(entry[half]), values, lists)


def _sentence(
    draw: random.Random, kind: str, half: str, frame: str, values: list[str], lists: dict[str, list[str]]
) -> Sentence:
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    at, size = 0, 0
    for match in _PIECE.finditer(frame):
        before = _filled(draw, frame[at : match.start()], lists)
        piece = _filled(draw, draw.choice(values), lists) if match[0] == "@" else _of_person(draw, match[1])
        if match[0] == "@":
            places.append((size + len(before), size + len(before) + len(piece)))
        pieces += [before, piece]
        size += len(before) + len(piece)
        at = match.end()
    pieces.append(_filled(draw, frame[at:], lists))
    return Sentence(kind, half, "".join(pieces), tuple(places))


def _of_person(draw: random.Random, what: str) -> str:
    if what == "initial":
        return draw.choice("ABCDEFGHKLMNRSTW")
    if what == "date":
        return f"{draw.randint(1, 12)}/{draw.randint(1, 28)}/{draw.randint(2015, 2025)}"
    return draw.choice(_GIVEN if what == "given" else _FAMILY)


def _filled(draw: random.Random, text: str, lists: dict[str, list[str]]) -> str:
    def drawn(match: re.Match[str]) -> Any:
        low, high, words = match.groups()
        if low is not None:
            digits = len(low.partition(".")[2])
            number = draw.uniform(float(low), float(high)) if digits else draw.randint(int(low), int(high))
            return f"{number:.{digits}f}"
        if words is None:
            return draw.choice("<>")
        return draw.choice(lists.get(words) or words.split("|"))

    return _SLOT.sub(drawn, text)
