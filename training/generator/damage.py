"""Damage: what writers, dictation and scanners do to a text; the gold goes with it."""

from __future__ import annotations

import random
import re

from training.generator import pools
from training.generator.template import Piece

_LOOKS = {
    "O": "0",
    "0": "O",
    "l": "1",
    "1": "l",
    "I": "l",
    "S": "5",
    "5": "S",
    "B": "8",
    "e": "c",
    "c": "e",
    "n": "ri",
    "m": "rn",
    "h": "b",
    "a": "o",
    "u": "ii",
    "g": "q",
}


def _each(pieces: list[Piece], change: object) -> list[Piece]:
    return [piece._replace(text=change(piece.text)) for piece in pieces]  # type: ignore[operator]


def lower(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    del rng
    return _each(pieces, str.lower)


def upper(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    del rng
    return _each(pieces, str.upper)


def lower_names(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """A hasty writer: names and places small, the rest as it was."""
    del rng
    return [p._replace(text=p.text.lower()) if p.label in {"NAME", "LOCATION", "ORGANIZATION"} else p for p in pieces]


def upper_names(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    del rng
    return [p._replace(text=p.text.upper()) if p.label in {"NAME", "ORGANIZATION"} else p for p in pieces]


def scanned(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """A page read by a machine: a letter in forty is another."""

    def read(text: str) -> str:
        return "".join(_LOOKS.get(c, c) if rng.random() < 0.025 else "" if rng.random() < 0.002 else c for c in text)

    return [p._replace(text=read(p.text) or p.text) for p in pieces]


def typed(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """A fast typist: letters doubled, dropped, turned round; points left out."""

    def slip(text: str) -> str:
        made = list(text)
        for i in range(len(made) - 1):
            if rng.random() < 0.012 and made[i].isalpha():
                draw = rng.random()
                if draw < 0.4:
                    made[i], made[i + 1] = made[i + 1], made[i]
                elif draw < 0.7:
                    made[i] = ""
                else:
                    made[i] += made[i]
            elif made[i] in ".," and rng.random() < 0.25:
                made[i] = ""
        return "".join(made)

    return [p._replace(text=slip(p.text) or p.text) for p in pieces]


def flat(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """All on one line."""
    joint = rng.choice((" ", " ", "  ", " | ", "; "))
    return [p._replace(text=re.sub(r"\n+", joint if not p.label else " ", p.text)) for p in pieces]


def wrapped(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """Lines broken at a width, within names too."""
    width, column, made = rng.randrange(30, 90), 0, []
    for piece in pieces:
        text = []
        for char in piece.text:
            column = 0 if char == "\n" else column + 1
            if char == " " and column > width:
                char, column = "\n", 0
            text.append(char)
        made.append(piece._replace(text="".join(text)))
    return made


def spaced(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """Columns and tabs where spaces were."""
    wide = rng.choice(("  ", "\t", "   "))
    return [p._replace(text=re.sub(r"(?<=[:|]) ", wide, p.text)) if not p.label else p for p in pieces]


def tokenized(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """Signs set apart by spaces, as corpora that were cut into tokens are."""
    del rng
    return [p._replace(text=re.sub(r"(?<=\w)([.,:;)])(?=\s|$)", r" \1", p.text)) for p in pieces]


VOICES = (
    (None, 56),
    (lower, 9),
    (upper, 6),
    (lower_names, 3),
    (upper_names, 3),
    (scanned, 3),
    (typed, 5),
    (flat, 6),
    (wrapped, 5),
    (spaced, 2),
    (tokenized, 2),
)


_WORD = re.compile(r"(?<![\w'@./-])[A-Z]?[a-z]{3,}(?![\w'@/-])")


def swapped(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """One word in six of the running text is another, drawn from English and from medicine: no writer's words are known."""

    def other(match: re.Match[str]) -> str:
        word = match.group()
        if rng.random() > 0.16:
            return word
        draw = rng.random()
        if draw > 0.9:
            return rng.choice(pools.abbreviations())
        new = (
            rng.choice(pools.english())
            if draw < 0.4
            else rng.choice(pools.webster())
            if draw < 0.75
            else rng.choice(pools.drugs())
        )
        return new.capitalize() if word[0].isupper() else new

    return [p._replace(text=_WORD.sub(other, p.text)) if not p.label else p for p in pieces]


def damaged(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """The pieces in one of the voices, most often their own."""
    if rng.random() < 0.3:
        pieces = swapped(pieces, rng)
    for _ in range(2 if rng.random() < 0.12 else 1):
        voice = rng.choices([one for one, _ in VOICES], [weight for _, weight in VOICES])[0]
        pieces = voice(pieces, rng) if voice else pieces
    return [piece for piece in pieces if piece.text]
