"""Writes the tables of HL7 v2 that Veil ships: the type of every field of 2.1 to 2.8.2, and the components of every type.

Run it where `hl7apy==1.3.5` (MIT) is installed: `python tools/make_hl7.py`. The tables hold names and types only.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

VERSIONS = ("2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.8", "2.8.1", "2.8.2")
BASE = "2.5.1"
HERE = Path(__file__).resolve().parents[1] / "src" / "veil" / "formats" / "hl7"
HEAD = "# Made by tools/make_hl7.py from hl7apy 1.3.5 (MIT, CRS4); run it again, do not edit.\n"


def module(version: str, name: str) -> ModuleType:
    return importlib.import_module(f"hl7apy.v{version.replace('.', '_')}.{name}")


def fields_of(version: str) -> dict[str, tuple[str, str]]:
    """The fields of a version by name: type and title. A field without a type was withdrawn."""
    return {name: (field[2] or "", field[3] or "") for name, field in module(version, "fields").FIELDS.items()}


def repeating(version: str) -> set[str]:
    """The fields that may repeat."""
    found = set()
    for segment in module(version, "segments").SEGMENTS.values():
        members = segment[1] if len(segment) > 1 and isinstance(segment[1], tuple) else ()
        found |= {
            member[0] for member in members if isinstance(member, tuple) and len(member) == 4 and member[2][1] != 1
        }
    return found


def types_of(version: str) -> dict[str, list[tuple[str, str]]]:
    """The components of each type: type and title."""
    structs = module(version, "datatypes").DATATYPES_STRUCTS
    return {name: [(part[1][2] or "", part[1][3] or "") for part in parts] for name, parts in structs.items()}


def order(name: str) -> tuple[str, int]:
    segment, _, number = name.partition("_")
    return segment, int(number)


def field_lines() -> list[str]:
    every = {version: fields_of(version) for version in VERSIONS}
    many = {name for version in VERSIONS for name in repeating(version)}
    lines = []
    for name in sorted({name for fields in every.values() for name in fields}, key=order):
        known = [version for version in VERSIONS if every[version].get(name, ("", ""))[0]]
        if not known:
            continue
        base = BASE if BASE in known else known[-1]
        kind, title = every[base][name]
        others = " ".join(
            f"{version}={every[version][name][0]}" for version in known if every[version][name][0] != kind
        )
        mark = "*" if name in many else ""
        lines.append("\t".join((name.replace("_", "-"), kind, mark, title.lower().replace("_", " "), others)).rstrip())
    return lines


def type_lines() -> list[str]:
    every = {version: types_of(version) for version in VERSIONS}
    lines = []
    for name in sorted({name for types in every.values() for name in types}):
        versions = [BASE, *(version for version in reversed(VERSIONS) if version != BASE)]
        parts: list[tuple[str, str]] = []
        for version in versions:
            parts += every[version].get(name, [])[len(parts) :]
        for number, (kind, title) in enumerate(parts, 1):
            lines.append(f"{name}.{number}\t{kind or 'ST'}\t{title.lower().replace('_', ' ')}")
    return lines


if __name__ == "__main__":
    (HERE / "fields.tsv").write_text(HEAD + "\n".join(field_lines()) + "\n", encoding="utf-8")
    (HERE / "types.tsv").write_text(HEAD + "\n".join(type_lines()) + "\n", encoding="utf-8")
