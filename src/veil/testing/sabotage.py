"""Sabotage: a part that does nothing, is off by one, or skips the last; law 10 says that `verify` must notice."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from veil.errors import PartError
from veil.model import Batch, Edits, Field, Span

HOWS = ("nothing", "shifted", "last")


def sabotaged(kind: type[Any], how: str) -> type[Any]:
    """A class like `kind`, an operator's, a detector's, a judge's or a format's, that does its work badly.

    Takes:   `kind`: the class of an operator, detector, judge or format; `how`: one of `HOWS`
    Shape:   `nothing`: values, texts or edits pass as they are. `shifted`: each row gets its neighbour's answer, each
             span stands one character late. `last`: the last row, or the last span of a text, is forgotten.
    Errors:  PartError `sabotage-unknown`.
    """
    if how not in HOWS:
        raise PartError("sabotage-unknown", "unknown kind of sabotage", hint="one of: " + ", ".join(HOWS))
    if hasattr(kind, "replace"):
        return _operator(kind, how)
    if hasattr(kind, "judge"):
        return _judge(kind, how)
    return _detector(kind, how) if hasattr(kind, "find") else _format(kind, how)


def _operator(kind: type[Any], how: str) -> type[Any]:
    true = kind.replace

    def replace(self: Any, values: pa.Array, about: pa.Table, keys: Any) -> Any:
        outcome = true(self, values, about, keys)
        return type(outcome)(_spoiled(values, outcome.values, how))

    return type(kind.__name__, (kind,), {"__slots__": (), "__doc__": kind.__doc__, "replace": replace})


def _spoiled(before: pa.Array, after: pa.Array, how: str) -> pa.Array:
    if how == "nothing" or not len(after):
        return before
    if how == "last":
        return pa.concat_arrays([after.slice(0, len(after) - 1), before.slice(len(after) - 1).cast(after.type)])
    rolled = pa.concat_arrays([after.slice(len(after) - 1), after.slice(0, len(after) - 1)])
    return pc.if_else(before.is_valid(), pc.coalesce(rolled, after), pa.scalar(None, after.type))


def _detector(kind: type[Any], how: str) -> type[Any]:
    true = kind.find

    def find(self: Any, texts: Any, owners: Any) -> list[list[Span]]:
        return _ill_found(texts, true(self, texts, owners), how)

    return type(kind.__name__, (kind,), {"find": find})


def _judge(kind: type[Any], how: str) -> type[Any]:
    true = kind.judge

    def judge(self: Any, texts: Any, found: Any) -> list[list[Span]]:
        return _ill_found(texts, true(self, texts, found), how)

    return type(kind.__name__, (kind,), {"judge": judge})


def _ill_found(texts: Any, found: list[list[Span]], how: str) -> list[list[Span]]:
    if how == "nothing":
        return [[] for _ in found]
    if how == "last":
        return [[span for span in spans if span.end <= max(spans).start] for spans in found]
    return [
        [_late(span, len(text.raw)) for span in spans if span.length > 1]
        for text, spans in zip(texts, found, strict=True)
    ]


def _late(span: Span, length: int) -> Span:
    return span._replace(start=span.start + 1, end=min(span.end + 1, length))


def _format(kind: type[Any], how: str) -> type[Any]:
    true = kind.writer

    def writer(self: Any, *given: Any) -> Any:
        sink = true(self, *given)
        put = sink.write
        sink.write = lambda batch, edits: put(batch, _ill_put(batch, edits, how))
        return sink

    return type(kind.__name__, (kind,), {"writer": writer})


def _ill_put(batch: Batch, edits: Edits, how: str) -> Edits:
    if how == "nothing":
        return Edits()
    fields: dict[str, Field] = {field.address: field for field in batch.fields}
    columns = {
        address: _spoiled(fields[address].values, new.cast(pa.large_string()), how)
        for address, new in edits.whole(batch.fields).items()
    }
    return Edits(columns, edits.removed)
