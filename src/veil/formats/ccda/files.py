"""C-CDA as a format: clinical documents in files, one each, and in values."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from veil.errors import FormatError
from veil.formats.base import Inspection, Joined, Part, Settings, refuse_removals
from veil.formats.ccda.address import CCDA
from veil.formats.ccda.documents import HINT, NO_PLACE, ClinicalDocument, DocumentValue, read_document
from veil.formats.ccda.naming import NAMESPACE, NO_SPACE
from veil.formats.ccda.reread import batch_again
from veil.formats.documents import broken_among
from veil.formats.encodings import Encoding, encode
from veil.formats.plain import read_whole, write_whole
from veil.formats.traits import Kind, Traits
from veil.formats.xmltext import cuts, decoded
from veil.formats.xmltree import XmlTree
from veil.model import Batch, Edits, Elements, Field, Splice, by_value, span_table, spliced


class _DocumentCut(NamedTuple):
    """A stretch of a document and what stands there instead."""

    text: int
    start: int
    end: int
    replacement: str
    label: str


class _DocumentPlaces(NamedTuple):
    """What a batch was read from. Shape: n documents."""

    texts: list[str | None]
    documents: list[ClinicalDocument | None]


def open_documents(texts: Sequence[str | None], where: str) -> Batch:
    """Documents as one batch, a row each.

    Errors:  FormatError `ccda-shape`, those of XML.
    """
    documents = [
        read_document(text, f"{where} {number}") if text is not None and text.strip() else None
        for number, text in enumerate(texts)
    ]
    height = len(documents)
    columns: dict[str, tuple[list[DocumentValue], list[int], list[int]]] = {}
    parents, rows_of = [NO_PLACE] * height, list(range(height))
    for row, document in enumerate(documents):
        if document is None:
            continue
        base = len(parents)
        parents += [row if parent == NO_PLACE else base + parent for parent in document.parents]
        rows_of += [row] * len(document.parents)
        for value in document.values:
            values, rows, places = columns.setdefault(value.address, ([], [], []))
            values.append(value)
            rows.append(row)
            places.append(row if value.element == NO_PLACE else base + value.element)
    fields = tuple(
        Field(
            address,
            pa.array([value.value for value in values], pa.large_string()),
            pa.array(rows, pa.int64()),
            values,
            element=pa.array(places, pa.int64()),
        )
        for address, (values, rows, places) in columns.items()
    )
    tree = Elements(pa.array(np.array(parents, np.int64)), pa.array(np.array(rows_of, np.int64)))
    return Batch(fields, height, places=_DocumentPlaces(list(texts), documents), elements=tree)


def document_spans(batch: Batch, edits: Edits) -> pa.Table:
    """The edits as spans of the documents. Shape: a table of `veil.model.SPANS`, value i is document i."""
    refuse_removals(edits)
    shells = _empty_shells(batch, edits)
    found: list[_DocumentCut] = []
    for field in batch.fields:
        rows = _rows_of(field)
        if field.address in edits.removed:
            for row, value in zip(rows, field.places, strict=True) if field.address != NAMESPACE else ():
                if (row, value.shell) not in shells:
                    found += _removed(row, value)
            continue
        new = edits.changed(field)
        if new is not None:
            found += _changed(field, rows, new, by_value(edits.spans.get(field.address)))
    for row, shell in shells:
        element = batch.places.documents[row].tree.elements[shell]
        found.append(_DocumentCut(row, element.start, element.end, "", ""))
    found = _outermost(found)
    if NAMESPACE in edits.removed:
        found = _outermost([*found, *_without_spaces(batch, found)])
    return span_table(*zip(*found, strict=True)) if found else span_table()


def _outermost(found: list[_DocumentCut]) -> list[_DocumentCut]:
    """The cuts in order, without those that lie in another: what stands in an element that goes, goes with it."""
    kept: list[_DocumentCut] = []
    for cut in sorted(found, key=lambda cut: (cut.text, cut.start, -cut.end)):
        if not (kept and kept[-1].text == cut.text and cut.start < kept[-1].end and cut.end <= kept[-1].end):
            kept.append(cut)
    return kept


def _without_spaces(batch: Batch, found: list[_DocumentCut]) -> Iterator[_DocumentCut]:
    """The cuts that take declarations of name spaces out.

    Shape:   `found`: all other cuts, in order.
    Keeps:   where a name with its prefix stays, the declaration does too, of a name space that says nothing.
    """
    field = batch.field(NAMESPACE)
    gone: dict[int, list[_DocumentCut]] = {}
    for cut in found:
        gone.setdefault(cut.text, []).append(cut)
    used: dict[int, set[str]] = {}
    for row, value in zip(_rows_of(field), field.places, strict=True) if field is not None else ():
        if row not in used:
            used[row] = _prefixes(batch.places.documents[row].tree, gone.get(row, []))
        start, end = value.found.whole
        name = batch.places.texts[row][start:end].split("=", 1)[0].strip()
        if name.partition(":")[2] in used[row]:
            yield from (
                _DocumentCut(row, *piece, "") for piece in cuts(value.found.runs, 0, len(value.value), NO_SPACE)
            )
        else:
            yield _DocumentCut(row, start, end, "", "")


def _prefixes(tree: XmlTree, gone: list[_DocumentCut]) -> set[str]:
    """The prefixes of the names that stay; "" where one has none."""
    starts = [cut.start for cut in gone]

    def stays(start: int) -> bool:
        at = bisect_right(starts, start) - 1
        return at < 0 or gone[at].end <= start or bool(gone[at].replacement)

    names = [element.name for element in tree.elements if stays(element.start)]
    names += [named.name for element in tree.elements for named in element.attributes if stays(named.start)]
    return {name.rpartition(":")[0] for name in names}


def _rows_of(field: Field) -> list[int]:
    return [] if field.rows is None else list(field.rows.to_pylist())


def _changed(field: Field, rows: list[int], new: pa.Array, spans: dict[int, list[Splice]]) -> Iterator[_DocumentCut]:
    """The cuts that give the values of a field their new texts. Shape: n rows, n new values; `spans`: those of each value."""
    for i, (row, value, text) in enumerate(zip(rows, field.places, new.to_pylist(), strict=True)):
        if text == value.value:
            continue
        own = spans.get(i) or [
            Splice(0, len(value.value or ""), text or (NO_SPACE if field.address == NAMESPACE else ""))
        ]
        for span in own:
            for piece in cuts(value.found.runs, span.start, span.end, span.replacement):
                yield _DocumentCut(row, *piece, span.label)


def _removed(row: int, value: DocumentValue) -> list[_DocumentCut]:
    """The cuts that take a value out, and what goes with it."""
    if value.found.whole is not None:
        return [_DocumentCut(row, *value.found.whole, "", "")]
    return [_DocumentCut(row, run.start, run.end, "", "") for run in value.found.runs]


def _empty_shells(batch: Batch, edits: Edits) -> set[tuple[int, int]]:
    """The elements that no standard has and of which nothing stays. Shape: row and number of each."""
    there: Counter[tuple[int, int]] = Counter()
    gone: Counter[tuple[int, int]] = Counter()
    for field in batch.fields:
        is_gone = field.address in edits.removed
        for row, value in zip(_rows_of(field), field.places, strict=True):
            if value.shell != NO_PLACE:
                there[row, value.shell] += 1
                gone[row, value.shell] += is_gone
    return {shell for shell, count in there.items() if gone[shell] == count}


class Ccda(Joined):
    """Clinical documents as C-CDA; every character outside an edit stays as it is, comments and instructions go by rule."""

    name = "ccda"
    traits = Traits(
        Kind.RECORDS, (".ccda",), CCDA, many_files=True, opens=True, joins=False, exact=True, standard="ccda"
    )

    def inspect(self, path: Path, given: Settings) -> Inspection:
        """Reads the whole file once: every address that stands in it must meet a rule before the run.

        Keeps:   a file that is no such document has no address here; the run puts it in quarantine, and the others go on.
        """
        del given
        try:
            text, _ = _decoded(path, "file")
            batch = open_documents([text], "file")
        except FormatError:
            return Inspection((), {})
        return Inspection(tuple(field.address for field in batch.fields), {})

    def read(self, path: Path, part: Part, settings: Settings) -> Iterator[Batch]:
        """One batch of all files of the part, a row for each."""
        del settings
        read = [_decoded(path / file, f"file {number}") for number, file in enumerate(part.files)]
        batch = open_documents([text for text, _ in read], "file")
        places = [(file, encoding) for file, (_, encoding) in zip(part.files, read, strict=True)]
        yield Batch(batch.fields, batch.height, places=(batch.places, places), about={}, elements=batch.elements)

    def reread(self, path: Path, part: Part, settings: Settings, *, careful: bool = False) -> Iterator[Batch]:
        del careful, settings
        yield batch_again([decoded(read_whole(path / file, ""), "")[0] for file in part.files])

    def writer(self, side: Path, part: Part, settings: Settings) -> CcdaWriter:
        del part, settings
        return CcdaWriter(side)

    def open_values(self, values: pa.Array, where: str) -> tuple[Batch, pa.BooleanArray]:
        texts, broken = broken_among(values.to_pylist(), lambda text: read_document(text, where))
        return open_documents(texts, where), broken

    def value_spans(self, batch: Batch, edits: Edits) -> pa.Table:
        return document_spans(batch, edits)


def _decoded(path: Path, where: str) -> tuple[str, Encoding]:
    """The text of a file, which must have one."""
    text, encoding = decoded(read_whole(path, where), where)
    if not text.strip():
        raise FormatError("ccda-shape", "the file is empty", where=where, hint=HINT)
    return text, encoding


class CcdaWriter:
    """Writes each document to the name that the batch's `about["names"]` gives it."""

    def __init__(self, side: Path) -> None:
        self._side = side

    def write(self, batch: Batch, edits: Edits) -> None:
        inner: _DocumentPlaces
        files: list[tuple[str, Encoding]]
        inner, files = batch.places
        own = Batch(batch.fields, batch.height, places=inner)
        texts = pa.array(inner.texts, pa.large_string())
        new: list[Any] = spliced(texts, document_spans(own, edits)).to_pylist()
        names: list[str] = batch.about.get("names") or [name for name, _ in files]
        for name, text, (_, encoding) in zip(names, new, files, strict=True):
            write_whole(self._side / name, encode(text, encoding))

    def finish(self) -> None:
        """Nothing is held open between documents."""
