"""Documents: files that are read whole. One object reads them from files, from folders and from within values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import pyarrow as pa

from veil.errors import Error
from veil.formats.base import Inspection, Joined, Part, Settings, refuse_removals
from veil.formats.encodings import Encoding, encode
from veil.formats.plain import read_whole, write_whole
from veil.model import Batch, Edits, Field, Splice, by_value, spliced


@runtime_checkable
class Opens(Protocol):
    """A format whose documents can be opened inside a value.

    Shape:   of `open_values` the batch has a row for each value, and the array says which values are no such document
             (those are null in the batch). `value_spans`: a table of `veil.model.SPANS`, value i is document i.
    """

    def open_values(self, values: pa.Array, where: str) -> tuple[Batch, pa.BooleanArray]: ...

    def value_spans(self, batch: Batch, edits: Edits) -> pa.Table: ...


class Document(Protocol):
    """One kind of document: bytes to Batch, Batch and Edits to bytes.

    Shape:   `addresses`: the fields that every document has. Texts are the documents as they are decoded, null for one
             that is not there; `open_texts` makes row i of document i, `text_spans` says how the edits change the texts.
    Errors:  FormatError of the kind, with the number of the document.
    """

    addresses: tuple[str, ...]

    def decode(self, data: bytes, settings: Settings, where: str) -> tuple[str, Encoding]: ...

    def open_texts(self, texts: Sequence[str | None], where: str) -> Batch: ...

    def reopen_text(self, data: bytes, settings: Settings) -> dict[str, str | list[str] | None]:
        """The values of one document by another way, a list where a field has many. Errors: FormatError `reread`."""
        ...

    def text_spans(self, batch: Batch, edits: Edits) -> pa.Table: ...


def broken_among(
    texts: Sequence[str | None], read: Callable[[str], object]
) -> tuple[list[str | None], pa.BooleanArray]:
    """The texts that can be read, and which of the others cannot."""
    good: list[str | None] = []
    broken: list[bool] = []
    for text in texts:
        bad = False
        if text is not None and text.strip():
            try:
                read(text)
            except Error:
                bad = True
        good.append(None if bad else text)
        broken.append(bad)
    return good, pa.array(broken, pa.bool_())


def changed_fields(batch: Batch, edits: Edits) -> Iterator[tuple[Field, list[str | None], dict[int, list[Splice]]]]:
    """The fields that change: their new values, and the spans of those in which only words do.

    Errors:  FormatError `removal-unknown` where rows or elements are to go.
    """
    refuse_removals(edits)
    for field in batch.fields:
        if field.address in edits.removed:
            yield field, [None] * len(field), {}
            continue
        new = edits.changed(field)
        if new is not None:
            yield field, new.to_pylist(), by_value(edits.spans.get(field.address))


class DocumentFiles(Joined):
    """A format of files and folders, made of one kind of document; the same kind opens values."""

    document: Document

    def inspect(self, path: Path, given: Settings) -> Inspection:
        del path
        return Inspection(
            self.document.addresses, {key: value for key, value in given.items() if key != "name" and value}
        )

    def read(self, path: Path, part: Part, settings: Settings) -> Iterator[Batch]:
        """One batch of all files of the part."""
        read = [
            self.document.decode(read_whole(path / file, f"file {number}"), settings, f"file {number}")
            for number, file in enumerate(part.files)
        ]
        batch = self.document.open_texts([text for text, _ in read], "file")
        places = [(file, text, encoding) for file, (text, encoding) in zip(part.files, read, strict=True)]
        yield Batch(batch.fields, batch.height, places=(batch, places), about={})

    def reread(self, path: Path, part: Part, settings: Settings, *, careful: bool = False) -> Iterator[Batch]:
        del careful
        seen = [self.document.reopen_text(read_whole(path / file, ""), settings) for file in part.files]
        yield batch_of_values(self.document.addresses, seen)

    def writer(self, side: Path, part: Part, settings: Settings) -> DocumentWriter:
        del part, settings
        return DocumentWriter(side, self.document)

    def open_values(self, values: pa.Array, where: str) -> tuple[Batch, pa.BooleanArray]:
        texts, broken = broken_among(values.to_pylist(), lambda text: self.document.open_texts([text], where))
        return self.document.open_texts(texts, where), broken

    def value_spans(self, batch: Batch, edits: Edits) -> pa.Table:
        return self.document.text_spans(batch, edits)


def batch_of_values(addresses: Sequence[str], seen: Sequence[Mapping[str, str | list[str] | None]]) -> Batch:
    return Batch(tuple(_field_of(address, [values[address] for values in seen]) for address in addresses), len(seen))


def _field_of(address: str, values_of: Sequence[str | list[str] | None]) -> Field:
    """One field: a value a document, or its lists in a row."""
    if not any(isinstance(values, list) for values in values_of):
        return Field(address, pa.array(values_of, pa.large_string()))
    found = [(row, value) for row, values in enumerate(values_of) if isinstance(values, list) for value in values]
    rows, texts = zip(*found, strict=True) if found else ((), ())
    return Field(address, pa.array(texts, pa.large_string()), pa.array(rows, pa.int64()))


class DocumentWriter:
    """Writes each document to the name that the batch's `about["names"]` gives it."""

    def __init__(self, side: Path, document: Document) -> None:
        self._side, self._document = side, document

    def write(self, batch: Batch, edits: Edits) -> None:
        inner, places = batch.places
        texts = pa.array([text for _, text, _ in places], pa.large_string())
        new: list[Any] = spliced(texts, self._document.text_spans(inner, edits)).to_pylist()
        names: list[str] = batch.about.get("names") or [name for name, _, _ in places]
        for name, text, (_, _, encoding) in zip(names, new, places, strict=True):
            write_whole(self._side / name, encode(text, encoding))

    def finish(self) -> None:
        """Nothing is held open between documents."""
