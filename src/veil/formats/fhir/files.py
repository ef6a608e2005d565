"""FHIR as a format: bundles and single resources as JSON or XML, bulk exports as lines of JSON."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from veil.errors import FormatError, LimitError
from veil.formats.base import UNREADABLE, Inspection, Joined, Part, Settings
from veil.formats.compression import bare, created, opened
from veil.formats.documents import broken_among
from veil.formats.encodings import Encoding, decoded_again, encode, encoding_of, read_encoding, read_text
from veil.formats.fhir.address import FHIR, IDENTIFIER, PATIENT
from veil.formats.fhir.batches import EITHER, JSON, XML, closed_resources, is_xml, open_resources, resource_spans
from veil.formats.fhir.reread import FhirReader, members_of_json
from veil.formats.fhir.xml_reread import members_of
from veil.formats.plain import read_whole
from veil.formats.traits import Kind, Traits
from veil.formats.xmltext import decoded
from veil.model import Batch, Edits

LINES = 2_000
LARGEST = 512 << 20
HEAD = 1 << 16
WHOLE, BULK, MARKED = "json", "lines", "xml"
_BULK_ENDINGS = (".ndjson", ".jsonl")


class Fhir(Joined):
    """FHIR R4, R4B, R5 and STU3; every character outside an edit stays as it is."""

    name = "fhir"
    traits = Traits(
        Kind.RECORDS,
        (".fhir",),
        FHIR,
        "veil.formats.stated_settings:Extended",
        opens=True,
        joins=False,
        exact=True,
        standard="fhir",
        key=b'"resourceType"',
    )

    def inspect(self, path: Path, given: Settings) -> Inspection:
        """Reads the whole file once: every address that stands in it must meet a rule before the run.

        Keeps:   a file that is no FHIR has no address here; the run puts it in quarantine, and the others go on.
        """
        stated = given.get("encoding")
        settings: dict[str, Any] = {"extensions": sorted(given.get("extensions") or ())}
        seen: dict[str, None] = dict.fromkeys((PATIENT, IDENTIFIER))
        try:
            settings.update(_how_written(path, stated))
            for batch in self.read(path.parent, Part((path.name,)), settings):
                seen.update(dict.fromkeys(field.address for field in batch.fields))
        except (FormatError, LimitError) as error:
            if error.code == "encoding-unknown":
                raise  # the project states it
            usual = {"encoding": stated or "utf-8", "bom": "", "syntax": WHOLE}
            return Inspection((PATIENT, IDENTIFIER), {**usual, **settings, UNREADABLE: True})
        return Inspection(tuple(seen), settings)

    def read(self, path: Path, part: Part, settings: Settings) -> Iterator[Batch]:
        """Batches with a row for each resource: one of a whole document, one of some lines of a bulk export."""
        file, encoding, named = path / part.files[0], Encoding.of(settings), frozenset(settings["extensions"])
        if settings["syntax"] == BULK:
            yield from _bulk(file, encoding, named)
            return
        text = read_text(read_whole(file, "file", LARGEST), encoding, "file")
        batch = open_resources([text], "file", XML if settings["syntax"] == MARKED else JSON, named)
        if not batch.height:
            raise FormatError("fhir-type", "the file has no resource", where="file", hint="expected one FHIR resource")
        batch.about["ends"] = [""]  # type: ignore[index]
        yield batch

    def reread(self, path: Path, part: Part, settings: Settings, *, careful: bool = False) -> Iterator[Batch]:
        del careful
        reader = FhirReader(settings["extensions"], members_of if settings["syntax"] == MARKED else members_of_json)
        with decoded_again(opened(path / part.files[0]), settings["encoding"]) as text:
            text.read(1 if settings["bom"] else 0)
            if settings["syntax"] != BULK:
                yield reader.batch([text.read()])
                return
            while lines := list(itertools.islice(text, LINES)):
                yield reader.batch(lines)

    def writer(self, side: Path, part: Part, settings: Settings) -> FhirWriter:
        return FhirWriter(side / part.files[0], Encoding.of(settings))

    def open_values(self, values: pa.Array, where: str) -> tuple[Batch, pa.BooleanArray]:
        texts, broken = broken_among(values.to_pylist(), lambda text: open_resources([text], where, EITHER))
        return open_resources(texts, where, EITHER, by_resource=False), broken

    def value_spans(self, batch: Batch, edits: Edits) -> pa.Table:
        return resource_spans(batch, edits)


def _bulk(file: Path, encoding: Encoding, named: frozenset[str]) -> Iterator[Batch]:
    """The lines of a bulk export, some at a time."""
    done = first = 0
    try:
        with io.TextIOWrapper(opened(file), encoding=encoding.name, newline="") as text:
            text.read(1) if encoding.bom else None
            while lines := list(itertools.islice(text, LINES)):
                bodies = [line.rstrip("\r\n") for line in lines]
                batch = open_resources(bodies, "", JSON, named, first=first, line=done + 1)
                batch.about["ends"] = [  # type: ignore[index]
                    line[len(body) :] for line, body in zip(lines, bodies, strict=True)
                ]
                yield batch
                done, first = done + len(lines), first + batch.height
    except UnicodeDecodeError:
        raise FormatError(
            "encoding-broken",
            f"the file is not valid {encoding.name}",
            where=f"after line {done}",
            hint="set `encoding:` for this source",
        ) from None


class FhirWriter:
    """Writes documents with the edits put back."""

    def __init__(self, path: Path, encoding: Encoding) -> None:
        self._encoding = Encoding(encoding.name, b"")
        self._file = created(path)
        self._file.write(encoding.bom)

    def write(self, batch: Batch, edits: Edits) -> None:
        pieces = zip(closed_resources(batch, edits), batch.about["ends"], strict=True)
        self._file.write(encode("".join(itertools.chain.from_iterable(pieces)), self._encoding))

    def finish(self) -> None:
        self._file.close()


def _how_written(path: Path, stated: str | None) -> dict[str, str]:
    """The settings by which a file is read. Shape: `stated`: the encoding that the project names."""
    syntax = _syntax_of(path)
    if syntax == MARKED and not stated:
        _, encoding = decoded(read_whole(path, "file", LARGEST), "file")
    else:
        encoding = read_encoding(path, stated)
    return {"encoding": encoding.name, "bom": encoding.bom.hex(), "syntax": syntax}


def _syntax_of(path: Any) -> str:
    """How a file writes resources: as JSON, one a line or one that the whole file is, or as XML."""
    if bare(path.name).lower().endswith(_BULK_ENDINGS):
        return BULK
    with opened(path) as file:
        sample = file.read(HEAD)
    encoding = encoding_of(sample, complete=False)
    if is_xml(sample[len(encoding.bom) :].decode(encoding.name, "replace")):
        return MARKED
    head = sample.removeprefix(b"\xef\xbb\xbf").strip().split(b"\n", 1)
    try:
        return BULK if len(head) > 1 and isinstance(json.loads(head[0]), dict) else WHOLE
    except (ValueError, RecursionError):
        return WHOLE
