"""Short identifiers: numbers and codes too short to identify by themselves: a cue before them says that they do; and where numbers end."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from veil.lexicon.units import UNITS
from veil.model import Label


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LONGEST_GAP, _FARTHEST = 6, 4
_GAP = re.compile(r"[\s:#.=()\[\]\-'\"*|_/]*\Z")
_END = re.compile(r"\n\s*\n|[.;!?]\s")  # a cue does not reach over the end of a sentence
_ABBREVIATED = _words("no nos nr nbr num acct rec ident")
_NUMBERED = _words("id ids identifier no nr nbr num number")
_FILLERS = _NUMBERED | _words("nos numbers key code is was the as")
_CUES = _words("mrn record account acct chart id ids identifier csn fin har hsp mpi empi ssn pid uid")
_BY_LABEL = {
    Label.HEALTH_PLAN: "policy member subscriber beneficiary",
    Label.LICENSE: "license licence lic passport",
    Label.DEVICE: "serial",
    Label.VEHICLE: "vin plate",
    Label.ZIP: "zip zipcode postal postcode",
    Label.PHONE: "phone tel telephone ext extension pager",
    Label.FAX: "fax",
}
_PEOPLE = _words("patient patients pt subject client resident participant member case person")
_DOSES = frozenset(unit for unit in UNITS if len(unit) > 1) | {"u", "g"}
_LONGEST_DOSE = 6
_JOINED = re.compile(r"[./,:\-%^x]\Z")


class Pieces(Protocol):
    """The pieces of one text: `words[i]` stands at `starts[i]:ends[i]` of `shown`."""

    shown: str
    words: list[str]
    starts: list[int]
    ends: list[int]

    def gap(self, i: int) -> str: ...


@dataclass(frozen=True, slots=True)
class ShortCues:
    """What says that a short identifier follows: `words` do, `nouns` where `number`, `id` or # stands between."""

    words: frozenset[str]
    nouns: frozenset[str]


def cues_of(label: Label, column: Sequence[str]) -> ShortCues:
    """The cues of a label, and of the column of these pieces: `mrn`, `patient id`, `specimen no`."""
    named = [piece for piece in column if piece not in _FILLERS and not piece.isdigit()]
    whole = {"".join(column)} - _PEOPLE - _FILLERS - {""}
    return ShortCues(_CUES | frozenset(_BY_LABEL.get(label, "").split()) | whole, _PEOPLE | frozenset(named[-1:]))


def is_cued(read: Pieces, first: int, last: int, cues: ShortCues, names: Collection[str]) -> bool:
    """Whether a cue stands before pieces `first` to `last`, and nothing makes them a dose, a count or part of a number.

    Shape:   `names` are the owner's own: behind one of them `#` or `number` is a cue.
    """
    if _is_within(read, first, last) or _is_counted(read, last):
        return False
    numbered = False
    at = first - 1
    while at >= max(0, first - _FARTHEST) and _is_near(read, at):
        word = read.words[at]
        numbered = numbered or "#" in read.gap(at + 1)
        if word in cues.words or (at and read.words[at - 1] + word in cues.words and _is_near(read, at - 1)):
            return True
        if word in cues.nouns or word in names:
            return numbered
        if word not in _FILLERS:
            return False
        numbered = numbered or word in _NUMBERED
        at -= 1
    alone = first == 0 and not read.shown[read.ends[last] :].strip()
    return alone and "#" in read.shown[: read.starts[first]]


def _is_near(read: Pieces, at: int) -> bool:
    """Whether piece `at` and the next one belong together: `MRN: 12`, `account no. 12`."""
    gap = read.gap(at + 1)
    ends = _END.search(gap) is not None and not (read.words[at] in _ABBREVIATED and gap.startswith(". "))
    return len(gap) <= _LONGEST_GAP and _GAP.match(gap) is not None and not ends


def _is_within(read: Pieces, first: int, last: int) -> bool:
    """Whether the pieces are part of a longer word or number: `4mg`, `A1c`, `7/10`, `7.1`."""
    if last + 1 < len(read.words):
        gap = read.gap(last + 1)
        if not gap or (read.words[last + 1][0].isdigit() and _JOINED.match(gap)):
            return True
    gap = read.gap(first) if first else " "
    return bool(read.words[first - 1].isdigit() and (not gap or _JOINED.match(gap))) if first else False


def _is_counted(read: Pieces, last: int) -> bool:
    """Whether a unit or a sign of percent follows."""
    if read.shown[read.ends[last] : read.ends[last] + 2].strip().startswith("%"):
        return True
    return last + 1 < len(read.words) and read.words[last + 1] in UNITS and read.gap(last + 1) in (" ", "-")


def whole_word(read: Pieces, first: int, last: int) -> tuple[int, int] | None:
    """The first and the last piece of a long number with the letters grown to it; None where it is a dose (`10000mg`).

    Keeps:   a cue before it is left out of it: `MRN00418812`.
    """
    digits = sum(len(word) for word in read.words[first : last + 1])
    while last + 1 < len(read.words) and not read.gap(last + 1):
        if read.words[last].isdigit() and digits <= _LONGEST_DOSE and read.words[last + 1] in _DOSES:
            return None
        last += 1
    while first and not read.gap(first) and read.words[first - 1] not in _CUES:
        first -= 1
    return first, last
