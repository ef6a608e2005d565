"""Writes the tables of FHIR that Veil ships: the elements of every resource and data type of STU3, R4, R4B and R5, and the codes of its own lists.

Run it on a folder with the wheels of `fhir.resources` 6.2.1 and 8.3.0 (BSD), which are read and not installed:
`pip download --no-deps -d FOLDER fhir.resources==8.3.0` (and `==6.2.1`), then `python tools/make_fhir.py FOLDER`.
"""

from __future__ import annotations

import ast
import re
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

RELEASES = (  # by the letter that the table names it with: the wheel, the folder within it, what it says of its release
    ("5", "fhir_resources-8.3.0", "fhir/resources/", "5.0.0"),
    ("B", "fhir_resources-8.3.0", "fhir/resources/R4B/", "4.3.0"),
    ("4", "fhir.resources-6.2.1", "fhir/resources/", "4.0.1"),
    ("3", "fhir_resources-8.3.0", "fhir/resources/STU3/", "3.0.2"),
)
HERE = Path(__file__).resolve().parents[1] / "src" / "veil" / "formats" / "fhir"
HEAD = (
    "# Made by tools/make_fhir.py from fhir.resources 8.3.0 (R5, R4B, STU3) and 6.2.1 (R4), BSD, Md Nazrul Islam; run it again, do not edit.\n"
    "# A type and what it is derived from; then its elements: types (a reference with its targets), * if it repeats, releases (3, 4, B, 5), title.\n"
)
CODES_HEAD = HEAD.partition("\n")[0] + "\n# The codes of the lists that the standard itself states.\n"
LONGEST, SHORTEST = 56, 16  # of a title
LOOSE = (
    "a",
    "an",
    "and",
    "as",
    "by",
    "can",
    "e.g.",
    "for",
    "has",
    "if",
    "in",
    "is",
    "of",
    "on",
    "or",
    "that",
    "the",
    "this",
    "to",
    "when",
    "with",
)
_TYPE = re.compile(r"(?:fhirtypes|fhirtypesvalidators)\.(\w+)")
_PRIMITIVES = (
    *(
        "Boolean",
        "String",
        "Base64Binary",
        "Code",
        "Id",
        "Decimal",
        "Integer",
        "Integer64",
        "UnsignedInt",
        "PositiveInt",
    ),
    *("Uri", "Oid", "Uuid", "Canonical", "Url", "Markdown", "Xhtml", "Date", "DateTime", "Instant", "Time"),
)
_BASES = ("fhirtypes", "fhirresourcemodel", "fhirabstractmodel", "fhirprimitiveextension")
_PLAIN = {"bool": "boolean"}
MORE_CODES = ("EMER", "OBSENC", "PRENC", "NONAC")  # kinds of encounters, of a list that is part of no release
NAMES = ("watson", "crick")  # strands of DNA, and names of people
REFERENCES = ("Reference", "CodeableReference")
_ANY = "*"  # as a target: any resource


@dataclass
class Element:
    """An element of a type, as the releases have it."""

    types: dict[str, set[str]] = field(default_factory=dict)
    repeats: bool = False
    releases: str = ""
    title: str = ""


def plain_name(written: str) -> str:
    """The name of a type as FHIR writes it: `string` for `StringType`, `HumanName` for `HumanNameType`."""
    name = written.removesuffix("Type") or written
    return name[0].lower() + name[1:] if name in _PRIMITIVES else name


def literal(call: ast.Call, key: str) -> object:
    """A keyword of `Field(...)`, or of its `json_schema_extra`."""
    for keyword in call.keywords:
        if keyword.arg == key:
            return ast.literal_eval(keyword.value)
        if keyword.arg == "json_schema_extra" and isinstance(keyword.value, ast.Dict):
            for name, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                if isinstance(name, ast.Constant) and name.value == key:
                    return ast.literal_eval(value)
    return None


def read(source: str, letter: str, into: dict[str, dict[str, Element]], parents: dict[str, set[str]]) -> None:
    """The classes of one module: their elements, and what they are derived from."""
    for node in ast.parse(source).body:
        if not isinstance(node, ast.ClassDef):
            continue
        parents.setdefault(node.name, set()).update(
            base.attr if isinstance(base, ast.Attribute) else base.id
            for base in node.bases
            if isinstance(base, ast.Attribute | ast.Name)
        )
        elements = into.setdefault(node.name, {})
        for member in node.body:
            if (
                isinstance(member, ast.AnnAssign)
                and isinstance(member.value, ast.Call)
                and isinstance(member.target, ast.Name)
            ):
                read_element(member, letter, elements)


def read_element(member: ast.AnnAssign, letter: str, elements: dict[str, Element]) -> None:
    call, written = member.value, ast.unparse(member.annotation)
    assert isinstance(call, ast.Call)
    name = str(literal(call, "alias") or member.target.id)  # type: ignore[union-attr]
    if name.startswith("_") or name in ("fhir_comments", "resource_type", "resourceType"):
        return
    found = _TYPE.search(written)
    kind = plain_name(found[1]) if found else _PLAIN[re.sub(r"\W|None|Union|typing|List", "", written)]
    choice = literal(call, "one_of_many")
    key = f"{choice}[x]" if choice and name != choice else name
    element = elements.setdefault(key, Element())
    targets = literal(call, "enum_reference_types") or ()
    element.types.setdefault(kind, set()).update(_ANY if target == "Resource" else target for target in targets)
    element.repeats |= "List[" in written
    element.releases += letter if letter not in element.releases else ""
    element.title = element.title or " ".join(str(literal(call, "title") or "").split())


def tables(folder: Path) -> tuple[dict[str, dict[str, Element]], dict[str, set[str]]]:
    found: dict[str, dict[str, Element]] = {}
    parents: dict[str, set[str]] = {}
    for letter, wheel, inner, version in RELEASES:
        (path,) = folder.glob(f"{wheel}-*.whl")
        with zipfile.ZipFile(path) as archive:
            members = [name for name in archive.namelist() if re.fullmatch(re.escape(inner) + r"\w+\.py", name)]
            patient = archive.read(f"{inner}patient.py").decode()
            if f"Version: {version}" not in patient:
                sys.exit(f"{path.name}: {inner} is not FHIR {version}")
            for name in sorted(name for name in members if Path(name).stem not in _BASES):
                read(archive.read(name).decode(), letter, found, parents)
    return found, parents


def short(title: str) -> str:
    """The first part of a title that is too long, cut where a clause ends, else before a word."""
    if len(title) > LONGEST:
        start = title[:LONGEST]
        ends = [at for mark in (". ", " (", ", ", "; ", " - ", ": ") if (at := start.rfind(mark)) > SHORTEST]
        title = start[: max(ends)] if ends else start.rpartition(" ")[0]
    while (word := title.rpartition(" ")[2].lower()) in LOOSE:
        title = title[: -len(word)].rstrip()
    return title.rstrip(" ,;:-|(.")


def line(name: str, element: Element) -> str:
    types = " ".join(
        f"{written}({'|'.join(sorted(targets))})" if targets and written in REFERENCES else written
        for written, targets in element.types.items()
    )
    title = short(element.title)
    mark = "*" if element.repeats else ""
    return "\t".join(("", name, types, mark, "".join(sorted(element.releases)), title))


def lines(folder: Path) -> list[str]:
    found, parents = tables(folder)
    written = []
    for kind, elements in sorted(found.items()):
        known = sorted(base for base in parents[kind] if base in found)
        written.append(f"{kind}\t{' '.join(known)}".rstrip())
        written += [line(name, element) for name, element in sorted(elements.items())]
    return written


def codes(folder: Path) -> list[str]:
    """The codes of the lists that the standard itself states."""
    found = set(MORE_CODES)
    for _, wheel, inner, _ in RELEASES:
        (path,) = folder.glob(f"{wheel}-*.whl")
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if re.fullmatch(re.escape(inner) + r"\w+\.py", name):
                    calls = (node for node in ast.walk(ast.parse(archive.read(name))) if isinstance(node, ast.Call))
                    stated = [literal(call, "enum_values") for call in calls]
                    found.update(str(code) for values in stated if isinstance(values, list) for code in values)
    return sorted(code for code in found if code not in NAMES)


if __name__ == "__main__":
    text = HEAD + "\n".join(lines(Path(sys.argv[1]))) + "\n"
    (HERE / "elements.tsv").write_text(text, encoding="utf-8")
    (HERE / "codes.tsv").write_text(CODES_HEAD + "\n".join(codes(Path(sys.argv[1]))) + "\n", encoding="utf-8")
