"""Tables of text read a second way: rows without quotes by the places of their delimiters, others by Arrow's own reader over
the whole file, or, where that reads otherwise, by a pattern."""  # noqa: D205, D209

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.csv as pacsv

from veil.errors import FormatError
from veil.formats.base import Part, Settings
from veil.formats.compression import is_packed, opened
from veil.formats.csvplain import is_plain, plain_rows
from veil.formats.encodings import decoded_again
from veil.formats.skipped_rows import BROKEN
from veil.model import Batch, Field

BLOCK = 8 << 20
LINES = 1 << 20  # the same, of rows without quotes
SMALL = 32 << 20  # bytes that are read at once
ROWS = 16_384  # of a batch of the careful reading
_TEXT = pa.large_string()


def read_again(path: Path, part: Part, settings: Settings, *, careful: bool) -> Iterator[Batch]:
    """The rows of a part of a file as the next reader would see them; the names of columns are those in the file.

    Shape:   `careful`: by a pattern, cell by cell, for files with quotes in places that only this format reads.
    Errors:  FormatError `reread` where this reading finds no table, or other columns.
    """
    names: list[str] = settings["addresses"]
    if not names:
        return iter(())
    headless = part.start > 0 or bool(settings.get("headless"))
    batches = (
        _carefully(path / part.files[0], part, settings, headless)
        if careful
        else _quickly(path / part.files[0], part, settings, headless)
    )
    return _checked(batches, names)


def _checked(batches: Iterator[tuple[Sequence[str], list[pa.Array]]], names: Sequence[str]) -> Iterator[Batch]:
    first = 0
    for there, columns in batches:
        if list(there) != list(names):
            raise FormatError(
                "reread",
                "the check by a second CSV reader found other columns",
                hint="this is a bug in Veil: please report it",
            )
        height = len(columns[0])
        yield Batch(tuple(Field(name, column) for name, column in zip(names, columns, strict=True)), height, first)
        first += height


def _quickly(
    path: Path, part: Part, settings: Settings, headless: bool
) -> Iterator[tuple[Sequence[str], list[pa.Array]]]:
    """What is small is read at once, and without quotes where it has none; then the run has read it by Arrow."""
    names: list[str] = settings["addresses"]
    source = _stretch(path, part, settings)
    data = source.read(SMALL)
    whole, quote = len(data) < SMALL, settings["quote"]
    if whole and quote and quote.encode() not in data:
        quote = ""
    plain = whole and not quote and settings["encoding"] == "utf-8" and not settings.get(BROKEN)
    if plain and is_plain(data, settings["delimiter"], len(names)):
        source.close()
        yield from plain_rows(data, settings["delimiter"], names, headless=headless)
    else:
        yield from _by_arrow(path, part, settings, headless, source, data, quote)


def _by_arrow(
    path: Path, part: Part, settings: Settings, headless: bool, source: BinaryIO, data: bytes, quote: str
) -> Iterator[tuple[Sequence[str], list[pa.Array]]]:
    names, whole = settings["addresses"], len(data) < SMALL
    if whole and settings["encoding"] == "utf-8" and data and not data.endswith((b"\n", b"\r")):
        data += b"\n"  # at the end of a file Arrow takes an empty cell behind one in quotes for a text in quotes
    try:
        with pacsv.open_csv(
            pa.BufferReader(data) if whole else pa.PythonFile(_stretch(path, part, settings), "r"),
            read_options=pacsv.ReadOptions(
                use_threads=False,
                block_size=_block(data, whole=whole, quoted=bool(quote)),
                encoding=settings["encoding"],
                column_names=names if headless else None,
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=settings["delimiter"],
                quote_char=quote or False,
                double_quote=True,
                newlines_in_values=bool(quote),
                ignore_empty_lines=len(names) > 1,
                invalid_row_handler=(lambda _: "skip") if settings.get(BROKEN) else None,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, _TEXT),
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                null_values=[""],
            ),
        ) as reader:
            for batch in reader:
                yield batch.schema.names, [_text(column) for column in batch.columns]
    except pa.ArrowInvalid:
        if _is_empty(path, part, settings, headless):
            return
        raise FormatError("reread", "the check by a second CSV reader found other rows") from None
    finally:
        source.close()


def _block(data: bytes, *, whole: bool, quoted: bool) -> int:
    """How many bytes Arrow reads at a time: few where every line end ends a row, so that little is held."""
    if not whole:
        return BLOCK
    return max(len(data) + 1, 1 << 16) if quoted else LINES


def _text(column: pa.Array) -> pa.Array:
    return column if column.type == _TEXT else column.cast(_TEXT)


def _is_empty(path: Path, part: Part, settings: Settings, headless: bool) -> bool:
    """Whether there is no row to be read: Arrow's reader refuses a file of nothing."""
    with _stretch(path, part, settings) as source:
        return headless and not source.read(1)


def _stretch(path: Path, part: Part, settings: Settings) -> BinaryIO:
    """The bytes of a part, without the mark of the encoding."""
    begin = part.start or len(bytes.fromhex(settings["bom"])) * (not settings.get("headless"))
    file = opened(path)
    if is_packed(path):
        file.read(begin)
    else:
        file.seek(begin)
    return file if part.stop < 0 else io.BufferedReader(_Cut(file, part.stop - begin), 1 << 20)


class _Cut(io.RawIOBase):
    """The first bytes of a file from where it stands."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left = file, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(min(len(buffer), self._left))
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def _carefully(
    path: Path, part: Part, settings: Settings, headless: bool
) -> Iterator[tuple[Sequence[str], list[pa.Array]]]:
    names, quote = settings["addresses"], settings["quote"]
    with decoded_again(_stretch(path, part, settings), settings["encoding"]) as text:
        rows = _rows(text, settings["delimiter"], quote, blank=len(names) == 1)
        header = names if headless else [_value(cell, quote) or "" for cell in next(rows, [])]
        while block := list(itertools.islice(rows, ROWS)):
            if settings.get(BROKEN):
                block = [row for row in block if len(row) == len(header)]
            if any(len(row) != len(header) for row in block):
                raise FormatError("reread", "the check by a second CSV reader found rows with another number of cells")
            columns = zip(*block, strict=True) if block else [()] * len(header)
            yield header, [pa.array([_value(cell, quote) for cell in column], _TEXT) for column in columns]


def _rows(text: io.TextIOWrapper, delimiter: str, quote: str, *, blank: bool) -> Iterator[list[str]]:
    """The raw cells of each row: a delimiter or an end of line counts where the quotes before it pair."""
    mark, cut = re.escape(quote), re.escape(delimiter)
    cell = re.compile(f"(?:[^{mark}{cut}]|{mark}[^{mark}]*{mark})*" if quote else f"[^{cut}]*")
    record = ""
    for line in itertools.chain(text, ("",)):
        record += line
        if (line and not line.endswith("\n")) or (quote and record.count(quote) % 2):
            continue  # a carriage return alone, or a line end within quotes, is part of a cell
        if not record:
            continue
        row = record.removesuffix("\n").removesuffix("\r")
        record = ""
        if row or blank:
            yield _cells(row, cell)
    if record:
        raise FormatError("reread", "the check by a second CSV reader found a quoted cell that never ends")


def _cells(row: str, cell: re.Pattern[str]) -> list[str]:
    found, at = [], 0
    while True:
        met = cell.match(row, at)
        found.append(met.group() if met else "")
        at = (met.end() if met else at) + 1
        if at > len(row):
            return found


def _value(cell: str, quote: str) -> str | None:
    if quote and len(cell) > 1 and cell.startswith(quote) and cell.endswith(quote):
        return cell[1:-1].replace(quote * 2, quote)
    return cell or None
