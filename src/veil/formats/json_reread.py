"""JSON read a second way: by the standard library's parser, without a look at where anything stands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from veil.errors import FormatError
from veil.formats.addresses import EMPTY
from veil.formats.extendedjson import date_of
from veil.model import Batch, Field


class RereadMembers(list[tuple[str, Any]]):
    """An object as its members in order, a name that stands twice among them."""


def parsed(text: str) -> Any:
    """A document with numbers as they are written. Errors: FormatError `reread`."""
    try:
        return json.loads(text, object_pairs_hook=RereadMembers, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise FormatError("reread", "the check by a second JSON reader failed: not valid JSON") from None


def records_of(text: str) -> list[Any]:
    """The records of a document: the elements of a list at its top, or the document."""
    found = parsed(text)
    if isinstance(found, list) and not isinstance(found, RereadMembers):
        return list(found) or [_NOTHING]
    return [found]


def batch_of(documents: Sequence[Any], first: int = 0) -> Batch:
    """Documents as a batch. Shape: row i is document i; a blank line is NOTHING and has no fields."""
    found: dict[str, tuple[list[str | None], list[int]]] = {}
    for row, document in enumerate(documents):
        if document is not _NOTHING:
            for address, value in _leaves(document, "$"):
                values, rows = found.setdefault(address, ([], []))
                values.append(value)
                rows.append(row)
    fields = tuple(
        Field(address, pa.array(values, pa.large_string()), pa.array(rows, pa.int64()))
        for address, (values, rows) in found.items()
    )
    return Batch(fields, len(documents), first)


def documents_of(lines: Iterable[str], *, passes_broken: bool) -> Iterator[Any]:
    """The documents of lines. Errors: FormatError `reread` for a line that is none, unless those are passed over."""
    for line in lines:
        try:
            yield parsed(line) if line.strip() else _NOTHING
        except FormatError:
            if not passes_broken:
                raise


def _leaves(value: Any, address: str) -> Iterator[tuple[str, str | None]]:
    if isinstance(value, RereadMembers):
        yield from [(address + EMPTY, "{}")] if not value and address != "$" else []
        for key, member in value:
            yield from _leaves(member, f"{address}.{key}")
    elif isinstance(value, list):
        yield from [(address + EMPTY, "[]")] if not value and address != "$" else []
        for member in value:
            yield from _leaves(member, f"{address}[*]")
    elif isinstance(value, bool):
        yield address, "true" if value else "false"
    else:
        yield address, None if value is None else date_of(address, value)


_NOTHING = object()
