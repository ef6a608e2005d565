"""Families of German notes: letters, heads whose keys, order and signs are drawn, reports, short notes; all invented."""

from __future__ import annotations

import random
from collections.abc import Callable

from training.languages import invent
from training.languages.de_words import ADJECTIVES, DRUGS, EPONYMS, NAMED, SAFE, noun
from training.languages.page import Page, fill
from veil.model import Label

# fmt: off
COUNTRY = "de_DE"
MONTHS = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"]
HEADS = {
    "name": ["Name", "Patient", "Patientin", "Pat.", "Name, Vorname", "Patientenname", "Versicherter", "NAME"],
    "given": ["Vorname", "Vornamen", "Rufname"],
    "families": ["Nachname", "Familienname", "Zuname", "Name"],
    "birth": ["geb.", "Geb.", "geb. am", "Geburtsdatum", "Geb.-Dat.", "GebDat", "Geb.", "geboren"],
    "day": ["Datum", "Aufnahme", "Entlassung", "Aufnahmedatum", "Entlassdatum", "Untersuchungsdatum", "OP-Datum", "Eingang", "Befunddatum", "Untersuchung vom"],
    "record": ["Fallnummer", "Fall-Nr.", "Pat.-Nr.", "Patientennummer", "Patienten-ID", "Aufnahmezahl", "PID", "Fallzahl", "Aktenzeichen"],
    "insurance": ["Versichertennummer", "Vers.-Nr.", "KV-Nr.", "SV-Nr.", "Versicherungsnummer", "KVNR", "AHV-Nr."],
    "path": ["Befundnummer", "Journalnummer", "Histologie-Nr.", "Einsendenummer", "Auftragsnummer", "Labornummer", "E-Nr."],
    "street": ["Straße", "Anschrift", "Adresse", "Wohnadresse"],
    "town": ["Wohnort", "Ort", "Geburtsort"],
    "zip": ["PLZ", "Postleitzahl"],
    "phone": ["Telefon", "Tel.", "Tel", "Handy", "Mobil", "Durchwahl", "Telefonnummer"],
    "fax": ["Fax", "Telefax"],
    "mail": ["E-Mail", "Mail", "Email"],
    "doctor": ["Hausarzt", "Hausärztin", "Arzt", "Oberarzt", "Operateur", "Untersucher", "Zuweiser", "Einweiser", "Stationsarzt", "gez.", "Befunder", "Überweiser", "Assistenz", "Verfasser"],
    "hospital": ["Klinik", "Krankenhaus", "Einrichtung", "Einsender"],
    "other": ["Angehörige", "Kontaktperson", "Betreuer", "Ansprechpartner"],
    "sex": ["Geschlecht", "m/w"],
    "age": ["Alter"],
    "Noun": ["Diagnose", "Hauptdiagnose", "Fragestellung", "Indikation", "Therapie", "Station", "Kasse", "Befund"],
}
TITLES = ["Dr.", "Dr. med.", "Dr. med. univ.", "Prof. Dr.", "Prof. Dr. med.", "Univ.-Prof. Dr.", "OA Dr.", "OÄ Dr.", "PD Dr.", "Ass. Dr.", "FA Dr.", "Dr. Dr.", "Prim. Dr.", "Priv.-Doz. Dr.", "Herr Dr.", "Frau Dr.", "Dipl.-Med.", "CA Dr.", "Dr.med."]
ROLES = ["Oberarzt", "Oberärztin", "Assistenzarzt", "Assistenzärztin", "Chefarzt", "Klinikdirektor", "Facharzt für Innere Medizin", "Stationsarzt", "Stellv. Direktor", "Fachärztin", "Leiter der Abteilung"]
KINDS = ["straße", "straße", "str.", "weg", "gasse", "platz", "allee", "ring", "strasse", "damm", "ufer", "-Straße", "graben", "hof", "berg"]
# fmt: on


def day(draw: random.Random) -> str:
    d, m, y = draw.randint(1, 28), draw.randint(1, 12), draw.randint(1925, 2035)
    word = MONTHS[m - 1]
    return draw.choice(
        [
            f"{d:02}.{m:02}.{y}",
            f"{d:02}.{m:02}.{y}",
            f"{d}.{m}.{y}",
            f"{d:02}.{m:02}.{y % 100:02}",
            f"{d}.{m}.{y % 100:02}",
            f"{d}. {word} {y}",
            f"{d}. {m}. {y}",
            f"{d:02}. {word} {y}",
            f"{y}-{m:02}-{d:02}",
            f"{d}.{word[:3]}.{y}",
            f"{d}. {word}",
        ]
    )


def short(draw: random.Random) -> str:
    d, m = draw.randint(1, 28), draw.randint(1, 12)
    return draw.choice(
        [
            f"{d:02}.{m:02}.",
            f"{d}.{m}.",
            f"{d}. {MONTHS[m - 1]}",
            f"{d:02}.{m:02}",
            f"{d:02}.{m:02}.{draw.randint(10, 35)}",
        ]
    )


def month(draw: random.Random) -> str:
    m, y = draw.randint(1, 12), draw.randint(1985, 2035)
    return draw.choice(
        [
            f"{MONTHS[m - 1]} {y}",
            f"{m:02}/{y}",
            f"{m}/{y}",
            f"{m:02}/{y % 100:02}",
            f"{MONTHS[m - 1][:3]}. {y}",
            f"{m:02}.{y}",
            f"{MONTHS[m - 1]}",
        ]
    )


def doctor(draw: random.Random) -> str:
    family = invent.family(draw, COUNTRY)
    given = invent.given(draw, COUNTRY, woman=draw.random() < 0.5)
    more = f"-{invent.family(draw, COUNTRY)}" if draw.random() < 0.08 else ""
    return draw.choice(
        [f"{given} {family}{more}", f"{given[0]}. {family}{more}", f"{family}{more}", f"{given[0]}.{family}{more}"]
    )


def hospital(draw: random.Random) -> str:
    town, family = invent.town(draw, COUNTRY), invent.family(draw, COUNTRY)
    saint = invent.given(draw, COUNTRY, woman=draw.random() < 0.5)
    return draw.choice(
        [
            f"Klinikum {town}",
            f"Universitätsklinikum {town}",
            f"Krankenhaus {town}",
            f"{town}er Klinik",
            f"St.-{saint}-Krankenhaus {town}",
            f"St. {saint} Hospital",
            f"{family}-Klinik",
            f"{family}-Klinik {town}",
            f"LKH {town}",
            f"LKH-Univ. Klinikum {town}",
            f"Landeskrankenhaus {town}",
            f"Kreisklinik {town}",
            f"Rehazentrum {town}",
            f"Praxis Dr. {family}",
            f"Medizinische Universität {town}",
            f"UKH {town}",
            f"KH {town}",
            f"Seniorenheim {saint}",
            f"Herzzentrum {town}",
            f"Uniklinik {town}",
            f"Helios {town}",
        ]
    )


def street(draw: random.Random) -> str:
    number = f" {draw.randint(1, 180)}{draw.choice(['', '', '', 'a', ' b', '-' + str(draw.randint(2, 99)), '/' + str(draw.randint(1, 30))])}"
    word = draw.choice([invent.family, invent.town])(draw, COUNTRY).split()[-1]
    kind = draw.random()
    if kind < 0.7:
        return f"{word}{draw.choice(KINDS)}{number if draw.random() < 0.9 else ''}"
    if kind < 0.85:
        return f"{draw.choice(['Am', 'An der', 'Auf der', 'Im', 'Zum', 'Zur', 'In der'])} {word}{number}"
    return f"{draw.choice(['Alte', 'Neue', 'Kleine', 'Obere'])} {word}{draw.choice(['gasse', 'straße', ' Straße'])}{number}"


def values(draw: random.Random) -> Lazily:
    woman = draw.random() < 0.5
    given, family = invent.given(draw, COUNTRY, woman=woman), invent.family(draw, COUNTRY)
    if draw.random() < 0.07:
        family = f"{family}-{invent.family(draw, COUNTRY)}"
    if draw.random() < 0.04:
        family = f"{draw.choice(['von', 'von der', 'van', 'zu', 'el', 'de'])} {family}"
    something = noun(draw)
    other = invent.given(draw, COUNTRY, woman=True) + (
        f" {invent.family(draw, COUNTRY)}" if draw.random() < 0.6 else ""
    )
    phone = invent.shaped(
        draw,
        draw.choice(
            [
                "0999/999-9999",
                "0999 999999",
                "09999 / 99999",
                "+49 999 99999",
                "0316/385-9999",
                "(0999) 999-99",
                "0199 9999999",
                "+43 999 999 99999",
                "0999-999999",
                "385-99999",
            ]
        ),
    )
    makers: dict[str, Callable[[], tuple[str, Label | None]]] = {
        "mr": lambda: ("Frau" if woman else "Herrn" if draw.random() < 0.5 else "Herr", None),
        "mr2": lambda: ("die" if woman else "der", None),
        "patient": lambda: (f"{given} {family}", Label.NAME),
        "family": lambda: (family, Label.NAME),
        "families": lambda: (family, Label.NAME),
        "given": lambda: (given, Label.NAME),
        "name": lambda: (draw.choice([f"{family}, {given}", f"{given} {family}", f"{family} {given}"]), Label.NAME),
        "other": lambda: (other, Label.NAME),
        "doctor": lambda: (doctor(draw), Label.NAME),
        "birth": lambda: (day(draw), Label.DATE),
        "day": lambda: (day(draw), Label.DATE),
        "short": lambda: (short(draw), Label.DATE),
        "month": lambda: (month(draw), Label.DATE),
        "record": lambda: (
            invent.shaped(
                draw, draw.choice(["99999999", "9999999", "999999", "9999-99999", "A999999", "99/99999", "9999999999"])
            ),
            Label.MRN,
        ),
        "insurance": lambda: (
            invent.shaped(draw, draw.choice(["A999999999", "9999 999999", "999999999", "756.9999.9999.99"])),
            Label.HEALTH_PLAN,
        ),
        "path": lambda: (
            invent.shaped(
                draw, draw.choice(["A9999/99", "A/9999/99999", "99999-99", "A99-99999", "99/9999", "9999999"])
            ),
            Label.ID,
        ),
        "street": lambda: (street(draw), Label.LOCATION),
        "town": lambda: (invent.town(draw, COUNTRY), Label.LOCATION),
        "zip": lambda: (
            invent.shaped(draw, draw.choice(["99999", "99999", "9999", "D-99999", "A-9999"])),
            Label.LOCATION,
        ),
        "phone": lambda: (phone, Label.PHONE),
        "fax": lambda: (phone[:-1] + "9", Label.FAX),
        "mail": lambda: (
            f"{invent.syllables(draw, 1, 2)}.{invent.syllables(draw, 1, 2)}@{invent.syllables(draw, 1, 2)}.{draw.choice(['de', 'at', 'ch', 'com'])}",
            Label.EMAIL,
        ),
        "hospital": lambda: (hospital(draw), Label.ORGANIZATION),
        "age": lambda: (str(draw.randint(1, 99)), Label.AGE),
        "age0": lambda: (str(draw.randint(1, 99)), Label.AGE),
        "sex": lambda: (draw.choice(["m", "w", "männlich", "weiblich"]), None),
        "noun": lambda: (something, None),
        "Noun": lambda: (
            draw.choice([something, f"{something} {draw.choice(ADJECTIVES)}", draw.choice(EPONYMS)]),
            None,
        ),
        "adj": lambda: (draw.choice(ADJECTIVES), None),
        "eponym": lambda: (draw.choice(EPONYMS), None),
        "drug": lambda: (draw.choice(DRUGS), None),
        "mg": lambda: (draw.choice(["2,5", "5", "10", "20", "40", "75", "100", "500", "850", "1000"]), None),
        "bp": lambda: (f"{draw.randint(90, 190)}/{draw.randint(50, 110)}", None),
        "dec": lambda: (f"{draw.randint(1, 20)},{draw.randint(0, 9)}", None),
        "n": lambda: (str(draw.randint(1, 12)), None),
        "n2": lambda: (str(draw.randint(20, 120)), None),
    }
    return Lazily(makers)


class Lazily(dict[str, tuple[str, Label | None]]):
    """Values that are drawn when they are first asked for."""

    def __init__(self, makers: dict[str, Callable[[], tuple[str, Label | None]]]) -> None:
        super().__init__()
        self._makers = makers

    def __missing__(self, key: str) -> tuple[str, Label | None]:
        found = self[key] = self._makers[key]()
        return found


class Values(dict[str, tuple[str, Label | None]]):
    """Values of a page: those of its patient, all others of any of a few people."""

    def __init__(self, draw: random.Random, kept: dict[str, tuple[str, Label | None]]) -> None:
        super().__init__()
        self._draw, self._kept, self._pool = draw, kept, [values(draw) for _ in range(5)]

    def __getitem__(self, key: str) -> tuple[str, Label | None]:
        return self._kept[key] if key in self._kept else self._draw.choice(self._pool)[key]


def head(draw: random.Random, page: Page, known: Values) -> None:
    keys = draw.sample(list(HEADS), draw.randint(3, 13))
    sign = draw.choice([": ", ": ", ": ", ":", ":  ", "\t", " = ", ": ", ":\t", " "])
    close = draw.choice(["\n", "\n", "\n", "   ", "; ", " | ", ", "])
    for key in keys:
        word = draw.choice(HEADS[key])
        if draw.random() < 0.06:
            word = invent.syllables(draw, 1, 2).capitalize()
        page.add(f"{word}{sign}")
        if key == "doctor" and draw.random() < 0.7:
            page.add(f"{draw.choice(TITLES)} ")
        shown, label = known[key]
        page.add(shown.upper() if label is Label.NAME and draw.random() < 0.06 else shown, label)
        page.add(close)
    page.add("\n")


def feet(draw: random.Random, page: Page) -> None:
    page.add(
        draw.choice(
            [
                "\nMit freundlichen Grüßen\n\n",
                "\nMit freundlichen kollegialen Grüßen\n",
                "\nMfG\n",
                "\nHochachtungsvoll\n",
                "\ngez. ",
                "\n",
            ]
        )
    )
    sign = draw.choice(["\n", "      ", ", "])
    for _ in range(draw.randint(1, 4)):
        page.add(f"{draw.choice(TITLES)} " if draw.random() < 0.85 else "")
        page.add(doctor(draw), Label.NAME)
        page.add(sign)
        if draw.random() < 0.4:
            page.add(f"{draw.choice(ROLES)}{sign}")


def letterhead(draw: random.Random, page: Page) -> None:
    page.add(hospital(draw), Label.ORGANIZATION)
    sign = draw.choice(["\n", ", ", " - ", " | "])
    page.add(
        f"{sign}{draw.choice(['Abteilung für ' + noun(draw), 'Klinik für Innere Medizin', 'Chirurgische Klinik', 'Direktor: '])}"
    )
    if page.text.endswith("Direktor: "):
        page.add(f"{draw.choice(TITLES)} ")
        page.add(doctor(draw), Label.NAME)
    page.add(sign)
    page.add(street(draw), Label.LOCATION)
    page.add(sign)
    found = values(draw)
    page.add(*found["zip"])
    page.add(" ")
    page.add(*found["town"])
    if draw.random() < 0.6:
        page.add(f"{sign}Tel.: ")
        page.add(*found["phone"])
    page.add("\n\n")


def titled(draw: random.Random, template: str) -> str:
    title = draw.choice(TITLES) + " " if draw.random() < 0.75 else ""
    return template.replace("{doctor}", title + "{doctor}")


def page(draw: random.Random) -> Page:
    new = Page()
    own = values(draw)
    known = Values(
        draw,
        {key: own[key] for key in ("patient", "family", "given", "families", "name", "birth", "record", "mr", "mr2")},
    )
    if draw.random() < 0.35:
        letterhead(draw, new)
    if draw.random() < 0.55:
        head(draw, new, known)
    named = draw.choice([0.05, 0.15, 0.3, 0.6])
    for _ in range(draw.randint(3, 22)):
        template = titled(draw, draw.choice(NAMED)) if draw.random() < named else draw.choice(SAFE)
        fill(new, template, known)
        new.add(draw.choice([" ", " ", " ", "\n", "\n", "\n\n"]))
    if draw.random() < 0.5:
        feet(draw, new)
    return new
