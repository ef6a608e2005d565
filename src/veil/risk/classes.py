"""Classes: the records of a table that look alike over its quasi-identifiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from veil.errors import FormatError, PolicyError

Counts = NDArray[np.int64]
BANDS = (1, 2, 3, 5, 10, 20, 50, 100)
_SIZE, _CLASS, _POPULATION = "size", "class", "population"


@dataclass(frozen=True, slots=True)
class Classes:
    """The equivalence classes of a table.

    Shape:   `keys`: a row a class, with `q0`, `q1` ... in the order of `names`, `class` (its number from 0) and `size`.
    Keeps:   the order of records and of columns changes nothing but the numbers of the classes; null is a value of its own.
    """

    names: tuple[str, ...]
    keys: pl.DataFrame

    @property
    def sizes(self) -> Counts:
        """How many records each class has, in the order of their numbers."""
        return self.keys[_SIZE].to_numpy().astype(np.int64)

    @property
    def records(self) -> int:
        return int(self.keys[_SIZE].sum())

    @property
    def count(self) -> int:
        return self.keys.height

    def without(self, name: str) -> Counts:
        """Sizes of the classes that are left when one quasi-identifier is not known.

        Keeps:   classes only merge, so the smallest never shrinks and no record becomes unique.
        """
        left = [f"q{at}" for at, one in enumerate(self.names) if one != name]
        if not left:
            return np.array([self.records], np.int64)
        return _collected(self.keys.lazy().group_by(left).agg(pl.col(_SIZE).sum()))[_SIZE].to_numpy().astype(np.int64)

    def distinct(self, name: str) -> int:
        """How many values a quasi-identifier has; null is one of them."""
        return self.keys[f"q{self.names.index(name)}"].n_unique()

    def in_population(self, population: Classes) -> Counts:
        """How many people of the population look like the records of each class.

        Shape:   as `sizes`, in the same order.
        Errors:  PolicyError `risk-population` where a class has more records than the population has people.
        """
        columns = [f"q{at}" for at in range(len(self.names))]
        there = population.keys.select(*columns, pl.col(_SIZE).alias(_POPULATION))
        joined = self.keys.join(there, on=columns, how="left", nulls_equal=True).sort(_CLASS)
        found = joined[_POPULATION].fill_null(0).to_numpy().astype(np.int64)
        short = int((found < self.sizes).sum())
        if short:
            raise PolicyError(
                "risk-population", f"{short:,} classes have more records in the table than people in the population",
                hint="the population must hold everyone of the table, in the same columns, written in the same way",
            )  # fmt: skip
        return found

    def values(self, table: pl.DataFrame, sensitive: str) -> pl.DataFrame:
        """The values of a sensitive column within each class.

        Shape:   a row a class and value: `class`, `value`, `count`; ordered by them, null last.
        """
        columns = [f"q{at}" for at in range(len(self.names))]
        picked = [pl.col(name).alias(column) for name, column in zip(self.names, columns, strict=True)]
        pairs = (
            table.lazy().select(*picked, pl.col(sensitive).alias("value")).group_by([*columns, "value"]).agg(pl.len())
        )
        numbered = pairs.join(self.keys.lazy().select(*columns, _CLASS), on=columns, how="inner", nulls_equal=True)
        counted = numbered.select(pl.col(_CLASS), pl.col("value"), pl.col("len").cast(pl.Int64).alias("count"))
        return _collected(counted).sort(_CLASS, "value", nulls_last=True)


def classes_of(table: pl.DataFrame, names: Sequence[str]) -> Classes:
    """Group the records of a table by its quasi-identifiers.

    Shape:   n records of text -> as many classes as there are different combinations of values.
    Errors:  PolicyError `risk-columns`; FormatError `risk-empty` where the table has no record.
    """
    if not names or len(set(names)) != len(names):
        raise PolicyError(
            "risk-columns", "no column is named, or one of them twice", hint="--quasi COLUMN, once for each column"
        )
    if not table.height:
        raise FormatError("risk-empty", "the table has no record", hint="risk is told of records")
    picked = [pl.col(name).alias(f"q{at}") for at, name in enumerate(names)]
    grouped = table.lazy().select(picked).group_by([f"q{at}" for at in range(len(names))])
    keys = _collected(grouped.agg(pl.len().cast(pl.Int64).alias(_SIZE)))
    return Classes(tuple(names), keys.with_row_index(_CLASS).with_columns(pl.col(_CLASS).cast(pl.Int64)))


def bands(sizes: Counts) -> Iterator[tuple[int, int | None, int, int]]:
    """How classes are spread over sizes.

    Shape:   a row a band: smallest size, largest size (None: no end), classes, records; empty bands too.
    """
    for low, after in zip(BANDS, (*BANDS[1:], None), strict=True):
        within = sizes[(sizes >= low) & (sizes < after)] if after else sizes[sizes >= low]
        yield low, after - 1 if after else None, len(within), int(within.sum())


def _collected(frame: pl.LazyFrame) -> pl.DataFrame:
    return frame.collect(engine="streaming")
