"""Shift: dates moved by their subject's own number of days."""

from __future__ import annotations

import datetime as dt
from collections import deque
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from veil.errors import PolicyError
from veil.keys import Keys, draws
from veil.lexicon.dates import LATEST, move_column, read_column, read_date
from veil.model import column_of
from veil.operators.base import Outcome, in_range, one_of, outcome
from veil.operators.births import Births, birth_years, ninety_before, reference_of
from veil.operators.promise import Moves, Promise
from veil.operators.steps import move_by

Days = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LONGEST = {"days": 365, "weeks": 52, "hours": 365 * 24, "months": 12, "years": 5}
_PURPOSE = "shift"
_ENDLESS = pa.array(["infinity", "-infinity"], pa.large_string())  # PostgreSQL, DuckDB
_EPOCH = dt.date(1970, 1, 1).toordinal()


def shift_days(subjects: pa.Array, keys: Keys, min: int = 1, max: int = 365) -> Days:  # noqa: A002 - the words of the policy
    """The shift of each subject.

    Shape:   n `large_string` subjects -> n; 0 where the subject is null, and only there.
    Units:   from `min` to `max` either way, or in just that range where `min` is under 0; both are met, 0 never.
    Keeps:   one subject has one shift, under one key, whatever the batch.
    """
    key = (keys.id, keys.version, min, max)
    for of_key, of, found in _lately:
        if of_key == key and _is_same(of, subjects):
            return found
    found = _drawn(subjects, keys, min, max)
    _lately.appendleft((key, subjects, found))
    return found


# A batch asks for the steps of the same rows once a column: forward, and back to see whether they come back.
_lately: deque[tuple[tuple[Any, ...], pa.Array, Days]] = deque(maxlen=4)


def _is_same(left: pa.Array, right: pa.Array) -> bool:
    """Whether two arrays are the same piece of memory, which the first keeps alive."""
    if not isinstance(left, pa.Array) or not isinstance(right, pa.Array) or len(left) != len(right):
        return False
    return left.offset == right.offset and _places(left) == _places(right)


def _places(column: pa.Array) -> list[int]:
    return [buffer.address if buffer is not None else 0 for buffer in column.buffers()]


def _drawn(subjects: pa.Array, keys: Keys, min: int, max: int) -> Days:  # noqa: A002
    encoded = pc.dictionary_encode(subjects)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    words = draws(encoded.dictionary, keys, _PURPOSE)
    span = np.uint64(max - min + 1 - (min < 0 <= max))
    sizes = (words[:, 0] % span).astype(np.int64) + min
    either = (
        sizes + (sizes >= 0)
        if min < 0 <= max
        else sizes
        if min < 0
        else np.where(words[:, 1] & np.uint64(1), sizes, -sizes)
    )
    signed = np.append(either, 0)
    at = encoded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
    found: Days = signed[at]
    found.flags.writeable = False
    return found


@dataclass(frozen=True, slots=True)
class Shift:
    """Shifts each date by the same amount as all dates of its patient.

    Shape:   n dates, n subjects -> n dates, same order; null stays null. Unread: what is no date in the stated
             order, a date without a subject, a step of 0 given from outside, a date its form cannot say.
    Units:   `unit`: days, weeks, hours, months or years; `min` to `max` of them either way, both met, never 0; a `min`
             under 0 states the range as it is (`min: -30, max: -10` goes back in time for all). A given
             `about.offset` is in days and goes before the key.
    Keeps:   intervals within a subject (days and weeks: exactly, in local wall time); the written form and its
             precision; time of day and zone. Months and years are exceptions: the end of a month cuts them short.
             A bare year of birth moves with the whole date, where `about.born` has it.
             Births (`birth`, a date that is `about.born`, any date in a text) that would show an age over 89 at
             `reference_date` become the day that shows 90: listed.
             `infinity` and `-infinity`, as databases write a period without an end, are no day of anybody: kept, listed.
    Source:  the practice of MIMIC-IV (one offset per subject_id). Not Safe Harbor.
    """

    unit: str = "days"
    min: int = 1
    max: int | None = None
    birth: bool = False
    day_first: bool = False
    reference_date: dt.date | str | None = None
    latest: int | None = None
    name: ClassVar[str] = "shift"
    derives: ClassVar[bool] = True
    reversible: ClassVar[bool] = True

    @property
    def promise(self) -> Promise:
        moves = Moves(self.unit, self.min, self._most, births=self.birth)
        return Promise(
            stays=self._may_stay, asks=frozenset({"subject", "born", "offset"}), keeps_type=True, moves=moves
        )

    def _may_stay(self, values: pa.Array) -> pa.BooleanArray:
        """Coarse dates that a small step may leave alone, periods without an end, the day that clamped births become."""
        read = read_column(values, day_first=self.day_first, latest=self._latest)
        endless = pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(values)), _ENDLESS)
        coarse = pc.or_(pc.fill_null(pc.not_equal(read.precision, "day"), fill_value=False), endless)
        if self._reference is None:
            return coarse
        clamped = ninety_before(self._reference).toordinal() - _EPOCH
        return pc.or_(coarse, pc.fill_null(pc.equal(read.days, clamped), fill_value=False))

    def __post_init__(self) -> None:
        one_of(self.name, "unit", self.unit, tuple(LONGEST))
        most = LONGEST[self.unit]
        if self.max is None:
            object.__setattr__(self, "max", most)
        signed = isinstance(self.min, int) and self.min < 0
        in_range(self.name, "max", self.max, -most if signed else 1, most)
        in_range(self.name, "min", self.min, -most if signed else 1, self._most)
        reference = self._reference
        if self.birth and reference is None:
            raise PolicyError("operator-option", "`shift` of birth dates needs the option `reference_date`")
        if self.latest is None:
            year = reference.year if self.birth and reference is not None else LATEST
            object.__setattr__(self, "latest", year)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        """See the class. Errors: KeyringError `keys-missing`."""
        steps, given = self.steps(about, keys)
        moved = self._moved(values, steps, given)
        if self.birth and self.unit in ("days", "weeks"):
            days = np.where(given | (self.unit == "days"), steps, steps * 7)
            moved = birth_years(values, moved, days, column_of(about, "born"))
        moved, listed = self._clamp(values, moved, about)
        endless = _endless(values, moved)
        if endless is not None:
            moved = pc.if_else(endless, values, moved)
            listed = endless if listed is None else pc.or_(listed, endless)
        return outcome(values, moved, listed)

    def restore(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        """The dates before the shift; unread where they cannot be known.

        Keeps:   exact for dates of day precision under days, weeks and hours; a form that does not pad its numbers
                 may come back padded otherwise (`4/2/2012`). Coarser dates, months, years and clamped births are
                 unread: only the vault knows them.
        """
        if self.unit in ("months", "years") or self.birth:
            return outcome(values, pa.nulls(len(values), pa.large_string()))
        steps, given = self.steps(about, keys)
        exact = pc.equal(read_column(values, day_first=self.day_first, latest=self._latest).precision, "day")
        back = self._moved(values, -steps, given)
        return outcome(values, pc.if_else(exact, back, pa.scalar(None, pa.large_string())))

    def undo(self, values: pa.Array, about: pa.Table, keys: Keys) -> pa.Array:
        """The dates moved back by their step: the originals, but for ends of months, coarse dates and clamped births.

        Keeps:   a guess: the run that moved them holds it against the true dates, and keeps those that differ.
        """
        steps, given = self.steps(about, keys)
        return self._moved(values, -steps, given)

    def steps(self, about: pa.Table, keys: Keys) -> tuple[Days, Flags]:
        """The step of each row, and whether it was given (in days) rather than derived; 0 where there is none."""
        offsets = column_of(about, "offset")
        given: Flags = offsets.is_valid().to_numpy(zero_copy_only=False)
        if given.all() and len(given):
            return offsets.to_numpy(zero_copy_only=False).astype(np.int64), given
        derived = shift_days(column_of(about, "subject"), keys, self.min, self._most)
        given_days = offsets.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
        return np.where(given, given_days, derived), given

    def _moved(self, values: pa.Array, steps: Days, given: Flags) -> pa.Array:
        whole = self.unit in ("days", "weeks")
        days = np.where(given | (self.unit != "weeks"), steps, steps * 7)
        if not (whole or given.all()):
            moved = self._stepped(values, steps, given)
        else:
            moved = move_column(values, days, day_first=self.day_first, latest=self._latest)
        none = steps == 0
        return pc.if_else(pa.array(none), pa.scalar(None, pa.large_string()), moved) if none.any() else moved

    def _stepped(self, values: pa.Array, steps: Days, given: Flags) -> pa.Array:
        seen: dict[tuple[str, int, bool], str | None] = {}
        shown = []
        for value, step, is_given in zip(values.to_pylist(), steps.tolist(), given.tolist(), strict=True):
            key = (value, step, is_given)
            if value is not None and key not in seen:
                written = read_date(value, day_first=self.day_first, latest=self._latest)
                unit = "days" if is_given else self.unit
                seen[key] = None if written is None else move_by(written, unit, step)
            shown.append(seen.get(key))
        return pa.array(shown, pa.large_string())

    def _clamp(self, values: pa.Array, moved: pa.Array, about: pa.Table) -> tuple[pa.Array, pa.BooleanArray | None]:
        born = column_of(about, "born")
        reference = self._reference
        in_text = column_of(about, "label").is_valid()
        if reference is None or not (self.birth or born.null_count < len(born) or in_text.true_count):
            return moved, None
        return Births(reference, self.birth, self.day_first, self._latest).clamped(values, moved, born, in_text)

    @property
    def _reference(self) -> dt.date | None:
        return reference_of(self.name, self.reference_date)

    @property
    def _most(self) -> int:
        return LONGEST[self.unit] if self.max is None else self.max

    @property
    def _latest(self) -> int:
        return self.latest or LATEST


def _endless(values: pa.Array, moved: pa.Array) -> pa.BooleanArray | None:
    """Which cells say that a period has no end or no beginning; None where none does. Shape: n, n -> n."""
    if moved.null_count == values.null_count:
        return None
    words = pc.fill_null(pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(values)), _ENDLESS), fill_value=False)
    return words if pc.any(words).as_py() else None
