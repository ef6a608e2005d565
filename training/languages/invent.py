"""Invent: people, places, numbers and dates of a country, half of them of no list."""

from __future__ import annotations

import importlib
import random
from collections.abc import Mapping
from functools import cache

from veil.model import Label

Values = Mapping[str, tuple[str, Label | None]]
_ONSETS = [
    "b",
    "br",
    "bl",
    "c",
    "ch",
    "cr",
    "d",
    "dr",
    "f",
    "fl",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "kl",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "qu",
    "r",
    "s",
    "sch",
    "st",
    "t",
    "tr",
    "v",
    "w",
    "z",
]
_MIDS = ["a", "e", "i", "o", "u", "au", "ei", "ie", "ä", "ö", "ü", "a", "e", "o"]
_CODAS = ["", "", "", "n", "r", "l", "s", "nd", "rt", "ck", "tz", "lm", "ng"]
_ENDS = {
    "de_DE": [
        "er",
        "mann",
        "berg",
        "bach",
        "feld",
        "stein",
        "sohn",
        "ke",
        "sen",
        "hof",
        "meier",
        "ler",
        "ig",
        "isch",
        "l",
        "ow",
        "ski",
        "auer",
        "huber",
    ],
    "es_ES": [
        "ez",
        "es",
        "o",
        "a",
        "era",
        "ero",
        "ada",
        "al",
        "án",
        "ín",
        "ena",
        "illo",
        "ana",
        "ora",
        "eda",
        "ido",
        "erri",
        "aga",
    ],
}
_PLAIN = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "k": "c"})
_TOWN_ENDS = {
    "de_DE": [
        "hausen",
        "dorf",
        "stadt",
        "heim",
        "berg",
        "burg",
        "feld",
        "bach",
        "ingen",
        "au",
        "furt",
        "kirchen",
        "brück",
    ],
    "es_ES": ["a", "os", "as", "ar", "eda", "ales", "illa", "ón", "ejo", "uela", "osa"],
}


@cache
def _person(country: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    provider = importlib.import_module(f"faker.providers.person.{country}").Provider
    women = tuple(getattr(provider, "first_names_female", provider.first_names))
    men = tuple(getattr(provider, "first_names_male", provider.first_names))
    return women, men, tuple(provider.last_names)


@cache
def _towns(country: str) -> tuple[str, ...]:
    """Towns of GeoNames, by way of the list that Veil ships, and those of Faker."""
    from veil.lexicon.places import cities

    provider = importlib.import_module(f"faker.providers.address.{country}").Provider
    own = tuple(getattr(provider, "cities", ())) + tuple(getattr(provider, "states", ()))
    some = tuple(name.title() for name in sorted(cities())[::7])
    return (own or some) + some[:400]


def syllables(draw: random.Random, least: int, most: int) -> str:
    return "".join(
        draw.choice(_ONSETS) + draw.choice(_MIDS) + draw.choice(_CODAS) for _ in range(draw.randint(least, most))
    )


def invented(draw: random.Random, ends: Mapping[str, list[str]], country: str) -> str:
    word = (syllables(draw, 1, 2) + draw.choice(ends[country])).capitalize()
    return word if country == "de_DE" else word.translate(_PLAIN)


def family(draw: random.Random, country: str) -> str:
    if draw.random() < 0.4:
        return invented(draw, _ENDS, country)
    return draw.choice(
        _person(
            country if draw.random() < 0.85 else draw.choice(["de_DE", "es_ES", "it_IT", "pl_PL", "tr_TR", "fr_FR"])
        )[2]
    )


def given(draw: random.Random, country: str, *, woman: bool) -> str:
    if draw.random() < 0.12:
        return syllables(draw, 1, 2).capitalize() + ("a" if woman else "")
    return draw.choice(_person(country)[0 if woman else 1])


def town(draw: random.Random, country: str) -> str:
    if draw.random() < 0.4:
        name = invented(draw, _TOWN_ENDS, country)
        if country == "de_DE" and draw.random() < 0.2:
            name = draw.choice(["Bad ", "St. ", "Neu", "Ober"]) + name
        return name if not name.startswith(("Neu", "Ober")) else name.capitalize()
    return draw.choice(_towns(country))


def digits(draw: random.Random, size: int) -> str:
    return "".join(draw.choice("0123456789") for _ in range(size))


def shaped(draw: random.Random, shape: str) -> str:
    """`9` a digit, `A` a capital, `a` a small letter; all else is itself."""
    return "".join(
        draw.choice("0123456789")
        if sign == "9"
        else draw.choice("ABCDEFGHJKLMNPRSTUVWXYZ")
        if sign == "A"
        else draw.choice("abcdefghijklmnoprstuvwz")
        if sign == "a"
        else sign
        for sign in shape
    )


def damaged(draw: random.Random, text: str) -> str:
    """Sometimes all in capitals or in small letters."""
    kind = draw.random()
    return text.upper() if kind < 0.03 else text.lower() if kind < 0.05 else text
