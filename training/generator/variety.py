"""Variety: texts whose keys, signs, order, case and breaks are drawn, so that a cue never seen is nothing special.

A family of templates has a hundred frames and can be learned by heart; these have none. What stands in a cell, behind
a key, at the head of a line or beside a verb is told by its place and by what stands around it.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from training.generator import drawn, numbers, people, pools, things
from training.generator.drawn import Person, cue, harmless, named, person
from training.generator.fields import Pieces, field, joined
from training.generator.machines import machine
from training.generator.template import Piece


def keyed(rng: random.Random) -> Pieces:
    """A record of keys and values."""
    sign = rng.choice(
        (
            ": ",
            ":",
            " : ",
            "=",
            " = ",
            " >> ",
            " -> ",
            "\t",
            " | ",
            " ..... ",
            " :: ",
            " - ",
            ":\n",
            " :\n",
            " \u2192 ",
            "= ",
            ":  ",
            ":\t",
        )
    )
    between = rng.choice(("\n", "\n", "\n", "\n", "; ", " | ", ", ", "  ", "\n\n", " / "))
    opened, closed = rng.choice(
        (("", ""), ("", ""), ("", ""), ("[", "]"), ("| ", " |"), ("- ", ""), ("* ", ""), ("<", ">"))
    )
    rows = []
    for _ in range(rng.randrange(2, 10)):
        key, value = field(rng)
        rows.append([Piece(f"{opened}{key}{sign}"), *value, Piece(closed)])
    return joined(rows, between)


def table(rng: random.Random) -> Pieces:
    """Rows under heads; some without a head, some in columns of spaces."""
    sign = rng.choice(("\t", "\t", " | ", "|", ",", ";", ", ", "  ", " / ", "   "))
    columns = _columns(rng)
    rows: list[Pieces] = [[Piece(sign.join(head for head, _ in columns))]] if rng.random() < 0.75 else []
    numbered = rng.random() < 0.25
    for row in range(rng.randrange(2, 7)):
        cells = [make() for _, make in columns]
        rows.append([Piece(f"{row + 1}{sign}" if numbered else ""), *joined(cells, sign)])
    edge = "| " if sign == " | " and rng.random() < 0.5 else ""
    return joined([[Piece(edge), *row] for row in rows], "\n")


def _columns(rng: random.Random) -> list[tuple[str, Callable[[], Pieces]]]:
    form = rng.choice(("last", "last", "turned", "full", "full", "small", "loud"))

    def name(role: str) -> Piece:
        who = person(rng)
        text = {
            "last": who.family,
            "turned": f"{who.family}, {who.given}",
            "full": f"{who.given} {who.family}",
            "small": f"{who.given} {who.family}".lower(),
            "loud": who.family.upper(),
        }[form]
        return Piece(text, "NAME", role)

    chosen: list[tuple[str, Callable[[], Pieces]]] = [(cue(drawn.SURNAME, rng), lambda: [name("patient")])]
    if form in {"last", "loud"} and rng.random() < 0.5:
        chosen.append((cue(drawn.FORENAME, rng), lambda: [Piece(person(rng).given, "NAME", "patient")]))
    others: list[tuple[str, Callable[[], Pieces]]] = [
        (cue(drawn.STAFF, rng), lambda: [Piece(person(rng).family, "NAME", "clinician")]),
        (cue(drawn.PLACE, rng), lambda: [drawn.town(rng)]),
        (cue(drawn.NUMBER, rng), lambda: [drawn.number(rng)]),
        (cue(drawn.DAY, rng), lambda: [drawn.day(rng)]),
        (cue(("Bed", "Room", "Loc"), rng), lambda: [Piece(things.bed(rng))]),
        *((cue(drawn.HARMLESS, rng), make) for make in _harmless_columns(rng)),
    ]
    chosen += rng.sample(others, rng.randrange(2, 5))
    if rng.random() < 0.5:
        rng.shuffle(chosen)
    if rng.random() < 0.12:  # nobody in it
        chosen = [(cue(drawn.HARMLESS, rng), make) for make in _harmless_columns(rng)]
    return chosen


def _harmless_columns(rng: random.Random) -> list[Callable[[], Pieces]]:
    makes = (
        things.drug,
        things.diagnosis,
        drawn.measured,
        drawn.coded,
        things.device,
        things.organism,
        numbers.score,
        things.eponym,
    )
    return [lambda make=make: [Piece(make(rng))] for make in rng.sample(makes, 3)]  # type: ignore[misc]


def ward(rng: random.Random) -> Pieces:
    """A list of patients, one a line, as a night doctor keeps it."""
    bullet = rng.choice(("", "", "", "- ", "[ ] ", "* ", "# ", "\u2022 ", "> ", "[x] "))
    numbered, bedded = rng.random() < 0.3, rng.random() < 0.5
    sign = rng.choice((" - ", ": ", ", ", " ", " / ", " -- ", " | ", ". ", "\t", ": "))
    form = rng.choice(("{f}", "{f}", "{f}, {g}", "{g} {f}", "{f} {i}", "{i}. {f}", "{F}", "{F}, {G}"))
    rows: list[Pieces] = []
    for row in range(rng.randrange(2, 8)):
        who = person(rng)
        text = form.format(f=who.family, g=who.given, i=who.given[0], F=who.family.upper(), G=who.given.upper())
        name = Piece(text.lower() if rng.random() < 0.05 else text, "NAME", "patient")
        bed = (
            [
                Piece(
                    things.bed(rng)
                    if rng.random() < 0.6
                    else f"{rng.randrange(1, 9)}{rng.choice('NESW')}{rng.randrange(1, 30)}"
                ),
                Piece(rng.choice((" ", sign))),
            ]
            if bedded
            else []
        )
        lead = [Piece(f"{row + 1}{rng.choice((') ', '. ', ' '))}" if numbered else bullet)]
        behind = [Piece(" " + f"{rng.randrange(19, 89)}{rng.choice('FMfmy')}")] if rng.random() < 0.3 else []
        swap = bedded and rng.random() < 0.3
        rows.append([*lead, *([] if swap else bed), name, *behind, Piece(sign), *_job(rng)])
    head = (
        [
            [
                Piece(
                    rng.choice(
                        (
                            "to do",
                            "Night list",
                            "HANDOVER",
                            "jobs",
                            "Sign out",
                            "tasks for am",
                            "Coverage",
                            pools.odd_word(rng).title(),
                        )
                    )
                )
            ]
        ]
        if rng.random() < 0.4
        else []
    )
    return joined([*head, *rows], rng.choice(("\n", "\n", "\n", "\n\n", "; ", "  ")))


def _job(rng: random.Random) -> Pieces:
    other, kin = named(person(rng), "clinician", rng, short=0.85), named(person(rng), "relative", rng, short=0.8)
    return rng.choice((
        [harmless(rng)], [harmless(rng)], [harmless(rng), Piece(", "), harmless(rng)], [Piece("d/w "), other], [harmless(rng), Piece(rng.choice((", per ", ", d/w ", " per ", ", rev by ", ", seen by ", ", for ", " -> "))), other],
        [Piece(rng.choice(("ntd", "stable", "watch", "dc am", "await bed at "))), *([drawn.house(rng)] if rng.random() < 0.2 else [])], [Piece(rng.choice(("wife ", "son ", "dtr ", "NOK ", "fam mtg w/ ", "HCP "))), kin, Piece(" "), drawn.phone(rng)],
        [Piece("restart "), Piece(things.drug(rng)), Piece(" "), drawn.month_day(rng)], [Piece("f/u "), Piece(drawn.measured(rng))], [Piece("call "), other, Piece(" re "), harmless(rng)], [Piece(rng.choice(("awaiting bed at ", "for ", "to "))), drawn.house(rng)],
        [Piece(things.diagnosis(rng)), Piece("; "), kin, Piece(rng.choice((" (wife) aware", " at bedside", " updated", " (son) to be called")))],
    ))  # fmt: skip


def header(rng: random.Random) -> Pieces:
    """The head and the foot of a report: bare values, keys above their values, those who signed and typed it."""
    loud = rng.random() < 0.5
    comma = rng.choice((", ", ", ", " , ", ","))

    def whole(who: Person, role: str) -> Piece:
        text = rng.choice(
            (
                f"{who.given} {who.family}",
                f"{who.family}{comma}{who.given}",
                f"{who.given} {who.middle[0]}. {who.family}",
            )
        )
        return Piece(text.upper() if loud else text, "NAME", role)

    md = rng.choice((", M.D.", " , M.D.", ", MD", " MD", "", ", DO", " , R.N."))
    lines: list[Callable[[], Pieces]] = [
        lambda: [drawn.number(rng)], lambda: [drawn.number(rng)], lambda: [drawn.login(rng)], lambda: [Piece(rng.choice(("FAX", "MEMO", "COVER SHEET", "TRANSFER FORM", "PAGE 1 OF 2", "CONFIDENTIAL", "COPY", "END OF REPORT")))], lambda: [drawn.house(rng)], lambda: [drawn.day(rng)], lambda: [drawn.login(rng)], lambda: [whole(person(rng), "patient")], lambda: [whole(person(rng), "clinician"), Piece(md)],
        lambda: [Piece(cue(drawn.DAY, rng) + ":" + rng.choice(("", " ", "  ", "\t"))), drawn.day(rng)],
        lambda: [Piece(cue(drawn.STAFF, rng) + rng.choice((":", " :", ":\n", " :\n", ": "))), whole(person(rng), "clinician"), Piece(md)],
        lambda: [Piece(cue(drawn.STAFF, rng) + rng.choice((": ", " : ", ":  ", ":\n"))), Piece(person(rng).family, "NAME", "clinician"), Piece(rng.choice(("", "", " team", " service", ", PA-C", ", CRNA")))],
        lambda: [Piece(people.form_of(person(rng), "initials", rng), "NAME", "clinician"), Piece(rng.choice(("/", ":", "//", " / "))), drawn.login(rng)],
        lambda: [Piece(cue(drawn.HARMLESS, rng) + rng.choice((": ", " :\n", ":\n"))), harmless(rng), Piece(rng.choice((".", "", " .")))],
        lambda: [Piece(rng.choice(("ADMISSION", "CLINIC NOTE", "DISCHARGE SUMMARY", "Report Status :\nUnsigned", "OPERATIVE REPORT", "HISTORY OF PRESENT ILLNESS :", "ALLERGIES :", "FINDINGS:", "PLAN:", "Signed electronically")))],
        lambda: prose(rng, rng.randrange(1, 4)),
    ]  # fmt: skip
    made = [rng.choice(lines)() for _ in range(rng.randrange(4, 12))]
    return joined(made, rng.choice(("\n", "\n", "\n\n", " \n", "     ")))


def prose(rng: random.Random, count: int = 0) -> Pieces:
    """Sentences in which names and things stand in the same places."""
    patient, kin = person(rng), person(rng)
    made: list[Pieces] = []
    for _ in range(count or rng.randrange(2, 8)):
        sentence = rng.choice((_of_people, _of_people, _of_places, _of_things, _of_things))(rng, patient, kin)
        made.append([*sentence, Piece(rng.choice((".", ".", ".", ";", " .", "")))])
    return joined(made, rng.choice((" ", " ", " ", "\n", "  ")))


def _extension(rng: random.Random) -> str:
    return numbers.digits(rng, rng.choice((4, 5, 5, 6)))


def _verb(rng: random.Random) -> str:
    said = (
        "saw",
        "agrees",
        "will follow",
        "called",
        "started",
        "wants",
        "reviewed",
        "said",
        "denies",
        "reports",
        "tolerated",
        "was told",
        "came",
        "is aware",
        "declined",
        "walked",
        "fell",
        "signed",
        "read it",
        "to follow",
        "asked",
        "spiked",
        "is stable",
    )
    return rng.choice(said) if rng.random() < 0.8 else rng.choice(pools.english())


def _of_people(rng: random.Random, patient: Person, kin: Person) -> Pieces:
    who = rng.choice((patient, patient, kin, person(rng), person(rng)))
    role = "patient" if who is patient else "relative" if who is kin else "clinician"
    name = Piece(rng.choice((who.family, who.family, who.given, f"{who.given} {who.family}")), "NAME", role)
    name = name._replace(text=name.text.lower()) if rng.random() < 0.05 else name
    other = named(person(rng), "clinician", rng, short=0.8)
    odd = Piece(
        rng.choice(
            (
                "my partner ",
                "by ",
                "per ",
                "d/w ",
                "attending ",
                "fellow ",
                "hospitalist ",
                "our nurse ",
                "sister (",
                "seen with ",
                "thanks ",
                "attn ",
                "under ",
                "from ",
                pools.odd_word(rng) + " ",
                rng.choice(pools.english()) + " ",
            )
        )
    )
    thing = Piece(
        rng.choice(
            (
                " service",
                " team",
                " clinic",
                " list",
                " fellow",
                " family",
                " consult",
                "'s wife",
                "'s mother",
                "'s bed",
                "'s " + rng.choice(pools.english()),
            )
        )
    )
    return rng.choice((
        [name, Piece(f" {_verb(rng)}")], [name, Piece(f" {_verb(rng)} "), harmless(rng)], [odd, name, *([Piece(")")] if odd.text.endswith("(") else [])], [Piece(rng.choice(("the ", "The ", "read by ", "with ", "ask ", ""))), name, thing],
        [harmless(rng), Piece(rng.choice((", ", " - ", " per ", " with ", " ("))), name], [name, Piece(rng.choice((", ", " (", " - "))), harmless(rng)], [Piece(rng.choice(("I ", "We ", "she ", "")) + rng.choice(("spoke to ", "asked ", "called ", "discussed with ", "agree with ", "stays with ", "was found by ", "was referred by ", "met "))), name, Piece(rng.choice((" today", " about it", "", " at bedside")))],
        [name, Piece(" and "), other, Piece(f" {_verb(rng)}")], [Piece(rng.choice(("-- ", "- ", "signed ", "/s/ ", "~ ", "thx "))), name], [name, Piece(", "), other, Piece(rng.choice((" and ", ", "))), named(person(rng), "clinician", rng), Piece(" present")], [name, Piece(rng.choice((" MD ", " RN ", " NP ", " DO ")) + _verb(rng))],
    ))  # fmt: skip


def _of_places(rng: random.Random, patient: Person, kin: Person) -> Pieces:
    del kin
    where = drawn.town(rng) if rng.random() < 0.6 else drawn.house(rng)
    lead = rng.choice(
        (
            "lives in ",
            "came from ",
            "moved here from ",
            "seen at ",
            "transferred to ",
            "at our ",
            "in ",
            "raised near ",
            "works at ",
            "back in ",
            "staying in ",
            "sent over from ",
            "of ",
            "drove in from ",
            "attends ",
            "until she left ",
        )
    )
    behind = rng.choice(("", "", " office", " apartment", "", " last week", ", alone", " since", " EMS"))
    who = (
        [Piece(rng.choice((patient.given, patient.family)), "NAME", "patient"), Piece(" ")]
        if rng.random() < 0.4
        else [Piece(rng.choice(("She ", "he ", "pt ", "", "The patient ")))]
    )
    return [*who, Piece(lead), where, Piece(behind if where.label == "LOCATION" else "")]


def _of_things(rng: random.Random, patient: Person, kin: Person) -> Pieces:
    del kin
    names = [Piece(rng.choice(pools.eponym_names()).capitalize()) for _ in range(3)]
    brands = [
        Piece(things.product(rng) if rng.random() < 0.3 else rng.choice(pools.COMMON_DRUGS).title()) for _ in range(3)
    ]
    lists = rng.choice((names, brands))
    return rng.choice((
        [Piece(rng.choice(("Labs: ", "Found ", "Today ", "", "Noted ", "ICD ", "Coded ", "Billed "))), Piece(drawn.coded(rng)), Piece(rng.choice((", ", " and ", " / "))), Piece(drawn.coded(rng))],
        [Piece(drawn.measured(rng)), Piece(", "), Piece(drawn.measured(rng))], [lists[0], Piece(", "), lists[1], Piece(rng.choice((" and ", ", "))), lists[2], Piece(rng.choice((" negative", " tests were negative", " positive", " all stopped", " available", "")))],
        [Piece(rng.choice(("s/p ", "A ", "The ", "via ", "with "))), Piece(things.eponym(rng)), Piece(f" {_verb(rng) if rng.random() < 0.2 else 'was placed'}")], [Piece(rng.choice(("on ", "gave ", "takes ", "hold "))), Piece(things.drug(rng)), Piece(" " + numbers.dose(rng)), Piece(rng.choice((", ", "; "))), Piece(rng.choice((patient.given, patient.family)), "NAME", "patient")],
        [Piece(rng.choice(pools.abbreviations())), Piece(" "), Piece(rng.choice(pools.abbreviations())), Piece(" "), harmless(rng)], [Piece(things.diagnosis(rng).capitalize()), Piece(f" {_verb(rng)}" if rng.random() < 0.1 else " is stable")], [Piece(rng.choice(("per ", "by ", "seen by ", "ask "))), Piece(rng.choice(("protocol", "radiology", "pharmacy", "surgery", "the team", "nursing", "OT", "cardiology", "night float", "family")))],
    ))  # fmt: skip


KINDS: tuple[tuple[Callable[[random.Random], Pieces], float], ...] = (
    (keyed, 2.0),
    (table, 2.0),
    (ward, 2.5),
    (header, 2.5),
    (machine, 1.2),
    (prose, 4.0),
)


def drawn_text(rng: random.Random) -> Pieces:
    """The pieces of one text that no template made."""
    make = rng.choices([kind for kind, _ in KINDS], [weight for _, weight in KINDS])[0]
    return [piece for piece in make(rng) if piece.text]
