"""brat: a text file and an .ann file a note; of the annotations the text-bound ones (T lines)."""

from __future__ import annotations

import re

from veil.errors import FormatError
from veil.measure.notes import MarkClaim, Note, fitted, line_feeds

_LINE = re.compile(r"T\S*\t(\S+) (\d{1,12} \d{1,12}(?:;\d{1,12} \d{1,12})*)(?:\t(.*))?")
_BREAK = re.compile(r"[\r\n]")


def read_note(text: str, annotations: str, name: str, where: str) -> Note:
    """The note of a pair of files; each piece of a discontinuous annotation is a mark of its own.

    Errors:  FormatError `ann-line` with the number of the line, never its content; `mark-offset`, `mark-text`,
             `newlines-unclear`.
    """
    claims = []
    for number, line in enumerate(annotations.replace("\r\n", "\n").split("\n"), 1):
        if line.startswith("T"):
            claims.append(_claim(line, f"{where} line {number}"))
    text, marks = fitted([text, line_feeds(text)], claims, where)
    return Note(name, text, tuple(sorted(marks, key=lambda mark: mark[:2])))


def written(note: Note) -> tuple[str, str]:
    """Shape: the text file, the .ann file; a line end within a mark is written as a blank, as brat does."""
    text = note.text or ""
    lines = [
        f"T{number}\t{mark.label} {mark.start} {mark.end}\t{_BREAK.sub(' ', text[mark.start : mark.end])}\n"
        for number, mark in enumerate(note.marks, 1)
    ]
    return text, "".join(lines)


def _claim(line: str, where: str) -> MarkClaim:
    found = _LINE.fullmatch(line)
    if found is None:
        raise FormatError(
            "ann-line",
            "a text-bound annotation cannot be read",
            where=where,
            hint="expected: T1, a tab, LABEL START END, a tab, the text",
        )
    pieces = [piece.split(" ") for piece in found.group(2).split(";")]
    return MarkClaim(tuple((int(start), int(end)) for start, end in pieces), found.group(1), found.group(3))
