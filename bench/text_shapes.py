"""Shapes of text: what notes and bodies can look like, from ward lists to base64, each of any size."""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Callable

Shape = Callable[[random.Random, int], str]
_GIVEN = ("Anders", "Maeve", "Orla", "Conrad", "Priya", "Tomas", "Wilma", "Otis", "Lena", "Casper")
_FAMILY = ("Lindqvist", "Okafor", "Quennell", "Thornbury", "Whitlock", "Ruiz", "Holloway", "Brandvold", "Vang", "Hale")
_PROSE = (
    "patient seen today with stable vital signs and no acute distress plan continue current dose of lisinopril "
    "daily follow up in two weeks labs pending chest clear abdomen soft"
)
_WORDS = tuple(_PROSE.split(" "))
_TOWNS = ("Boston, MA 02139", "Eugene, OR 97401", "Iowa Falls, Iowa", "Albany, NY 12207")


def _repeated(piece: str) -> Shape:
    return lambda _, size: (piece * (size // len(piece) + 1))[:size]


def _joined(make: Callable[[random.Random], str], joint: str = "\n") -> Shape:
    """Pieces that are drawn anew, up to the size."""

    def shape(draw: random.Random, size: int) -> str:
        pieces, length = [], 0
        while length < size:
            pieces.append(make(draw))
            length += len(pieces[-1]) + len(joint)
        return joint.join(pieces)[:size]

    return shape


def _digits(draw: random.Random, count: int) -> str:
    return str(draw.randrange(10 ** (count - 1), 10**count))


def _name(draw: random.Random) -> str:
    return f"{draw.choice(_GIVEN)} {draw.choice(_FAMILY)}"


def _odd(draw: random.Random) -> str:
    """A word that no list has."""
    return "".join(draw.choice("bdfgklmnprtvz") + draw.choice("aeiou") for _ in range(draw.randrange(2, 6)))


def _prose(draw: random.Random) -> str:
    return " ".join(draw.choice(_WORDS) for _ in range(14)).capitalize() + "."


def _date(draw: random.Random) -> str:
    return f"{draw.randrange(1, 13):02}/{draw.randrange(1, 29):02}/{draw.randrange(1930, 2024)}"


def _month(draw: random.Random) -> str:
    return f"{draw.choice(('Jan', 'March', 'May', 'September'))} {draw.randrange(1, 29)}, {draw.randrange(1930, 2024)}"


def _note(draw: random.Random) -> str:
    who = _name(draw)
    return (
        f"Patient: {who}  MRN {_digits(draw, 7)}  DOB {_date(draw)}\n{_prose(draw)} {_prose(draw)}\n"
        f"Seen by Dr. {draw.choice(_FAMILY)} on {_month(draw)}; call {_phone(draw)}."
    )


def _phone(draw: random.Random) -> str:
    return f"({draw.randrange(201, 990)}) {draw.randrange(200, 999)}-{_digits(draw, 4)}"


def _email(draw: random.Random) -> str:
    return f"{_odd(draw)}.{_odd(draw)}@{_odd(draw)}.org"


def _hl7(draw: random.Random) -> str:
    return (
        f"PID|1||{_digits(draw, 8)}^^^HOSP^MR||{draw.choice(_FAMILY).upper()}^{draw.choice(_GIVEN).upper()}^M^^||"
        f"{draw.randrange(1930, 2020)}0412|F|||12 LARKSPUR LN^^EUGENE^OR^97401||{_digits(draw, 10)}"
    )


def _object(draw: random.Random) -> str:
    return json.dumps(
        {
            "id": _digits(draw, 9),
            "name": _name(draw),
            "born": _date(draw),
            "note": _prose(draw),
            "tags": ["a", None, 1.5],
        }
    )


def _html(draw: random.Random) -> str:
    return f'<tr class="row"><td>{_name(draw)}</td><td>&nbsp;{_date(draw)}</td><td><a href="/p/{_digits(draw, 6)}">{_odd(draw)}</a></td></tr>'


def _base64(draw: random.Random, size: int) -> str:
    return base64.b64encode(draw.randbytes(size * 3 // 4 + 3)).decode()[:size]


def _nested(left: str, right: str) -> Shape:
    return lambda _, size: left * (size // (len(left) + len(right))) + right * (size // (len(left) + len(right)))


def _uuid(draw: random.Random) -> str:
    text = f"{draw.getrandbits(128):032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _scrambled(letters: str) -> Shape:
    return lambda draw, size: "".join(draw.choices(letters, k=size))


SHAPES: dict[str, Shape] = {
    # lists of numbers
    "numbers of ten digits": _joined(lambda draw: _digits(draw, 10)),
    "numbers of seven digits, commas": _joined(lambda draw: _digits(draw, 7), ", "),
    "numbers of nine digits, spaces": _joined(lambda draw: _digits(draw, 9), " "),
    "numbers of four digits": _joined(lambda draw: _digits(draw, 4), " "),
    "numbers of one digit": _joined(lambda draw: _digits(draw, 1), " "),
    "decimals": _joined(lambda draw: f"{draw.random() * 100:.2f}", " "),
    "social security numbers": _joined(lambda draw: f"{_digits(draw, 3)}-{_digits(draw, 2)}-{_digits(draw, 4)}"),
    "numbers behind keys": _joined(lambda draw: f"MRN: {_digits(draw, 8)}"),
    "accession numbers": _joined(lambda draw: f"S{_digits(draw, 2)}-{_digits(draw, 5)}", " "),
    "card numbers": _joined(lambda draw: " ".join(_digits(draw, 4) for _ in range(4))),
    "phones": _joined(_phone),
    "phones in a row": _joined(_phone, "; "),
    "addresses of the internet": _joined(lambda draw: ".".join(str(draw.randrange(256)) for _ in range(4)), " "),
    "object identifiers": _joined(lambda draw: "1.2.840." + ".".join(_digits(draw, 5) for _ in range(7)), " "),
    "one digit, glued": _repeated("7"),
    "digits, glued": _scrambled(string.digits),
    "zeros": _repeated("0"),
    "ratios": _repeated("1/2/"),
    "blood pressures": _joined(lambda draw: f"{draw.randrange(90, 180)}/{draw.randrange(50, 99)}", " "),
    # dates
    "dates": _joined(_date, " "),
    "dates, iso": _joined(
        lambda draw: f"{draw.randrange(1930, 2024)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}"
    ),
    "dates, glued": _repeated("12/12/2012"),
    "dates, hyphens without end": _repeated("01-02-"),
    "dates by month": _joined(_month, ", "),
    "months alone": _repeated("May March June "),
    "ranges of dates": _joined(
        lambda draw: f"{draw.randrange(1, 13)}/{draw.randrange(1, 9)}-{draw.randrange(1, 13)}/{draw.randrange(10, 29)}",
        " ",
    ),
    "times of day": _joined(lambda draw: f"{draw.randrange(24):02}:{draw.randrange(60):02}", " "),
    "colons": _repeated("12:30:"),
    "years": _joined(lambda draw: str(draw.randrange(1930, 2024)), " "),
    "ages": _joined(lambda draw: f"{draw.randrange(1, 110)} year old", ", "),
    # names and words
    "names": _joined(_name, ", "),
    "names, a line each": _joined(_name),
    "names, turned": _joined(lambda draw: f"{draw.choice(_FAMILY)}, {draw.choice(_GIVEN)}"),
    "names behind titles": _joined(lambda draw: f"Dr. {draw.choice(_FAMILY)}", " and "),
    "one name": _repeated("John Smith "),
    "odd names": _joined(lambda draw: f"{_odd(draw).title()} {_odd(draw).title()}", ", "),
    "initials": _repeated("J. R. "),
    "letters and stops": _repeated("a."),
    "titles": _repeated("Dr. Mr. Mrs. "),
    "keys": _repeated("Name: Patient: "),
    "credentials": _repeated("MD, RN, PhD, "),
    "towns": _joined(lambda draw: draw.choice(_TOWNS), "; "),
    "streets": _joined(lambda draw: f"{_digits(draw, 3)} {_odd(draw).title()} Street", ", "),
    "hospitals": _joined(lambda draw: f"{_odd(draw).title()} Memorial Hospital", " "),
    "capital words": _joined(lambda draw: _odd(draw).upper(), " "),
    "capitals, glued": _scrambled(string.ascii_uppercase),
    "title words": _joined(lambda draw: _odd(draw).title(), " "),
    "one word": _repeated("the "),
    "one capital word": _repeated("Will "),
    "odd small words": _joined(_odd, " "),
    "hyphened words": _repeated("well-"),
    "apostrophes": _repeated("o'"),
    "prose": _joined(_prose, " "),
    "prose, a line each": _joined(_prose),
    "notes": _joined(_note),
    "headings": _joined(lambda draw: f"{_odd(draw).upper()} {_odd(draw).upper()}:\n{_prose(draw)}"),
    # signs
    "one letter": _repeated("a"),
    "one capital": _repeated("A"),
    "letters without a space": _scrambled(string.ascii_lowercase),
    "letters and digits": _scrambled(string.ascii_letters + string.digits),
    "spaces": _repeated(" "),
    "tabs": _repeated("\t"),
    "line ends": _repeated("\n"),
    "dots": _repeated("."),
    "hyphens": _repeated("-"),
    "underlines": _repeated("_"),
    "slashes": _repeated("/"),
    "carets": _joined(lambda draw: f"{_odd(draw).upper()}^{_odd(draw).upper()}", "^"),
    "quotes": _repeated('"'),
    "quoted words": _joined(lambda draw: f'"{_odd(draw)}"', ","),
    "brackets": _nested("(", ")"),
    "brackets around words": _nested("(a", ")"),
    "placeholders": _repeated("[NAME] "),
    "stars": _repeated("*"),
    "at signs": _repeated("@"),
    "letters and at signs": _repeated("a@"),
    "plus signs": _repeated("+1"),
    "hash signs": _repeated("#1 "),
    "all signs": _scrambled(string.punctuation),
    "signs and digits": _scrambled("0123456789.-/ ()"),
    # things with a form of their own
    "e-mails": _joined(_email),
    "e-mail without end": lambda _, size: "a." * (size // 2) + "@b.org",
    "domain without end": lambda _, size: "a@" + "b." * (size // 2) + "org",
    "links": _joined(lambda draw: f"https://{_odd(draw)}.org/{_odd(draw)}?q={_digits(draw, 5)}", " "),
    "link without end": lambda _, size: "http://example.com/" + "a/" * (size // 2),
    "links, glued": _repeated("http://a.b/"),
    "paths": _joined(lambda draw: f"/data/{_odd(draw)}/{_odd(draw)}.txt", " "),
    "uuids": _joined(_uuid),
    "hexadecimal": _scrambled("0123456789abcdef"),
    "base64": _base64,
    "base64 in lines": lambda draw, size: "\n".join(_base64(draw, 76) for _ in range(size // 77 + 1))[:size],
    "json": _joined(_object),
    "json, one line": lambda draw, size: "[" + _joined(_object, ",")(draw, size - 2) + "]",
    "html": _joined(_html),
    "html, one line": _joined(_html, ""),
    "entities": _repeated("&nbsp;&#32;"),
    "hl7": _joined(_hl7, "\r"),
    "csv": _joined(lambda draw: f"{_digits(draw, 6)},{_name(draw)},{_date(draw)},{draw.random():.3f},{_odd(draw)}"),
    "tabs between cells": _joined(
        lambda draw: f"{draw.choice(_FAMILY)}\t{draw.choice(_GIVEN)}\t{_digits(draw, 7)}\tFemale"
    ),
    "bars between cells": _joined(lambda draw: f"| {_name(draw)} | {_date(draw)} |"),
    "log lines": _joined(
        lambda draw: f"2024-01-02T03:04:05Z INFO {_odd(draw)} user={_odd(draw)} ms={_digits(draw, 3)}"
    ),
    # beyond ASCII
    "accents": _joined(lambda draw: f"Jos\u00e9 N\u00fa\u00f1ez-{_odd(draw).title()}", ", "),
    "combining marks": _repeated("e\u0301"),
    "marks without end": lambda _, size: "e" + "\u0301" * (size - 1),
    "zero-width signs": _repeated("Jo\u200bhn "),
    "full-width digits": _repeated("\uff11\uff12/"),
    "cjk": _scrambled("".join(map(chr, range(0x4E00, 0x4E80)))),
    "arabic": _joined(lambda draw: "".join(chr(draw.randrange(0x627, 0x64A)) for _ in range(6)), " "),
    "emoji": _repeated("\U0001f600 "),
    "controls": _repeated("\x01\x02"),
    "every plane": _joined(lambda draw: chr(draw.randrange(0xA1, 0xD7FF)), ""),
}


def text_of(name: str, size: int, seed: int = 1) -> str:
    """A text of a shape, about `size` characters long; the same for the same seed."""
    return SHAPES[name](random.Random(f"{name}:{seed}"), size)
