"""Measures: what the sizes of classes say of three who look for a person in a table."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from veil.risk.classes import Classes, Counts, bands

Record = dict[str, Any]
THRESHOLD = 0.2


def uniqueness(sizes: Counts) -> float:
    """The share of records that no other record looks like."""
    return int((sizes == 1).sum()) / int(sizes.sum())


def prosecutor(sizes: Counts, threshold: float = THRESHOLD) -> Record:
    """Risk from one who knows that the person is in the table: of each record, 1 / size of its class.

    Shape:   `highest`, `average` and `lowest` over records; `over`: share of records whose risk is above the threshold.
    Units:   shares of 1.
    Source:  El Emam and Dankar, "Protecting privacy using k-anonymity", JAMIA 15 (2008).
    """
    return _risks(sizes, sizes, threshold)


def journalist(sizes: Counts, population: Counts, threshold: float = THRESHOLD) -> Record:
    """Risk from one who knows only that the person is in the population: of each record, 1 / people who look like it.

    Shape:   as `prosecutor`; `population` stands in the order of `sizes`.
    Keeps:   never above the prosecutor's, where the population holds the table.
    """
    return _risks(sizes, population, threshold)


def marketer(sizes: Counts, population: Counts | None = None) -> float:
    """The share of records that are named rightly by one who guesses all of them.

    Shape:   classes / records; with a population, the sum of size / people over classes, / records.
    Source:  Dankar and El Emam, "A method for evaluating marketer re-identification risk", PAIS (2010).
    """
    if population is None:
        return len(sizes) / int(sizes.sum())
    return _mean(sizes, population)


def contributions(classes: Classes) -> list[Record]:
    """What each quasi-identifier adds: k, uniqueness and marketer risk of the table when it is left out.

    Shape:   a row a column, in the order in which they were named; `unique_added` is what knowing it makes unique.
    Keeps:   `k` is at least, `unique` and `marketer` at most those of the whole; a constant column adds nothing.
    """
    whole = uniqueness(classes.sizes)
    rows = []
    for name in classes.names:
        left = classes.without(name)
        unique = uniqueness(left)
        rows.append({"column": name, "values": classes.distinct(name), "k": int(left.min()), "unique": unique,
                     "marketer": marketer(left), "unique_added": whole - unique})  # fmt: skip
    return rows


def spread(sizes: Counts) -> list[Record]:
    """Class sizes in bands. Shape: a row a band, `from`, `to` (None: no end), `classes`, `records`."""
    return [
        {"from": low, "to": high, "classes": classes, "records": records}
        for low, high, classes, records in bands(sizes)
    ]


def _risks(sizes: Counts, people: Counts, threshold: float) -> Record:
    risks: NDArray[np.float64] = 1 / people
    over = int(sizes[risks > threshold].sum())
    return {"highest": float(risks.max()), "average": _mean(sizes, people), "lowest": float(risks.min()),
            "over": over / int(sizes.sum())}  # fmt: skip


def _mean(sizes: Counts, people: Counts) -> float:
    """The mean over records of 1 / people; summed without error, so that no order of classes shows in it."""
    return min(1.0, math.fsum((sizes / people).tolist()) / int(sizes.sum()))
