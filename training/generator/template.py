"""Template: one pattern of a family, and how its slots are filled."""

from __future__ import annotations

import pathlib
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from training.generator import numbers, people, places, pools, things

FOLDER = pathlib.Path(__file__).parent.parent / "families"
CHOICE = re.compile(r"\[\[((?:(?!\[\[).)*?)\]\]", re.DOTALL)
SLOT = re.compile(r"\{([a-z_0-9]+(?:\.[a-z0-9_]+)*)\}")
PERSONS = {
    "patient": ("patient", None), "doctor": ("clinician", None), "staff": ("clinician", None), "person": ("other", None), "relative": ("relative", None),
    "mother": ("relative", "F"), "father": ("relative", "M"), "son": ("relative", "M"), "daughter": ("relative", "F"), "wife": ("relative", "F"),
    "husband": ("relative", "M"), "brother": ("relative", "M"), "sister": ("relative", "F"),
}  # fmt: skip


class Piece(NamedTuple):
    """A run of text; `label` is empty where it is no identifier."""

    text: str
    label: str = ""
    role: str = ""


@dataclass(frozen=True)
class Family:
    name: str
    held_out: bool
    templates: tuple[str, ...]


def families() -> list[Family]:
    """All families, in the order of their names."""
    return [read_family(path) for path in sorted(FOLDER.glob("*.txt"))]


def read_family(path: pathlib.Path) -> Family:
    lines = path.read_text(encoding="utf-8").splitlines()
    head = [line for line in lines[:3] if line.startswith("# ")]
    body = "\n".join(line for i, line in enumerate(lines) if not (i < 3 and line.startswith("# ")))
    templates = tuple(part.strip("\n") for part in re.split(r"^---\s*$", body, flags=re.MULTILINE) if part.strip())
    return Family(path.stem, any("held out" in line for line in head), templates)


_DATED = {"date.long": numbers.long_date, "md": numbers.month_day, "my": numbers.month_year}
_LABELLED: dict[str, tuple[str, Callable[[random.Random], str]]] = {
    "street": ("LOCATION", places.street), "city": ("LOCATION", places.city), "county": ("LOCATION", places.county), "neighborhood": ("LOCATION", places.neighborhood),
    "landmark": ("LOCATION", places.landmark), "zip": ("ZIP", places.zip_code), "postcode": ("ZIP", places.postcode), "state": ("STATE", places.state), "country": ("STATE", places.country),
    "year": ("YEAR", lambda rng: str(rng.randrange(1950, 2027))), "weekday": ("WEEKDAY", lambda rng: rng.choice(numbers.WEEKDAYS)), "holiday": ("WEEKDAY", lambda rng: rng.choice(numbers.HOLIDAYS)),
    "time": ("TIME", numbers.time), "age": ("AGE", lambda rng: str(rng.randrange(1, 90))), "age90": ("AGE_OVER_89", lambda rng: str(rng.randrange(90, 108))),
    "phone": ("PHONE", numbers.phone), "fax": ("FAX", numbers.phone), "pager": ("PHONE", lambda rng: numbers.digits(rng, rng.choice((4, 5, 6)))), "ext": ("PHONE", lambda rng: numbers.digits(rng, rng.choice((3, 4, 5)))),
    "url": ("URL", numbers.url), "ip": ("IP", numbers.ip), "mrn": ("MRN", numbers.mrn), "ssn": ("SSN", numbers.ssn), "ssn4": ("SSN", lambda rng: numbers.digits(rng, 4)),
    "plan": ("HEALTH_PLAN", numbers.plan), "account": ("ACCOUNT", numbers.account), "license": ("LICENSE", numbers.a_license), "vehicle": ("VEHICLE", numbers.vin), "plate": ("VEHICLE", numbers.plate),
    "serial": ("DEVICE", numbers.serial), "id": ("ID", numbers.an_id), "profession": ("PROFESSION", lambda rng: rng.choice(pools.phrases("professions"))),
}  # fmt: skip
_INSTITUTIONS = frozenset({"hospital", "clinic", "facility", "school", "company", "church", "ward"})


class Filling:
    """The persons and values of one rendering."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._people: dict[str, people.Person] = {}
        self._values: dict[str, list[Piece]] = {}

    def pieces(self, slot: str) -> list[Piece]:
        if slot not in self._values:
            self._values[slot] = self._made(slot)
        return self._values[slot]

    def _made(self, slot: str) -> list[Piece]:
        rng = self.rng
        base, _, form = slot.partition(".")
        known = base in _LABELLED or slot in things.SLOTS
        kind = base if known else base.rstrip("0123456789")
        full = kind + ("." + form if form else "")
        if kind in PERSONS:
            return [self._named(base, kind, form)]
        if full in things.SLOTS:
            return [Piece(things.SLOTS[full](rng))]
        if kind == "address":
            return [Piece(*one) for one in places.address(rng)]
        if kind in _INSTITUTIONS:
            return [Piece(places.institution(kind, rng), "" if kind == "ward" else "ORGANIZATION")]
        if kind in {"date", "dob", "md", "my", "daterange"}:
            return self._dated(kind, full)
        if kind == "email":
            host = pools.odd_word(rng)
            return [
                Piece(
                    f"{people.login(self._person('person', 'person'), rng)}@{host}{rng.choice(('.com', '.org', '.net', '.edu', 'health.org'))}",
                    "EMAIL",
                )
            ]
        if kind == "user":
            return [Piece(people.login(self._person("staff", "staff"), rng), "NAME", "clinician")]
        if kind in _LABELLED:
            label, make = _LABELLED[kind]
            return [Piece(make(rng), label)]
        raise KeyError(slot)

    def _dated(self, kind: str, full: str) -> list[Piece]:
        rng = self.rng
        day = numbers.a_day(rng, birth=kind == "dob")
        if full in _DATED:
            return [Piece(_DATED[full](rng, day), "DATE")]
        if full.endswith(".iso"):
            return [Piece(day.isoformat(), "DATE")]
        make = numbers.long_date if rng.random() < 0.35 else numbers.short_date
        if kind == "daterange":
            other = numbers.a_day(rng)
            return [
                Piece(make(rng, day), "DATE"),
                Piece(rng.choice((" - ", " to ", "-", " through ", " \u2013 "))),
                Piece(make(rng, other), "DATE"),
            ]
        return [Piece(make(rng, day), "DATE")]

    def _named(self, base: str, kind: str, form: str) -> Piece:
        role = PERSONS[kind][0]
        if form == "any":
            return Piece(people.a_claimed(self.rng), "NAME", role)
        forms = form.split(".") if form else []
        words = "word" in forms
        person = self._person(base, kind, words=words)
        forms = [one for one in forms if one != "word"]
        if forms and forms[0] == "titled":
            raise KeyError("titled is unfolded by render")
        return Piece(people.form_of(person, forms[0] if forms else "full", self.rng), "NAME", role)

    def _person(self, base: str, kind: str, *, words: bool = False) -> people.Person:
        if base not in self._people:
            role, sex = PERSONS[kind]
            kin = self._people.get("patient") if role == "relative" else None
            family = kin.family if kin and self.rng.random() < 0.6 else None
            self._people[base] = people.a_person(self.rng, sex, family=family, words=words)
        return self._people[base]

    def title(self, base: str) -> str:
        person = self._person(base, base.rstrip("0123456789"))
        return self.rng.choice(("Mrs. ", "Ms. ", "Miss ", "Ms ", "Mrs ") if person.sex == "F" else ("Mr. ", "Mr "))


def render(template: str, rng: random.Random) -> list[Piece]:
    """The pieces of one text of a template."""
    text = template
    while CHOICE.search(text):
        text = CHOICE.sub(lambda match: rng.choice(match.group(1).split("|")), text)
    filling = Filling(rng)
    pieces: list[Piece] = []
    at = 0
    for match in SLOT.finditer(text):
        pieces.append(Piece(text[at : match.start()]))
        at = match.end()
        slot = match.group(1)
        if slot.endswith(".titled"):
            base = slot.partition(".")[0]
            pieces.append(Piece(filling.title(base)))
            slot = base + ".last"
        pieces.extend(filling.pieces(slot))
    pieces.append(Piece(text[at:]))
    return [piece for piece in pieces if piece.text]
