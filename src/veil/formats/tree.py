"""Trees: JSON documents and lines of them; a path is an address, a record is a row."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from veil.errors import Error, FormatError
from veil.formats.base import Inspection, Joined, Part, Settings
from veil.formats.encodings import Encoding, decode, encode, read_encoding
from veil.formats.jsontext import Group, Leaf, leaves, removals, spliced, token_of, value_of
from veil.formats.packing import created, opened
from veil.formats.plain import read_whole
from veil.model import Batch, Edits, Field

LINES = 5_000
LARGEST = 512 << 20


def open_documents(
    texts: Sequence[str | None], where: str, *, first: int = 0, about: dict[str, Any] | None = None
) -> Batch:
    """Documents as one batch: row i is document i; a null or blank one has no fields.

    Shape:   n documents -> a field per address, with the rows its values come from.
    Errors:  FormatError `json-broken` with the number of the document.
    """
    found: dict[str, tuple[list[str | None], list[int], list[Leaf]]] = {}
    groups: list[list[Group]] = []
    for row, text in enumerate(texts):
        seen: tuple[list[Leaf], list[Group]] = ([], [])
        if text is not None and text.strip():
            seen = leaves(text, f"{where} document {first + row}")
        groups.append(seen[1])
        for leaf in seen[0]:
            values, rows, places = found.setdefault(leaf.address, ([], [], []))
            values.append(value_of(text[leaf.start : leaf.end]))  # type: ignore[index]
            rows.append(row)
            places.append(leaf)
    fields = tuple(Field(address, pa.array(values, pa.large_string()), pa.array(rows, pa.int64()), places)
                   for address, (values, rows, places) in found.items())  # fmt: skip
    return Batch(fields, len(texts), first, places=(list(texts), groups), about=about or {})


def closed_documents(batch: Batch, edits: Edits) -> list[str | None]:
    """The documents with the edits put back; every other character stays."""
    texts, groups = batch.places
    cuts: list[list[tuple[int, int, str]]] = [[] for _ in texts]
    gone: list[list[Leaf]] = [[] for _ in texts]
    for field in batch.fields:
        rows: list[int] = field.rows.to_pylist() if field.rows is not None else []
        if field.address in edits.removed:
            for row, leaf in zip(rows, field.places, strict=True):
                gone[row].append(leaf)
        elif field.address in edits.columns:
            for row, leaf, new in zip(rows, field.places, edits.columns[field.address].to_pylist(), strict=True):
                token = texts[row][leaf.start : leaf.end]
                if value_of(token) != new:
                    cuts[row].append((leaf.start, leaf.end, token_of(new, token)))
    for row, leafs in enumerate(gone):
        cuts[row] += removals(leafs, groups[row]) if leafs else []
    return [
        spliced(text, _outermost(cut)) if text is not None and cut else text
        for text, cut in zip(texts, cuts, strict=True)
    ]


def _outermost(cuts: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The cuts without those that lie within another."""
    found: list[tuple[int, int, str]] = []
    for cut in sorted(cuts, key=lambda one: (one[0], -one[1])):
        if not found or cut[0] >= found[-1][1]:
            found.append(cut)
    return found


class NdJson(Joined):
    """One JSON document a line; blank lines and line ends stay."""

    name = "ndjson"
    one_part_one_file = False

    def inspect(self, path: Path, given: Settings) -> Inspection:
        """Reads the whole file once: every path that stands in it must meet a rule before the run."""
        encoding = read_encoding(path, given.get("encoding"))
        seen: dict[str, None] = {}
        settings = {"encoding": encoding.name, "bom": encoding.bom.hex()}
        for batch in self.read(path.parent, Part((path.name,)), settings):
            seen.update(dict.fromkeys(field.address for field in batch.fields))
        return Inspection(tuple(seen), settings)

    def split(self, path: Path, settings: Settings, size: int) -> list[tuple[int, int]]:
        del path, settings, size
        return [(0, -1)]

    def read(self, path: Path, part: Part, settings: Settings) -> Iterator[Batch]:
        encoding = Encoding(settings["encoding"], bytes.fromhex(settings["bom"]))
        held: list[str] = []
        first = 0
        try:
            with io.TextIOWrapper(opened(path / part.files[0]), encoding=encoding.name, newline="") as file:
                file.read(1) if encoding.bom else None
                for line in file:
                    held.append(line)
                    if len(held) == LINES:
                        yield _lines(held, first)
                        first, held = first + len(held), []
        except UnicodeDecodeError:
            raise FormatError("encoding-broken", f"the bytes are not {encoding.name}", where=f"line {first + len(held)}",
                              hint="state `encoding:` for this source") from None  # fmt: skip
        if held:
            yield _lines(held, first)

    def writer(self, side: Path, part: Part, settings: Settings) -> TreeWriter:
        return TreeWriter(side / part.files[0], settings)


def _lines(lines: list[str], first: int) -> Batch:
    bodies = [line.rstrip("\r\n") for line in lines]
    ends = [line[len(body) :] for line, body in zip(lines, bodies, strict=True)]
    return open_documents(bodies, "line", first=first, about={"ends": ends})


class Json(NdJson):
    """One document a file: a list at its top is a list of records, anything else one record."""

    name = "json"
    one_part_one_file = True

    def read(self, path: Path, part: Part, settings: Settings) -> Iterator[Batch]:
        encoding = Encoding(settings["encoding"], bytes.fromhex(settings["bom"]))
        text = decode(read_whole(path / part.files[0], "document", LARGEST), encoding, "document")
        yield _records(text)


def _records(text: str) -> Batch:
    """A top list's elements as rows; the text between them travels in `about["ends"]`."""
    if not text.lstrip().startswith("["):
        return open_documents([text], "document", about={"ends": [""], "head": ""})
    _, groups = leaves(text, "document")
    bounds = groups[0].bounds
    if not bounds:
        return open_documents([None], "document", about={"ends": [text], "head": ""})
    bodies = [text[start:end] for start, end in bounds]
    stops = [*(start for start, _ in bounds[1:]), len(text)]
    ends = [text[end:stop] for (_, end), stop in zip(bounds, stops, strict=True)]
    return open_documents(bodies, "record", about={"ends": ends, "head": text[: bounds[0][0]]})


class TreeWriter:
    def __init__(self, path: Path, settings: Settings) -> None:
        self._encoding = Encoding(settings["encoding"], b"")
        codecs.lookup(self._encoding.name)
        self._file = created(path)
        self._file.write(bytes.fromhex(settings["bom"]))

    def write(self, batch: Batch, edits: Edits) -> None:
        pieces = [batch.about.get("head", "")]
        for text, end in zip(closed_documents(batch, edits), batch.about["ends"], strict=True):
            pieces += [text or "", end]
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
