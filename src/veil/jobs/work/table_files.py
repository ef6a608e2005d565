"""Table files: files that are one table, read batch by batch, the named columns alone, every cell as its exact text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from veil.errors import FormatError, PolicyError
from veil.formats.base import Format, Inspection, Part
from veil.parts import endings, part, traits_of

ROWS = 131_072
_UNNAMED = "csv"  # how a file is read whose name tells no table, where the delimiter is stated
_PART = 32 << 20
_BYTES = frozenset(kind.id for kind in (pa.binary(), pa.large_binary(), pa.binary(1), pa.binary_view()))
_PERSON = re.compile(
    r"(?:patient|person|subject|member|beneficiary|participant|desynpuf|empi|mpi|mrn|pat|pid)(?:[_ .-]?(?:id|key|no|num|number|nr|sk))?",
    re.IGNORECASE,
)
Columns = dict[str, pa.Array]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class TableFiles:
    """Files that are one table, in the order in which they are read.

    Shape:   a folder stands for every table in it, in the order of names.
    """

    files: tuple[Path, ...]
    delimiter: str | None = None

    @classmethod
    def of(cls, paths: Sequence[Path], delimiter: str | None = None) -> TableFiles:
        """Errors: PolicyError `risk-delimiter`, `risk-file-missing`."""
        if delimiter is not None and len(delimiter) != 1:
            raise PolicyError("risk-delimiter", "--delimiter must be one character", hint="for example --delimiter ';'")
        return cls(tuple(_files(paths)), delimiter)

    def batches(
        self, columns: Sequence[str], progress: Progress | None = None, stage: str = "reading"
    ) -> Iterator[Columns]:
        """The columns of each batch of rows, as text or as a dictionary of what has an exact text form.

        Keeps:   null is an empty cell without quotes, or a null of Parquet; every other cell is its exact text.
        Errors:  PolicyError `risk-format`, `risk-column-missing`; FormatError `risk-column-type` and those of the formats,
                 with the number of the file.
        """
        tell = progress or (lambda *_: None)
        total = sum(path.stat().st_size for path in self.files) >> 20
        before = 0
        for number, path in enumerate(self.files, start=1):
            size = path.stat().st_size
            with _placed(f"file {number}"):
                for share, columns_of in self._pieces(path, columns):
                    yield columns_of
                    tell(stage, (before + int(size * share)) >> 20, max(1, total))
            before += size
        tell(stage, max(1, total), max(1, total))

    def person_columns(self) -> list[str]:
        """Columns of the first file that seem to tell whose a row is, by their names."""
        return [name for name in columns_of(self) if _PERSON.fullmatch(name)]

    def _pieces(self, path: Path, columns: Sequence[str]) -> Iterator[tuple[float, Columns]]:
        reader, seen = _inspected(path, self.delimiter)
        missing = [column for column in columns if column not in seen.addresses]
        if missing:
            raise PolicyError(
                "risk-column-missing",
                "the table has no column " + ", ".join(missing),
                hint="column names must match exactly; set --delimiter if the cells are not split",
            )
        if reader.traits.typed:
            yield from _typed(path, columns)
        else:
            yield from _texts(reader, path, columns, seen)


def columns_of(table: TableFiles) -> tuple[str, ...]:
    """The names of the columns of a table's first file."""
    with _placed("file 1"):
        return _inspected(table.files[0], table.delimiter)[1].addresses


class _placed:  # noqa: N801 - read as a word
    """Errors of a file get its number; its name may be a person's."""

    def __init__(self, where: str) -> None:
        self._where = where

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, FormatError | PolicyError):
            where = f"{self._where} {error.where}".rstrip()
            raise error.placed(where=where) from None


def _inspected(path: Path, delimiter: str | None) -> tuple[Format, Inspection]:
    name = _format(path)
    if not _is_table(name) and delimiter is None:
        raise PolicyError(
            "risk-format",
            "a file is not a table",
            hint="supported: CSV, TSV, Parquet; set --delimiter if it is another character",
        )
    reader: Format = part("formats", name if _is_table(name) else _UNNAMED)()
    taken = "delimiter" in reader.traits.model.model_fields
    return reader, reader.inspect(path, {"delimiter": delimiter} if delimiter and taken else {})


def _files(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(path for path in path.rglob("*") if path.is_file() and _is_table(_format(path)))
        elif path.is_file():
            found.append(path)
        else:
            raise PolicyError("risk-file-missing", "a table does not exist", hint="give files or folders that exist")
    if not found:
        raise PolicyError(
            "risk-file-missing", "no table found", hint="supported file endings: those of CSV, TSV and Parquet"
        )
    return list(dict.fromkeys(found))


def _format(path: Path) -> str:
    return endings().get(path.suffix.lower(), "")


def _is_table(name: str) -> bool:
    return bool(name) and traits_of(name).is_table_file


def _texts(reader: Format, path: Path, columns: Sequence[str], seen: Inspection) -> Iterator[tuple[float, Columns]]:
    settings = {**seen.settings, "addresses": list(seen.addresses)}
    size = max(1, path.stat().st_size)
    for start, stop in reader.split(path, settings, _PART):
        for batch in reader.read(path.parent, Part((path.name,), start, stop), settings):
            if batch.height:
                named = {field.address: field.values for field in batch.fields}
                yield start / size, {column: named[column] for column in columns}


def _typed(path: Path, columns: Sequence[str]) -> Iterator[tuple[float, Columns]]:
    """Columns of Parquet; the others are not read.

    Errors:  FormatError `risk-column-type`: a cell without a text form (a list, bytes) may not pass as a null, which looks
             like every other null and would hide its record.
    """
    try:
        with pq.ParquetFile(path) as file:
            kinds = file.schema_arrow
            for name in columns:
                _check_kind(kinds.field(name).type, name)
            texts = [
                name
                for name in columns
                if pa.types.is_string(kinds.field(name).type) or pa.types.is_large_string(kinds.field(name).type)
            ]
            total = max(1, file.metadata.num_rows)
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            done = 0
            for batch in file.iter_batches(batch_size=ROWS, columns=list(columns), use_threads=False):
                done += batch.num_rows
                yield done / total, {name: _coded(batch.column(name)) for name in columns}
    except (OSError, pa.ArrowInvalid):
        raise FormatError("parquet-unreadable", "not a Parquet file", hint="check the file") from None


def _coded(cells: pa.Array) -> pa.Array:
    """Cells by their own dictionary where its texts tell them apart as their own texts would; else as text."""
    if pa.types.is_dictionary(cells.type):
        return cells if not cells.dictionary.null_count else cells.dictionary_decode().cast(pa.large_string())
    return cells.cast(pa.large_string())


def _check_kind(kind: pa.DataType, name: str) -> None:
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    try:
        if inner.id in _BYTES:
            raise pa.ArrowNotImplementedError
        pa.nulls(1, inner).cast(pa.large_string())
    except (pa.ArrowException, KeyError):
        raise FormatError(
            "risk-column-type",
            "a column contains values other than text, numbers and dates",
            where=name,
            hint="leave it out, or convert it to text",
        ) from None
