"""What the short texts in unfamiliar styles hold beside `heldout_invent`: handles, numbers in words, other countries."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

from bench.heldout_invent import IDENTIFIERS, Kinds, digits, house, word

_ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_DAYS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
]
_TENS = {30: "thirty", 40: "forty", 50: "fifty", 60: "sixty", 70: "seventy", 80: "eighty"}
_PREFIXES_GB = ("020 7946 0999", "0161 496 0999", "01632 960999", "07700 900999", "+44 7700 900999", "(0117) 496 0999")


def _shape(*shapes: str) -> Callable[[random.Random], str]:
    return lambda rng: digits(rng, rng.choice(shapes))


def _login(rng: random.Random) -> str:
    name, other = word(rng).lower(), word(rng).lower()
    return rng.choice((f"{name[0]}{other}", f"{name}.{other}", f"{other}{rng.randrange(2, 99)}", f"{other}_{name[0]}"))


def _handle(rng: random.Random) -> str:
    name, other = word(rng), word(rng).lower()
    return rng.choice(
        (
            f"{name.lower()}_{rng.choice(('rn', 'md', 'np', 'rph'))}",
            f"dr{other}",
            f"{name}{rng.randrange(2, 99)}",
            other,
        )
    )


def _said(rng: random.Random, count: int) -> str:
    figures = [rng.choice(_ONES) for _ in range(count)]
    return " ".join("oh" if figure == "zero" and rng.random() < 0.6 else figure for figure in figures)


def _mail_in_words(rng: random.Random) -> str:
    return f"{word(rng).lower()} dot {word(rng).lower()} at {word(rng).lower()} dot {rng.choice(('org', 'com', 'net'))}"


def _day_in_words(rng: random.Random) -> str:
    day = dt.date(1931, 1, 1) + dt.timedelta(days=rng.randrange(20_000))
    tens, ones = day.year % 100 // 10 * 10, day.year % 10
    year = f"nineteen {_TENS[tens]}{'-' + _ONES[ones] if ones else ''}"
    return f"{_DAYS[min(day.day, len(_DAYS)) - 1]} of {day:%B} {year}"


def _nhs(rng: random.Random) -> str:
    """Nine digits and the check digit of the NHS number."""
    while True:
        body = [rng.randrange(4, 8), *(rng.randrange(10) for _ in range(8))]
        check = (11 - sum(weight * figure for weight, figure in zip(range(10, 1, -1), body, strict=True)) % 11) % 11
        if check < 10:
            text = "".join(map(str, [*body, check]))
            return rng.choice((text, f"{text[:3]} {text[3:6]} {text[6:]}"))


KINDS: Kinds = {
    **IDENTIFIERS,
    "handle": ("NAME", _handle),
    "login": ("NAME", _login),
    "spoken": ("PHONE", lambda rng: _said(rng, 10)),
    "digits_said": ("MRN", lambda rng: _said(rng, rng.choice((6, 7, 8)))),
    "mailwords": ("EMAIL", _mail_in_words),
    "longwords": ("DATE", _day_in_words),
    "age90words": ("AGE_OVER_89", lambda rng: f"ninety-{rng.choice(_ONES[1:])}"),
    "bornyear": ("AGE_OVER_89", lambda rng: str(rng.randrange(1926, 1936))),
    "phonegb": ("PHONE", _shape(*_PREFIXES_GB)),
    "phoneie": ("PHONE", _shape("085 999 9999", "01 999 9999", "+353 86 999 9999")),
    "phoneau": ("PHONE", _shape("0491 999 999", "(02) 5550 9999", "+61 491 999 999", "03 9999 9999")),
    "phonenz": ("PHONE", _shape("021 999 999", "09 999 9999", "+64 21 999 9999")),
    "phoneza": ("PHONE", _shape("082 999 9999", "+27 82 999 9999", "011 999 9999")),
    "phonein": ("PHONE", _shape("98999 99999", "+91 98999 99999", "9899999999")),
    "nhs": ("ID", _nhs),
    "pps": ("ID", _shape("9999999AA", "9999999A")),
    "eircode": ("ZIP", _shape("A99 AA99", "A99 A9A9")),
    "medicareau": ("HEALTH_PLAN", _shape("2999 99999 9", "5999999999")),
    "nhi": ("ID", _shape("AAA9999")),
    "zaid": ("ID", _shape("6909195999089", "7612039999087")),
    "facility": ("ORGANIZATION", house("Lodge|Court|Nursing Home|House|Rest Home")),
}
