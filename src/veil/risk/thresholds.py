"""Thresholds: figures of a table's risk by one name each, held against what is wanted."""

from __future__ import annotations

import math
from typing import Any

from veil.errors import PolicyError

Record = dict[str, Any]
AT_LEAST = frozenset({"k", "distinct", "entropy"})
WANTS = ("k", "unique", "prosecutor", "over", "journalist", "marketer", "distinct", "entropy", "t")


def wanted(text: str) -> dict[str, float]:
    """The bars of `--want name=number,...`.

    Units:   shares of 1; `k`, `distinct` and `entropy` count.
    Errors:  PolicyError `want-unknown`, `want-number`.
    """
    found = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = pair.partition("=")
        if name not in WANTS:
            raise PolicyError("want-unknown", "--want contains an unknown figure", hint="allowed: " + ", ".join(WANTS))
        found[name] = _number(name, number)
    return found


def figures(record: Record) -> dict[str, float | None]:
    """Shape: name -> figure, the worst of all sensitive columns; None where it was not measured."""
    journalist, rows = record["journalist"], record["sensitive"]
    return {
        "k": record["k"],
        "unique": record["unique"],
        "prosecutor": record["prosecutor"]["highest"],
        "over": (journalist or record["prosecutor"])["over"],
        "journalist": journalist["highest"] if journalist else None,
        "marketer": record["marketer"],
        "distinct": min((row["distinct"] for row in rows), default=None),
        "entropy": min((row["entropy"] for row in rows), default=None),
        "t": max((row["t"] for row in rows), default=None),
    }


def short_of(record: Record, bars: dict[str, float]) -> list[str]:
    """The bars that are not reached; a figure that was not measured reaches none."""
    found = figures(record)
    return [name for name, bar in bars.items() if not _reaches(found[name], bar, least=name in AT_LEAST)]


def _reaches(value: float | None, bar: float, *, least: bool) -> bool:
    return value is not None and (value >= bar if least else value <= bar)


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise PolicyError("want-number", f"--want {name} must be a number", hint=f"for example {name}=0.2")
    return number
