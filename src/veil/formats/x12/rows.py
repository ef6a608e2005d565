"""Rows of X12: which segments are about one patient, whom each name belongs to, and by which number the patient is known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from veil.formats.x12.address import PATIENT, PATIENT_CODES
from veil.formats.x12.standard import FOLLOWS, OWNED, qualifier

_HEADS = frozenset(("ISA", "GS", "ST", "TA1"))
_TAILS = frozenset(("SE", "GE", "IEA"))
_WORK = frozenset(
    ("CLM", "EQ", "EB", "STC", "UM", "TRN", "CLP")
)  # what is asked or said of the person whose level it is
_MEMBER = "834"
_PAYMENT = "835"
_NUMBERS = frozenset(("MI", "II", "HN", "ZZ", "MR", "MC", "C1", ""))  # kinds of NM1-9 that number a member


class SegmentCells(Protocol):
    """A segment as cells alone."""

    @property
    def name(self) -> str: ...

    def cell(self, place: int) -> str: ...


@dataclass(slots=True)
class X12Rows:
    """What the segments of a file are about.

    Shape:   of each segment its row, and the code of the name that it belongs to (`patient`, `85`; "" for none). A row is a patient's
             level with its claims, a claim payment, a member, else a transaction; heads belong to the row behind them.
             `subjects`: by row the number that the patient is known by; a dependent without one by the subscriber's, a name and a birth,
             a row without any by its claim, else by its interchange.
    """

    rows: list[int] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)
    subjects: list[str | None] = field(default_factory=list)


@dataclass(slots=True)
class _Row:
    """A row while its segments come. Shape: `names`: the places of its NM1, `claimed`: where its claims begin, -1 for none."""

    kind: str = ""
    has_body: bool = False
    has_patient: bool = False
    has_dependent: bool = False
    has_work: bool = False
    claimed: int = -1
    names: list[int] = field(default_factory=list)


def rows_of(segments: Sequence[SegmentCells]) -> X12Rows:
    found, rows, heads = X12Rows(), [_Row()], list[int]()
    for place, segment in enumerate(segments):
        if _begins(segment, rows[-1]):
            rows.append(_Row(rows[-1].kind))
        _enter(segment, place, rows[-1])
        found.rows.append(len(rows) - 1)
        heads.append(_owner(segments, place, heads, rows[-1].kind))
    patients = [_patient(segments, row) for row in rows]
    chosen = {place for place in patients if place is not None}
    for place, head in enumerate(heads):
        code = "" if head < 0 else PATIENT if head in chosen else qualifier("NM1-1", segments[head].cell(1))
        found.owners.append(code if segments[place].name in OWNED | {"NM1", "N1"} else "")
    found.subjects = _subjects(segments, found, rows, patients)
    return found


def _begins(segment: SegmentCells, row: _Row) -> bool:
    """Whether a segment begins a row."""
    name = segment.name
    if name in _HEADS:
        return row.has_body
    if name == "HL" and row.kind not in (_MEMBER, _PAYMENT):
        if segment.cell(3) in ("22", "PT"):
            return row.has_patient
        return segment.cell(3) == "23" and (row.has_dependent or row.has_work)
    return (name, row.kind) in (("CLP", _PAYMENT), ("INS", _MEMBER)) and row.has_patient


def _enter(segment: SegmentCells, place: int, row: _Row) -> None:
    name = segment.name
    if name == "ST":
        row.kind = segment.cell(1)
    row.has_body |= name not in _HEADS
    is_level = name == "HL" and row.kind not in (_MEMBER, _PAYMENT)
    row.has_dependent |= is_level and segment.cell(3) == "23"
    row.has_patient |= is_level and segment.cell(3) in ("22", "23", "PT")
    row.has_patient |= (name, row.kind) in (("CLP", _PAYMENT), ("INS", _MEMBER))
    row.has_work |= row.has_patient and name in _WORK
    if name == "CLM" and row.claimed < 0:
        row.claimed = place
    if name == "NM1":
        row.names.append(place)


def _owner(segments: Sequence[SegmentCells], place: int, heads: list[int], kind: str) -> int:
    """The place of the name that a segment belongs to, -1 for none."""
    name = segments[place].name
    if name in ("NM1", "N1"):
        return place
    if name not in FOLLOWS or not heads:
        return -1
    before = heads[-1]
    in_claim = kind == _PAYMENT and before >= 0 and segments[before].name == "NM1"
    return -1 if in_claim else before  # in a payment the names of a claim stand alone


def _patient(segments: Sequence[SegmentCells], row: _Row) -> int | None:
    """The place of the name of a row's patient: QC, else 03, else 74, else the first IL that no claim goes before."""
    by_code: dict[str, int] = {}
    for place in row.names:
        code = segments[place].cell(1)
        if code != "IL" or row.claimed < 0 or place < row.claimed:
            by_code.setdefault(code, place)
    return next((by_code[code] for code in PATIENT_CODES if code in by_code), None)


def _subjects(
    segments: Sequence[SegmentCells], found: X12Rows, rows: list[_Row], patients: list[int | None]
) -> list[str | None]:
    members = _MembersOfRows(segments, found)
    return [members.subject(row, rows[row], patients[row]) for row in range(len(rows))]


class _MembersOfRows:
    """Who the patients of a file are, row by row."""

    def __init__(self, segments: Sequence[SegmentCells], found: X12Rows) -> None:
        self._segments = segments
        self._head = ""
        self._subscriber = ""  # the number of the last subscriber: dependents of other rows are known by it
        self._by_row: dict[int, list[tuple[str, SegmentCells]]] = {}
        for segment, row, owner in zip(segments, found.rows, found.owners, strict=True):
            self._by_row.setdefault(row, []).append((owner, segment))

    def subject(self, row: int, what: _Row, patient: int | None) -> str | None:
        segments = self._by_row.get(row, [])
        named = self._segments[patient] if patient is not None else None
        subscriber = self._number_of(segments, what)
        if subscriber or any(segment.name == "HL" and segment.cell(3) == "22" for _, segment in segments):
            self._subscriber = subscriber
        own = _number(named) if named is not None else ""
        if what.kind == _MEMBER and not own and any(s.name == "INS" and s.cell(1) == "Y" for _, s in segments):
            own = subscriber
        if own:
            return own
        base = subscriber or self._subscriber
        if base and named is not None and (what.kind == _MEMBER or named.cell(1) not in ("IL", "74")):
            return _dependent(base, named, segments)
        return _claim(segments) or self._interchange(segments)

    def _interchange(self, segments: list[tuple[str, SegmentCells]]) -> str:
        """An interchange without a person and a claim is one of its own, so that its dates move together."""
        self._head = next((s.cell(6) + s.cell(13) for _, s in segments if s.name == "ISA"), self._head)
        return json.dumps(("interchange", self._head))

    def _number_of(self, segments: list[tuple[str, SegmentCells]], what: _Row) -> str:
        """The number of the subscriber whom a row names: of a member the one that all of the family share."""
        if what.kind == _MEMBER:
            return next((s.cell(2).strip() for _, s in segments if s.name == "REF" and s.cell(1) == "0F"), "")
        return next((_number(s) for _, s in segments if s.name == "NM1" and s.cell(1) == "IL"), "")


def _number(name: SegmentCells) -> str:
    return name.cell(9).strip() if name.cell(8) in _NUMBERS else ""


def _dependent(base: str, name: SegmentCells, segments: list[tuple[str, SegmentCells]]) -> str:
    """A dependent who has no number: the subscriber's, the given name, and the day of birth."""
    born = next((s.cell(2) for owner, s in segments if s.name == "DMG" and owner == PATIENT), "")
    return json.dumps((base, name.cell(4).strip().upper(), born.strip()))


def _claim(segments: list[tuple[str, SegmentCells]]) -> str | None:
    """Without any number of a person, a claim is a patient of its own."""
    number = next((s.cell(1).strip() for _, s in segments if s.name in ("CLM", "CLP")), "")
    return json.dumps(("claim", number)) if number else None
