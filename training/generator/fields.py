"""Fields: a key and its value, of which neither needs to be known."""

from __future__ import annotations

import random
from collections.abc import Callable

from training.generator import drawn
from training.generator.drawn import cue, harmless, named, person
from training.generator.template import Piece

Pieces = list[Piece]


def joined(parts: list[Pieces], between: str) -> Pieces:
    made: Pieces = []
    for part in parts:
        made += [*([Piece(between)] if made else []), *part]
    return made


def field(rng: random.Random) -> tuple[str, Pieces]:
    """A key and its value."""
    kinds: tuple[tuple[int, tuple[str, ...], Callable[[], Pieces]], ...] = (
        (4, drawn.SURNAME, lambda: [named(person(rng), "patient", rng, short=0.3)]),
        (1, drawn.FORENAME, lambda: [Piece(person(rng).given, "NAME", "patient")]),
        (5, drawn.STAFF, lambda: [Piece(rng.choice(("", "", "", "Dr ", "Dr. "))), named(person(rng), "clinician", rng, short=0.35), Piece(rng.choice(("", "", "", " MD", ", M.D.", " RN", " , R.N.")))]),
        (2, drawn.KIN, lambda: [named(person(rng), "relative", rng, short=0.3)]),
        (2, drawn.PLACE, lambda: [drawn.town(rng)]),
        (1, ("Hospital", "Facility", "Clinic", "School", "Employer", "Pharmacy", "To", "From"), lambda: [drawn.house(rng)]),
        (3, drawn.NUMBER, lambda: [drawn.number(rng)]),
        (3, drawn.DAY, lambda: [drawn.day(rng, birth=rng.random() < 0.4)]),
        (1, ("Tel", "Phone", "Cell", "Contact", "Pager", "Fax"), lambda: [drawn.phone(rng)]),
        (1, ("user", "usr", "login", "queue", "by", "TR"), lambda: [drawn.login(rng)]),
        (1, ("Age", "age at visit"), lambda: [Piece(str(rng.randrange(90, 105)), "AGE_OVER_89") if rng.random() < 0.4 else Piece(str(rng.randrange(1, 89)), "AGE")]),
        (12, drawn.HARMLESS, lambda: [harmless(rng)]),
    )  # fmt: skip
    _, keys, make = rng.choices(kinds, [weight for weight, _, _ in kinds])[0]
    return cue(keys, rng), make()
