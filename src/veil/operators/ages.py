"""Ages that follow their person's shifted birth."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from veil.errors import PolicyError
from veil.keys import Keys
from veil.lexicon.dates import Parts
from veil.model import column_of
from veil.operators.base import Outcome, outcome
from veil.operators.births import AGE, OVER, age_at, reference_of
from veil.operators.dates import Shift
from veil.operators.promise import Promise

_AGE = re.compile(r"\s*(\d{1,3})\s*")


@dataclass(frozen=True, slots=True)
class ShiftedAge:
    """Replaces an age at the reference date by the age of the shifted birth date; over 89, `90 or older`.

    Shape:   whole years as numerals; unread: all else, and ages of people whose birth or subject is not known (`born:`
             of a table says where births are). An age at a visit does not change when birth and visit move together:
             there `age` is right.
    Units:   `unit`, `min` and `max` must be those of the shift of the births.
    Keeps:   an age that disagrees with its birth by a year disagrees by it afterwards.
    """

    unit: str = "days"
    min: int = 1
    max: int | None = None
    reference_date: dt.date | str | None = None
    name: ClassVar[str] = "shifted_age"
    derives: ClassVar[bool] = True
    reversible: ClassVar[bool] = False
    promise: ClassVar[Promise] = Promise(changes=False, form=AGE, asks=frozenset({"subject", "born", "offset"}))

    def __post_init__(self) -> None:
        self._shift  # noqa: B018  its options are checked there
        if reference_of(self.name, self.reference_date) is None:
            raise PolicyError("operator-option", "`shifted_age` needs the option `reference_date`")

    @property
    def _shift(self) -> Shift:
        return Shift(unit=self.unit, min=self.min, max=self.max)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        """Shape: n ages, n subjects and births -> n; null stays null."""
        births = column_of(about, "born")
        steps, _ = self._shift.steps(about, keys)
        moved = self._shift.replace(
            births.cast(pa.large_string()), about.set_column(5, "born", pa.nulls(len(births), pa.date32())), keys
        )
        pairs = zip(
            values.to_pylist(), births.to_pylist(), moved.values.to_pylist(), np.asarray(steps).tolist(), strict=True
        )
        shown = [self._shown(value, born, new) if step else None for value, born, new, step in pairs]
        return outcome(values, pa.array(shown, pa.large_string()))

    def _shown(self, value: str | None, born: dt.date | None, moved: str | None) -> str | None:
        age_match = _AGE.fullmatch(value or "")
        reference = reference_of(self.name, self.reference_date)
        if age_match is None or born is None or moved is None or reference is None:
            return None
        was = age_at(Parts(born.year, born.month, born.day), reference)
        new = dt.date.fromisoformat(moved)
        now = age_at(Parts(new.year, new.month, new.day), reference)
        if was is None or now is None or int(age_match.group(1)) > 130:
            return None
        age = max(0, int(age_match.group(1)) + now - was)
        return OVER if max(age, int(age_match.group(1)), was, now) > 89 else str(age)
