"""Written forms: how people write a date, a name, a phone number, an age."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

from veil.lexicon.dates_words import MONTHS, WEEKDAYS
from veil.synth.people import SyntheticPerson


def _ordinal(day: int) -> str:
    ending = "th" if 10 < day % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


DATE_FORMS: tuple[Callable[[dt.date], str], ...] = (
    lambda day: f"{day:%m/%d/%Y}",
    lambda day: f"{day.month}/{day.day}/{day:%y}",
    lambda day: f"{day.month}/{day.day}/{day.year}",
    lambda day: day.isoformat(),
    lambda day: f"{day.day:02d}-{MONTHS[day.month - 1][:3]}-{day.year}",
    lambda day: f"{MONTHS[day.month - 1]} {day.day}, {day.year}",
    lambda day: f"{MONTHS[day.month - 1][:3]} {day.day}, {day.year}",
    lambda day: f"{MONTHS[day.month - 1]} {_ordinal(day.day)}, {day.year}",
    lambda day: f"{_ordinal(day.day)} of {MONTHS[day.month - 1]} {day.year}",
    lambda day: f"{WEEKDAYS[day.weekday()]}, {MONTHS[day.month - 1]} {day.day}, {day.year}",
    lambda day: f"{MONTHS[day.month - 1][:3].upper()} {day.day} {day.year}",
)
PARTIAL_FORMS: tuple[Callable[[dt.date], str], ...] = (
    lambda day: f"{MONTHS[day.month - 1]} {day.year}",
    lambda day: f"{MONTHS[day.month - 1]} {day.day}",
    lambda day: f"{MONTHS[day.month - 1]} {_ordinal(day.day)}",
)


def date(draw: random.Random, day: dt.date) -> str:
    return draw.choice(DATE_FORMS)(day)


def partial_date(draw: random.Random, day: dt.date) -> str:
    return draw.choice(PARTIAL_FORMS)(day)


def full_name(draw: random.Random, who: SyntheticPerson) -> str:
    middle = f" {who.middle}." if who.middle and draw.random() < 0.5 else ""
    return draw.choice(
        (
            f"{who.given}{middle} {who.family}",
            f"{who.given} {who.family}",
            f"{who.family}, {who.given}",
            f"{who.given} {who.family}".upper(),
            f"{who.family.upper()}, {who.given.upper()}",
        )
    )


def phone(draw: random.Random, number: str) -> str:
    area, first, last = number.split("-")
    return draw.choice(
        (
            number,
            f"({area}) {first}-{last}",
            f"{area}.{first}.{last}",
            f"{area}{first}{last}",
            f"+1 {area} {first} {last}",
        )
    )


def age_words(age: int) -> str:
    ones = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return f"ninety-{ones[age - 90]}" if 90 < age < 100 else "ninety" if age == 90 else str(age)
