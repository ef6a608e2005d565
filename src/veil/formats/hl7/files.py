"""HL7 v2 as a format: files of messages, one or many in each, and messages in values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from veil.errors import Error, FormatError
from veil.formats.base import Inspection, Joined, Part, Settings, refuse_removals
from veil.formats.compression import opened
from veil.formats.encodings import SAMPLE, Encoding, encode, encoding_of, read_text
from veil.formats.hl7.address import HL7
from veil.formats.hl7.escapes import cuts, encoded
from veil.formats.hl7.messages import HINT, Messages, MessageValue, read_messages
from veil.formats.hl7.reread import batch_again
from veil.formats.plain import read_whole, settings_of, write_whole
from veil.formats.traits import ENCODED, Kind, Traits
from veil.model import Batch, Edits, Elements, Field, by_value, span_table, spliced

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


class _MessagePlaces(NamedTuple):
    """Where the values of texts stand. Shape: n texts; of each of a field's values the text and the leaf."""

    texts: list[str | None]


def open_messages(texts: Sequence[str | None], where: str, encoding: str, *, by_message: bool) -> Batch:
    """Texts of messages as one batch.

    Shape:   `by_message`: a row for each message (and for each further patient in it), else one for each text.
    Errors:  FormatError `hl7-shape`, `hl7-segment`.
    """
    columns: dict[str, tuple[list[MessageValue], list[int], list[int], list[int]]] = {}
    parents: list[int] = []
    rows_of: list[int] = []
    height = 0
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
        for parent, row in zip(found.parents, found.row_of, strict=True):
            own = first + (row if by_message else 0)
            parents.append(own if parent < 0 else base + parent)
            rows_of.append(own)
        for leaf in found.leaves:
            leaves, rows, elements, numbers = columns.setdefault(leaf.address, ([], [], [], []))
            leaves.append(leaf)
            rows.append(first + (leaf.row if by_message else 0))
            elements.append(base + leaf.element)
            numbers.append(number)
        first += count
    own_rows = np.arange(height)
    tree = Elements(
        pa.array(np.concatenate([np.full(height, -1), np.array(parents, np.int64)])),
        pa.array(np.concatenate([own_rows, np.array(rows_of, np.int64)])),
    )
    fields = tuple(
        Field(
            address,
            pa.array([leaf.value for leaf in leaves], pa.large_string()),
            pa.array(rows, pa.int64()),
            list(zip(leaves, numbers, strict=True)),
            element=pa.array(elements, pa.int64()),
        )
        for address, (leaves, rows, elements, numbers) in columns.items()
    )
    return Batch(fields, height, places=_MessagePlaces(list(texts)), elements=tree)


def message_spans(batch: Batch, edits: Edits) -> pa.Table:
    """The edits as spans of the texts. Shape: a table of `veil.model.SPANS`, value i is text i."""
    refuse_removals(edits)
    found: list[_MessageCut] = []
    for field in batch.fields:
        gone = field.address in edits.removed
        new = None if gone else edits.changed(field)
        if new is None and not gone:
            continue
        spans = {} if gone else by_value(edits.spans.get(field.address))
        values: list[str | None] = [None] * len(field) if new is None else new.to_pylist()
        for i, ((leaf, number), value) in enumerate(zip(field.places, values, strict=True)):
            if value == leaf.value:
                continue
            if i in spans:
                for span in spans[i]:
                    pieces = cuts(leaf.runs, span.start, span.end, span.replacement, leaf.marks)
                    found += [_MessageCut(number, *cut, span.label) for cut in pieces]
            else:
                found += [_MessageCut(number, *cut, "") for cut in _whole(leaf, value or "")]
    return span_table(*zip(*sorted(found), strict=True)) if found else span_table()


def _whole(leaf: MessageValue, new: str) -> list[tuple[int, int, str]]:
    """The cuts that put another value where one stands; a text keeps its lines as long as they last."""
    if not leaf.lines:
        return cuts(leaf.runs, 0, len(leaf.value or ""), new, leaf.marks)
    lines = new.split("\n", len(leaf.lines) - 1)
    lines += [""] * (len(leaf.lines) - len(lines))
    return [(*place, encoded(line, leaf.marks)) for place, line in zip(leaf.lines, lines, strict=True)]


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
    traits = Traits(Kind.RECORDS, (".hl7",), HL7, ENCODED, opens=True, joins=False, exact=True, standard="hl7v2")

    def inspect(self, path: Path, given: Settings) -> Inspection:
        """Reads the whole file once: every address that stands in it must meet a rule before the run."""
        with opened(path) as file:
            encoding = encoding_for(file.read(LARGEST), given.get("encoding"))
        settings = settings_of(encoding)
        (batch,) = self.read(path.parent, Part((path.name,)), settings)
        return Inspection(tuple(field.address for field in batch.fields), settings)

    def split(self, path: Path, settings: Settings, size: int) -> list[tuple[int, int]]:
        del path, settings, size
        return [(0, -1)]

    def read(self, path: Path, part: Part, settings: Settings) -> Iterator[Batch]:
        """One batch of a file, a row for each message."""
        encoding = _encoding(settings)
        text = read_text(read_whole(path / part.files[0], "file", LARGEST), encoding, "file")
        if not text.strip():
            raise FormatError("hl7-shape", "the file has no message", where="file", hint=HINT)
        yield open_messages([text], "file", encoding.name, by_message=True)

    def reread(self, path: Path, part: Part, settings: Settings, *, careful: bool = False) -> Iterator[Batch]:
        del careful
        encoding = _encoding(settings)
        with opened(path / part.files[0]) as file:
            data = file.read()
        try:
            text = data.decode(encoding.name).removeprefix("\ufeff" if encoding.bom else "")
        except UnicodeDecodeError:
            raise FormatError("reread", "the check by a second reader found bytes of another encoding") from None
        yield batch_again(text, encoding.name)

    def writer(self, side: Path, part: Part, settings: Settings) -> Hl7Writer:
        return Hl7Writer(side / part.files[0], _encoding(settings))

    def open_values(self, values: pa.Array, where: str) -> tuple[Batch, pa.BooleanArray]:
        texts: list[str | None] = []
        broken: list[bool] = []
        for text in values.to_pylist():
            try:
                if text is not None and text.strip():
                    read_messages(text, where, "utf-8")
            except Error:
                texts.append(None)
                broken.append(True)
            else:
                texts.append(text)
                broken.append(False)
        return open_messages(texts, where, "utf-8", by_message=False), pa.array(broken, pa.bool_())

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


def _encoding(settings: Settings) -> Encoding:
    return Encoding(settings["encoding"], bytes.fromhex(settings["bom"]))
