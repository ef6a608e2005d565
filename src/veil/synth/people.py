"""People of the synthetic hospital: patients, their relatives, clinicians; every one invented."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from functools import cache

from veil.lexicon import names, places

TODAY = dt.date(2026, 6, 30)
WORDS = (
    "Will",
    "May",
    "White",
    "Hope",
    "Rose",
    "Grace",
    "Mark",
    "Faith",
    "Young",
    "Brown",
    "Long",
    "Price",
    "Day",
    "Bell",
    "Stone",
    "Page",
)
STREETS = (
    "Maple",
    "Oak",
    "Elm",
    "Lake",
    "Hill",
    "Mill",
    "Church",
    "Prospect",
    "Washington",
    "Lantern",
    "Quarry",
    "Juniper",
    "Harbor",
    "Meadow",
)
KINDS = ("Street", "St", "Avenue", "Ave", "Road", "Rd", "Lane", "Drive", "Court", "Blvd")
RELATIONS = {
    "F": ("mother", "wife", "daughter", "sister", "aunt"),
    "M": ("father", "husband", "son", "brother", "uncle"),
}
SPECIALTIES = (
    "Internal Medicine",
    "Cardiology",
    "Oncology",
    "Surgery",
    "Neurology",
    "Psychiatry",
    "Pediatrics",
    "Nephrology",
)
CREDENTIALS = ("MD", "DO", "NP", "PA-C", "RN")


@dataclass(frozen=True, slots=True)
class SyntheticPerson:
    """Shape: `key` tells people apart; `sex` is F or M."""

    key: str
    given: str
    family: str
    sex: str
    middle: str = ""

    @property
    def full(self) -> str:
        return f"{self.given} {self.family}"


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient with all that the tables hold about them."""

    person: SyntheticPerson
    patient_id: str
    mrn: str
    born: dt.date
    ssn: str
    phone: str
    email: str
    street: str
    city: str
    state: str
    zip: str
    relatives: tuple[tuple[str, SyntheticPerson], ...] = field(default=())
    died: dt.date | None = None


@cache
def _given(sex: str) -> tuple[list[str], list[int]]:
    rows = [
        (name.title(), count)
        for name, (which, count) in names.given_names().items()
        if which == sex and count >= 2048 and name.isalpha()
    ]
    return [name for name, _ in rows], [count for _, count in rows]


@cache
def _family() -> tuple[list[str], list[int]]:
    rows = [
        (name.title(), count)
        for name, count in names.surnames().items()
        if count >= 512 and name.isalpha() and len(name) > 2
    ]
    return [name for name, _ in rows], [count for _, count in rows]


@cache
def _cities() -> tuple[str, ...]:
    return places.surrogate_cities()


STATES = ("MA", "NY", "PA", "OH", "CA", "TX", "FL", "IL", "WA", "GA", "NJ", "VT", "ME", "CO", "MN", "NC")


def person(draw: random.Random, key: str, family: str | None = None, sex: str | None = None) -> SyntheticPerson:
    """A person: one in twelve bears a name that is a word, one in ten a name with two parts or letters beyond ASCII."""
    sex = sex or draw.choice("FM")
    given = draw.choice(WORDS[:8]) if draw.random() < 1 / 12 else draw.choices(*_given(sex))[0]
    family = family or (draw.choice(WORDS) if draw.random() < 1 / 12 else draw.choices(*_family())[0])
    odd = draw.random()
    if odd < 0.03:
        family = f"{family}-{draw.choices(*_family())[0]}"
    elif odd < 0.06:
        family = draw.choice(("O'", "Mc", "St. ")) + family
    elif odd < 0.09:
        family = draw.choice(("Núñez", "Müller", "Søren", "Château", "Šimić", "Gonçalves", "Øster", "Ibáñez"))
    return SyntheticPerson(key, given, family, sex, draw.choice("ABCDEFGHJKLMNPRSTW") if draw.random() < 0.5 else "")


def patient(draw: random.Random, number: int) -> Patient:
    who = person(draw, f"patient:{number}")
    age = draw.choices(
        (draw.randint(0, 17), draw.randint(18, 64), draw.randint(65, 89), draw.randint(90, 104)), (10, 45, 40, 5)
    )[0]
    born = TODAY - dt.timedelta(days=round(age * 365.25) + draw.randint(1, 360))
    city, state = draw.choice(_cities()), draw.choice(STATES)
    relatives = tuple(_relative(draw, number, i, who) for i in range(draw.randint(1, 3)))
    mail = f"{who.given}.{who.family}".lower().replace(" ", "").replace("'", "")
    mail = "".join(char for char in mail if char.isascii())
    return Patient(
        who,
        f"{number * 7919 % 899_981 + 1000:06d}",
        f"{draw.randint(10_000_000, 99_999_999)}",
        born,
        f"{draw.randint(100, 665):03d}-{draw.randint(10, 99)}-{draw.randint(1000, 9999)}",
        f"{draw.randint(201, 989)}-{draw.randint(222, 998)}-{draw.randint(1000, 9999)}",
        f"{mail}{draw.randint(1, 99)}@{draw.choice(('mailbox', 'postbox', 'inbox', 'webpost'))}.{draw.choice(('com', 'net', 'org'))}",
        f"{draw.randint(2, 9899)} {draw.choice(STREETS)} {draw.choice(KINDS)}",
        city,
        state,
        f"{draw.choice(('0', '1', '2', '4', '6', '9'))}{draw.randint(1000, 9999)}",
        relatives,
        TODAY - dt.timedelta(days=draw.randint(1, 90)) if draw.random() < 0.04 else None,
    )


def _relative(draw: random.Random, number: int, i: int, of: SyntheticPerson) -> tuple[str, SyntheticPerson]:
    sex = draw.choice("FM")
    family = of.family if draw.random() < 0.6 else None
    return draw.choice(RELATIONS[sex]), person(draw, f"relative:{number}:{i}", family, sex)


def clinicians(seed: int, count: int) -> list[tuple[SyntheticPerson, str, str]]:
    """Shape: (person, specialty, credential) each; the same people for every number of patients above theirs."""
    found: list[tuple[SyntheticPerson, str, str]] = []
    seen: set[str] = set()
    for i in range(count * 3):
        draw = random.Random(f"clinician:{seed}:{i}")  # noqa: S311  invented people, not secrets
        who = person(draw, f"clinician:{len(found)}")
        if who.family not in seen and len(found) < count:
            seen.add(who.family)
            found.append((who, draw.choice(SPECIALTIES), draw.choice(CREDENTIALS)))
    return found
