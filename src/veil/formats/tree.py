"""Trees: JSON documents and lines of them; a path is an address, a record is a row."""

from __future__ import annotations

import codecs
import io
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa

from veil.errors import Error, FormatError
from veil.formats import json_reread
from veil.formats.addresses import JSONPATH
from veil.formats.base import Inspection, Joined, Part, Settings, refuse_removals
from veil.formats.compression import created, opened
from veil.formats.encodings import Encoding, decoded_again, encode, read_encoding, read_text
from veil.formats.extendedjson import date_of, number_of
from veil.formats.jsontext import (
    DOCUMENT,
    JSON_BROKEN,
    Container,
    Element,
    Leaf,
    TextCut,
    Tree,
    addresses_in,
    element_removals,
    inner_cuts,
    is_broken,
    leaves,
    list_bounds,
    removals,
    spliced,
    token_of,
    value_of,
)
from veil.formats.plain import read_whole
from veil.formats.skipped_rows import BROKEN, BrokenRows
from veil.formats.traits import ENCODED, Kind, Traits
from veil.model import Batch, Edits, Elements, Field, Splice, by_value, span_table

_Item = TypeVar("_Item")
LINES = 5_000
LARGEST = 512 << 20


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the values of documents stand. Shape: n documents, n lists of groups, e elements as their document has them."""

    texts: list[str | None]
    groups: list[list[Container]]
    elements: list[Element]


class _Column(NamedTuple):
    """The values of one address, so far."""

    values: list[str | None]
    rows: list[int]
    elements: list[int]
    places: list[Leaf]


def open_documents(
    texts: Sequence[str | None],
    where: str,
    *,
    first: int = 0,
    about: dict[str, Any] | None = None,
    are_sound: bool = False,
) -> Batch:
    """Documents as one batch: row i is document i; a null or blank one has no fields.

    Shape:   n documents -> a field per address, with the rows and the elements its values come from. `are_sound`: they
             are known to be JSON.
    Errors:  FormatError `json-broken` with the number of the document.
    """
    found: dict[str, _Column] = {}
    groups: list[list[Container]] = []
    elements, row_of = [DOCUMENT] * len(texts), list(range(len(texts)))
    for row, text in enumerate(texts):
        seen = Tree([], [], [DOCUMENT])
        if text is not None and text.strip():
            seen = leaves(text, f"{where} document {first + row}", is_sound=are_sound)
        groups.append(seen.groups)
        numbers = [row, *range(len(elements), len(elements) + len(seen.elements) - 1)]
        elements += [Element(numbers[element.parent], element.group, element.order) for element in seen.elements[1:]]
        row_of += [row] * (len(seen.elements) - 1)
        for leaf in seen.leaves:
            column = found.setdefault(leaf.address, _Column([], [], [], []))
            column.values.append(_value(leaf, text or ""))
            column.rows.append(row)
            column.elements.append(numbers[leaf.element])
            column.places.append(leaf)
    tree = Elements(pa.array([element.parent for element in elements], pa.int64()), pa.array(row_of, pa.int64()))
    fields = tuple(_field(address, column) for address, column in found.items())
    places = _Places(list(texts), groups, elements)
    return Batch(fields, len(texts), first, places=places, about=about or {}, elements=tree)


def _value(leaf: Leaf, text: str) -> str | None:
    """The value of a leaf, a moment of Extended JSON as a date."""
    value = value_of(text[leaf.start : leaf.end])
    return None if value is None else date_of(leaf.address, value)


def _field(address: str, column: _Column) -> Field:
    rows, elements = pa.array(column.rows, pa.int64()), pa.array(column.elements, pa.int64())
    return Field(address, pa.array(column.values, pa.large_string()), rows, column.places, element=elements)


def closed_documents(batch: Batch, edits: Edits) -> list[str | None]:
    """The documents with the edits put back; every other character stays. A removed one is null."""
    refuse_removals(edits, "elements", "rows")
    gone = set(edits.removed_rows.to_pylist())
    return [
        None if row in gone else spliced(text, cuts) if text is not None and cuts else text
        for row, (text, cuts) in enumerate(zip(batch.places.texts, _cuts(batch, edits), strict=True))
    ]


def document_spans(batch: Batch, edits: Edits) -> pa.Table:
    """The edits of documents as spans of their texts. Shape: a table of `veil.model.SPANS`, value i is document i."""
    every = [(row, *cut) for row, cuts in enumerate(_cuts(batch, edits)) for cut in cuts]
    return span_table(*zip(*every, strict=True)) if every else span_table()


def _cuts(batch: Batch, edits: Edits) -> list[list[TextCut]]:
    """What is put back into each document, in order; none lies in another. Shape: n documents -> n lists."""
    places: _Places = batch.places
    cuts: list[list[TextCut]] = [[] for _ in places.texts]
    gone: list[list[Leaf]] = [[] for _ in places.texts]
    for field in batch.fields:
        rows: list[int] = field.rows.to_pylist() if field.rows is not None else []
        if field.address in edits.removed:
            for row, leaf in zip(rows, field.places, strict=True):
                gone[row].append(leaf)
            continue
        new = edits.changed(field)
        if new is None:
            continue
        spans = by_value(edits.spans.get(field.address))
        for i, (row, leaf, value) in enumerate(zip(rows, field.places, new.to_pylist(), strict=True)):
            cuts[row] += _leaf_cuts(places.texts[row] or "", leaf, value, spans.get(i, []))
    _take_elements(edits.removed_elements.to_pylist(), batch, cuts)
    for row, leafs in enumerate(gone):
        cuts[row] += removals(leafs, places.groups[row]) if leafs else []
    return [_outermost(some) for some in cuts]


def _leaf_cuts(text: str, leaf: Leaf, new: str | None, spans: list[Splice]) -> list[TextCut]:
    """What is put into one value: its spans where it is a text, else the whole of it."""
    token = text[leaf.start : leaf.end]
    said = value_of(token)
    was = said or ""
    shown = date_of(leaf.address, was)
    if new == (None if said is None else shown):
        return []
    if new is not None and shown != was:  # a moment in milliseconds; what is none is text
        number = number_of(leaf.address, new, was)
        quoted = number is None or token.startswith('"')
        return [TextCut(leaf.start, leaf.end, json.dumps(number or new) if quoted else str(number))]
    if new is not None and spans and token.startswith('"'):
        return inner_cuts(token, leaf.start, [TextCut(*span) for span in spans])
    return [TextCut(leaf.start, leaf.end, token_of(new, token))]


def _take_elements(numbers: list[int], batch: Batch, cuts: list[list[TextCut]]) -> None:
    """Elements of lists, taken out of their documents."""
    by_row: dict[int, list[Element]] = {}
    for number in numbers:
        if number >= batch.height and batch.elements is not None:
            by_row.setdefault(batch.elements.row[number].as_py(), []).append(batch.places.elements[number])
    for row, elements in by_row.items():
        cuts[row] += element_removals(elements, batch.places.groups[row])


def _outermost(cuts: list[TextCut]) -> list[TextCut]:
    """The cuts in order, without those that lie within another."""
    found: list[TextCut] = []
    for cut in sorted(cuts, key=lambda edge: (edge.start, -edge.end)):
        if not found or cut.start >= found[-1].end:
            found.append(cut)
    return found


class NdJson(Joined):
    """One JSON document a line; blank lines and line ends stay."""

    name = "ndjson"
    traits = Traits(
        Kind.RECORDS, (".ndjson", ".jsonl"), JSONPATH, ENCODED, exact=True, leaves_out=True, passes_broken=True
    )

    def inspect(self, path: Path, given: Settings) -> Inspection:
        """Reads the whole file once: every path that stands in it must meet a rule before the run."""
        encoding = read_encoding(path, given.get("encoding"))
        settings = {
            "encoding": encoding.name,
            "bom": encoding.bom.hex(),
            **({BROKEN: True} if given.get(BROKEN) else {}),
        }
        return Inspection(self._addresses(path, settings), settings)

    def _addresses(self, path: Path, settings: dict[str, Any]) -> tuple[str, ...]:
        seen: dict[str, None] = {}
        for batch in self.read(path.parent, Part((path.name,)), settings):
            seen.update(dict.fromkeys(field.address for field in batch.fields))
        return tuple(seen)

    def read(self, path: Path, part: Part, settings: Settings) -> Iterator[Batch]:
        encoding = Encoding.of(settings)
        lines = _Lines(part.without, passes_broken=bool(settings.get(BROKEN)))
        try:
            with io.TextIOWrapper(opened(path / part.files[0]), encoding=encoding.name, newline="") as file:
                file.read(1) if encoding.bom else None
                yield from lines.batches(file)
        except UnicodeDecodeError:
            raise FormatError(
                "encoding-broken",
                f"the file is not valid {encoding.name}",
                where=f"line {lines.read}",
                hint="set `encoding:` for this source",
            ) from None

    def reread(self, path: Path, part: Part, settings: Settings, *, careful: bool = False) -> Iterator[Batch]:
        del careful
        first, passes_broken = 0, bool(settings.get(BROKEN))
        with decoded_again(opened(path / part.files[0]), settings["encoding"]) as text:
            text.read(1 if settings["bom"] else 0)
            documents = json_reread.documents_of(text, passes_broken=passes_broken)
            stay = _staying(documents, part.without)
            while some := list(itertools.islice(stay, LINES)):
                yield json_reread.batch_of(some, first)
                first += len(some)

    def writer(self, side: Path, part: Part, settings: Settings) -> TreeWriter:
        return TreeWriter(side / part.files[0], settings)


class _Lines:
    """The lines of a part as documents. Units: `read`: how many lines have been read so far."""

    def __init__(self, without: Sequence[int], *, passes_broken: bool) -> None:
        self._without, self._passes_broken, self.read = without, passes_broken, 0
        self._broken: list[int] = []

    def batches(self, file: Iterable[str]) -> Iterator[Batch]:
        """Batches of as many lines that stay, so that a second reading and the output are cut alike."""
        first = 0
        stay = _staying(self._sound(file), self._without)
        while lines := list(itertools.islice(stay, LINES)):
            yield self._batch(lines, first)
            first += len(lines)
        if self._broken:
            yield self._batch([], first)

    def _sound(self, file: Iterable[str]) -> Iterator[str]:
        for line in file:
            if self._passes_broken and is_broken(line):
                self._broken.append(self.read)
            else:
                yield line
            self.read += 1

    def _batch(self, lines: list[str], first: int) -> Batch:
        bodies = [line.rstrip("\r\n") for line in lines]
        ends = [line[len(body) :] for line, body in zip(lines, bodies, strict=True)]
        broken = {BROKEN: BrokenRows(JSON_BROKEN, tuple(self._broken))} if self._broken else {}
        self._broken = []
        try:
            return open_documents(bodies, "line", first=first, about={"ends": ends, **broken})
        except FormatError as error:
            wrong = next((row for row, line in enumerate(bodies, 1) if is_broken(line)), 0)
            raise (error.placed(row=first + wrong) if wrong else error) from None


def _staying(items: Iterable[_Item], without: Sequence[int]) -> Iterator[_Item]:
    """The items but for those of some numbers."""
    out = frozenset(without)
    return (item for number, item in enumerate(items) if number not in out)


class Json(NdJson):
    """One document a file: a list at its top is a list of records, anything else one record."""

    name = "json"
    traits = Traits(Kind.RECORDS, (".json",), JSONPATH, ENCODED, opens=True, joins=False, exact=True, leaves_out=True)

    def _addresses(self, path: Path, settings: dict[str, Any]) -> tuple[str, ...]:
        """Without a look at where anything stands; a document that is broken is read again, to say where."""
        encoding = Encoding.of(settings)
        seen = addresses_in(read_text(read_whole(path, "document", LARGEST), encoding, "document"))
        return super()._addresses(path, settings) if seen is None else tuple(seen)

    def open_values(self, values: pa.Array, where: str) -> tuple[Batch, pa.BooleanArray]:
        return open_cells(values, where)

    def value_spans(self, batch: Batch, edits: Edits) -> pa.Table:
        return document_spans(batch, edits)

    def read(self, path: Path, part: Part, settings: Settings) -> Iterator[Batch]:
        encoding = Encoding.of(settings)
        text = read_text(read_whole(path / part.files[0], "document", LARGEST), encoding, "document")
        yield _records(text, part.without)

    def reread(self, path: Path, part: Part, settings: Settings, *, careful: bool = False) -> Iterator[Batch]:
        del careful
        with decoded_again(opened(path / part.files[0]), settings["encoding"]) as text:
            text.read(1 if settings["bom"] else 0)
            yield json_reread.batch_of(list(_staying(json_reread.records_of(text.read()), part.without)))


def _records(text: str, without: Sequence[int] = ()) -> Batch:
    """A top list's elements as rows; the text between them travels in `about["ends"]`."""
    if not text.lstrip().startswith("["):
        return open_documents(list(_staying([text], without)), "document", about={"ends": [""], "head": ""})
    bounds = list_bounds(text)
    sound = bounds is not None
    if bounds is None:
        bounds = leaves(text, "document").groups[0].bounds
    if not bounds:
        return open_documents([None], "document", about={"ends": [text], "head": ""})
    stops = [*(start for start, _ in bounds[1:]), len(text)]
    records = [(text[start:end], text[end:stop]) for (start, end), stop in zip(bounds, stops, strict=True)]
    stay = list(_staying(records, without))
    bodies, ends = [body for body, _ in stay], [end for _, end in stay]
    ends[-1:] = [records[-1][1]] if ends else []  # what closes the list
    return open_documents(bodies, "record", about={"ends": ends, "head": text[: bounds[0][0]]}, are_sound=sound)


class TreeWriter:
    def __init__(self, path: Path, settings: Settings) -> None:
        self._encoding = Encoding(settings["encoding"], b"")
        codecs.lookup(self._encoding.name)
        self._file = created(path)
        self._file.write(bytes.fromhex(settings["bom"]))

    def write(self, batch: Batch, edits: Edits) -> None:
        bodies = closed_documents(batch, edits)
        ends, gone = list(batch.about["ends"]), set(edits.removed_rows.to_pylist())
        kept = [row for row in range(batch.height) if row not in gone]
        if gone and kept and "head" in batch.about:
            ends[kept[-1]] = ends[-1]  # what closes the list stays where its last record went
        pieces = [batch.about.get("head", ""), *(piece for row in kept for piece in (bodies[row] or "", ends[row]))]
        if gone and not kept and "head" in batch.about:
            pieces.append(ends[-1] or "null")
        self._file.write(encode("".join(pieces), self._encoding))

    def finish(self) -> None:
        self._file.close()


def open_cells(cells: pa.Array, where: str) -> tuple[Batch, pa.BooleanArray]:
    """Cells that hold JSON as a batch, and which cells could not be read (those are null in the batch)."""
    texts: list[str | None] = []
    broken: list[bool] = []
    for text in cells.to_pylist():
        good = True
        if text is not None and text.strip():
            try:
                leaves(text, where)
            except Error:
                good = False
        texts.append(text if good else None)
        broken.append(not good)
    return open_documents(texts, where), pa.array(broken, pa.bool_())
