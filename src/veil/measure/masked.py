"""Masked: a text of the same length with `*` where something was found, as Philter writes it."""

from __future__ import annotations

from itertools import groupby

from veil.errors import FormatError
from veil.measure.notes import NoteMark

MASK = "*"


def marks_of(original: str, masked: str, where: str) -> tuple[NoteMark, ...]:
    """The runs of characters that were masked; they have no label.

    Errors:  FormatError `masked-text` where the two differ in length, or in anything but masked characters.
    """
    if len(masked) != len(original):
        raise _other(where, "does not have the length of the note")
    if any(new not in (old, MASK) for old, new in zip(original, masked, strict=True)):
        raise _other(where, "differs from the note in more than masked characters")
    places = [at for at, (old, new) in enumerate(zip(original, masked, strict=True)) if old != new]
    runs = [[at for _, at in run] for _, run in groupby(enumerate(places), key=lambda pair: pair[1] - pair[0])]
    return tuple(NoteMark(run[0], run[-1] + 1, None) for run in runs)


def _other(where: str, what: str) -> FormatError:
    return FormatError(
        "masked-text",
        f"a masked text {what}",
        where=where,
        hint="expected: a `*` for each masked character, all other characters unchanged",
    )
