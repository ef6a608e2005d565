"""Drawn: what the texts of `variety` are put together from: cues that nobody knows, people of no list, harmless values."""

from __future__ import annotations

import random

from training.generator import numbers, people, places, pools, things
from training.generator.people import Person
from training.generator.template import Piece

SURNAME = (
    "Surname",
    "Last",
    "Last name",
    "Name",
    "Pt",
    "Patient",
    "Family name",
    "Nachname",
    "lname",
    "Client",
    "Resident",
    "fam",
    "NAME",
    "subject",
    "LN",
    "Who",
)
FORENAME = ("Forename", "First", "First name", "Given", "fname", "Vorname", "given_name", "FN", "Preferred", "Called")
STAFF = (
    "Consultant", "Cons", "Attending", "Provider", "MD", "Nurse", "RN", "Keyworker", "Ordered by", "Signed", "Verified by", "Entered by", "Author", "Scribe", "Referrer", "Resident MD", "PCP", "Surgeon",
    "First assistant", "Circulator", "Scrub", "Reader", "Team", "Rev by", "cc", "CC", "Dictating for", "Transcriber", "Tech", "Interpreter", "Witness", "From", "To", "Attn",
)  # fmt: skip
KIN = (
    "NOK",
    "HCP",
    "Proxy",
    "Mother",
    "Wife",
    "Emergency contact",
    "Informant",
    "Guardian",
    "Next of kin",
    "Daughter",
    "Escort",
    "Subscriber",
    "Guarantor",
)
PLACE = (
    "Town",
    "City",
    "Lives",
    "From",
    "Home",
    "Residence",
    "Site",
    "Village",
    "Suburb",
    "Born in",
    "Locality",
    "Origin",
)
NUMBER = (
    "MRN",
    "Chart",
    "Unit no",
    "Hosp. no.",
    "File",
    "Case",
    "Ref",
    "Acct",
    "Visit",
    "Job #",
    "Index",
    "Batch",
    "Specimen",
    "Accession",
    "NHS no",
    "Study id",
    "Encounter",
    "Member no.",
    "Order",
)
DAY = (
    "DOB",
    "Born",
    "Date",
    "Seen",
    "Adm",
    "DD",
    "DT",
    "D",
    "T",
    "TD",
    "Rev",
    "Signed",
    "DOS",
    "Sent",
    "Birth",
    "Admitted",
)
HARMLESS = (
    "Dx", "Rx", "Diet", "Plan", "Jobs", "Status", "Allergy", "Code", "Stage", "Marker", "Score", "Unit", "Mode", "Protocol", "Priority", "Isolation", "Language", "Result", "Level", "Svc", "Ver", "Task", "Note",
    "Access", "Mobility", "Grade", "Specimen type", "Test", "Value", "Range", "Flag", "Pump", "Rate",
)  # fmt: skip
_PLAIN = (
    "stable", "soft", "NPO", "none", "nil", "negative", "positive", "pending", "full code", "DNR", "improving", "bed rest", "yes", "no", "T2N0M0", "HER2", "low sodium", "English", "signed", "final", "ACK", "VIEW",
    "PRINT", "contact", "resolved", "discharged", "routine", "urgent", "walker", "chair", "room air", "clear", "intact", "normal", "see below", "as above", "not done", "refused",
)  # fmt: skip


def person(rng: random.Random) -> Person:
    """A person; seven in ten bear names that stand in no list."""
    made = people.a_person(rng)
    if rng.random() > 0.7:
        return made
    given, family = odd(rng), odd(rng)
    full = rng.choice(
        (
            f"{given} {family}",
            f"{given} {family}",
            f"{given} {made.middle[0]}. {family}",
            f"{family}, {given}",
            f"{family} {given}",
        )
    )
    return Person(given, made.middle, family, odd(rng), given, made.sex, full)


def odd(rng: random.Random) -> str:
    """An invented word with a capital."""
    made = pools.odd_word(rng)
    return made[0].upper() + made[1:]


def cased(text: str, rng: random.Random) -> str:
    """A key as somebody writes it."""
    return rng.choice((text, text, text, text.upper(), text.lower(), text.title(), text.replace(" ", "_").lower()))


def cue(known: tuple[str, ...], rng: random.Random) -> str:
    """A word before a value: a known one, any English one, or one that nobody ever saw."""
    draw = rng.random()
    if draw < 0.5:
        made = rng.choice(known)
    elif draw < 0.7:
        made = rng.choice(pools.english())
    elif draw < 0.8:
        made = rng.choice(pools.abbreviations())
    else:
        made = pools.odd_word(rng)
    return cased(made, rng)


def named(who: Person, role: str, rng: random.Random, *, short: float = 0.5) -> Piece:
    """A name in some form and case."""
    whole = (
        who.full,
        f"{who.given} {who.family}",
        f"{who.family}, {who.given}",
        f"{who.given[0]}. {who.family}",
        f"{who.family} {who.given[0]}",
    )
    text = rng.choice((who.family, who.family, who.given)) if rng.random() < short else rng.choice(whole)
    draw = rng.random()
    text = text.upper() if draw < 0.1 else text.lower() if draw < 0.17 else text
    return Piece(text, "NAME", role)


def town(rng: random.Random) -> Piece:
    return Piece(
        odd(rng) + rng.choice(("", "", "", "ville", " Falls", "ton", " Bay"))
        if rng.random() < 0.5
        else places.city(rng),
        "LOCATION",
    )


def house(rng: random.Random) -> Piece:
    kind = rng.choice(("hospital", "clinic", "facility", "school", "company", "church"))
    return Piece(places.institution(kind, rng), "ORGANIZATION")


def login(rng: random.Random) -> Piece:
    """A login made of a name of no list, or of letters alone."""
    made = pools.odd_word(rng).lower()
    text = rng.choice(
        (
            people.login(person(rng), rng),
            rng.choice("abcdefghjklmnprstw") + made,
            made[:2] + str(rng.randrange(100, 9999)),
        )
    )
    return Piece(text, "NAME", "clinician")


def day(rng: random.Random, *, birth: bool = False) -> Piece:
    when = numbers.a_day(rng, birth=birth)
    return Piece(rng.choice((numbers.short_date, numbers.short_date, numbers.long_date))(rng, when), "DATE")


def month_day(rng: random.Random) -> Piece:
    return Piece(numbers.month_day(rng, numbers.a_day(rng)), "DATE")


def number(rng: random.Random) -> Piece:
    label, make = rng.choice(
        (
            ("MRN", numbers.mrn),
            ("ID", numbers.an_id),
            ("ID", numbers.an_id),
            ("ACCOUNT", numbers.account),
            ("HEALTH_PLAN", numbers.plan),
        )
    )
    return Piece(make(rng), label)


def phone(rng: random.Random) -> Piece:
    return Piece(numbers.phone(rng), "PHONE")


def coded(rng: random.Random) -> str:
    """A code of a code system, as coders write it."""
    a, d = numbers.letters, numbers.digits
    return rng.choice((
        f"{rng.choice('ABCDEFGHIJKLMNOQRSTUVYZ')}{d(rng, 2)}.{d(rng, rng.choice((1, 2, 3)))}", f"{rng.choice('ABCDEFGIJKLMNQRSTZ')}{d(rng, 2)}", f"99{d(rng, 3)}", f"{d(rng, 5)}", f"{a(rng, 1)}{d(rng, 4)}",
        f"{d(rng, rng.choice((4, 5)))}-{d(rng, 1)}", f"{d(rng, 5)}-{d(rng, 3)}-{d(rng, 2)}", f"{d(rng, 4)}-{d(rng, 4)}-{d(rng, 2)}", f"SCTID {rng.randrange(1, 9)}{d(rng, rng.choice((6, 7, 8)))}", f"RxCUI {d(rng, 6)}",
        f"{d(rng, 3)}.{d(rng, 2)}", f"{a(rng, 3)}{d(rng, 1)} c.{d(rng, 4)}{rng.choice(('A>G', 'delT', 'C>T', '+1G>A'))}", f"v{rng.randrange(1, 21)}.{rng.randrange(10)}.{rng.randrange(10)}",
    ))  # fmt: skip


def measured(rng: random.Random) -> str:
    """A clinical value that looks like somebody's number."""
    r = rng.randrange
    return rng.choice((
        f"platelets {r(90, 460)},000", f"WBC {r(2, 22)},{r(100, 999)}", f"BP {r(90, 190)}/{r(48, 110)}", f"{r(110, 140)}-{r(140, 160)}/{r(60, 80)}-{r(80, 95)}", f"{r(20, 170)} degrees", f"flexion {r(0, 10)}-{r(90, 140)}",
        f"{r(1, 6)}/5 strength", f"{r(1, 9)}/7 ago", f"{r(19, 89)}{rng.choice('FMfm')}", f"{r(19, 89)}yo", f"{r(1, 40)},000 units", f"CFU > {r(10, 100)},000", f"ferritin {r(1, 5)},{r(100, 999)}", f"FiO2 {r(21, 100)}%",
        f"{r(100, 999)} mL", f"{r(500, 4000)} cc", f"{r(50, 400)} mOsm", f"{r(2, 60)} mm x {r(2, 60)} mm", f"{r(400, 4500)} g", f"{r(60, 150)} bpm", f"EF {r(15, 70)}-{r(70, 80)}%", f"20/{r(20, 400)}", f"G{r(1, 7)}P{r(0, 5)}",
        f"INR {r(1, 5)}.{r(0, 9)}", f"q{r(2, 12)}h", f"{r(1, 20)} mcg/kg/min", f"T{r(1, 12)}-L{r(1, 5)}", f"{r(2, 18)} Fr", f"APGARs {r(5, 10)} and {r(7, 10)}", f"PSA {r(1, 40)}.{r(10, 99)}", f"at {r(0, 24):02}00",
        numbers.lab(rng), numbers.vital(rng), numbers.score(rng), numbers.dose(rng), things.size(rng), things.ratio(rng),
    ))  # fmt: skip


def harmless(rng: random.Random) -> Piece:
    """A value that identifies nobody."""
    draw = rng.random()
    if draw < 0.2:
        return Piece(rng.choice(_PLAIN))
    if draw < 0.35:
        return Piece(things.drug(rng) if rng.random() < 0.5 else rng.choice(pools.COMMON_DRUGS).title())
    if draw < 0.5:
        return Piece(things.diagnosis(rng))
    if draw < 0.7:
        return Piece(measured(rng))
    if draw < 0.82:
        return Piece(coded(rng))
    return Piece(
        rng.choice(
            (
                things.device,
                things.SLOTS["symptom"],
                things.SLOTS["procedure"],
                things.organism,
                things.gene,
                things.trial,
                things.eponym,
            )
        )(rng)
    )
