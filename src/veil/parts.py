"""The parts: one table, name to module:attribute, of detectors, operators and formats; it stays a table."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from veil.errors import PartError

FORMATS = {
    "csv": "veil.formats.tabular:Csv",
    "tsv": "veil.formats.tabular:Csv",
    "parquet": "veil.formats.parquet:Parquet",
    "sql": "veil.formats.sql:Sql",
    "json": "veil.formats.tree:Json",
    "ndjson": "veil.formats.tree:NdJson",
    "text": "veil.formats.plain:Plain",
}
SUFFIXES = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".parquet": "parquet", ".pq": "parquet", ".json": "json",
    ".ndjson": "ndjson", ".jsonl": "ndjson", ".txt": "text", ".text": "text", ".note": "text",
}  # fmt: skip
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
    "surrogate": "veil.operators.surrogate:Surrogate",
}
TABLES = {"operators": OPERATORS, "formats": FORMATS}


def part(room: str, name: str) -> Any:
    """The class that a name stands for, from this table or from another package's entry point `veil.<room>`.

    Errors:  PartError `part-unknown`, with the names there are.
    """
    place = TABLES[room].get(name)
    if place is None:
        found = next((point for point in entry_points(group=f"veil.{room}") if point.name == name), None)
        if found is None:
            raise PartError(
                "part-unknown",
                f"there is no {room[:-1]} of this name",
                hint="one of: " + ", ".join(sorted(TABLES[room])),
            )
        return found.load()
    module, attribute = place.split(":")
    return getattr(import_module(module), attribute)
