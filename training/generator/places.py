"""Places: towns, streets, addresses and institutions, known and invented."""

from __future__ import annotations

import random
from functools import cache

from training.generator import people, pools
from veil.lexicon.places import STATES, _rows, counties, countries

ROMAN = ("Apt", "Apt.", "Unit", "Suite", "Ste", "#", "Bldg", "Floor", "Lot")


@cache
def _towns() -> tuple[list[str], list[str]]:
    rows = _rows()
    return [name for name, land, _ in rows if land == "US"], [name for name, land, _ in rows if land != "US"]


@cache
def _counties() -> list[str]:
    return [name.title() for name in sorted(counties())]


@cache
def _countries() -> list[str]:
    return [name.title() for name in sorted(countries())]


def _capital(word: str) -> str:
    return word[0].upper() + word[1:]


def city(rng: random.Random) -> str:
    home, abroad = _towns()
    draw = rng.random()
    if draw < 0.62:
        return rng.choice(home)
    if draw < 0.74:
        return rng.choice(abroad)
    core = _capital(pools.odd_word(rng)) if draw < 0.93 else people.a_family(rng)
    end = rng.choice(
        (
            "",
            "",
            "",
            "ville",
            "ton",
            "burg",
            "field",
            "ford",
            " Falls",
            " Springs",
            " Heights",
            " City",
            " Creek",
            "wood",
            " Park",
            "port",
            "ham",
            "stead",
        )
    )
    start = rng.choice(
        (
            "",
            "",
            "",
            "",
            "",
            "North ",
            "West ",
            "Port ",
            "Fort ",
            "New ",
            "St. ",
            "Lake ",
            "Mount ",
            "East ",
            "San ",
            "El ",
        )
    )
    return start + core + end


def neighborhood(rng: random.Random) -> str:
    core = (
        _capital(pools.odd_word(rng))
        if rng.random() < 0.4
        else people.a_family(rng)
        if rng.random() < 0.4
        else rng.choice(pools.phrases("streets"))
    )
    return core + rng.choice(
        (
            " Heights",
            " Village",
            " Hills",
            " Park",
            " Flats",
            " Square",
            " Hollow",
            " Point",
            " Estates",
            " Gardens",
            " District",
            " Corners",
            "",
            "",
        )
    )


def landmark(rng: random.Random) -> str:
    core = _capital(pools.odd_word(rng)) if rng.random() < 0.4 else people.a_family(rng)
    return f"{core} {rng.choice(pools.phrases('landmarks'))}"


def state(rng: random.Random) -> str:
    short = rng.choice(list(STATES))
    return short if rng.random() < 0.5 else STATES[short]


def zip_code(rng: random.Random) -> str:
    if rng.random() < 0.06:
        return numbers(rng, rng.choice((4, 6)))
    return f"{rng.randrange(501, 99951):05d}" + (f"-{rng.randrange(10000):04d}" if rng.random() < 0.12 else "")


def postcode(rng: random.Random) -> str:
    up, d = (lambda: rng.choice("ABCDEFGHJKLMNPRSTUVWXY")), (lambda: str(rng.randrange(10)))
    if rng.random() < 0.65:
        return (
            up() + rng.choice(("", up())) + d() + rng.choice(("", d())) + rng.choice((" ", " ", "")) + d() + up() + up()
        )
    return up() + d() + up() + rng.choice((" ", "")) + d() + up() + d()


def street(rng: random.Random) -> str:
    draw = rng.random()
    if 0.05 < draw < 0.12:
        return "".join(text for text, label in _abroad(rng)[:1])
    if draw < 0.05:
        return f"{rng.choice(('PO Box', 'P.O. Box', 'Box'))} {rng.randrange(1, 9999)}"
    core = (
        rng.choice(pools.phrases("streets"))
        if draw < 0.55
        else people.a_family(rng)
        if draw < 0.8
        else _capital(pools.odd_word(rng))
    )
    way = rng.choice(("N ", "S. ", "West ", "E ", "NW ", "North ")) if rng.random() < 0.12 else ""
    house = f"{rng.randrange(1, rng.choice((30, 300, 3000, 20000)))}{rng.choice('ABC') if rng.random() < 0.05 else ''}"
    made = f"{house} {way}{core} {rng.choice(pools.phrases('kinds_street'))}"
    if rng.random() < 0.15:
        kind = rng.choice(ROMAN)
        made += f"{rng.choice((', ', ' '))}{kind}{'' if kind == '#' else ' '}{rng.choice((str(rng.randrange(1, 999)), f'{rng.randrange(1, 30)}{rng.choice(chr(65) + chr(66) + chr(67))}'))}"
    return made


def road(rng: random.Random) -> str:
    """A street without its house number."""
    return street(rng).split(" ", 1)[1] if rng.random() < 0.5 else street(rng)


def address(rng: random.Random) -> list[tuple[str, str]]:
    """Pieces of one address with their labels, and what stands between them without one."""
    if rng.random() < 0.25:
        return _abroad(rng)
    town = city(rng)
    joint = rng.choice((", ", ", ", ", ", "\n", " "))
    made = [(street(rng), "LOCATION"), (joint, ""), (town, "LOCATION")]
    draw = rng.random()
    if draw < 0.75:
        made += [(rng.choice((", ", ", ", " ")), ""), (state(rng), "STATE")]
        if draw < 0.6:
            made += [(rng.choice((" ", " ", "  ", ", ")), ""), (zip_code(rng), "ZIP")]
    elif draw < 0.85:
        made += [(rng.choice((", ", " ")), ""), (postcode(rng), "ZIP")]
    return made


def _abroad(rng: random.Random) -> list[tuple[str, str]]:
    """An address as other countries write it: the number behind the street, the post code before the town."""
    number = f"{rng.randrange(1, 250)}{rng.choice(('', '', '', 'a', 'B', '/4'))}"
    core = people.a_family(rng) if rng.random() < 0.6 else _capital(pools.odd_word(rng))
    way = rng.choice(
        (
            f"{rng.choice(pools.phrases('ways_before'))} {core}",
            f"{core}{rng.choice(pools.phrases('ways_behind'))}",
            f"{core} {rng.choice(('Road', 'Street', 'Close', 'Gardens', 'Lane', 'Crescent', 'Mews', 'Parade', 'Nagar', 'Marg'))}",
        )
    )
    line = rng.choice(
        (
            f"{way} {number}",
            f"{number} {way}",
            f"{number}, {way}",
            f"{way}, {number}",
            f"Flat {rng.randrange(1, 40)}, {number} {way}",
            f"{way} No. {number}",
        )
    )
    code = rng.choice(
        (
            numbers(rng, 4),
            numbers(rng, 5),
            numbers(rng, 4) + " " + "ABCDEFGHJK"[rng.randrange(10)] + "ABCDEFGHJK"[rng.randrange(10)],
            numbers(rng, 6),
            f"{numbers(rng, 2)}-{numbers(rng, 3)}",
            f"{numbers(rng, 3)} {numbers(rng, 2)}",
        )
    )
    town = city(rng)
    joint = rng.choice((", ", ", ", "\n", " "))
    if rng.random() < 0.6:
        return [
            (line, "LOCATION"),
            (joint, ""),
            (code, "ZIP"),
            (" ", ""),
            (town, "LOCATION"),
            *([(", ", ""), (country(rng), "STATE")] if rng.random() < 0.3 else []),
        ]
    made = [(line, "LOCATION"), (joint, ""), (town, "LOCATION")]
    if rng.random() < 0.6:
        made += [(rng.choice((", ", " ")), ""), (rng.choice(pools.phrases("states_abroad")), "STATE")]
    return [*made, (rng.choice((" ", ", ", "  ")), ""), (rng.choice((code, postcode(rng))), "ZIP")]


def numbers(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _core(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.25:
        return rng.choice(pools.phrases("saints"))
    if draw < 0.55:
        return city(rng)
    if draw < 0.75:
        return people.a_family(rng)
    if draw < 0.92:
        return _capital(pools.odd_word(rng)) + rng.choice(("", "", " Valley", " Ridge", " County", " Park", " Creek"))
    return rng.choice(pools.phrases("streets"))


def institution(kind: str, rng: random.Random) -> str:
    """A `hospital`, `clinic`, `facility`, `school`, `company`, `church` or `ward`."""
    if kind == "ward":
        return rng.choice(pools.phrases("wards"))
    ends = {
        "hospital": pools.phrases("hospitals"),
        "clinic": pools.phrases("clinics"),
        "facility": pools.phrases("facilities"),
        "school": pools.phrases("schools"),
        "company": pools.phrases("companies"),
        "church": pools.phrases("churches"),
    }[kind]
    made = f"{_core(rng)} {rng.choice(ends)}"
    if kind == "hospital" and rng.random() < 0.08:
        made = f"University of {city(rng)} {rng.choice(pools.phrases('hospitals'))}"
    if kind == "hospital" and rng.random() < 0.1:
        made = "".join(word[0] for word in made.replace(".", "").split() if word[0].isalpha()).upper() or made
    return made


def country(rng: random.Random) -> str:
    return rng.choice(_countries())


def county(rng: random.Random) -> str:
    return rng.choice(_counties())
