"""Batches of FHIR: the values of documents as fields, and edits as changes of each document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from veil.errors import FormatError, LimitError
from veil.formats.base import refuse_removals
from veil.formats.fhir.address import IDENTIFIER, PATIENT
from veil.formats.fhir.attachments import as_base64
from veil.formats.fhir.json_cuts import json_cuts
from veil.formats.fhir.json_nodes import read_json
from veil.formats.fhir.nodes import Reading
from veil.formats.fhir.resources import FhirValue, ResourceReader, Resources, ValueChange
from veil.formats.fhir.xml_cuts import xml_cuts
from veil.formats.fhir.xml_nodes import XmlResource, read_xml
from veil.formats.jsontext import TextCut, spliced
from veil.model import Batch, Edits, Elements, Field, by_value, span_table


class Syntax(NamedTuple):
    """A way of writing FHIR: how a document is read, and how its changes become cuts of its text."""

    read: Callable[[str, str], Reading]
    cuts: Callable[..., list[TextCut]]


def _read_either(text: str, where: str) -> Reading:
    return (read_xml if is_xml(text) else read_json)(text, where)


def _either_cuts(about: Any, changes: Sequence[ValueChange]) -> list[TextCut]:
    return xml_cuts(about, changes) if isinstance(about, XmlResource) else json_cuts(about, changes)


JSON = Syntax(read_json, json_cuts)
XML = Syntax(read_xml, xml_cuts)
EITHER = Syntax(_read_either, _either_cuts)  # each document as it begins


def is_xml(text: str) -> bool:
    """Whether a document is written as XML, and not as JSON."""
    return text.lstrip().startswith("<")


@dataclass(frozen=True, slots=True)
class FhirPlaces:
    """Where the values of documents stand. Shape: n texts, n readings (None: a blank one)."""

    texts: list[str | None]
    readings: list[Reading | None]
    syntax: Syntax


class _FhirColumn(NamedTuple):
    """The values of one address, so far, each with the number of its document."""

    values: list[FhirValue]
    documents: list[int]


def open_resources(
    texts: Sequence[str | None],
    where: str,
    syntax: Syntax,
    extensions: frozenset[str] = frozenset(),
    *,
    first: int = 0,
    line: int = 0,
    by_resource: bool = True,
) -> Batch:
    """Documents as one batch.

    Shape:   `first`: the number of the first row; `line`: that of the first text, where each is a line of a file;
             `by_resource`: a row for each resource, else one for each text.
    Errors:  those of the syntax, and FormatError `fhir-type`.
    """
    found = Resources()
    readings: list[Reading | None] = []
    row_documents: list[int] = []
    value_documents: list[int] = []
    for number, text in enumerate(texts):
        reading = None
        if text is not None and text.strip():
            try:
                reading = syntax.read(text, where)
                ResourceReader(found, where, extensions).read(reading.root)
            except (FormatError, LimitError) as error:
                raise (error.placed(row=line + number) if line else error) from None
        readings.append(reading)
        row_documents += [number] * (found.rows - len(row_documents))
        value_documents += [number] * (len(found.values) - len(value_documents))
    height = found.rows if by_resource else len(texts)
    rows = np.arange(height) if by_resource else np.array(row_documents, np.int64)
    parents = [int(rows[-1 - parent]) if parent < 0 else height + parent for parent in found.parents]
    tree = Elements(
        pa.array(np.concatenate([np.full(height, -1), np.array(parents, np.int64)])),
        pa.array(np.concatenate([np.arange(height), rows[np.array(found.row_of, np.int64)]])),
    )
    columns: dict[str, _FhirColumn] = {}
    for value, document in zip(found.values, value_documents, strict=True):
        column = columns.get(value.address)
        if column is None:
            column = columns[value.address] = _FhirColumn([], [])
        column.values.append(value)
        column.documents.append(document)
    fields = tuple(_field(address, column, rows, height) for address, column in columns.items())
    owners = {
        PATIENT: pa.array([owner.patient for owner in found.owners], pa.large_string()),
        IDENTIFIER: pa.array([owner.number for owner in found.owners], pa.large_string()),
    }
    places = FhirPlaces(list(texts), readings, syntax)
    return Batch(fields, height, first, places=places, elements=tree, owners=owners if by_resource else {})


def _field(address: str, column: _FhirColumn, rows: np.ndarray[tuple[int], np.dtype[np.int64]], height: int) -> Field:
    values = column.values
    elements = [int(rows[-1 - value.element]) if value.element < 0 else height + value.element for value in values]
    return Field(
        address,
        pa.array([value.value for value in values], pa.large_string()),
        pa.array(rows[np.array([value.row for value in values], np.int64)]),
        list(zip(values, column.documents, strict=True)),
        element=pa.array(elements, pa.int64()),
    )


def _cuts(batch: Batch, edits: Edits) -> list[list[TextCut]]:
    """What is put back into each document. Shape: n documents -> n lists."""
    refuse_removals(edits)
    places: FhirPlaces = batch.places
    changes: list[list[ValueChange]] = [[] for _ in places.texts]
    for field in batch.fields:
        if field.address in edits.removed:
            for value, document in field.places:
                changes[document].append(ValueChange(value, None, is_removed=True))
            continue
        new = edits.changed(field)
        if new is None or new.equals(field.values):
            continue
        spans = by_value(edits.spans.get(field.address))
        for i, ((value, document), text) in enumerate(zip(field.places, new.to_pylist(), strict=True)):
            if text != value.value:
                is_coded = value.is_coded and bool(text)
                changes[document].append(
                    ValueChange(value, as_base64(text)) if is_coded else ValueChange(value, text, spans.get(i, ()))
                )
    return [
        places.syntax.cuts(reading.about, own) if reading is not None and own else []
        for reading, own in zip(places.readings, changes, strict=True)
    ]


def closed_resources(batch: Batch, edits: Edits) -> list[str]:
    """The documents with the edits put back; every other character stays."""
    return [
        spliced(text or "", cuts) if cuts else text or ""
        for text, cuts in zip(batch.places.texts, _cuts(batch, edits), strict=True)
    ]


def resource_spans(batch: Batch, edits: Edits) -> pa.Table:
    """The edits as spans of the texts. Shape: a table of `veil.model.SPANS`, value i is text i."""
    every = [(number, *cut) for number, cuts in enumerate(_cuts(batch, edits)) for cut in cuts]
    return span_table(*zip(*every, strict=True)) if every else span_table()
