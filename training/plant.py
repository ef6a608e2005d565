"""Plant: invented people and places written into real talk, so that the network sees sentences no template made.

The talk is that of two CC BY 4.0 sets, MTS-Dialog (its dialogues alone) and PriMock57; what the rules find in it
already counts neither way, every other word is no identifier.
"""

from __future__ import annotations

import json
import pathlib
import random
import re

from training.generator import numbers, people, places, things
from training.generator.damage import damaged
from training.generator.template import Piece
from training.stream import Example, labelled
from veil.lexicon.words import CITY, FAMILY, GIVEN, table
from veil.model import Label

UNTOLD = "untold"
_KIN = "wife|husband|mother|father|mom|mum|dad|son|daughter|sister|brother|friend|boss|partner|boyfriend|girlfriend|aunt|uncle|cousin|neighbor|neighbour|roommate|grandmother|grandfather|grandson|niece|nephew|kids"
_STAFF = "doctor|nurse|surgeon|therapist|dentist|cardiologist|neurologist|oncologist|physician|pharmacist|urologist|psychiatrist|specialist|GP|midwife|PCP|primary care physician|family doctor"
_PLACE = "hospital|clinic|emergency room|emergency department|nursing home|pharmacy|rehab|school|church|office|ER|ED"
_PLANT = re.compile(
    r"(?P<patient>\b[Tt]he (?:patient|pt|baby|child|gentleman|lady)\b)"
    r"|(?P<he>(?:(?<=[.?!] )|(?<=\n)|(?<= and ))(?:He|She|he|she)\b(?= (?:is|was|has|had|denies|reports|states|will|would|said|did|went|came|takes|lives|works|does|can|feels|comes|needs)))"
    rf"|(?P<kin>\b(?:[Mm]y|[Hh]is|[Hh]er|[Tt]he|[Yy]our|[Oo]ur) (?:{_KIN})\b)"
    rf"|(?P<staff>\b(?:[Tt]he|[Mm]y|[Yy]our|[Aa]nother|[Hh]is|[Hh]er|[Aa]) (?:{_STAFF})\b)"
    rf"|(?P<place>\b(?:the|a|that|this) (?:{_PLACE})\b)"
    r"|(?P<called>\b(?:sir|ma'am|madam|doc)\b)"
    r"|(?P<hello>\b(?:Hi|Hello|Hey|Good morning|Good afternoon|Thank you|Thanks|Okay|Alright)(?=[,.!] ))"
    r"|(?P<when>\b(?:last (?:week|month|year|night)|yesterday|a few days ago|two weeks ago|last summer|the other day)\b)"
    r"|(?P<home>\bat home\b)"
    r"|(?P<thing>\b(?:inhaler|machine|cream|brace|ointment|catheter|pill|tablets?|vitamins?|supplement|antibiotics?|painkillers?|medication|medicine|test|scan|ibuprofen|Tylenol|aspirin|Advil|metformin|lisinopril)\b)"
)
_WORD = re.compile(r"[^\W\d_]+")
_SHARE = {
    "patient": 0.5,
    "he": 0.3,
    "kin": 0.45,
    "staff": 0.45,
    "place": 0.5,
    "called": 0.7,
    "hello": 0.25,
    "when": 0.3,
    "home": 0.4,
    "thing": 0.25,
}


def notes(folder: pathlib.Path) -> list[str]:
    """Stretches of talk of some fifty to three hundred words."""
    found = []
    for name in ("mts-dialog.jsonl", "primock57.jsonl"):
        for line in (folder / name).open(encoding="utf-8"):
            record = json.loads(line)
            if name.startswith("mts") and record.get("kind") != "dialogue":
                continue
            lines = record["text"].split("\n")
            size = 12
            found += ["\n".join(lines[at : at + size]) for at in range(0, len(lines), size)]
    return [text for text in found if len(text) > 80]


class Planter:
    """Draws stretches of talk with people and places written into them."""

    def __init__(self, folder: pathlib.Path, rng: random.Random) -> None:
        from veil.jobs.texts.find import Finder

        self._rng = rng
        texts = notes(folder)
        finder = Finder(everything=True, detectors=("patterns", "dates", "gazetteer"))
        self._notes = [
            (text, _untold(text, [(s.start, s.end) for s in spans]))
            for text, spans in zip(texts, finder.find(texts), strict=True)
        ]

    def draw(self) -> Example:
        text, untold = self._rng.choice(self._notes)
        pieces = self._planted(text, untold)
        if self._rng.random() < 0.35:
            pieces = damaged(pieces, self._rng)
        return _gold(pieces)

    def _planted(self, text: str, untold: list[tuple[int, int]]) -> list[Piece]:
        pieces: list[Piece] = []
        hero = people.a_person(self._rng)
        at = 0
        for match in _PLANT.finditer(text):
            kind = str(match.lastgroup)
            if self._rng.random() > _SHARE[kind] or any(a < match.end() and match.start() < b for a, b in untold):
                continue
            pieces += _told(text, at, match.start(), untold)
            pieces += self._put(kind, match.group(), hero)
            at = match.end()
        return pieces + _told(text, at, len(text), untold)

    def _put(self, kind: str, said: str, hero: people.Person) -> list[Piece]:
        rng = self._rng
        if kind in {"patient", "he", "hello", "called"}:
            return self._hero(kind, said, hero)
        other = people.a_person(rng)
        if kind == "kin":
            name = Piece(other.given if rng.random() < 0.7 else other.full, "NAME", "relative")
            return rng.choice(
                (
                    [name],
                    [Piece(said + " "), name],
                    [Piece(said + ", "), name, Piece(",")],
                    [Piece(said + " ("), name, Piece(")")],
                )
            )
        if kind == "staff":
            name = Piece(rng.choice((other.family, other.family, other.full, other.given)), "NAME", "clinician")
            title = rng.choice(("Dr. ", "Dr ", "Doctor ", "dr. ", "Nurse ", "", ""))
            return [*([Piece(said + rng.choice((", ", " ")))] if rng.random() < 0.25 else []), Piece(title), name]
        if kind == "place":
            return [
                Piece("" if rng.random() < 0.6 else "the "),
                Piece(places.institution(rng.choice(("hospital", "clinic", "facility")), rng), "ORGANIZATION"),
            ]
        if kind == "when":
            day = numbers.a_day(rng)
            make = rng.choice((numbers.long_date, numbers.short_date, numbers.month_day, numbers.month_year))
            return [Piece(rng.choice(("on ", "in ", "back in "))), Piece(make(rng, day), "DATE")]
        if kind == "home":
            return [
                Piece(rng.choice(("at home in ", "in ", "back in ", "over in "))),
                Piece(places.city(rng), "LOCATION"),
            ]
        odd = rng.choice((things.product, things.drug, things.eponym_bare))(rng)
        return [Piece(rng.choice((odd, f"{odd} {said}", f"{said} {odd}", f"{said} called {odd}")))]

    def _hero(self, kind: str, said: str, hero: people.Person) -> list[Piece]:
        rng = self._rng
        title = rng.choice(("Mrs. ", "Ms. ", "Miss ") if hero.sex == "F" else ("Mr. ", "Mr "))
        first, last = Piece(hero.given, "NAME", "patient"), Piece(hero.family, "NAME", "patient")
        titled = [Piece(title), last]
        if kind == "hello":
            return [Piece(said + rng.choice((", ", " "))), *rng.choice(([first], titled))]
        if kind == "called":
            return rng.choice(([first], titled))
        return rng.choice(([Piece(hero.full, "NAME", "patient")], [first], [first], [last], titled))


def _untold(text: str, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What may be an identifier already: what the rules find, and every capital that people bear."""
    known = table()
    for match in _WORD.finditer(text):
        word = match.group()
        bits = known.get(word.lower(), 0)
        before = text[max(0, match.start() - 2) : match.start()]
        begins = before in {". ", "? ", "! ", ": ", ""} or before.endswith("\n")
        if word[0].isupper() and len(word) > 1 and bits & (FAMILY | GIVEN | CITY) and not begins:
            found.append(match.span())
    return sorted(found)


def _told(text: str, start: int, end: int, untold: list[tuple[int, int]]) -> list[Piece]:
    pieces = []
    for first, last in untold:
        at, to = max(first, start), min(last, end)
        if at < to:
            pieces += [Piece(text[start:at]), Piece(text[at:to], UNTOLD)]
            start = to
    return [piece for piece in [*pieces, Piece(text[start:end])] if piece.text]


def _gold(pieces: list[Piece]) -> Example:
    text, spans, untold = "", [], []
    for piece in pieces:
        end = len(text) + len(piece.text)
        if piece.label == UNTOLD:
            untold.append((len(text), end))
        elif piece.label:
            spans.append((len(text), end, str(Label(piece.label)), piece.role))
        text += piece.text
    return labelled(text, spans, untold)
