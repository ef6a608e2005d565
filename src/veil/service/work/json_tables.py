"""JSON tables: records of JSON seen as a table whose columns are paths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import Path

from veil.discover.detected_labels import is_worth_scanning, labels_in, with_detected_labels
from veil.discover.kinds import Guess, guess
from veil.discover.signals import signals_of
from veil.discover.survey import SurveyedTable
from veil.formats.base import Format, Part
from veil.formats.skipped_rows import BROKEN, broken_of
from veil.model import Batch
from veil.parts import part, traits_of
from veil.service.work.field_names import named_fields, with_lists

QUANTITY = "a number beside its unit"
_VALUES = 2_000
_NEARLY_ALL = 0.98
_NUMBERS = ("value", "magnitude", "result", "quantity")
_UNITS = ("unit", "units", "uom", "unitOfMeasure", "unit_of_measure")


def tree_table(folder: Path, name: str, kind: str) -> tuple[SurveyedTable, frozenset[str]]:
    """Every path of a file with what its values seem to be, and the paths whose keys are names of fields.

    Shape:   `sample` holds the paths that have one value in a record, for they alone can name its subject.
    Errors:  those of the format.
    """
    reader: Format = part("formats", kind)()
    broken = {BROKEN: True} if traits_of(kind).passes_broken else {}
    seen = reader.inspect(folder / name, {"name": name, **broken})
    table = SurveyedTable("table", [name])
    values: dict[str, list[str | None]] = {address: [] for address in seen.addresses}
    records: Counter[str] = Counter()
    many: set[str] = set()
    settings = {**seen.settings, **broken, "addresses": list(seen.addresses)}
    for batch in reader.read(folder, Part((name,)), settings):
        _look(batch, values, records, many)
        lost = broken_of(batch)
        table.broken, table.code = [*table.broken, *(row + 1 for row in lost.rows)], lost.code or table.code
    for address, cells in values.items():
        signals = table.signals[address] = signals_of(cells[:_VALUES])
        seems = _quantity(address, _guess(address, table), values, table)
        if is_worth_scanning(seems, signals.share):
            seems = with_detected_labels(seems, labels_in(cells[:_VALUES]))
        table.guesses[address] = seems
    table.sample = {address: cells for address, cells in values.items() if address not in many}
    counts = {address: len(cells) for address, cells in values.items()}
    return table, named_fields(with_lists(counts, records))


def _look(batch: Batch, values: dict[str, list[str | None]], records: Counter[str], many: set[str]) -> None:
    for field in batch.fields:
        values.setdefault(field.address, []).extend(field.values.to_pylist())
        records[field.address] += len(field.values) if field.rows is None else len(field.rows.unique())
        if field.rows is not None and len(field.rows.unique()) != batch.height:
            many.add(field.address)


def _guess(address: str, table: SurveyedTable) -> Guess:
    """What a path seems to be, by its last key; the few values of a record do not make a code."""
    if address.endswith("{}"):
        return Guess("empty", 1.0, "an empty object or list")
    last = address.replace("[*]", "").rpartition(".")[2]
    return guess(last or address, table.signals[address])


def _quantity(address: str, guess: Guess, paths: Collection[str], table: SurveyedTable) -> Guess:
    """A number beside its unit is a measure, however many places it has. Source: FHIR, Quantity; openEHR, DV_QUANTITY."""
    stem, _, last = address.rpartition(".")
    is_number = table.signals[address].at("decimal") + table.signals[address].at("integer") > _NEARLY_ALL
    if last.lower() in _NUMBERS and is_number and any(f"{stem}.{unit}" in paths for unit in _UNITS):
        return Guess("measure", 0.9, QUANTITY)
    return guess
