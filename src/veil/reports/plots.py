"""Plots: figures of risk as places of bars, for a template to draw; no script, no font, no colour of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]
WIDE, HIGH, FOOT, HEAD = 760, 250, 40, 24
ROW, NAMES, FIGURES = 44, 190, 80
NARROW, STACK_NAMES, AMOUNTS = 420, 132, 64


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. Units: those of the drawing; `kind` is `was` or `now`; `figure` is written beside it."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    figure: str


@dataclass(frozen=True, slots=True)
class BarGroup:
    """Bars that belong together, and what they are called.

    Shape:   `words`: what a screen reader says of them; `amount` is written at `end`.
    """

    name: str
    x: float
    y: float
    bars: tuple[Bar, ...]
    words: str = ""
    amount: str = ""
    end: float = 0.0


@dataclass(frozen=True, slots=True)
class Plot:
    wide: int
    high: int
    groups: tuple[BarGroup, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A plot with its title and the key of its colours. Shape: `kinds`: class of the sheet, words."""

    title: str
    kinds: tuple[tuple[str, str], ...]
    plot: Plot


def stacked(title: str, rows: list[tuple[str, list[tuple[str, int]]]], kinds: dict[str, str]) -> Chart:
    """Counts as parts of one bar for each row, the longest as wide as there is room.

    Shape:   `rows`: a name, and a kind and a count for each part; `kinds`: words for each kind, in the order of the key.
    """
    sums = [sum(count for _, count in parts) for _, parts in rows]
    most, available, high = max(sums, default=0) or 1, NARROW - STACK_NAMES - AMOUNTS, 26
    groups = []
    for at, ((name, parts), total) in enumerate(zip(rows, sums, strict=True)):
        left, bars = float(STACK_NAMES), []
        for kind, count in parts:
            width = _size(count, most, available)
            bars.append(Bar(kind, round(left, 1), at * high + 5, width, high - 10, f"{kinds[kind]}: {count:,}"))
            left += width
        words = ", ".join(f"{kinds[kind]} {count:,}" for kind, count in parts)
        groups.append(
            BarGroup(name, STACK_NAMES - 8, at * high + 17, tuple(bars), words, f"{total:,}", round(left + 6, 1))
        )
    used = {kind for _, parts in rows for kind, count in parts if count}
    key = tuple((kind, words) for kind, words in kinds.items() if kind in used)
    return Chart(title, key, Plot(NARROW, high * len(rows), tuple(groups)))


def upright(names: list[str], series: list[tuple[str, list[float]]]) -> Plot:
    """Shares as bars beside each other.

    Shape:   `series`: a kind and a share of 1 for each name.
    """
    step = WIDE / len(names)
    thick = min(34.0, step * 0.84 / len(series))
    available = HIGH - FOOT - HEAD
    most = max((share for _, shares in series for share in shares), default=0) or 1
    groups = []
    for at, name in enumerate(names):
        middle = step * (at + 0.5)
        bars = []
        for number, (kind, shares) in enumerate(series):
            high = _size(shares[at], most, available)
            x = middle + (number - len(series) / 2) * thick
            bars.append(
                Bar(kind, round(x, 1), round(HIGH - FOOT - high, 1), round(thick - 3, 1), high, short(shares[at]))
            )
        groups.append(BarGroup(name, round(middle, 1), HIGH - FOOT + 18, tuple(bars)))
    return Plot(WIDE, HIGH, tuple(groups))


def lying(names: list[str], series: list[tuple[str, list[float]]]) -> Plot:
    """Shares as bars below each other; the names stand before them."""
    available = WIDE - NAMES - FIGURES
    thick = 15 if len(series) > 1 else 20
    most = max((share for _, shares in series for share in shares), default=0) or 1
    groups = []
    for at, name in enumerate(names):
        top = at * ROW + (ROW - thick * len(series)) / 2
        bars = [
            Bar(
                kind,
                NAMES,
                round(top + number * thick, 1),
                _size(shares[at], most, available),
                thick - 2,
                short(shares[at]),
            )
            for number, (kind, shares) in enumerate(series)
        ]
        groups.append(BarGroup(name, NAMES - 10, at * ROW + ROW / 2 + 4, tuple(bars)))
    return Plot(WIDE, ROW * len(names), tuple(groups))


def short(share: float) -> str:
    """A share of 1 in percent, as short as it may be; never rounded to nothing."""
    if 0 < share < 0.0005:
        return "<0.1 %"
    if 0.9995 <= share < 1:
        return ">99.9 %"
    return f"{100 * share:.0f} %" if share == 0 or share >= 0.0995 else f"{100 * share:.1f} %"


def _size(share: float, most: float, available: float) -> float:
    """The length of a bar; what is there at all is seen."""
    return round(max(2.0, available * share / most), 1) if share > 0 else 0.0
