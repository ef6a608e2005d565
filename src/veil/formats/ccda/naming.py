"""How the values of a clinical document are called: `recordTarget/patientRole/id/@extension`, and what says how they are read."""

from __future__ import annotations

import re
from collections.abc import Callable

from veil.formats.ccda.standard import (
    ANCHOR,
    CDA,
    MEDIA,
    REPRESENTATIONS,
    SDTC,
    TEXT_MEDIA,
    TYPES,
    CdaElement,
    elements,
    is_system,
)
from veil.formats.xml_narrative import CDA as NARRATIVE
from veil.formats.xmltree import XML_SPACE, XSI_SPACE

TYPE = "xsi:type"
COMMENT, INSTRUCTION, NAMESPACE = "comment", "instruction", "namespace"
OTHER = "other()"  # the step of mark-up within a narrative that no standard has
NO_SPACE = "urn:removed"  # what a name space that goes becomes: XML has no prefix without one
KNOWN_SPACES = frozenset((CDA, SDTC, XSI_SPACE, XML_SPACE, "urn:hl7-org:v3/voc", NO_SPACE, ""))
_PREFIXES = {CDA: "", SDTC: "sdtc:", XSI_SPACE: "xsi:", XML_SPACE: "xml:"}
_FOREIGN = "other:"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_SCHEMES = {
    "tel": "tel",
    "sms": "tel",
    "fax": "fax",
    "x-text-fax": "fax",
    "mailto": "mailto",
    **dict.fromkeys(("http", "https", "ftp", "sftp", "file", "nfs", "mllp", "telnet", "modem", "cid", "urn"), "url"),
}
_DATA = re.compile(r"[A-Za-z0-9+/=\s]{64,}\Z")
LINKS = frozenset(("linkHtml", "a"))
TRIMMED = frozenset(("EN", "AD", "ENXP", "ADXP", "XP"))  # white space around a name or an address is no part of it
NAME_PARTS = frozenset(("given", "family"))  # the first of each is read beside the other: they name one person
TEXTS = frozenset(("ST", "ED")) | TRIMMED
Lookup = Callable[[str], str | None]


def element_name(space: str, local: str) -> str:
    return _name(space, local, CDA)


def attribute_name(space: str, local: str) -> str:
    return "@" + _name(space, local, "")


def _name(space: str, local: str, usual: str) -> str:
    if space == usual:
        return local
    return _PREFIXES.get(space, _FOREIGN) + local if space != CDA else _FOREIGN + local


def kind_of(name: str) -> CdaElement | None:
    """What an element of this name holds; None for one that the standard does not have."""
    return elements().get(name)


def is_anchor(name: str, parent: str) -> bool:
    """Whether addresses begin at an element; a `reference` within a text points somewhere, within an act it is one."""
    kind, around = kind_of(name), kind_of(parent)
    if kind is None or kind.kind != ANCHOR:
        return False
    return not (name == "reference" and around is not None and around.kind in ("ED", "ANY"))


def is_narrative(name: str, parent: str) -> bool:
    """Whether an element is the text of a section."""
    return name == "text" and parent == "section"


def is_markup(name: str) -> bool:
    """Whether an element of a narrative is mark-up of CDA, or of HTML."""
    return NARRATIVE.knows(name)


def base_of(stated: str | None) -> str:
    """The kind of value that `xsi:type` states; "" for none of the standard's."""
    return TYPES.get((stated or "").rpartition(":")[2], "")


def says_how(name: str, value: str) -> bool:
    """Whether an attribute says how its element is to be read: it stays as it is, and is no field."""
    if name == f"@{TYPE}":
        return bool(base_of(value))
    if name == "@mediaType":
        return value in MEDIA
    return name == "@representation" and value in REPRESENTATIONS


def step_of(name: str, kind: CdaElement | None, attribute: Lookup, *, comes_again: bool = False) -> str:
    """The step of an element in an address: its name, and in brackets what decides how its value is treated.

    Shape:   the type that a `value` states (`value(PQ)`), the scheme of a telecom (`telecom(tel)`), `(anchor)` for what points
             to a place of the document, `(2)` for a further part of a name. `comes_again`: its parent has one before it.
    """
    if comes_again and name in NAME_PARTS:
        return f"{name}(2)"
    what = kind.kind if kind is not None else ""
    if what == "ANY":
        stated = (attribute(TYPE) or "").rpartition(":")[2]
        return f"{name}({stated})" if stated in TYPES else name
    if what == "TEL":
        scheme = _SCHEMES.get(scheme_of(attribute("value")), "")
        return f"{name}({scheme})" if scheme else name
    pointer = "value" if name == "reference" else "href" if name in LINKS else ""
    return f"{name}(anchor)" if pointer and points_inside(attribute(pointer)) else name


def scheme_of(value: str | None) -> str:
    """The scheme of a URL, in small letters; "" for none."""
    found = _SCHEME.match((value or "").strip())
    return found.group(1).lower() if found else ""


def points_inside(value: str | None) -> bool:
    return (value or "").startswith("#")


def skipped(name: str, attribute: str, value: str) -> int:
    """How many characters at the start of an attribute say what the rest is, and stay: `tel:`, `#`."""
    if attribute == "@value" and name in ("telecom", "sdtc:telecom") and scheme_of(value) in _SCHEMES:
        return value.index(":") + 1
    points = (attribute == "@value" and name == "reference") or (attribute == "@href" and name in LINKS)
    return int(points and points_inside(value))


def is_whole_id(kind: CdaElement | None, attribute: Lookup) -> bool:
    """Whether the root of an identifier is all that there is of it, and no system that many share."""
    if kind is None or kind.kind != "II" or attribute("extension") is not None:
        return False
    root = attribute("root")
    return bool(root) and not is_system(root or "")


def text_kind(kind: CdaElement | None, attribute: Lookup) -> str:
    """The kind of text that an element may have in itself; "" for none."""
    what = kind.kind if kind is not None else ""
    if what == "ANY":
        what = base_of(attribute(TYPE)) or "ED"
    return what if what in TEXTS else ""


def line_ends(text: str) -> str:
    """Ends of lines as XML reads them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_data(text: str, attribute: Lookup) -> bool:
    """Whether the text of an element is a file, not words."""
    if attribute("representation") == "B64" or attribute("compression"):
        return True
    media = attribute("mediaType")
    return (bool(media) and media not in TEXT_MEDIA) or bool(_DATA.match(text) and " " not in text.strip())
