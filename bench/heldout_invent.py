"""What the held-out families are filled with: people, places and numbers of a seed, whose words stand in no list.

Nothing of `training/` is used here: other syllables, other forms, other codes than those the network learns from.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable
from typing import NamedTuple

from veil.lexicon.words import table

_HEADS = (
    "Bro", "Cla", "Dwe", "Esh", "Fli", "Gau", "Hju", "Iwa", "Jor", "Kva", "Lle", "Mbe", "Nga", "Oye", "Pau", "Quo",
    "Rhu", "Svo", "Tze", "Uge", "Vra", "Wyn", "Xio", "Yev", "Zla", "Bhe", "Thi", "Ska",
)  # fmt: skip
_HEARTS = (
    "la", "ni", "dro", "mba", "ste", "rri", "ska", "vo", "tti", "gwe", "nko", "zhe", "lo", "ppa", "she", "ru", "ndi", "fte",
)  # fmt: skip
_TAILS = (
    "sk", "ndo", "lin", "mer", "tov", "kas", "wyth", "dóttir", "gaard", "eira", "oshi", "uku", "anth", "elle", "rix",
    "bern", "dal", "quist", "ez", "ola", "emi",
)  # fmt: skip
_VOWEL = "aeiouyáéíóú"
_DRUGS = [
    "apixaban",
    "metoprolol",
    "lisinopril",
    "Zosyn",
    "ceftriaxone",
    "Lasix",
    "Keppra",
    "gabapentin",
    "Eliquis",
    "heparin",
    "Ativan",
    "Flomax",
    "Humira",
    "sertraline",
]
_EPONYMS = [
    "Weitlaner",
    "Balfour",
    "Kocher",
    "Tuohy",
    "Jamshidi",
    "Nissen",
    "Murphy",
    "Lachman",
    "Phalen",
    "Romberg",
    "Crohn",
    "Whipple",
]
_DISEASES = (
    "left hip pain", "community-acquired pneumonia", "Graves disease", "CHF", "an incarcerated hernia", "NSTEMI", "cellulitis of the right leg",
    "a distal radius fracture", "COPD exacerbation", "acute pancreatitis", "AKI on CKD", "DKA", "rotator cuff tear", "UTI",
)  # fmt: skip
_WORK = ("welder", "librarian", "bus driver", "cook", "school nurse", "plumber", "florist")
_STATES = ("OH", "Nebraska", "TX", "Maine", "NC", "Oregon", "WI")


class Part(NamedTuple):
    """A run of text; `label` is empty where it identifies nobody."""

    text: str
    label: str = ""


def word(rng: random.Random) -> str:
    """A capitalised word that no list of the product has."""
    while True:
        made = rng.choice(_HEADS) + rng.choice(("", rng.choice(_HEARTS))) + rng.choice(_TAILS)
        if made.lower() not in table() and not re.search(rf"[{_VOWEL}]{{4}}", made):
            return made


class Person:
    """One invented person and the forms of the name."""

    def __init__(self, rng: random.Random) -> None:
        self.first, self.last = word(rng), word(rng)
        if rng.random() < 0.08:
            self.last += "-" + word(rng)
        middle = rng.choice("ABCDEGHJKLMPRST")
        self.forms = {
            "": rng.choice((f"{self.first} {self.last}", f"{self.first} {middle}. {self.last}")),
            "first": self.first, "last": self.last, "turned": f"{self.last}, {self.first}", "upper": f"{self.first} {self.last}".upper(),
            "caret": f"{self.last}^{self.first}^{middle}".upper(), "lower": f"{self.first} {self.last}".lower(), "lower1": self.first.lower(),
            "lower2": self.last.lower(), "spelled": "-".join(letter for letter in self.last.upper() if letter != "-"),
            "ini": self.first[0] + self.last[0], "titled": self.last, "pad20": f"{self.last} {self.first}",
        }  # fmt: skip


def digits(rng: random.Random, shape: str) -> str:
    """The shape with a digit for each 9 and a capital for each A."""
    return re.sub("[9A]", lambda sign: rng.choice("0123456789" if sign.group() == "9" else "ABCDEFHKLMRSTW"), shape)


def _day(rng: random.Random, *, birth: bool = False) -> dt.date:
    return dt.date(1931 if birth else 2004, 1, 1) + dt.timedelta(days=rng.randrange(25_000 if birth else 7_800))


def _date(rng: random.Random, *, birth: bool = False) -> str:
    day = _day(rng, birth=birth)
    return rng.choice((f"{day:%m/%d/%Y}", f"{day:%m/%d/%y}", f"{day.month}/{day.day}/{day.year}", f"{day:%B} {day.day}, {day.year}", f"{day:%d-%b-%Y}"))  # fmt: skip


def _phone(rng: random.Random) -> str:
    return digits(rng, rng.choice(("(399) 599-9999", "399-599-9999", "399.599.9999", "399 599 9999")))


def _place(rng: random.Random) -> str:
    return word(rng) + rng.choice(("", "", "", " Falls", "ville", " Hollow", "bury"))


def house(ends: str) -> Callable[[random.Random], str]:
    return lambda rng: f"{word(rng)} {rng.choice(ends.split('|'))}"


def _street(rng: random.Random) -> str:
    return f"{rng.randrange(2, 980)} {word(rng)} {rng.choice(('Street', 'Rd', 'Lane', 'Avenue', 'Close', 'Ct'))}"


def _ip(rng: random.Random) -> str:
    return f"10.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"


Kinds = dict[str, tuple[str, Callable[[random.Random], str]]]
IDENTIFIERS: Kinds = {
    "date": ("DATE", _date),
    "dob": ("DATE", lambda rng: _date(rng, birth=True)),
    "iso": ("DATE", lambda rng: _day(rng).isoformat()),
    "isot": ("DATE", lambda rng: f"{_day(rng).isoformat()}T{rng.randrange(24):02}:{rng.randrange(60):02}:07"),
    "ymd": ("DATE", lambda rng: f"{_day(rng):%Y%m%d}"),
    "md": ("DATE", lambda rng: f"{rng.randrange(1, 13)}/{rng.randrange(13, 29)}"),
    "long": ("DATE", lambda rng: f"{_day(rng):%d %B %Y}"),
    "phone": ("PHONE", _phone),
    "phone2": ("PHONE", _phone),
    "ext": ("PHONE", lambda rng: digits(rng, "39999")),
    "mrn": ("MRN", lambda rng: digits(rng, rng.choice(("9999999", "999-99-99", "A999999", "99999999")))),
    "acct": ("ACCOUNT", lambda rng: digits(rng, "5999999999")),
    "id": ("ID", lambda rng: digits(rng, rng.choice(("AA-99-9999", "9999-999", "A99999", "999999-A")))),
    "plan": ("HEALTH_PLAN", lambda rng: digits(rng, "AAA99999999")),
    "email": ("EMAIL", lambda rng: f"{word(rng).lower()}{rng.randrange(90)}@{word(rng).lower()}.org"),
    "ip": ("IP", _ip),
    "user": ("NAME", lambda rng: rng.choice("abcdejkmrst") + word(rng).lower()),
    "street": ("LOCATION", _street),
    "city": ("LOCATION", _place),
    "zip": ("ZIP", lambda rng: digits(rng, "99999")),
    "postcode": ("ZIP", lambda rng: digits(rng, "AA9 9AA")),
    "state": ("STATE", lambda rng: rng.choice(_STATES)),
    "hospital": ("ORGANIZATION", house("Memorial Hospital|Medical Center|General Hospital|Infirmary|Regional")),
    "clinic": ("ORGANIZATION", house("Clinic|Family Practice|Health Centre|Surgery|Orthopedics")),
    "facility": ("ORGANIZATION", house("Manor|Nursing Home|Rehab|House|Care Center")),
    "school": ("ORGANIZATION", house("Elementary|High School|Academy")),
    "church": ("ORGANIZATION", house("Baptist Church|Temple|Parish")),
    "company": ("ORGANIZATION", house("Logistics|Industries|Benefit Services|Home Care")),
    "age": ("AGE", lambda rng: str(rng.randrange(19, 89))),
    "age90": ("AGE_OVER_89", lambda rng: str(rng.randrange(91, 103))),
    "prof": ("PROFESSION", lambda rng: rng.choice(_WORK)),
    "year": ("YEAR", lambda rng: str(rng.randrange(1990, 2024))),
    "weekday": ("WEEKDAY", lambda rng: rng.choice(("Tuesday", "Sunday", "Fri"))),
    "time": ("TIME", lambda rng: f"{rng.randrange(7, 20)}:{rng.randrange(10, 60)}"),
    "box": ("LOCATION", lambda rng: f"PO Box {rng.randrange(10, 990)}"),
    "hs": ("ORGANIZATION", lambda rng: word(rng).upper()),
}
_HARMLESS: dict[str, Callable[[random.Random], str]] = {
    "dose": lambda rng: rng.choice(("5 mg", "81 mg daily", "40 mg BID", "0.5 mL", "1,000 units", "2 g IV q8h")),
    "lab": lambda rng: rng.choice(
        (
            f"Na {rng.randrange(128, 148)}",
            f"platelets {rng.randrange(90, 420)},000",
            f"Hgb {rng.randrange(70, 150) / 10}",
            f"A1c {rng.randrange(52, 99) / 10}%",
            "troponin 0.04",
        )
    ),
    "bp": lambda rng: f"{rng.randrange(98, 178)}/{rng.randrange(52, 98)}",
    "vital": lambda rng: f"HR {rng.randrange(52, 130)} RR {rng.randrange(11, 28)}",
    "temp": lambda rng: f"{rng.randrange(996, 1034) / 10}",
    "code": lambda rng: rng.choice(("J45.909", "C50.911", "B20", "99213", "I10", "M54.5", "G0439")),
    "loinc": lambda rng: digits(rng, "2999-9"),
    "count": lambda rng: str(rng.randrange(3, 950)),
    "drug": lambda rng: rng.choice(_DRUGS),
    "eponym": lambda rng: rng.choice(_EPONYMS),
    "dx": lambda rng: rng.choice(_DISEASES),
    "proc": lambda rng: rng.choice(
        (
            "laparoscopic cholecystectomy",
            "right total knee arthroplasty",
            "EGD with biopsy",
            "open reduction, left ankle",
        )
    ),
    "size": lambda rng: f"{rng.randrange(4, 60) / 10} x {rng.randrange(4, 60) / 10} cm",
    "score": lambda rng: rng.choice(("GCS 15", "ECOG 1", "PHQ-9 12", "MELD 17", "NIHSS 4")),
    "bed": lambda rng: f"{rng.randrange(2, 9)}{rng.choice('NEWS')}{rng.randrange(1, 30):02}",
    "ward": lambda rng: rng.choice(("MAU", "5 West", "Ward 7B", "CCU")),
}
_PEOPLE = frozenset("pdrs")


def _named(form: str, person: Person) -> list[Part]:
    name = Part(person.forms[form], "NAME")
    return [Part("Mrs. "), name] if form == "titled" else [name]


def filled(template: str, rng: random.Random, kinds: Kinds = IDENTIFIERS) -> list[Part]:
    """The parts of one text: the same slot has the same filling, a number behind it makes another."""
    people: dict[str, Person] = {}
    values: dict[str, Part] = {}
    parts: list[Part] = []
    at = 0
    for slot in re.finditer(r"\{(\w+)(?:\.(\w+))?\}", template):
        parts.append(Part(template[at : slot.start()]))
        at = slot.end()
        parts += _filled(slot[1], slot[2] or "", rng, kinds, (people, values))
    return [part for part in [*parts, Part(template[at:])] if part.text]


def _filled(
    name: str, form: str, rng: random.Random, kinds: Kinds, seen: tuple[dict[str, Person], dict[str, Part]]
) -> list[Part]:
    people, values = seen
    kind = name.rstrip("0123456789")
    if kind in _PEOPLE or name == "sini":
        kind, form = ("s", "ini") if name == "sini" else (name, form)
        return _named(form, people.setdefault(kind, Person(rng)))
    if name not in values:
        kind = name if name in kinds else kind
        label, make = kinds[kind] if kind in kinds else ("", _HARMLESS[kind])
        values[name] = Part(make(rng), label)
    part = values[name]
    change = {"upper": str.upper, "slug": lambda text: text.lower().replace(" ", "-"), "short": lambda text: "".join(one[0] for one in text.split()).upper()}.get(form)  # fmt: skip
    return [part._replace(text=change(part.text)) if change else part]
