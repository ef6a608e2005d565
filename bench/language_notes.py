"""Language notes: Spanish and German pages that nothing was made from, filled with words that stand in no list."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "language_families"
KINDS = {
    "NAME": "NAME",
    "DATE": "DATE",
    "LOC": "LOCATION",
    "ORG": "LOCATION",
    "CON": "CONTACT",
    "ID": "ID",
    "AGE": "AGE",
}
_FIELD = re.compile(r"\{(?:([A-Z]+):)?(\w+)\}")
_MONTHS = {
    "es": [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
}
_STARTS = {
    "es": "Ber Cal Dom Esp Gar Ler Mon Nav Or Pal Qui Ram Sal Tar Ur Val Zal Ibar Mel Fon",
    "de": "Brö Dre Ehl Fal Gro Hel Jas Kru Lam Mer Nie Ost Pru Rei Schle Tre Ul Vol Wen Zie",
}
_MIDDLES = {"es": "an el ir on ur ad em est ig ol", "de": "ben del fen ger kel len mer nin ster tin"}
_ENDS = {"es": "da dez ero illo ena osa ui ares ola ino", "de": "ke mann er au sch hoff witz rich lein trup"}
_TOWNS = {"es": "ales eda illa oros uela azo", "de": "hausen dorf rode ingen stedt beuren"}
_GIVEN_ENDS = {"es": "ia o ana elo ina eo", "de": "a ina e fried bert gard"}


def page(code: str, draw: random.Random) -> tuple[str, list[tuple[int, int, str]]]:
    """One page of a language with its gold, as (start, end, kind)."""
    template = draw.choice(_templates(code))
    text, spans, at = "", [], 0
    for match in _FIELD.finditer(template):
        text += template[at : match.start()]
        value = _value(code, match[2], draw)
        if match[1]:
            spans.append((len(text), len(text) + len(value), KINDS[match[1]]))
        text += value
        at = match.end()
    return text + template[at:], spans


@cache
def _templates(code: str) -> tuple[str, ...]:
    files = sorted(FOLDER.glob(f"{code}_*.txt"))
    return tuple(part.strip("\n") for file in files for part in file.read_text(encoding="utf-8").split("\n---\n"))


def _word(code: str, draw: random.Random, ends: dict[str, str]) -> str:
    middle = draw.choice(_MIDDLES[code].split()) if draw.random() < 0.6 else ""
    return draw.choice(_STARTS[code].split()) + middle + draw.choice(ends[code].split())


def _value(code: str, kind: str, draw: random.Random) -> str:
    family, given, town = _word(code, draw, _ENDS), _word(code, draw, _GIVEN_ENDS), _word(code, draw, _TOWNS)
    day, month, year = draw.randint(1, 28), draw.randint(1, 12), draw.randint(1940, 2023)
    word = _MONTHS[code][month - 1]
    spanish = code == "es"
    more = f" {_word(code, draw, _ENDS)}" if spanish else ""
    if spanish:
        numbers = draw.choice([f"{day:02}/{month:02}/{year}", f"{day}-{month}-{year % 100:02}"])
        road = f"{draw.choice(['C/', 'Avda.', 'Plaza de', 'Calle'])} {town} {draw.randint(1, 99)}"
        house = f"Hospital {draw.choice(['de', 'Comarcal de', 'Virgen de', 'San'])} {town}"
    else:
        numbers = draw.choice([f"{day:02}.{month:02}.{year}", f"{day}.{month}.{year % 100:02}"])
        road = f"{family}{draw.choice(['straße', 'weg', 'gasse', 'platz', 'str.'])} {draw.randint(1, 99)}"
        house = draw.choice([f"Klinikum {town}", f"Kreiskrankenhaus {town}", f"St.-{given}-Hospital {town}"])
    values = {
        "family": family,
        "given": given,
        "full": f"{given} {family}{more}",
        "initialled": f"{given[0]}. {family}",
        "num": numbers,
        "words": f"{day} de {word} de {year}" if spanish else f"{day}. {word} {year}",
        "month": f"{word} de {year}" if spanish else draw.choice([f"{word} {year}", f"{month:02}/{year}"]),
        "short": f"{day:02}/{month:02}" if spanish else f"{day:02}.{month:02}.",
        "street": road,
        "zip": f"{draw.randint(10, 50)}{draw.randint(100, 999)}",
        "town": town,
        "hospital": house,
        "phone": f"6{draw.randint(10, 99)} {draw.randint(100, 999)} {draw.randint(100, 999)}"
        if spanish
        else f"0{draw.randint(151, 991)} {draw.randint(10000, 9999999)}",
        "mail": f"{family.lower()}@{town.lower()}.example",
        "n6": str(draw.randint(100000, 999999)),
        "n9": str(draw.randint(100000000, 999999999)),
        "dni": f"{draw.randint(10000000, 99999999)}{draw.choice('TRWAGMYFPD')}",
        "ss": f"{draw.randint(10, 50)} {draw.randint(10000000, 99999999)} {draw.randint(10, 99)}",
        "kv": f"{draw.choice('ABCDEFGHK')}{draw.randint(100000000, 999999999)}",
        "path": f"{draw.choice('BHEC')}{draw.randint(10, 24)}-{draw.randint(1000, 99999)}",
        "age": str(draw.randint(18, 88)),
        "n": str(draw.randint(1, 9)),
        "n2": str(draw.randint(40, 99)),
        "bp": f"{draw.randint(100, 170)}/{draw.randint(60, 95)}",
        "big": f"{draw.randint(1, 300)}.{draw.randint(100, 999)}",
        "dec": f"{draw.randint(5, 15)},{draw.randint(0, 9)}",
    }
    return values[kind]
