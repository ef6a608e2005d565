"""HL7 v2 as a format: files of messages, one or many in each, and messages in values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from veil.errors import FormatError
from veil.formats.base import Inspection, Joined, Part, Settings
from veil.formats.compression import opened
from veil.formats.documents import broken_among, changed_fields
from veil.formats.encodings import SAMPLE, Encoding, decoded_again, encode, encoding_of, read_text
from veil.formats.hl7.address import HL7
from veil.formats.hl7.escapes import cuts, encoded
from veil.formats.hl7.messages import HINT, Messages, MessageValues, read_messages
from veil.formats.hl7.reread import batch_again
from veil.formats.plain import read_whole, settings_of, write_whole
from veil.formats.traits import ENCODED, Kind, Traits
from veil.model import Batch, Edits, Elements, Field, Splice, span_table, spliced

LARGEST = 512 << 20
_STATED = re.compile(rb"MSH(.)[^\r\n]*")
_CODECS = {"ASCII": "", "UNICODE UTF-8": "utf-8", "UNICODE": "utf-16", "8859/1": "latin-1", "ISO IR6": ""}


class _MessageCut(NamedTuple):
    """A stretch of a text and what stands there instead."""

    text: int
    start: int
    end: int
    replacement: str
    label: str


class _AddressColumn(NamedTuple):
    """The values of an address: what they are, their rows and elements, and their places by the number of their text."""

    values: list[str | None]
    rows: list[int]
    elements: list[int]
    places: list[tuple[int, MessageValues]]


class _MessagePlaces(NamedTuple):
    """The texts of a batch. Shape: n texts."""

    texts: list[str | None]


def open_messages(texts: Sequence[str | None], where: str, encoding: str, *, by_message: bool) -> Batch:
    """Texts of messages as one batch.

    Shape:   `by_message`: a row for each message (and for each further patient in it), else one for each text.
    Errors:  FormatError `hl7-shape`, `hl7-segment`.
    """
    columns: dict[str, _AddressColumn] = {}
    parents: list[int] = []
    rows_of: list[int] = []
    read = [
        read_messages(text, f"{where} {number}" if len(texts) > 1 else where, encoding)
        if text is not None and text.strip()
        else Messages()
        for number, text in enumerate(texts)
    ]
    counts = [found.rows if by_message else 1 for found in read]
    height = sum(counts)
    first = 0
    for number, (found, count) in enumerate(zip(read, counts, strict=True)):
        base = height + len(parents)
        of_row = [first + (row if by_message else 0) for row in range(max(found.rows, 1))]
        parents += [of_row[-1 - parent] if parent < 0 else base + parent for parent in found.parents]
        rows_of += [of_row[row] for row in found.row_of]
        for address, leaves in found.leaves.items():
            column = columns.setdefault(address, _AddressColumn([], [], [], []))
            column.values.extend([plan.value for plan in leaves.plans])
            column.rows.extend([of_row[row] for row in leaves.rows])
            column.elements.extend([base + element for element in leaves.elements])
            column.places.append((number, leaves))
        first += count
    own_rows = np.arange(height)
    tree = Elements(
        pa.array(np.concatenate([np.full(height, -1), np.array(parents, np.int64)])),
        pa.array(np.concatenate([own_rows, np.array(rows_of, np.int64)])),
    )
    fields = tuple(
        Field(
            address,
            pa.array(column.values, pa.large_string()),
            pa.array(column.rows, pa.int64()),
            column.places,
            element=pa.array(column.elements, pa.int64()),
        )
        for address, column in columns.items()
    )
    return Batch(fields, height, places=_MessagePlaces(list(texts)), elements=tree)


def message_spans(batch: Batch, edits: Edits) -> pa.Table:
    """The edits as spans of the texts. Shape: a table of `veil.model.SPANS`, value i is text i."""
    found: list[_MessageCut] = []
    for field, values, spans in changed_fields(batch, edits):
        first = 0
        for number, leaves in field.places:
            for i, (plan, value) in enumerate(
                zip(leaves.plans, values[first : first + len(leaves.plans)], strict=True)
            ):
                if value != plan.value:
                    found += _cut(number, leaves, i, value or "", spans.get(first + i))
            first += len(leaves.plans)
    return span_table(*zip(*sorted(found), strict=True)) if found else span_table()


def _cut(number: int, leaves: MessageValues, at: int, new: str, spans: list[Splice] | None) -> Iterator[_MessageCut]:
    """The cuts that put a new value where one stands, or new words in place of the spans of a text."""
    marks = leaves.marks[at]
    if spans is None:
        for cut in _whole(leaves, at, new):
            yield _MessageCut(number, *cut, "")
        return
    runs = leaves.runs(at)
    for span in spans:
        for cut in cuts(runs, span.start, span.end, span.replacement, marks):
            yield _MessageCut(number, *cut, span.label)


def _whole(leaves: MessageValues, at: int, new: str) -> list[tuple[int, int, str]]:
    """The cuts that put another value where one stands; a text keeps its lines as long as they last."""
    plan, marks = leaves.plans[at], leaves.marks[at]
    if not plan.lines:
        return cuts(leaves.runs(at), 0, len(plan.value or ""), new, marks)
    lines = new.split("\n", len(plan.lines) - 1)
    lines += [""] * (len(plan.lines) - len(lines))
    return [(*place, encoded(line, marks)) for place, line in zip(leaves.lines(at), lines, strict=True)]


def encoding_for(data: bytes, given: str | None) -> Encoding:
    """What the bytes mean: stated by the project, a mark, MSH-18, else found out."""
    seen = encoding_of(data[:SAMPLE], given, complete=len(data) <= SAMPLE)
    head = _STATED.search(data[:SAMPLE])
    if given or seen.bom or head is None:
        return seen
    cells = head.group().split(head.group(1))
    stated = cells[17].split(b"~")[0].decode("ascii", "replace") if len(cells) > 17 else ""
    name = _CODECS.get(stated, stated.replace("8859/", "iso8859-") if stated.startswith("8859/") else "")
    try:
        return Encoding(name) if name and data.decode(name) is not None else seen
    except (UnicodeDecodeError, LookupError):
        return seen


class Hl7(Joined):
    """HL7 v2 in ER7: batches, MLLP frames and plain messages; every character outside an edit stays as it is."""

    name = "hl7"
    traits = Traits(
        Kind.RECORDS,
        (".hl7",),
        HL7,
        ENCODED,
        opens=True,
        joins=False,
        exact=True,
        standard="hl7v2",
        begins=(b"MSH|", b"FHS|", b"BHS|"),
    )

    def inspect(self, path: Path, given: Settings) -> Inspection:
        """Reads the whole file once: every address that stands in it must meet a rule before the run."""
        with opened(path) as file:
            encoding = encoding_for(file.read(LARGEST), given.get("encoding"))
        settings = settings_of(encoding)
        (batch,) = self.read(path.parent, Part((path.name,)), settings)
        return Inspection(tuple(field.address for field in batch.fields), settings)

    def read(self, path: Path, part: Part, settings: Settings) -> Iterator[Batch]:
        """One batch of a file, a row for each message."""
        encoding = Encoding.of(settings)
        text = read_text(read_whole(path / part.files[0], "file", LARGEST), encoding, "file")
        if not text.strip():
            raise FormatError("hl7-shape", "the file has no message", where="file", hint=HINT)
        yield open_messages([text], "file", encoding.name, by_message=True)

    def reread(self, path: Path, part: Part, settings: Settings, *, careful: bool = False) -> Iterator[Batch]:
        del careful
        with decoded_again(opened(path / part.files[0]), settings["encoding"]) as text:
            text.read(1 if settings["bom"] else 0)
            yield batch_again(text.read(), settings["encoding"])

    def writer(self, side: Path, part: Part, settings: Settings) -> Hl7Writer:
        return Hl7Writer(side / part.files[0], Encoding.of(settings))

    def open_values(self, values: pa.Array, where: str) -> tuple[Batch, pa.BooleanArray]:
        texts, broken = broken_among(values.to_pylist(), lambda text: read_messages(text, where, "utf-8"))
        return open_messages(texts, where, "utf-8", by_message=False), broken

    def value_spans(self, batch: Batch, edits: Edits) -> pa.Table:
        return message_spans(batch, edits)


class Hl7Writer:
    """Writes the messages of a file with the edits put back."""

    def __init__(self, path: Path, encoding: Encoding) -> None:
        self._path, self._encoding = path, encoding

    def write(self, batch: Batch, edits: Edits) -> None:
        texts = pa.array(batch.places.texts, pa.large_string())
        new: list[Any] = spliced(texts, message_spans(batch, edits)).to_pylist()
        write_whole(self._path, encode(new[0], self._encoding))

    def finish(self) -> None:
        """Nothing is held open between messages."""
