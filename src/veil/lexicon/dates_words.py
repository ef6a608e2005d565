"""Words of dates: months and weekdays by name, and how another one is written in the same style."""

from __future__ import annotations

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def month_of(name: str) -> int | None:
    """1 to 12, by the first three letters."""
    return _by_start(MONTHS).get(name[:3].lower())


def weekday_of(name: str) -> int | None:
    """0 (Monday) to 6."""
    found = _by_start(WEEKDAYS).get(name[:3].lower())
    return None if found is None else found - 1


def in_style(shown: str, names: tuple[str, ...], at: int, short: bool) -> str:
    """The name at a place, as long and in the case of the name that is shown.

    Shape:   `short`: what May means, which is its own abbreviation.
    """
    is_whole = shown.title() in names and not (short and len(shown) == 3)
    name = names[at] if is_whole else names[at][:3]
    if shown.isupper():
        return name.upper()
    return name.lower() if shown.islower() else name


def ordinal_suffix(day: int, shown: str) -> str:
    """`st`, `nd`, `rd` or `th`, in the case of the suffix that is shown; nothing where there was none."""
    suffix = "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return "" if not shown else suffix.upper() if shown.isupper() else suffix


def _by_start(names: tuple[str, ...]) -> dict[str, int]:
    return {name[:3].lower(): i for i, name in enumerate(names, 1)}
