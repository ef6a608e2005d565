"""Measures: what the sizes of classes say of three who look for a person in a table."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from veil.risk.classes import Counts, Spectrum, Tally

Record = dict[str, Any]
THRESHOLD = 0.2
BANDS = (1, 2, 3, 5, 10, 20, 50, 100)


def uniqueness(spectrum: Spectrum) -> float:
    """The share of records that no other record looks like."""
    return int(spectrum.classes[spectrum.sizes == 1].sum()) / spectrum.records


def prosecutor(spectrum: Spectrum, threshold: float = THRESHOLD) -> Record:
    """Risk from one who knows that the person is in the table: of each record, 1 / size of its class.

    Shape:   `highest`, `average` and `lowest` over records; `over`: share of records whose risk is above the threshold.
    Units:   shares of 1.
    Source:  El Emam and Dankar, "Protecting privacy using k-anonymity", JAMIA 15 (2008).
    """
    return _risks(spectrum, threshold, known=True)


def journalist(spectrum: Spectrum, threshold: float = THRESHOLD) -> Record:
    """Risk from one who knows only that the person is in the population: of each record, 1 / people who look like it.

    Shape:   as `prosecutor`, of classes that were looked up in a population.
    Keeps:   never above the prosecutor's, where the population holds the table.
    """
    return _risks(spectrum, threshold, known=False)


def marketer(spectrum: Spectrum) -> float:
    """The share of records that are named rightly by one who guesses all of them.

    Shape:   classes / records; of classes that were looked up in a population, the sum of size / people, / records.
    Source:  Dankar and El Emam, "A method for evaluating marketer re-identification risk", PAIS (2010).
    """
    return spectrum.count / spectrum.records if spectrum.people is None else _mean(spectrum, spectrum.people)


def contributions(tally: Tally, whole: Spectrum) -> list[Record]:
    """What each quasi-identifier adds: k, uniqueness and marketer risk of the table when it is left out.

    Shape:   a row a column, in the order in which they were named; `unique_added` is what knowing it makes unique.
    Keeps:   `k` is at least, `unique` and `marketer` at most those of the whole; a constant column adds nothing.
    """
    rows = []
    for name in tally.names:
        left = tally.without(name)
        unique = int(left.classes[left.sizes == 1].sum()) / whole.records
        rows.append(
            {
                "column": name,
                "values": tally.distinct(name),
                "k": left.k,
                "unique": unique,
                "marketer": left.count / whole.records,
                "unique_added": uniqueness(whole) - unique,
            }
        )
    return rows


def spread(spectrum: Spectrum) -> list[Record]:
    """Class sizes in bands. Shape: a row a band, `from`, `to` (None: no end), `classes`, `records`; empty bands too."""
    rows = []
    for low, after in zip(BANDS, (*BANDS[1:], None), strict=True):
        within = (spectrum.sizes >= low) & (spectrum.sizes < (after or np.inf))
        classes = spectrum.classes[within]
        rows.append(
            {
                "from": low,
                "to": after - 1 if after else None,
                "classes": int(classes.sum()),
                "records": int(classes @ spectrum.sizes[within]),
            }
        )
    return rows


def _risks(spectrum: Spectrum, threshold: float, *, known: bool) -> Record:
    people = spectrum.sizes if known or spectrum.people is None else spectrum.people
    risks: NDArray[np.float64] = 1 / people
    over = int((spectrum.sizes * spectrum.classes)[risks > threshold].sum())
    return {
        "highest": float(risks.max()),
        "average": _mean(spectrum, people),
        "lowest": float(risks.min()),
        "over": over / spectrum.records,
    }


def _mean(spectrum: Spectrum, people: Counts) -> float:
    """The mean over records of 1 / people; summed without error, so that no order of classes shows in it."""
    return min(1.0, math.fsum((spectrum.classes * spectrum.sizes / people).tolist()) / spectrum.records)
