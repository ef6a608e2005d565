"""JSON lines: a note a line, with its spans; or spans alone, as the measuring interface answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from veil.errors import FormatError
from veil.measure.notes import Note, NoteMark, checked, is_unicode


def read_lines(data: str, what: str, *, needs_text: bool) -> Iterator[Note]:
    """Notes of `{"id","text","spans":[{"start","end","label"}]}` lines; a span may also be `[start, end, label?]`.

    Errors:  FormatError `annotation-line` with the number of the line, never its content; `mark-offset`.
    """
    for number, line in enumerate(data.split("\n"), 1):
        if line.strip():
            yield _note(line, f"{what} line {number}", needs_text=needs_text)


def written(notes: Iterable[Note]) -> str:
    """Shape: one line a note, in order."""
    return "".join(
        json.dumps(
            {
                "id": note.id,
                "text": note.text,
                "spans": [{"start": mark.start, "end": mark.end, "label": mark.label} for mark in note.marks],
            }
        )
        + "\n"
        for note in notes
    )


def _note(line: str, where: str, *, needs_text: bool) -> Note:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise _bad(where, "is not valid JSON") from None
    if not isinstance(record, dict) or not isinstance(record.get("id"), (str, int)):
        raise _bad(where, "has no id")
    text, spans = record.get("text"), record.get("spans")
    if not isinstance(text, str) and (needs_text or text is not None):
        raise _bad(where, "has no text")
    if not isinstance(spans, list):
        raise _bad(where, "has no list of spans")
    if isinstance(text, str) and not is_unicode(text):
        raise _bad(where, "has half a surrogate pair in its text")
    return checked(Note(str(record["id"]), text, tuple(_mark(span, where) for span in spans)), where)


def _mark(given: Any, where: str) -> NoteMark:
    if isinstance(given, dict):
        given = [given.get("start"), given.get("end"), given.get("label")]
    if not isinstance(given, list) or len(given) < 2 or not all(type(edge) is int for edge in given[:2]):
        raise _bad(where, "has a span whose start or end is not a whole number")
    label = given[2] if len(given) > 2 else None
    if label is not None and not isinstance(label, str):
        raise _bad(where, "has a span whose label is not text")
    return NoteMark(given[0], given[1], label)


def _bad(where: str, what: str) -> FormatError:
    return FormatError(
        "annotation-line",
        f"a line {what}",
        where=where,
        hint='{"id": "1", "text": "...", "spans": [{"start": 0, "end": 4, "label": "NAME"}]}',
    )
