"""Fix: a table read into its different rows, the levels searched that meet a goal, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from veil.errors import FormatError, LimitError, PolicyError
from veil.jobs.risks.levels import ladder_of
from veil.jobs.risks.risk import Record, RiskRequest, recorded
from veil.jobs.work.table_files import Columns, Progress, TableFiles
from veil.risk.cases import Cases, Goal, Lattice, Node, NodeOutcome
from veil.risk.classes import STAR
from veil.risk.diversity import MOST, SensitiveValues
from veil.risk.hierarchy import Cell, Codes, Ladder
from veil.risk.search import search

_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Fix:
    """What a search came to.

    Shape:   `rules`: column -> what a project writes of it; `record`: counts, shares, names of columns and rules, no
             value; `after`: the risk of the table as it would be released.
    """

    goal: Goal
    asked: RiskRequest
    rules: Mapping[str, Any]
    record: Record
    after: Record


def fixed(
    paths: Sequence[Path],
    asked: RiskRequest,
    goal: Goal,
    hierarchies: Mapping[str, str],
    *,
    beside: Path,
    delimiter: str | None = None,
    progress: Progress | None = None,
) -> Fix:
    """The levels that lose least of all that meet a goal.

    Errors:  PolicyError `fix-goal`, `fix-none` (no levels meet it); those of the hierarchies and of `risk`; LimitError
             `fix-lattice`, `risk-values`.
    """
    _check(asked, goal, hierarchies)
    rows = _SearchRows(asked)
    for columns in TableFiles.of(paths, delimiter).batches(rows.names, progress, "reading the table"):
        rows.add(columns)
    cases = rows.cases()
    ladders = tuple(ladder_of(name, rows.cells(name), hierarchies.get(name, ""), beside) for name in asked.quasi)
    lattice = Lattice(ladders, cases, goal)
    found = search(lattice, progress)
    if found.best is None:
        raise PolicyError(
            "fix-none",
            "no combination of levels meets the goal",
            hint="raise --suppress, lower the goal, or add levels to the hierarchies",
        )
    best = found.best
    after = recorded(_released(rows, lattice, best.node), asked)
    rules = {ladder.column: ladder.rules[level] for ladder, level in zip(ladders, best.node, strict=True)}
    record = {**_summary(lattice, best), "nodes": found.nodes, "looked": found.looked}
    return Fix(goal, asked, rules, record, after)


def _check(asked: RiskRequest, goal: Goal, hierarchies: Mapping[str, str]) -> None:
    strange = set(hierarchies) - set(asked.quasi)
    if strange:
        raise PolicyError(
            "fix-goal",
            "--hierarchy is given for a column that is not a quasi-identifier",
            hint="add -q COLUMN for each column with a hierarchy",
        )
    if goal.k < 1 or not 0 <= goal.most < 1:
        raise PolicyError(
            "fix-goal",
            "--k must be at least 1, and --suppress a share from 0 to below 1",
            hint="for example --k 5 --suppress 0.05",
        )
    if (goal.distinct > 1 or goal.t is not None) and not asked.sensitive:
        raise PolicyError("fix-goal", "--distinct and --closeness need a sensitive column", hint="add -s COLUMN")
    if goal.t is not None and asked.person:
        raise PolicyError(
            "fix-goal",
            "--closeness cannot be combined with --person",
            hint="use --distinct only, or a table with one row per person",
        )


def _summary(lattice: Lattice, best: NodeOutcome) -> Record:
    goal, records = lattice.goal, lattice.cases.records
    columns = [
        {
            "column": ladder.column,
            "level": level,
            "levels": ladder.height,
            "rule": _rule_told(ladder.rules[level]),
            "before": ladder.count(0),
            "after": ladder.count(level),
            "loss": loss,
        }
        for ladder, level, loss in zip(lattice.ladders, best.node, lattice.column_losses(best.node), strict=True)
    ]
    return {
        "k": goal.k,
        "most": goal.most,
        "distinct": goal.distinct,
        "t": goal.t,
        "records": records,
        "suppressed": best.suppressed,
        "allowed": goal.room(records),
        "classes": best.classes,
        "loss": best.loss,
        "columns": columns,
    }


def _rule_told(rule: Any) -> str:
    """A rule in a few words; the name of a hierarchy's file is not told."""
    if not isinstance(rule, dict):
        return str(rule)
    ((name, options),) = rule.items()
    inside = ", ".join(f"{key}={value}" for key, value in options.items() if key != "hierarchy")
    return f"{name}({inside})"


@dataclass(slots=True)
class _SearchRows:
    """The different rows of a table so far, as codes; the values behind the codes, in memory."""

    asked: RiskRequest
    values_of: dict[str, SensitiveValues] = field(default_factory=dict)
    waiting: list[tuple[Codes, ...]] = field(default_factory=list)
    counts: list[Codes] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.asked.quasi, *self.asked.sensitive, *filter(None, [self.asked.person]))

    def add(self, columns: Columns) -> None:
        codes = tuple(
            self.values_of.setdefault(name, SensitiveValues()).codes(columns[name]).astype(np.int64)
            for name in self.names
        )
        self.waiting.append(codes)
        self.counts.append(np.ones(len(codes[0]), np.int64))
        if sum(map(len, self.counts)) > _AT_ONCE:
            self._merge()

    def cells(self, name: str) -> list[Cell]:
        return list(self.values_of[name].codes_of)

    def cases(self) -> Cases:
        """Errors: FormatError `risk-empty`."""
        if not self.counts or not sum(map(len, self.counts)):
            raise FormatError(
                "risk-empty", "the table has no records, or all are suppressed", hint="give a table with records"
            )
        self._merge()
        (codes,), (counts,) = self.waiting, self.counts
        quasi, more = len(self.asked.quasi), len(self.asked.sensitive)
        ranks = [self.values_of[name].ranks() for name in self.asked.sensitive]
        sensitive = tuple(
            (order[column], numbers)
            for (order, numbers), column in zip(ranks, codes[quasi : quasi + more], strict=True)
        )
        return Cases(codes[:quasi], counts, sensitive, codes[-1] if self.asked.person else None)

    def _merge(self) -> None:
        columns = tuple(np.concatenate(column) for column in zip(*self.waiting, strict=True))
        counts = np.concatenate(self.counts)
        keys, many = np.zeros(len(counts), np.int64), 1
        for name, column in zip(self.names, columns, strict=True):
            size = len(self.values_of[name].codes_of)
            if many * size >= 1 << 62:
                keys = np.unique(keys, return_inverse=True)[1].astype(np.int64)
                many = int(keys.max()) + 1
            keys, many = keys * size + column, many * size
        order = np.argsort(keys, kind="stable")
        start = np.flatnonzero(np.diff(keys[order], prepend=-1))
        self.waiting = [tuple(column[order[start]] for column in columns)]
        self.counts = [np.add.reduceat(counts[order], start)]
        if len(start) > 16 * MOST:
            raise LimitError(
                "risk-values",
                f"a table has more than {16 * MOST:,} different rows in the columns of the search",
                hint="use fewer quasi-identifiers, or a sample of the table",
            )


def _released(rows: _SearchRows, lattice: Lattice, node: Node) -> Iterator[Columns]:
    """The table as it would be released, with numbers in place of generalised values: they say as much of classes."""
    cases, bad = lattice.cases, lattice.suppressed(node)
    (codes,) = rows.waiting
    for start in range(0, len(bad), _AT_ONCE):
        stop = start + _AT_ONCE
        times = pa.array(np.repeat(np.arange(len(bad[start:stop])), cases.counts[start:stop]))
        columns = {
            ladder.column: _widened(ladder, column[start:stop], level, bad[start:stop])
            for ladder, column, level in zip(lattice.ladders, cases.codes, node, strict=True)
        }
        for name, column in zip(rows.names[len(node) :], codes[len(node) :], strict=True):
            columns[name] = pa.array(rows.cells(name), pa.large_string()).take(pa.array(column[start:stop]))
        yield {name: column.take(times) for name, column in columns.items()}


def _widened(ladder: Ladder, codes: Codes, level: int, bad: Any) -> pa.Array:
    groups = pa.array(ladder.groups[level][codes]).cast(pa.large_string())
    return pc.if_else(pa.array(bad), pa.scalar(STAR, pa.large_string()), groups)
