"""Risk: tables read, their records grouped by what an outsider may know, and the figures of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from veil.errors import FormatError, PolicyError
from veil.formats.base import Format, Part
from veil.parts import SUFFIXES, part
from veil.risk.classes import Classes, classes_of
from veil.risk.diversity import diversity
from veil.risk.measures import THRESHOLD, contributions, journalist, marketer, prosecutor, spread, uniqueness

Record = dict[str, Any]
TABLES = ("csv", "tsv", "parquet")


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
             `risk-population`; FormatError `risk-empty` and those of the formats.
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
    text = name != "parquet"
    reader: Format = part("formats", "csv" if text else name)()
    seen = _inspected(reader, path, where, {"delimiter": delimiter} if text and delimiter else {})
    missing = [column for column in columns if column not in seen.addresses]
    if missing:
        raise PolicyError("risk-column-missing", "columns that are named are not in the table: " + ", ".join(missing), where=where,
                          hint="names count letter by letter; --delimiter where cells are not told apart")  # fmt: skip
    settings = {**seen.settings, "addresses": list(seen.addresses)}
    pieces: dict[str, list[pa.Array]] = {column: [] for column in columns}
    for batch in reader.read(path.parent, Part((path.name,)), settings):
        for field in batch.fields:
            if field.address in pieces:
                pieces[field.address].append(field.values.cast(pa.large_string()))
    return pl.DataFrame({column: pl.Series(column, _whole(arrays), pl.String) for column, arrays in pieces.items()})


def _inspected(reader: Format, path: Path, where: str, given: Record) -> Any:
    try:
        return reader.inspect(path, given)
    except FormatError as error:
        raise FormatError(error.code, error.message, where=error.where or where, hint=error.hint) from None


def _whole(arrays: list[pa.Array]) -> pa.ChunkedArray:
    return pa.chunked_array(arrays, pa.large_string())
