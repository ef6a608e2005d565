"""Machines: what machines write: carets, pairs, markup, names of files, messages of errors."""

from __future__ import annotations

import random

from training.generator import drawn, numbers, places, pools, things
from training.generator.drawn import harmless, named, person
from training.generator.fields import Pieces, field, joined
from training.generator.template import Piece


def machine(rng: random.Random) -> Pieces:
    """What machines write: carets, pairs, markup, file names, messages of errors."""
    return joined(
        [rng.choice((_carets, _pairs, _markup, _file, _message))(rng) for _ in range(rng.randrange(1, 5))], "\n"
    )


def _carets(rng: random.Random) -> Pieces:
    who, up = person(rng), rng.random() < 0.6
    word = (lambda text: text.upper()) if up else (lambda text: text)
    name = Piece("^".join(map(word, (who.family, who.given, who.middle[0])[: rng.choice((2, 3))])), "NAME", "patient")
    sign = rng.choice(("|", "|", "||", "^"))
    cells: list[Pieces] = [
        [drawn.number(rng)],
        [name],
        [Piece(numbers.a_day(rng, birth=True).strftime("%Y%m%d"), "DATE")],
        [Piece(rng.choice("FM"))],
        [Piece(drawn.coded(rng))],
    ]
    if rng.random() < 0.5:
        cells.append(
            [
                Piece(places.street(rng), "LOCATION"),
                Piece("^^"),
                drawn.town(rng),
                Piece("^"),
                Piece(places.state(rng), "STATE"),
                Piece("^"),
                Piece(places.zip_code(rng), "ZIP"),
            ]
        )
    rng.shuffle(cells)
    return [
        Piece(rng.choice(("PID", "NK1", "PV1", "OBX", "GT1", "IN1", pools.odd_word(rng)[:3].upper())) + sign),
        *joined(cells[: rng.randrange(2, 7)], sign),
    ]


def _pairs(rng: random.Random) -> Pieces:
    quote = rng.choice(("", '"', "'"))
    made = []
    for _ in range(rng.randrange(2, 7)):
        key, value = field(rng)
        made.append([Piece(f"{key.replace(' ', '_')}={quote}"), *value, Piece(quote)])
    return joined(made, rng.choice((" ", " ", "; ", "&", ", ")))


def _markup(rng: random.Random) -> Pieces:
    tag = rng.choice(("td", "li", "span", "b", pools.odd_word(rng)[:5]))
    space = rng.choice((" ", "&nbsp;", " "))
    who = person(rng)
    cells = [
        [Piece(who.family, "NAME", "patient"), Piece(space), Piece(who.given, "NAME", "patient")],
        *(field(rng)[1] for _ in range(3)),
    ]
    made: Pieces = []
    for cell in cells:
        made += [Piece(f"<{tag}>"), *cell, Piece(f"</{tag}>")]
    return made


def _file(rng: random.Random) -> Pieces:
    who, sign = person(rng), rng.choice(("_", "_", "-", "__"))
    parts: list[Pieces] = [
        [Piece(who.family, "NAME", "patient")],
        [Piece(who.given, "NAME", "patient")],
        [Piece(rng.choice(("scan", "MR", "letter", "final", "knee", "ecg", "v2", "consent", "report")))],
    ]
    if rng.random() < 0.6:
        parts.append([Piece(numbers.a_day(rng).strftime("%Y%m%d"), "DATE")])
    if rng.random() < 0.3:
        parts.append([drawn.number(rng)])
    rng.shuffle(parts)
    return [*joined(parts, sign), Piece(rng.choice((".pdf", ".docx", ".dcm", ".txt", "")))]


def _message(rng: random.Random) -> Pieces:
    lead = rng.choice(("ERROR ", "WARN ", "INFO ", "", "DEBUG ")) + rng.choice(
        (
            "no match for ",
            "locked by ",
            "merged ",
            "opened by ",
            "could not reach ",
            "retry ",
            "duplicate of ",
            pools.odd_word(rng) + " ",
        )
    )
    draw = rng.random()
    if draw < 0.3:
        return [Piece(lead), harmless(rng), Piece(f"; took {rng.randrange(900)} ms")]
    if draw < 0.6:
        place = f"{rng.choice(('RAD', 'ED', 'ICU', 'OR', 'LAB', pools.odd_word(rng)[:3].upper()))}-{things.bed(rng)}"
        return [
            drawn.day(rng),
            Piece(rng.choice((" ", "T07:12 ", " | ")) + rng.choice(("user=", "by ", "usr:", "op ", "uid="))),
            drawn.login(rng),
            Piece(rng.choice((f" ws={place}", f" action=VIEW ws={place}", f" svc={place} status=OK", " "))),
        ]
    return [
        Piece(lead),
        rng.choice((drawn.login(rng), named(person(rng), "other", rng))),
        Piece(rng.choice((" (", "; ", ", "))),
        *field(rng)[1],
        Piece(rng.choice((")", "", "; retry 3/5"))),
    ]
