"""The parts: one table, name to module:attribute, of operators and formats; and what plug-ins offer beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import PurePosixPath
from typing import Any

from veil.errors import PartError, PolicyError
from veil.formats.compression import bare
from veil.formats.traits import Traits

FORMATS = {
    "csv": "veil.formats.tabular:Csv",
    "tsv": "veil.formats.tabular:Tsv",
    "parquet": "veil.formats.parquet:Parquet",
    "xlsx": "veil.formats.xlsx:Xlsx",
    "sql": "veil.formats.sql:Sql",
    "json": "veil.formats.tree:Json",
    "ndjson": "veil.formats.tree:NdJson",
    "text": "veil.formats.plain:Plain",
    "i2b2": "veil.formats.i2b2:I2b2",
    "hl7": "veil.formats.hl7.files:Hl7",
    "x12": "veil.formats.x12.files:X12File",
    "fhir": "veil.formats.fhir.files:Fhir",
    "ccda": "veil.formats.ccda.files:Ccda",
}
# What the traits of these formats say too, so that the format of a file name is known without loading them; a test compares both.
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "csv": (".csv",),
    "tsv": (".tsv", ".tab"),
    "parquet": (".parquet", ".pq"),
    "xlsx": (".xlsx",),
    "sql": (),
    "json": (".json",),
    "ndjson": (".ndjson", ".jsonl"),
    "text": (".txt", ".text", ".note"),
    "i2b2": (".xml",),
    "hl7": (".hl7",),
    "x12": (".x12", ".edi", ".837", ".835", ".834", ".270", ".271", ".276", ".277", ".278", ".999"),
    "fhir": (".fhir",),  # of files named otherwise a project states it, and `veil init` looks into them
    "ccda": (".ccda",),
}
XML_ENDINGS = (".xml",)  # of files whose first element says what they are
ROOTS = {
    ("urn:hl7-org:v3", "ClinicalDocument"): "ccda",
    ("http://hl7.org/fhir", ""): "fhir",
}  # the formats of XML by the name space and the name of that element; without a name: by the name space alone
OPERATORS = {
    "placeholder": "veil.operators.redact:Placeholder",
    "remove": "veil.operators.redact:Remove",
    "mask": "veil.operators.redact:Mask",
    "cast": "veil.operators.cast:Cast",
    "constant": "veil.operators.redact:Constant",
    "pseudonym": "veil.operators.pseudonym:Pseudonym",
    "hash": "veil.operators.pseudonym:Hash",
    "code": "veil.operators.pseudonym:Code",
    "shift": "veil.operators.dates:Shift",
    "year": "veil.operators.years:Year",
    "month": "veil.operators.years:Month",
    "birth_year": "veil.operators.years:BirthYear",
    "age_at": "veil.operators.years:AgeAt",
    "shifted_age": "veil.operators.ages:ShiftedAge",
    "zip3": "veil.operators.generalize:Zip3",
    "age": "veil.operators.generalize:Age",
    "band": "veil.operators.generalize:Band",
    "round": "veil.operators.generalize:Round",
    "generalize": "veil.operators.hierarchy:Generalize",
    "surrogate": "veil.operators.surrogate:Surrogate",
}
TABLES = {"operators": OPERATORS, "formats": FORMATS}


def traits_of(name: str) -> Traits:
    """What a format says of itself. Errors: as `part`."""
    found: Traits = part("formats", name).traits
    return found


def opener(name: str, where: str = "") -> Any:
    """A format that opens the documents in values.

    Errors:  PartError `part-unknown`; PolicyError `open-format`, with the formats that do.
    """
    reader = part("formats", name)()
    if not reader.traits.opens:
        can = ", ".join(name for name in FORMATS if traits_of(name).opens)
        raise PolicyError(
            "open-format",
            f"format {name} cannot be opened inside a value",
            where=where,
            hint=f"allowed for `open`: {can}",
        )
    return reader


@cache
def endings() -> Mapping[str, str]:
    """The endings of file names, each with its format. Keeps: the formats of plug-ins are named by a project, never guessed."""
    return {
        ending: name for name in FORMATS for ending in (ENDINGS[name] if name in ENDINGS else traits_of(name).endings)
    }


def kind_of(name: str) -> str:
    """The format that a file's name tells, packed or not; "" for none."""
    return endings().get(PurePosixPath(bare(name)).suffix.lower(), "")


def kind_in(path: Any, kind: str) -> str:
    """The format of a file whose name tells `kind`: of XML, what its first element says; else `kind`."""
    if not set(XML_ENDINGS) & set(ENDINGS.get(kind, ())):
        return kind
    from veil.formats.xml_roots import root_of  # noqa: PLC0415  a name is told without loading what reads files

    space, name = root_of(path)
    return ROOTS.get((space, name)) or ROOTS.get((space, "")) or kind


def part(group: str, name: str) -> Any:
    """The class that a name stands for: from this table, or `package:name` from a package's entry point `veil.<room>`.

    Keeps:   a package is never asked where its own name does not stand in what is sought.
    Errors:  PartError `part-unknown`, with what to write; `plugin-load`.
    """
    place = TABLES[group].get(name)
    if place is None:
        return _loaded(group, name)
    module, attribute = place.split(":")
    return getattr(import_module(module), attribute)


def offered(group: str, package: str) -> dict[str, EntryPoint]:
    """The parts that an installed package offers, by name; none where it is not installed."""
    points = entry_points(group=f"veil.{group}")
    return {
        point.name: point for point in points if point.dist is not None and package_name(point.dist.name) == package
    }


def package_name(written: str) -> str:
    """The one form of a package's name. Source: the Python packaging guide, name normalization."""
    return re.sub(r"[-_.]+", "-", written).lower()


def unknown(group: str, name: str, where: str = "", *, also: Iterable[str] = ()) -> PartError:
    """That there is no such part; where an installed package has one, that the project must list it.

    Shape:   `also`: names beside Veil's own that may be written.
    """
    named = {
        package_name(point.dist.name)
        for point in entry_points(group=f"veil.{group}")
        if point.dist is not None and name in (point.name, f"{package_name(point.dist.name)}:{point.name}")
    }
    hint = (
        f"`plugins: [{min(named)}]` lists the package that has one"
        if named
        else "one of: " + ", ".join(sorted({*TABLES[group], *also}))
    )
    return PartError(
        "part-unknown",
        f"unknown {group[:-1]} `{name}`" if _is_word(name) else f"unknown {group[:-1]}",
        where=where,
        hint=hint,
    )


def _is_word(name: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9_:.-]{0,39}", name))


def _loaded(group: str, name: str) -> Any:
    package, colon, own = name.partition(":")
    point = offered(group, package).get(own) if colon else None
    if point is None:
        raise unknown(group, name)
    try:
        return point.load()
    except Exception:  # noqa: BLE001  whatever a foreign package does when it is imported, its words are not ours to show
        raise PartError(
            "plugin-load", "a plug-in cannot be loaded", where=name, hint="reinstall the package of the plug-in"
        ) from None
