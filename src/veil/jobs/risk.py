"""Risk: tables read, their records grouped by what an outsider may know, and the figures of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from veil.errors import FormatError, PolicyError
from veil.formats.base import Format, Inspection, Part
from veil.parts import SUFFIXES, part
from veil.risk.classes import Classes, classes_of
from veil.risk.diversity import diversity
from veil.risk.measures import THRESHOLD, contributions, journalist, marketer, prosecutor, spread, uniqueness

Record = dict[str, Any]
TABLES = ("csv", "tsv", "parquet")
_BYTES = frozenset(kind.id for kind in (pa.binary(), pa.large_binary(), pa.binary(1), pa.binary_view()))


@dataclass(frozen=True, slots=True)
class Asked:
    """What is measured: the quasi-identifiers, the sensitive columns, and above what a record's risk is counted."""

    quasi: tuple[str, ...]
    sensitive: tuple[str, ...] = ()
    threshold: float = THRESHOLD


def risk(
    paths: Sequence[Path], asked: Asked, *, population: Sequence[Path] = (), delimiter: str | None = None
) -> Record:
    """The record of a table's risk: counts, shares and names of columns; no value and no name of a file.

    Shape:   all files are one table; `journalist` and `population` are None where no population is given.
    Units:   shares of 1.
    Errors:  PolicyError `risk-columns`, `risk-column-missing`, `risk-format`, `risk-file-missing`, `risk-delimiter`,
             `risk-population`; FormatError `risk-empty`, `risk-column-type` and those of the formats.
    """
    _check(asked)
    table = read_table(paths, (*asked.quasi, *asked.sensitive), delimiter)
    classes = classes_of(table, asked.quasi)
    people = classes_of(read_table(population, asked.quasi, delimiter), asked.quasi) if population else None
    sizes = classes.sizes
    everyone = classes.in_population(people) if people is not None else None
    return {
        "veil": version("veil-deid"), "quasi": list(asked.quasi), "records": classes.records, "classes": classes.count,
        "threshold": asked.threshold, "k": int(sizes.min()), "unique": uniqueness(sizes),
        "prosecutor": prosecutor(sizes, asked.threshold),
        "journalist": journalist(sizes, everyone, asked.threshold) if everyone is not None else None,
        "marketer": marketer(sizes, everyone),
        "population": {"records": people.records, "classes": people.count} if people is not None else None,
        "sizes": spread(sizes), "contributions": contributions(classes),
        "sensitive": [_sensitive(classes, table, name) for name in asked.sensitive],
    }  # fmt: skip


def read_table(paths: Sequence[Path], columns: Sequence[str], delimiter: str | None = None) -> pl.DataFrame:
    """The columns of tables as text, one below the other; a folder stands for every table in it.

    Keeps:   null is an empty cell without quotes, or a null of Parquet; every other cell is its exact text.
    Errors:  as `risk`.
    """
    if delimiter is not None and len(delimiter) != 1:
        raise PolicyError("risk-delimiter", "a delimiter is one character", hint="--delimiter ';'")
    frames = [_read(path, number, columns, delimiter) for number, path in enumerate(_files(paths), start=1)]
    return pl.concat(frames)


def check_page(page: Path | None, read: Sequence[Path]) -> None:
    """Whether the page can be written, told before the work.

    Errors:  PolicyError `folder-missing`, `risk-page`.
    """
    if page is None:
        return
    if page.is_dir() or not page.absolute().parent.is_dir():
        raise PolicyError("folder-missing", "-o is no file in a folder that is there", hint="make the folder first")
    if page.resolve() in {path.resolve() for path in _files(read)}:
        raise PolicyError("risk-page", "-o is a table that is read", hint="name another file")


def _check(asked: Asked) -> None:
    named = (*asked.quasi, *asked.sensitive)
    if len(set(named)) != len(named):
        raise PolicyError(
            "risk-columns", "a column is named twice", hint="once, and as quasi-identifier or as sensitive"
        )


def _sensitive(classes: Classes, table: pl.DataFrame, name: str) -> Record:
    return {"column": name, **diversity(classes.values(table, name))}


def _files(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(one for one in path.rglob("*") if one.is_file() and _format(one) in TABLES)
        elif path.is_file():
            found.append(path)
        else:
            raise PolicyError("risk-file-missing", "a table is not there", hint="name files or folders that are there")
    if not found:
        raise PolicyError("risk-file-missing", "no table is there", hint="CSV, TSV or Parquet, told by the ending")
    return list(dict.fromkeys(found))


def _format(path: Path) -> str:
    return SUFFIXES.get(path.suffix.lower(), "")


def _read(path: Path, number: int, columns: Sequence[str], delimiter: str | None) -> pl.DataFrame:
    where, name = f"file {number}", _format(path)
    if name not in TABLES and delimiter is None:
        raise PolicyError(
            "risk-format", "a file is no table", where=where, hint="CSV, TSV or Parquet; or state --delimiter"
        )
    reader: Format = part("formats", "parquet" if name == "parquet" else "csv")()
    given = {"delimiter": delimiter} if delimiter and name != "parquet" else {}
    try:
        seen = reader.inspect(path, given)
        _check_there(columns, seen, where)
        pieces = _typed(path, columns) if name == "parquet" else _texts(reader, path, columns, seen)
        return pl.DataFrame({one: pl.Series(one, pieces[one], pl.String) for one in columns})
    except FormatError as error:
        raise FormatError(error.code, error.message, where=f"{where} {error.where}".rstrip(), hint=error.hint) from None


def _check_there(columns: Sequence[str], seen: Inspection, where: str) -> None:
    missing = [column for column in columns if column not in seen.addresses]
    if missing:
        raise PolicyError("risk-column-missing", "columns that are named are not in the table: " + ", ".join(missing), where=where,
                          hint="names count letter by letter; --delimiter where cells are not told apart")  # fmt: skip


def _texts(reader: Format, path: Path, columns: Sequence[str], seen: Inspection) -> dict[str, pa.ChunkedArray]:
    pieces: dict[str, list[pa.Array]] = {column: [] for column in columns}
    settings = {**seen.settings, "addresses": list(seen.addresses)}
    for batch in reader.read(path.parent, Part((path.name,)), settings):
        for field in batch.fields:
            if field.address in pieces:
                pieces[field.address].append(field.values)
    return {column: pa.chunked_array(arrays, pa.large_string()) for column, arrays in pieces.items()}


def _typed(path: Path, columns: Sequence[str]) -> dict[str, pa.ChunkedArray]:
    """Columns of Parquet as text; the others are not read.

    Errors:  FormatError `risk-column-type`: a cell without a text form (a list, bytes) may not pass as a null, which looks
             like every other null and would hide its record.
    """
    try:
        with pq.ParquetFile(path) as file:
            return {column: _as_text(file.read(columns=[column]), column) for column in columns}
    except OSError:
        raise FormatError("parquet-unreadable", "this is not a Parquet file", hint="check the file") from None


def _as_text(table: pa.Table, column: str) -> pa.ChunkedArray:
    try:
        cells = table.column(column)
        kind = cells.type.value_type if pa.types.is_dictionary(cells.type) else cells.type
        if kind.id in _BYTES:
            raise pa.ArrowNotImplementedError
        return cells.cast(pa.large_string())
    except (pa.ArrowException, KeyError):
        raise FormatError("risk-column-type", "a column holds cells that are no text, number or date", where=column,
                          hint="leave it out, or write what an outsider may know of it as text") from None  # fmt: skip
