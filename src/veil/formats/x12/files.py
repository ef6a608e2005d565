"""X12 as a format: files of interchanges, one or many in each, and interchanges in values."""

from __future__ import annotations

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
from veil.formats.plain import read_whole, settings_of, write_whole
from veil.formats.traits import Kind, Traits
from veil.formats.x12.address import X12
from veil.formats.x12.reread import interchanges_again
from veil.formats.x12.values import Interchanges, X12Value, read_interchanges
from veil.model import SUBJECT, Batch, Edits, Elements, Field, span_table, spliced

LARGEST = 512 << 20
WRONG = "a count or a control number of an envelope is wrong there; it stays as it is"


class _X12Cut(NamedTuple):
    """A stretch of a text and what stands there instead."""

    text: int
    start: int
    end: int
    replacement: str
    label: str


class _X12Column(NamedTuple):
    """The values of one address, of all texts. Shape: n of each; `numbers`: the text of each value."""

    leaves: list[X12Value]
    rows: list[int]
    elements: list[int]
    numbers: list[int]


def open_interchanges(texts: Sequence[str | None], where: str, *, by_patient: bool) -> Batch:
    """Texts of interchanges as one batch.

    Shape:   `by_patient`: a row for each patient's claims, else one for each text. `about["wrong"]`: the segments
             whose counts are wrong.
    Errors:  those of `read_segments`.
    """
    read = [
        read_interchanges(text, f"{where} {number}" if len(texts) > 1 else where) if text and text.strip() else None
        for number, text in enumerate(texts)
    ]
    subjects: list[str | None] = []
    for found in read:
        subjects += found.subjects if found is not None and by_patient else [None]
    height = len(subjects)
    columns: dict[str, _X12Column] = {}
    parents: list[int] = []
    first = 0
    for number, found in enumerate(read):
        if found is not None:
            _add(columns, found, number, (first, height + len(parents)), by_patient=by_patient)
            parents += [first + (row if by_patient else 0) for row in found.segment_rows]
        first += len(found.subjects) if found is not None and by_patient else 1
    tree = Elements(
        pa.array(np.concatenate([np.full(height, -1), np.array(parents, np.int64)])),
        pa.array(np.concatenate([np.arange(height), np.array(parents, np.int64)])),
    )
    fields = tuple(
        Field(
            address,
            pa.array([leaf.value for leaf in column.leaves], pa.large_string()),
            pa.array(column.rows, pa.int64()),
            list(zip(column.leaves, column.numbers, strict=True)),
            element=pa.array(column.elements, pa.int64()),
        )
        for address, column in columns.items()
    )
    wrong = [segment for found in read if found is not None for segment in found.wrong]
    owners = {SUBJECT: pa.array(subjects, pa.large_string())} if by_patient else {}
    return Batch(fields, height, places=list(texts), about={"wrong": wrong}, elements=tree, owners=owners)


def _add(
    columns: dict[str, _X12Column], found: Interchanges, number: int, base: tuple[int, int], *, by_patient: bool
) -> None:
    """Enters the values of one text. Shape: `base`: its first row and its first segment's element."""
    for leaf in found.leaves:
        column = columns.setdefault(leaf.address, _X12Column([], [], [], []))
        column.leaves.append(leaf)
        column.rows.append(base[0] + (leaf.row if by_patient else 0))
        column.elements.append(base[1] + leaf.element)
        column.numbers.append(number)


def interchange_spans(batch: Batch, edits: Edits) -> pa.Table:
    """The edits as spans of the texts. Shape: a table of `veil.model.SPANS`, value i is text i."""
    found: list[_X12Cut] = []
    for field, values, spans in changed_fields(batch, edits):
        for i, ((leaf, number), value) in enumerate(zip(field.places, values, strict=True)):
            if value == leaf.value:
                continue
            if i in spans and not leaf.width and not leaf.added:
                found += [
                    _X12Cut(
                        number,
                        leaf.start + span.start,
                        leaf.start + span.end,
                        _written(leaf, span.replacement),
                        span.label,
                    )
                    for span in spans[i]
                ]
            else:
                found.append(_X12Cut(number, leaf.start, leaf.end, _written(leaf, value or ""), ""))
    return span_table(*zip(*sorted(found), strict=True)) if found else span_table()


def _written(leaf: X12Value, value: str) -> str:
    """A new value as the file has it: without a separator that the old one lacks, and of its width."""
    barred = {*leaf.marks, "\r", "\n"} - set(leaf.value or "")
    text = "".join(" " if char in barred else char for char in value[leaf.added :])
    return text.ljust(leaf.width)[: leaf.width] if leaf.width else text


class X12File(Joined):
    """X12 837, 835, 834, 270, 271, 276, 277, 278 and their acknowledgements; every character outside an edit stays as it is."""

    name = "x12"
    traits = Traits(
        Kind.RECORDS,
        (".x12", ".edi", ".837", ".835", ".834", ".270", ".271", ".276", ".277", ".278", ".999"),
        X12,
        "veil.formats.stated_settings:Interchanged",
        opens=True,
        joins=False,
        exact=True,
        standard="x12",
        fixed=True,
        begins=(b"ISA*0", b"ISA|0", b"ISA^0", b"ISA~0"),
        tells_subjects=True,
    )

    def inspect(self, path: Path, given: Settings) -> Inspection:
        """Reads the whole file once: every address that stands in it must meet a rule before the run.

        Errors:  FormatError `x12-count` where the project wants counts and control numbers to be right.
        """
        with opened(path) as file:
            data = file.read(LARGEST)
        encoding = encoding_of(data[:SAMPLE], given.get("encoding"), complete=len(data) <= SAMPLE)
        text = _text(path.parent, Part((path.name,)), encoding)
        batch = open_interchanges([text], "file", by_patient=True)
        wrong: list[int] = batch.about["wrong"]
        if wrong and given.get("envelopes") == "strict":
            raise _wrong_count(wrong[0])
        remark = {"remark": WRONG} if wrong else {}
        return Inspection(tuple(field.address for field in batch.fields), settings_of(encoding) | remark)

    def read(self, path: Path, part: Part, settings: Settings) -> Iterator[Batch]:
        """One batch of a file, a row for each patient's claims."""
        yield open_interchanges([_text(path, part, Encoding.of(settings))], "file", by_patient=True)

    def reread(self, path: Path, part: Part, settings: Settings, *, careful: bool = False) -> Iterator[Batch]:
        del careful
        with decoded_again(opened(path / part.files[0]), settings["encoding"]) as text:
            text.read(1 if settings["bom"] else 0)
            yield interchanges_again(text.read())

    def writer(self, side: Path, part: Part, settings: Settings) -> X12Writer:
        return X12Writer(side / part.files[0], Encoding.of(settings))

    def open_values(self, values: pa.Array, where: str) -> tuple[Batch, pa.BooleanArray]:
        texts, broken = broken_among(values.to_pylist(), lambda text: read_interchanges(text, where))
        return open_interchanges(texts, where, by_patient=False), broken

    def value_spans(self, batch: Batch, edits: Edits) -> pa.Table:
        return interchange_spans(batch, edits)


class X12Writer:
    """Writes the interchanges of a file with the edits put back."""

    def __init__(self, path: Path, encoding: Encoding) -> None:
        self._path, self._encoding = path, encoding

    def write(self, batch: Batch, edits: Edits) -> None:
        texts = pa.array(batch.places, pa.large_string())
        new: list[Any] = spliced(texts, interchange_spans(batch, edits)).to_pylist()
        write_whole(self._path, encode(new[0], self._encoding))

    def finish(self) -> None:
        """Nothing is held open between interchanges."""


def _text(path: Path, part: Part, encoding: Encoding) -> str:
    return read_text(read_whole(path / part.files[0], "file", LARGEST), encoding, "file")


def _wrong_count(segment: int) -> FormatError:
    return FormatError(
        "x12-count",
        "the count or the control number of a segment is not that of the envelope it ends",
        where=f"file segment {segment}",
        hint="`envelopes: as-found` lets wrong counts stay as they are",
    )
