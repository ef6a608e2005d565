"""Table files: CSV and TSV, read in blocks of whole rows and written back cell for cell."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from veil.errors import FormatError, LimitError
from veil.formats.base import Inspection, Joined, Part, Settings, refuse_removals
from veil.formats.compression import created, is_packed, opened
from veil.formats.csv_reread import read_again
from veil.formats.csvbroken import RAGGED, Sound, read_sound, taken
from veil.formats.csvtext import CsvRows, Shape, read_rows
from veil.formats.csvwriting import WrittenRows, as_one, cut_up, lost_cells, row_texts, write_rows
from veil.formats.encodings import SAMPLE, Encoding, encoding_of
from veil.formats.file_content import check_bytes, check_text, not_text
from veil.formats.skipped_rows import BROKEN, BrokenRows, SkippedRows, tables_without_skipped
from veil.formats.sniff import sniff_shape, split_row
from veil.formats.traits import DELIMITED, Kind, Traits
from veil.model import Batch, Edits, Exact, Field, JoinedBatches

BLOCK = 4 << 20
UNREADABLE = "csv-unreadable"
LONGEST_ROW = 64 << 20


class Csv(Joined):
    """A table as text.

    Keeps:   every cell's exact text (leading zeros, NA, 20 digits, spaces), the order of rows and columns, the
             quoting of untouched cells, encoding, byte-order mark and line ends. An unquoted empty cell is null.
    """

    name = "csv"
    traits = Traits(
        Kind.TABLE,
        (".csv",),
        given=DELIMITED,
        reversible=True,
        exact=True,
        heads=1,
        leaves_out=True,
        passes_broken=True,
    )
    usual_delimiter: str | None = None  # where a project states none; None: found out

    def inspect(self, path: Path, given: Settings) -> Inspection:
        """Errors: FormatError `csv-empty`, `csv-headless` (no header), `csv-header` (a column's name twice)."""
        with opened(path) as file:
            sample = file.read(SAMPLE)
            complete = not file.read(1)
        encoding = encoding_of(sample, given.get("encoding"), complete=complete)
        text = codecs.getincrementaldecoder(encoding.name)("replace").decode(sample[len(encoding.bom) :])
        if not text.strip():
            raise FormatError("csv-empty", "the table has no header row", hint="the file is empty")
        check_bytes(sample, "", code=UNREADABLE)
        check_text(text, "", wide=encoding.is_wide, code=UNREADABLE)
        if "\r" in text.rstrip("\r") and "\n" not in text:
            raise FormatError(
                "csv-unreadable", "the rows end with a carriage return only", hint="save the file with line feeds"
            )
        shape, header = sniff_shape(
            text, given.get("delimiter") or self.usual_delimiter, complete=complete, quote=given.get("quote")
        )
        if len(set(header)) != len(header):
            raise FormatError("csv-header", "two columns have the same name", hint="rename one of them")
        settings = {
            "encoding": encoding.name,
            "bom": encoding.bom.hex(),
            "delimiter": shape.delimiter,
            "quote": shape.quote,
        }
        return Inspection(tuple(header), settings)

    def split(self, path: Path, settings: Settings, size: int) -> list[tuple[int, int]]:
        """Byte ranges of whole rows of about `size` bytes each; the header belongs to the first."""
        total = path.stat().st_size
        if total <= size or is_packed(path) or not Encoding(settings["encoding"]).ascii_superset:
            return [(0, -1)]
        bounds, quote = [0], settings["quote"].encode()
        with path.open("rb") as file:
            inside, at = False, 0
            for start in range(size, total, size):
                if start < at:
                    continue  # the last row was longer than a part
                inside ^= _crosses(file, at, start, quote)
                at, inside = _next_row(file, start, quote, inside)
                if at >= total:
                    break
                if at > bounds[-1]:
                    bounds.append(at)
        return list(zip(bounds, [*bounds[1:], -1], strict=True))

    def read(self, path: Path, part: Part, settings: Settings) -> Iterator[Batch]:
        """Blocks of whole rows; the header row is not among them."""
        encoding = Encoding.of(settings)
        header = tuple(settings["addresses"])
        shape = Shape(settings["delimiter"], settings["quote"], len(header), header)
        reading = _TableReading(settings, encoding, shape, SkippedRows(part.without))
        try:
            yield from reading.batches(path / part.files[0], part)
        except (FormatError, LimitError) as error:
            known = bool(error.row) or error.code == "row-too-long"
            raise (error.placed(row=reading.rows + max(error.row, 1)) if known else error) from None

    def reread(self, path: Path, part: Part, settings: Settings, *, careful: bool = False) -> Iterator[Batch]:
        return tables_without_skipped(read_again(path, part, settings, careful=careful), part.without)

    def writer(self, side: Path, part: Part, settings: Settings) -> CsvWriter:
        return CsvWriter(side / part.files[0], settings)

    def read_back(self, batch: Batch, edits: Edits, address: str, settings: Settings) -> pa.Array:
        del batch, settings
        return edits.columns[address]

    def lost(self, batch: Batch, edits: Edits, guesses: Mapping[str, pa.Array], settings: Settings) -> dict[str, Exact]:
        """Shape: exact cells are raw text, quotes and all."""
        header: list[str] = settings["addresses"]
        shape = Shape(settings["delimiter"], settings["quote"], len(header))
        alone = len(header) - len(edits.removed) == 1
        return {
            address: lost_cells(
                batch.places[1], header.index(address), edits.columns[address], guess, shape, alone=alone
            )
            for address, guess in guesses.items()
        }

    def as_one(self, joint: JoinedBatches, settings: Sequence[Settings]) -> Batch | None:
        shapes = {(setting["delimiter"], setting["quote"]) for setting in settings}
        rows = as_one(
            [member.places[1] for member in joint.members], tuple(field.values for field in joint.batch.fields)
        )
        return None if rows is None or len(shapes) > 1 else replace(joint.batch, places=(b"", rows, b"", True))

    def written(self, batch: Batch, edits: Edits, joint: JoinedBatches, settings: Settings) -> list[Batch]:
        header: list[str] = settings["addresses"]
        changed, removed = _by_place(header, batch, edits)
        shape = Shape(settings["delimiter"], settings["quote"], len(header))
        pieces = cut_up(row_texts(batch.places[1], changed, removed, shape), joint.rows)
        return [
            replace(member, places=(member.places[0], piece, *member.places[2:]))
            for member, piece in zip(joint.members, pieces, strict=True)
        ]


class Tsv(Csv):
    """A table as text with tabs between its cells."""

    name = "tsv"
    traits = replace(Csv.traits, endings=(".tsv", ".tab"))
    usual_delimiter = "\t"


class CsvWriter:
    def __init__(self, path: Path, settings: Settings) -> None:
        self._file = created(path)
        self._encoding = Encoding.of(settings)
        self._header: list[str] = settings["addresses"]
        self._shape = Shape(settings["delimiter"], settings["quote"], len(self._header))

    def write(self, batch: Batch, edits: Edits) -> None:
        refuse_removals(edits, "rows")
        head, rows, tail, ended = batch.places
        changed, removed = _by_place(self._header, batch, edits)
        self._put(self._encoding.bom if head else b"", raw=True)
        self._put(_header_row(head, removed, self._shape))
        body: Any = b""
        if isinstance(rows, WrittenRows):
            body = rows.body
        elif rows.height:
            exact = {self._header.index(name): cells for name, cells in edits.exact.items()}
            body = write_rows(rows, changed, removed, self._shape, exact, edits.kept_rows(batch.height))
        alone = len(self._header) - len(removed) == 1  # there a blank line is a row, and a row without an end is none
        if not ended and not alone:
            end = 2 if bytes(body[-2:]) == b"\r\n" else 1
            body = memoryview(body)[: -end or None]
        self._put(body)
        self._put(b"" if removed and alone else tail)

    def _put(self, data: Any, *, raw: bool = False) -> None:
        if raw or self._encoding.name == "utf-8":
            self._file.write(data)
        else:
            self._file.write(bytes(data).decode("utf-8").encode(self._encoding.name, "replace"))

    def finish(self) -> None:
        self._file.close()


class _TableReading:
    """A part of a table as it is read. Units: `rows`: how many rows have been read so far, broken ones too."""

    def __init__(self, settings: Settings, encoding: Encoding, shape: Shape, left: SkippedRows) -> None:
        self._encoding, self._shape, self._left = encoding, shape, left
        self._headless, self._broken = bool(settings.get("headless")), bool(settings.get(BROKEN))
        self.rows = 0

    def batches(self, path: Path, part: Part) -> Iterator[Batch]:
        encoding = Encoding(self._encoding.name) if self._headless else self._encoding
        for number, data in enumerate(_blocks(path, part, encoding, self._shape)):
            is_first = part.start == 0 and number == 0 and not self._headless
            head, body, tail = _parted(data, self._shape, is_first=is_first)
            if b"\0" in body:
                raise not_text("a row contains a NUL byte", f"block {number}", UNREADABLE)
            yield self._batch(head, body, tail)

    def _batch(self, head: bytes, body: bytes, tail: bytes) -> Batch:
        first, about, rows, ended = self._left.seen, {}, None, True
        if body and self._broken:
            sound = read_sound(body, self._shape)
            rows, ended = sound.rows, sound.data.endswith(b"\n") or not sound.data
            about = self._broken_rows(sound)
        elif body:
            rows, ended = read_rows(body, self._shape), body.endswith(b"\n")
        rows = rows or _no_rows(self._shape)
        self.rows += rows.height
        kept = self._left.kept(rows.height)
        rows = rows if kept is None else taken(rows, kept)
        fields = tuple(Field(name, values) for name, values in zip(self._shape.names, rows.values, strict=True))
        return Batch(fields, rows.height, first, places=(head, rows, tail, ended), about=about)

    def _broken_rows(self, sound: Sound) -> dict[str, BrokenRows]:
        """What a batch says of its broken rows; counts them."""
        if not sound.broken:
            return {}
        broken = tuple(self.rows + row for row in sound.broken)
        self.rows += len(broken)
        return {BROKEN: BrokenRows(RAGGED, broken, tuple(self._left.seen + row for row in sound.doubtful))}


def _by_place(header: Sequence[str], batch: Batch, edits: Edits) -> tuple[dict[int, pa.Array], set[int]]:
    """The new columns, and those that go, by their place in the file."""
    places = {name: j for j, name in enumerate(header)}
    removed = {places[name] for name in edits.removed if name in places}
    whole = edits.whole(batch.fields)
    return {places[name]: values for name, values in whole.items() if places[name] not in removed}, removed


def _header_row(head: bytes, removed: set[int], shape: Shape) -> bytes:
    if not head or not removed:
        return head
    text = head.decode("utf-8")
    line = text.rstrip("\r\n")
    kept = [cell for j, cell in enumerate(split_row(line, shape)) if j not in removed]
    return (shape.delimiter.join(kept) + text[len(line) :]).encode("utf-8")


def _no_rows(shape: Shape) -> CsvRows:
    none = pa.array([], pa.large_string())
    return CsvRows(tuple(none for _ in range(shape.width)), None, "\n", 0)


def _parted(data: bytes, shape: Shape, *, is_first: bool) -> tuple[bytes, bytes, bytes]:
    """Header row (first block only), rows, and the blank lines that end a file."""
    head = b""
    if is_first:
        at = _row_end(data, shape.quote.encode())
        head, data = data[:at], data[at:]
    body = data.rstrip(b"\r\n") if shape.width > 1 else data
    if len(body) != len(data):
        keep = 2 if data[len(body) : len(body) + 2] == b"\r\n" else 1
        body = data[: len(body) + keep] if body else b""
    return head, body, data[len(body) :]


def _row_end(data: bytes, quote: bytes) -> int:
    at = 0
    while True:
        found = data.find(b"\n", at)
        if found < 0:
            return len(data)
        if not quote or data.count(quote, 0, found) % 2 == 0:
            return found + 1
        at = found + 1


def _blocks(path: Path, part: Part, encoding: Encoding, shape: Shape) -> Iterator[bytes]:
    """UTF-8 blocks that end where a row ends."""
    rest = b""
    for data in _utf8(path, part, encoding):
        rest += data
        cut = _last_row_end(rest, shape.quote.encode())
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > LONGEST_ROW:
            raise LimitError(
                "row-too-long",
                f"a row is larger than {LONGEST_ROW >> 20} MiB",
                hint="look for a missing or extra quote",
            )
    if rest:
        yield rest


def _last_row_end(data: bytes, quote: bytes) -> int:
    """The end of the last whole row, or 0: a line end that has an even number of quotes before it."""
    cut = data.rfind(b"\n") + 1
    if not quote or not cut or quote not in data:
        return cut
    odd = data.count(quote, 0, cut) % 2
    while cut and odd:
        before = data.rfind(b"\n", 0, cut - 1) + 1
        odd ^= data.count(quote, before, cut) % 2
        cut = before
    return cut


def _utf8(path: Path, part: Part, encoding: Encoding) -> Iterator[bytes]:
    decoder = None if encoding.name == "utf-8" else codecs.getincrementaldecoder(encoding.name)("strict")
    with opened(path) as file:
        begin = part.start or len(encoding.bom)
        file.read(begin) if is_packed(path) else file.seek(begin)
        left = part.stop - begin if part.stop >= 0 else sys.maxsize
        while left > 0 and (data := file.read(min(BLOCK, left))):
            left -= len(data)
            yield data if decoder is None else _recoded(decoder, data, final=False)
    if decoder is not None:
        yield _recoded(decoder, b"", final=True)


def _recoded(decoder: codecs.IncrementalDecoder, data: bytes, *, final: bool) -> bytes:
    try:
        return decoder.decode(data, final).encode("utf-8")
    except UnicodeDecodeError:
        raise FormatError(
            "encoding-broken",
            "some bytes are not valid in the encoding of this file",
            hint="set `encoding:` for this source",
        ) from None


def _crosses(file: BinaryIO, start: int, stop: int, quote: bytes) -> bool:
    """Whether an odd number of quotes stands in these bytes."""
    if not quote:
        return False
    file.seek(start)
    odd, left = 0, stop - start
    while left > 0:
        data = file.read(min(BLOCK, left))
        if not data:
            break
        odd ^= data.count(quote) & 1 if quote in data else 0  # to count takes ten times as long as to seek
        left -= len(data)
    return bool(odd)


def _next_row(file: BinaryIO, start: int, quote: bytes, inside: bool) -> tuple[int, bool]:
    """The first row that begins at or after `start`, and whether a quote is open there (never)."""
    file.seek(start)
    at = start
    for line in file:
        at += len(line)
        inside ^= bool(quote) and line.count(quote) % 2 == 1
        if not inside and line.endswith(b"\n"):
            return at, False
    return at, inside
