"""Classes: the records of a table that look alike over its quasi-identifiers, counted without holding the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from veil.errors import FormatError, PolicyError
from veil.risk.diversity import Record, SensitiveValues, diversity, lacking
from veil.risk.external_sort import SHARES, ExternalSort, SortMemory, runs
from veil.risk.hashed_cells import HashedCells
from veil.risk.spill import Words

Counts = NDArray[np.int64]
Columns = Mapping[str, pa.Array]
STAR = "*"  # what stands in every quasi-identifier of a suppressed record


@dataclass(frozen=True, slots=True)
class Spectrum:
    """How many classes there are of each size: all that most measures ask.

    Shape:   `sizes` ascending, each once; `classes` of each; `people`: how many of the population look like them, where
             one was asked (then pairs of both ascend).
    """

    sizes: Counts
    classes: Counts
    people: Counts | None = None

    @property
    def records(self) -> int:
        return int(self.sizes @ self.classes)

    @property
    def count(self) -> int:
        return int(self.classes.sum())

    @property
    def k(self) -> int:
        return int(self.sizes[0])


@dataclass(frozen=True, slots=True)
class RunKeys:
    """The random numbers of a run: tables that are compared share them."""

    quasi: tuple[HashedCells, ...]
    person: HashedCells = field(default_factory=HashedCells)

    @classmethod
    def draw(cls, quasi: int) -> RunKeys:
        return cls(tuple(HashedCells() for _ in range(quasi)))


class Tally:
    """Records on their way into classes.

    Shape:   a class is the sum of the words of its cells. Under `person` a class is counted by the different persons in
             it, and null is one person: who is not told may be one.
    Keeps:   the order of records and of columns changes nothing; null is a value of its own. A record whose
             quasi-identifiers are all `*` tells nothing: it is counted apart and stands in no class.
    Units:   two of n classes share a word by a chance below n * n / 2^65: three in a million for ten million.
    """

    def __init__(
        self,
        names: Sequence[str],
        memory: SortMemory,
        *,
        person: str = "",
        sensitive: Sequence[str] = (),
        keys: RunKeys | None = None,
        parts: bool = True,
    ) -> None:
        if not names or len(set(names)) != len(names):
            raise PolicyError(
                "risk-columns",
                "no quasi-identifier is given, or one is given twice",
                hint="give --quasi COLUMN once for each column",
            )
        self.names, self.person = tuple(names), person
        self.keys = keys or RunKeys.draw(len(names))
        self.records = self.suppressed = 0
        width = 2 if person else 1
        self._whole = memory.bag(width)
        self._left = {name: memory.bag(width) for name in names} if parts and len(names) > 1 else {}
        self._values = {name: memory.bag() for name in names} if parts else {}
        self._sensitive = {name: (SensitiveValues(), memory.bag(width + 1)) for name in sensitive}
        self._star = _sum(key.word(STAR) for key in self.keys.quasi)

    def add(self, columns: Columns) -> None:
        """Shape: columns by name, n cells each: text, or coded as a dictionary of what has a text form."""
        coded = [key.coded(columns[name]) for name, key in zip(self.names, self.keys.quasi, strict=True)]
        cells = [words[rows] for words, rows in coded]
        whole = sum(cells[1:], start=cells[0].copy())
        shown = whole != self._star
        for name, (values, bag) in self._sensitive.items():
            bag.add(whole, values.codes(columns[name]), *self._about(columns))
        self.records += len(whole)
        if not shown.all():
            self.suppressed += len(whole) - int(shown.sum())
            coded = [(words, rows[shown]) for words, rows in coded]
            cells, whole = [cell_words[shown] for cell_words in cells], whole[shown]
            columns = {name: column.filter(pa.array(shown)) for name, column in columns.items()}
        about = self._about(columns)
        self._whole.add(whole, *about)
        for bag, cell_words in zip(self._left.values(), cells, strict=False):
            bag.add(whole - cell_words, *about)
        for bag, (words, rows) in zip(self._values.values(), coded, strict=False):
            bag.add(words[np.flatnonzero(np.bincount(rows, minlength=len(words)))])

    def spectrum(self) -> Spectrum:
        """Errors: FormatError `risk-empty` where no record stands in a class."""
        return self._spectrum(self._whole)

    def without(self, name: str) -> Spectrum:
        """What is left when one quasi-identifier is not known.

        Keeps:   classes only merge, so the smallest never shrinks and no record becomes unique.
        """
        if len(self.names) == 1:
            records = np.array([self.persons() if self.person else self.records - self.suppressed], np.int64)
            return Spectrum(records, np.ones(1, np.int64))
        return self._spectrum(self._left[name])

    def distinct(self, name: str) -> int:
        """How many values a quasi-identifier has; null is one of them."""
        return sum(len(runs(words)[0]) for (words,) in self._values[name].shares())

    def persons(self) -> int:
        """How many different persons stand in the classes."""
        found = [np.unique(columns[1]) for columns in self._whole.shares()]
        return len(np.unique(np.concatenate(found))) if found else 0

    def in_population(self, population: Tally) -> Spectrum:
        """The classes of the table with how many people of the population look like them.

        Errors:  PolicyError `risk-population` where a class has more records than the population has people.
        """
        pairs: Counter[tuple[int, int]] = Counter()
        short = 0
        for number in range(SHARES):
            sample_rows, sizes = self._counted(self._whole.share(number))
            population_rows, people = self._counted(population._whole.share(number))
            at = np.searchsorted(population_rows, sample_rows)
            matches = (
                np.append(population_rows, np.uint64(0))[at] == sample_rows
                if len(population_rows)
                else np.zeros(len(sample_rows), np.bool_)
            )
            found = np.where(matches, np.append(people, 0)[at], 0)
            short += int((found < sizes).sum())
            both, times = np.unique(np.stack([sizes, found]), axis=1, return_counts=True)
            pairs.update(dict(zip(zip(*both.tolist(), strict=True), times.tolist(), strict=True)))
        if short:
            raise PolicyError(
                "risk-population",
                f"{short:,} classes have more records in the table than people in the population",
                hint="the population must contain everyone in the table, with the same columns and the same spelling",
            )
        sizes, people, classes = np.array([(*pair, pairs[pair]) for pair in sorted(pairs)], np.int64).T
        return Spectrum(sizes, classes, people)

    def diversity(self, name: str) -> Record:
        """l-diversity and t-closeness of one sensitive column."""
        values, bag = self._sensitive[name]
        return diversity(bag, values, persons=bool(self.person), apart=self._star)

    def failing(self, k: int, distinct: int = 1, t: float | None = None) -> Words:
        """The classes that have fewer than k records, too few sensitive values or a distance above t. Shape: sorted, once each."""
        small = [words[sizes < k] for words, sizes in map(self._counted, self._whole.shares())]
        for values, bag in self._sensitive.values():
            if distinct > 1 or t is not None:
                small.append(lacking(bag, values, distinct, t, persons=bool(self.person), apart=self._star))
        return np.unique(np.concatenate([*small, np.zeros(0, np.uint64)]))

    def words(self, columns: Columns) -> Words:
        """The class of each record. Shape: as `add` takes them -> n words."""
        cells = [key.words_of(columns[name]) for name, key in zip(self.names, self.keys.quasi, strict=True)]
        return sum(cells[1:], start=cells[0].copy())

    def _about(self, columns: Columns) -> tuple[Words, ...]:
        return (self.keys.person.words_of(columns[self.person]),) if self.person else ()

    def _spectrum(self, bag: ExternalSort) -> Spectrum:
        times: Counter[int] = Counter()
        for columns in bag.shares():
            times.update(_times(self._counted(columns)[1]))
        if not times:
            raise FormatError(
                "risk-empty", "the table has no records, or all are suppressed", hint="give a table with records"
            )
        return Spectrum(*np.array(sorted(times.items()), np.int64).T)

    def _counted(self, columns: tuple[Words, ...]) -> tuple[Words, Counts]:
        """Classes of a share and their sizes."""
        if self.person:
            columns = (columns[0][runs(*columns)[0]],)
        start, sizes = runs(columns[0])
        return columns[0][start], sizes


def _sum(words: Iterable[np.uint64]) -> np.uint64:
    return np.uint64(sum(int(word) for word in words) % (1 << 64))


def _times(sizes: Counts) -> dict[int, int]:
    """How often each size is there."""
    small = np.bincount(sizes[sizes < SHARES], minlength=1)
    large, times = np.unique(sizes[sizes >= SHARES], return_counts=True)
    present = np.flatnonzero(small)
    return dict(zip([*present.tolist(), *large.tolist()], [*small[present].tolist(), *times.tolist()], strict=True))
