"""i2b2: one XML file a note, TEXT and TAGS, as the shared tasks of 2006 to 2016 and Philter have it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from veil.errors import FormatError
from veil.formats.xmltext import decoded, parse
from veil.measure.notes import MarkClaim, Note, NoteMark, fitted
from veil.model import Label

_SPAN = re.compile(r"(\d{1,12})\s*~\s*(\d{1,12})")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TEXT = re.compile(r"<TEXT\b.*</TEXT\s*>", re.DOTALL)
_PRIVATE = (*range(0xE000, 0xF900), *range(0xF0000, 0xFFFFE))  # stand-ins for a CR, which XML readers take away
_OURS = "veil:"
_TYPES = {
    Label.NAME: ("NAME", "PATIENT"),
    Label.LOCATION: ("LOCATION", "LOCATION-OTHER"),
    Label.ZIP: ("LOCATION", "ZIP"),
    Label.STATE: ("LOCATION", "STATE"),
    Label.ORGANIZATION: ("LOCATION", "ORGANIZATION"),
    Label.DATE: ("DATE", "DATE"),
    Label.YEAR: ("DATE", "DATE"),
    Label.WEEKDAY: ("DATE", "DATE"),
    Label.TIME: ("DATE", "DATE"),
    Label.AGE: ("AGE", "AGE"),
    Label.AGE_OVER_89: ("AGE", "AGE"),
    Label.PHONE: ("CONTACT", "PHONE"),
    Label.FAX: ("CONTACT", "FAX"),
    Label.EMAIL: ("CONTACT", "EMAIL"),
    Label.URL: ("CONTACT", "URL"),
    Label.IP: ("CONTACT", "IPADDR"),
    Label.SSN: ("ID", "SSN"),
    Label.MRN: ("ID", "MEDICALRECORD"),
    Label.HEALTH_PLAN: ("ID", "HEALTHPLAN"),
    Label.ACCOUNT: ("ID", "ACCOUNT"),
    Label.LICENSE: ("ID", "LICENSE"),
    Label.VEHICLE: ("ID", "VEHICLE"),
    Label.DEVICE: ("ID", "DEVICE"),
    Label.BIOMETRIC: ("ID", "BIOID"),
    Label.PHOTO: ("ID", "IDNUM"),
    Label.ID: ("ID", "IDNUM"),
    Label.PROFESSION: ("PROFESSION", "PROFESSION"),
}


@dataclass(slots=True)
class _ParsedNote:
    """What the parser met: text within TEXT, marks within TAGS."""

    path: list[str] = field(default_factory=list)
    texts: int = 0
    text: list[str] = field(default_factory=list)
    claims: list[MarkClaim] = field(default_factory=list)


def read_note(data: bytes, name: str, where: str) -> Note:
    """The note of one file.

    Keeps:   offsets as the file counts them, with or without the CR of its line ends (`fitted` finds out or refuses).
    Errors:  FormatError `xml-broken`, `xml-doctype` (no entity is ever declared, so none is expanded), `xml-encoding`,
             `i2b2-shape`, `mark-offset`, `mark-text`, `newlines-unclear`.
    """
    document, _ = decoded(data, where)
    stand_in = next(chr(point) for point in _PRIVATE if chr(point) not in document)
    seen = _parsed(_TEXT.sub(lambda body: body[0].replace("\r", stand_in), document), where)
    if seen.texts != 1:
        raise _shape(where, "it must have exactly one TEXT")
    raw = "".join(seen.text)
    broken = raw.replace(f"{stand_in}\n", "\n").replace(stand_in, "\n")  # as a reader of XML gives it; `&#13;` stays
    text, marks = fitted([broken, raw.replace(stand_in, "\r")], seen.claims, where)
    return Note(name, text, tuple(sorted(marks, key=lambda mark: mark[:2])))


def _parsed(document: str, where: str) -> _ParsedNote:
    seen = _ParsedNote()

    def begin(name: str, attributes: dict[str, str]) -> None:
        seen.path.append(name)
        if len(seen.path) == 2 and name == "TEXT":
            seen.texts += 1
        if len(seen.path) == 3 and seen.path[1] == "TAGS":
            seen.claims.append(_claim(name, attributes, where, len(seen.claims) + 1))

    def characters(data: str) -> None:
        if len(seen.path) == 2 and seen.path[1] == "TEXT":
            seen.text.append(data)

    parse(
        document,
        where,
        {
            "StartElementHandler": begin,
            "CharacterDataHandler": characters,
            "EndElementHandler": lambda _: seen.path.pop(),
        },
    )
    return seen


def _claim(element: str, attributes: dict[str, str], where: str, number: int) -> MarkClaim:
    pieces = _SPAN.findall(attributes.get("spans", "")) or [(attributes.get("start", ""), attributes.get("end", ""))]
    if not all(edge.isascii() and edge.isdigit() and len(edge) < 13 for piece in pieces for edge in piece):
        raise _shape(where, f"tag {number} has no start and end")
    comment = attributes.get("comment", "")
    kind = comment.removeprefix(_OURS) if comment.startswith(_OURS) else attributes.get("TYPE") or element
    return MarkClaim(tuple((int(start), int(end)) for start, end in pieces), kind, attributes.get("text"))


def written(note: Note, where: str) -> str:
    """One XML file: categories and types of i2b2 2014, Veil's own label in `comment`, so that it reads back exactly.

    Keeps:   every code point and every CR of the text (a CR is written `&#13;`, which no reader changes).
    Errors:  FormatError `xml-character` for a control character that XML cannot hold.
    """
    text = note.text or ""
    if _NOT_XML.search(text):
        raise FormatError(
            "xml-character",
            "the text contains a control character that XML does not allow",
            where=where,
            hint="use --as jsonl or --as brat",
        )
    body = text.replace("]]>", "]]]]><![CDATA[>").replace("\r", "]]>&#13;<![CDATA[")
    tags = "".join(_tag(text, number, mark) for number, mark in enumerate(note.marks))
    return f'<?xml version="1.0" encoding="UTF-8" ?>\n<deIdi2b2>\n<TEXT><![CDATA[{body}]]></TEXT>\n<TAGS>\n{tags}</TAGS>\n</deIdi2b2>\n'


def _tag(text: str, number: int, mark: NoteMark) -> str:
    label = mark.label or Label.ID.value
    element, kind = _TYPES[Label(label)]
    quoted_text = _quoted(text[mark.start : mark.end])
    return f'<{element} id="P{number}" start="{mark.start}" end="{mark.end}" text="{quoted_text}" TYPE="{kind}" comment="{_OURS}{label}" />\n'


def _quoted(text: str) -> str:
    pairs = (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ('"', "&quot;"),
        ("\r", "&#13;"),
        ("\n", "&#10;"),
        ("\t", "&#9;"),
    )
    for char, entity in pairs:
        text = text.replace(char, entity)
    return text


def _shape(where: str, what: str) -> FormatError:
    return FormatError(
        "i2b2-shape",
        f"the file is not i2b2 XML: {what}",
        where=where,
        hint='<deIdi2b2><TEXT>...</TEXT><TAGS><NAME start="0" end="4" text="..." TYPE="PATIENT" /></TAGS></deIdi2b2>',
    )
