"""Trees: records of JSON looked at as a table whose columns are paths."""

from __future__ import annotations

from pathlib import Path

from veil.discover.heard import heard_in, with_heard, worth_hearing
from veil.discover.kinds import Guess, guess
from veil.discover.signals import signals_of
from veil.discover.survey import Table
from veil.formats.base import Format, Part
from veil.model import Batch
from veil.parts import part

_VALUES = 2_000


def tree_table(folder: Path, name: str, kind: str) -> Table:
    """Every path of a file with what its values seem to be.

    Shape:   `sample` holds the paths that have one value in a record, for they alone can name its subject.
    Errors:  those of the format.
    """
    reader: Format = part("formats", kind)()
    seen = reader.inspect(folder / name, {"name": name})
    table = Table("table", [name])
    values: dict[str, list[str | None]] = {address: [] for address in seen.addresses}
    many: set[str] = set()
    for batch in reader.read(folder, Part((name,)), {**seen.settings, "addresses": list(seen.addresses)}):
        _look(batch, values, many)
    for address, held in values.items():
        signals = table.signals[address] = signals_of(held[:_VALUES])
        seems = _guess(address, table)
        if worth_hearing(seems, signals.share):
            seems = with_heard(seems, heard_in(held[:_VALUES]))
        table.guesses[address] = seems
    table.sample = {address: held for address, held in values.items() if address not in many}
    return table


def _look(batch: Batch, values: dict[str, list[str | None]], many: set[str]) -> None:
    for field in batch.fields:
        values.setdefault(field.address, []).extend(field.values.to_pylist())
        if field.rows is not None and len(field.rows.unique()) != batch.height:
            many.add(field.address)


def _guess(address: str, table: Table) -> Guess:
    """What a path seems to be, by its last key; the few values of a record do not make a code."""
    if address.endswith("{}"):
        return Guess("empty", 1.0, "an empty object or list")
    last = address.replace("[*]", "").rpartition(".")[2]
    return guess(last or address, table.signals[address])
