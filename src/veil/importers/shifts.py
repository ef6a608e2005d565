"""Shifts: Cleared's range as steps of Veil, either way and never 0."""

from __future__ import annotations

from typing import Any

from veil.errors import PolicyError
from veil.importers.cleared import DATE, Cleared
from veil.importers.faults import safer
from veil.importers.rules import Notes

_MOST = {"days": 365, "weeks": 52, "hours": 8760, "months": 12, "years": 5}


def shift_options(config: Cleared, file: str, notes: Notes) -> tuple[dict[str, Any], str] | None:
    """The options of `shift` and the comment beside them; None where no date is shifted.

    Units:   Cleared's `min` counts and its `max` does not, with their signs; here both count and the sign is drawn.
    Errors:  PolicyError `import-shift`.
    """
    if not any(step.method == DATE for table in config.tables for step in table.steps):
        return None
    said = config.shift
    if said is None:
        raise PolicyError("import-shift", "dates are to be shifted, and there is no deid_config.time_shift", where=file)
    low, high = _sizes(said.low, said.high, file)
    most = _MOST[said.unit]
    if high is None:
        high = most
        notes.safer["the range of shifts is not told whole: it is the widest there is here"] = None
    if high > most:
        notes.none[f"shifts of more than {most} {said.unit}: the range is cut there"] = None
        low, high = (low if low <= most else 1), most
    if said.low is not None and said.high is not None and (said.low >= 0 or said.high <= 1):
        notes.safer["shifts go either way, where Cleared moved all dates to one side"] = None
    faults = (3, 4, 15) if said.unit in ("months", "years") else (3, 4)
    return {"unit": said.unit, "min": low, "max": high}, safer(*faults)


def _sizes(low: int | None, high: int | None, file: str) -> tuple[int, int | None]:
    if low is None or high is None:
        return 1, None
    if low == high:  # an error of Cleared's; what was meant is plain
        high += 1
    steps = range(low, high)
    if not steps or steps == range(1):
        raise PolicyError("import-shift", "the range of time_shift holds no shift but 0, or none", where=file,
                          hint="min below max, for example -365 and 365")  # fmt: skip
    most = max(abs(low), abs(high - 1))
    least = 1 if low <= 0 <= high - 1 else min(abs(low), abs(high - 1))
    return least, most
