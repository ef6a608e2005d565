"""Shifts: Cleared's range as a range of Veil, never 0."""

from __future__ import annotations

from typing import Any

from veil.errors import PolicyError
from veil.importers.cleared import DATE, Cleared
from veil.importers.faults import safer
from veil.importers.rules import Notes
from veil.operators.dates import LONGEST


def shift_options(config: Cleared, file: str, notes: Notes) -> tuple[dict[str, Any], str] | None:
    """The options of `shift` and the comment beside them; None where no date is shifted.

    Units:   Cleared's `min` counts and its `max` does not; here both do. A range above 0 goes either way, one that begins under it
             is taken as it is.
    Errors:  PolicyError `import-shift`.
    """
    if not any(step.method == DATE for table in config.tables for step in table.steps):
        return None
    said = config.shift
    if said is None:
        raise PolicyError("import-shift", "dates must be shifted, but deid_config.time_shift is missing", where=file)
    low, high = _ends(said.low, said.high, file)
    most = LONGEST[said.unit]
    if low is None or high is None:
        low, high = 1, most
        notes.safer["the range of shifts is incomplete: the widest range is used"] = None
    elif low > 0 or high < 0:
        notes.safer["the range of shifts is on one side of 0; a wider range reveals less"] = None
    if low < -most or high > most:
        notes.none[f"shifts of more than {most} {said.unit}: the range is cut there"] = None
        low, high = (max(low, -most), min(high, most)) if low < most and high > -most else (1, most)
    if low == high:
        notes.safer["all people have the same shift: a range protects better"] = None
    if said.unit == "hours":
        notes.none[
            "a day without an hour cannot move by hours: such cells are emptied and counted; days or weeks keep them"
        ] = None
    faults = (3, 4, 15) if said.unit in ("months", "years") else (3, 4)
    return {"unit": said.unit, "min": low, "max": high}, safer(*faults)


def _ends(low: int | None, high: int | None, file: str) -> tuple[int | None, int | None]:
    """Both ends of the range, counted, neither of them a lone 0."""
    if low is None or high is None:
        return None, None
    if low == high:  # an error of Cleared's; what was meant is plain
        high += 1
    steps = [step for step in (low, low + 1, high - 2, high - 1) if low <= step < high and step]
    if not steps:
        raise PolicyError(
            "import-shift",
            "the range of time_shift contains no shift other than 0",
            where=file,
            hint="min must be below max, for example -365 and 365",
        )
    return min(steps), max(steps)
