"""Percent: shares as pages and terminals tell them; a share that is not all or nothing is never told as that."""

from __future__ import annotations


def percent(share: float | None) -> str:
    """A share of 1 in percent, two places; never rounded up to 100 nor down to 0."""
    return points(None if share is None else 100 * share)


def points(value: float | None) -> str:
    """The same of a value that is in percent already."""
    if value is None:
        return "none"
    shown = f"{value:.2f}"
    if shown == "100.00" and value < 100:
        shown = "99.99"
    if shown == "0.00" and value > 0:
        shown = "0.01"
    return shown + " %"
