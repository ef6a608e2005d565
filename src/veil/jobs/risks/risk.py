"""Risk: tables read once, their records grouped by what an outsider may know, and the figures of that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from veil.errors import PolicyError
from veil.jobs.work.table_files import Columns, Progress, TableFiles
from veil.risk.classes import RunKeys, Spectrum, Tally
from veil.risk.external_sort import MEMORY, SortMemory, runs
from veil.risk.hashed_cells import HashedCells
from veil.risk.measures import THRESHOLD, contributions, journalist, marketer, prosecutor, spread, uniqueness

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RiskRequest:
    """What is measured: the quasi-identifiers, the sensitive columns, and above what a record's risk is counted.

    Shape:   `person`: the column that tells whose a row is; a class then counts persons.
    Units:   `memory` in bytes of keys held; the rest lies sealed on disk.
    """

    quasi: tuple[str, ...]
    sensitive: tuple[str, ...] = ()
    threshold: float = THRESHOLD
    person: str = ""
    memory: int = MEMORY


def risk(
    paths: Sequence[Path],
    asked: RiskRequest,
    *,
    population: Sequence[Path] = (),
    delimiter: str | None = None,
    progress: Progress | None = None,
) -> Record:
    """The record of a table's risk: counts, shares and names of columns; no value and no name of a file.

    Shape:   all files are one table; `journalist` and `population` are None where no population is given.
    Units:   shares of 1.
    Errors:  PolicyError `risk-columns`, `risk-column-missing`, `risk-format`, `risk-file-missing`, `risk-delimiter`,
             `risk-population`; FormatError `risk-empty`, `risk-column-type` and those of the formats; LimitError `risk-values`.
    """
    _check(asked)
    table = TableFiles.of(paths, delimiter)
    everyone = TableFiles.of(population, delimiter) if population else None
    with SortMemory(asked.memory) as memory:
        keys = RunKeys.draw(len(asked.quasi))
        tally = Tally(asked.quasi, memory, person=asked.person, sensitive=asked.sensitive, keys=keys)
        guess = _Guess(table, asked, memory)
        for columns in table.batches([*_named(asked), *guess.columns], progress):
            tally.add(columns)
            guess.add(columns)
        people = None
        if everyone is not None:
            people = Tally(asked.quasi, memory, person=asked.person, keys=keys, parts=False)
            for columns in everyone.batches(
                [*asked.quasi, *filter(None, [asked.person])], progress, "reading the population"
            ):
                people.add(columns)
        return _record(tally, people, guess, asked)


def measured(
    paths: Sequence[Path],
    asked: RiskRequest,
    *,
    population: Sequence[Path] = (),
    after: Sequence[Path] = (),
    delimiter: str | None = None,
    progress: Progress | None = None,
) -> Record:
    """The record of a table's risk, and under `after` that of the table as it is to be released, or None.

    Errors:  as `risk`; PolicyError `risk-after`.
    """
    if after and population:
        raise PolicyError(
            "risk-after",
            "--population and --after cannot be combined",
            hint="measure the two tables separately, each with its own --population",
        )
    record = risk(paths, asked, population=population, delimiter=delimiter, progress=progress)
    found = risk(after, asked, delimiter=delimiter, progress=progress) if after else None
    return {**record, "after": found, "fix": None}


def recorded(batches: Iterable[Columns], asked: RiskRequest) -> Record:
    """The record of a table that is already in hand, batch by batch."""
    with SortMemory(asked.memory) as memory:
        tally = Tally(asked.quasi, memory, person=asked.person, sensitive=asked.sensitive)
        for columns in batches:
            tally.add(columns)
        return _record(tally, None, None, asked)


def _record(tally: Tally, people: Tally | None, guess: _Guess | None, asked: RiskRequest) -> Record:
    spectrum = tally.spectrum()
    looks = tally.in_population(people) if people is not None else None
    crowd = people.spectrum() if people is not None else None
    return {
        "veil": version("veil-deid"),
        "quasi": list(asked.quasi),
        "records": spectrum.records,
        "classes": spectrum.count,
        "rows": tally.records,
        "suppressed": tally.suppressed,
        "person": asked.person,
        "persons": tally.persons() if asked.person else None,
        "repeated": guess.repeated() if guess else [],
        "threshold": asked.threshold,
        "k": spectrum.k,
        "unique": uniqueness(spectrum),
        "prosecutor": prosecutor(spectrum, asked.threshold),
        "journalist": journalist(looks, asked.threshold) if looks is not None else None,
        "marketer": marketer(looks or spectrum),
        "population": _counts(crowd) if crowd is not None else None,
        "sizes": spread(spectrum),
        "contributions": contributions(tally, spectrum),
        "sensitive": [{"column": name, **tally.diversity(name)} for name in asked.sensitive],
    }


def _counts(spectrum: Spectrum) -> Record:
    return {"records": spectrum.records, "classes": spectrum.count}


def check_page(page: Path | None, read: Sequence[Path]) -> None:
    """Whether the page can be written, told before the work.

    Errors:  PolicyError `folder-missing`, `risk-page`.
    """
    if page is None:
        return
    if page.is_dir() or not page.absolute().parent.is_dir():
        raise PolicyError(
            "folder-missing",
            "the folder of -o does not exist, or -o is a folder",
            hint="create the folder first, and give the name of a file in it",
        )
    if page.resolve() in {path.resolve() for path in TableFiles.of(read).files}:
        raise PolicyError("risk-page", "-o is one of the input tables", hint="give another file")


class _Guess:
    """Columns that by their names tell whose a row is, though nobody said so, and whether one of them repeats."""

    def __init__(self, table: TableFiles, asked: RiskRequest, memory: SortMemory) -> None:
        named = {*_named(asked)}
        self.columns = [] if asked.person else [name for name in table.person_columns() if name not in named][:2]
        self._bags = {name: (HashedCells(), memory.bag()) for name in self.columns}

    def add(self, columns: Any) -> None:
        for name, (key, bag) in self._bags.items():
            bag.add(key.words_of(columns[name].drop_null()))

    def repeated(self) -> list[Record]:
        """Shape: a row a column of which some value stands in several rows: `column`, `values`, `rows`."""
        found = []
        for name, (_, bag) in self._bags.items():
            sizes = [runs(*columns)[1] for columns in bag.shares()]
            values, rows = sum(map(len, sizes)), sum(int(size.sum()) for size in sizes)
            if values < rows:
                found.append({"column": name, "values": values, "rows": rows})
        return found


def _named(asked: RiskRequest) -> tuple[str, ...]:
    return (*asked.quasi, *asked.sensitive, *filter(None, [asked.person]))


def _check(asked: RiskRequest) -> None:
    named = _named(asked)
    if len(set(named)) != len(named):
        raise PolicyError(
            "risk-columns",
            "a column is given twice",
            hint="give each column once: as quasi-identifier (-q), sensitive column (-s) or --person",
        )
