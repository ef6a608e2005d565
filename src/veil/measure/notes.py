"""Note: one text and the marks that people or programs set in it, whatever the format it came in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from veil.errors import FormatError

_BREAK = re.compile(r"[\r\n\t]")


class NoteMark(NamedTuple):
    """A stretch of a text under the word that its source has for it (None: no word, a masked character).

    Units:   half-open, in code points of the raw text.
    """

    start: int
    end: int
    label: str | None


@dataclass(frozen=True, slots=True)
class Note:
    """Shape: `text` is None where a source of predictions tells places only."""

    id: str = field(repr=False)
    text: str | None = field(repr=False)
    marks: tuple[NoteMark, ...] = field(repr=False)


class MarkClaim(NamedTuple):
    """A mark as a file tells it: its pieces, its word, and the text that the file says stands there."""

    pieces: tuple[tuple[int, int], ...]
    label: str | None
    said: str | None

    def marks(self) -> list[NoteMark]:
        return [NoteMark(start, end, self.label) for start, end in self.pieces]


def checked(note: Note, where: str) -> Note:
    """The note, its marks in order.

    Errors:  FormatError `mark-offset` for a mark that is empty, reversed or outside the text.
    """
    size = len(note.text) if note.text is not None else None
    for number, mark in enumerate(note.marks, 1):
        if not 0 <= mark.start < mark.end or (size is not None and mark.end > size):
            raise _outside(where, number)
    return Note(note.id, note.text, tuple(sorted(note.marks, key=lambda mark: mark[:2])))


def fitted(readings: Sequence[str], claims: Sequence[MarkClaim], where: str) -> tuple[str, list[NoteMark]]:
    r"""The text in which every mark stands where its own file says it does.

    Shape:   `readings`: the text as it may have been counted, with its `\r\n` and with `\n` alone, the likelier first. The
             file's own copies of the marked text decide; where both fit, the first is taken.
    Errors:  FormatError `mark-offset`, `mark-text`; `newlines-unclear` where the two readings differ and nothing decides.
    """
    if len(set(readings)) == 1:
        _demand(readings[0], claims, where, strict=False)
        return readings[0], _marks(claims)
    fits = [reading for reading in readings if all(_fits(reading, mark, strict=True) for mark in claims)]
    if not fits:
        _demand(readings[0], claims, where, strict=True)
    first = min(reading.index("\r") for reading in readings if "\r" in reading)
    if len(fits) > 1 and any(mark.said is None and mark.pieces[-1][1] > first for mark in claims):
        raise FormatError(
            "newlines-unclear",
            "the lines end in CR LF, and it is unclear whether offsets count the CR",
            where=where,
            hint="add the annotated text to each annotation, or save the file with LF line ends",
        )
    return fits[0], _marks(claims)


def line_feeds(text: str) -> str:
    r"""The text with every line end as `\n`, as XML readers see it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_unicode(text: str) -> bool:
    """Whether a text has no lone surrogate, which no encoding can write."""
    return not any("\ud800" <= char <= "\udfff" for char in text) if not text.isascii() else True


def unique(notes: Iterable[Note], what: str) -> list[Note]:
    """Errors: FormatError `note-twice` with the positions, never the id."""
    seen: dict[str, int] = {}
    found = []
    for number, note in enumerate(notes, 1):
        if note.id in seen:
            raise FormatError(
                "note-twice", "two notes have the same id", where=f"{what} notes {seen[note.id]} and {number}"
            )
        seen[note.id] = number
        found.append(note)
    return found


def _marks(claims: Sequence[MarkClaim]) -> list[NoteMark]:
    return [mark for claim in claims for mark in claim.marks()]


def _demand(text: str, claims: Sequence[MarkClaim], where: str, *, strict: bool) -> None:
    for number, mark in enumerate(claims, 1):
        if not _inside(text, mark):
            raise _outside(where, number)
        if not _fits(text, mark, strict=strict):
            raise FormatError(
                "mark-text",
                "the text at the offsets of an annotation differs from the text that the annotation states",
                where=f"{where}, mark {number}",
                hint="offsets must count code points of the unchanged text (not bytes, not UTF-16 units)",
            )


def _inside(text: str, mark: MarkClaim) -> bool:
    return all(0 <= start < end <= len(text) for start, end in mark.pieces)


def _fits(text: str, mark: MarkClaim, *, strict: bool) -> bool:
    if not _inside(text, mark):
        return False
    if mark.said is None:
        return True
    stands, said = " ".join(text[start:end] for start, end in mark.pieces), _flat(mark.said)
    exact = said in (_flat(stands), _flat(stands.replace("\r\n", "\n")))
    return exact or (not strict and stands.split() == said.split())


def _flat(text: str) -> str:
    """Line ends and tabs as blanks: attributes of XML and lines of brat cannot hold them."""
    return _BREAK.sub(" ", text)


def _outside(where: str, number: int) -> FormatError:
    return FormatError(
        "mark-offset",
        "an annotation is empty, reversed or outside its text",
        where=f"{where}, mark {number}",
        hint="offsets are half-open [start, end) and count code points",
    )
