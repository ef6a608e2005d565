"""Sample: rows of a table drawn at random from the whole of it, within bounds that are told."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from veil.formats.base import Format, Part
from veil.formats.skipped_rows import BROKEN, broken_of
from veil.model import Item
from veil.parts import part
from veil.stores import Store

ROWS = 2_000
PARTS = 24
PART_BYTES = 4 << 20
HEAD = 100_000  # values of a column that are held to find keys: a key is told by having every value once
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Sample:
    """Some rows of a table.

    Shape:   `columns`: the rows drawn; `head`: the first rows that were read, for keys. `read`: how many rows they were
             drawn from; `whole`: whether those were all there are. `broken`: numbers of the rows that cannot be parsed, from 1 without
             the header, where they are passed over; `code`: why.
    """

    columns: dict[str, list[str | None]] = field(default_factory=dict)
    head: dict[str, list[str | None]] = field(default_factory=dict)
    read: int = 0
    whole: bool = True
    broken: list[int] = field(default_factory=list)
    code: str = ""

    @property
    def looked(self) -> int:
        return len(next(iter(self.columns.values()), []))


def sample_of(
    store: Store,
    names: Sequence[str],
    kind: str,
    *,
    rows: int = ROWS,
    seed: int = 0,
    passes_broken: bool = False,
    tell: Progress | None = None,
) -> Sample:
    """Rows drawn from stretches that are drawn from all stretches of all files.

    Shape:   up to PARTS stretches of PART_BYTES; a smaller table is read whole. The same seed draws the same rows.
    Errors:  those of the format.
    """
    reader: Format = part("formats", kind)()
    draw = random.Random(seed)  # noqa: S311  which rows are looked at is no secret
    stretches = list(_stretches(reader, store, names, draw, {BROKEN: True} if passes_broken else {}))
    chosen = sorted(draw.sample(range(len(stretches)), PARTS)) if len(stretches) > PARTS else range(len(stretches))
    sample, keys = Sample(whole=len(chosen) == len(stretches) and len(names) <= PARTS), np.random.default_rng(seed)
    rows_kept: _Held = _Held(rows, keys)
    for done, at in enumerate(chosen, 1):
        piece, settings = stretches[at]
        before = sample.read + len(sample.broken)
        for batch in reader.read(store, piece, settings):
            columns = {field.address: field.values for field in batch.fields if field.rows is None}
            rows_kept.add(columns)
            sample.read += batch.height
            broken = broken_of(batch)
            sample.broken += [before + row + 1 for row in broken.rows]
            sample.code = broken.code or sample.code
            _keep_head(sample, columns)
        if tell:
            tell("looking", done, len(chosen))
    sample.columns = rows_kept.columns()
    return sample


def _stretches(
    reader: Format, store: Store, names: Sequence[str], draw: random.Random, broken: dict[str, bool]
) -> Iterator[tuple[Part, dict[str, Any]]]:
    """The stretches of a table; of many files, of as many as may be read."""
    for name in sorted(draw.sample(list(names), PARTS)) if len(names) > PARTS else names:
        seen = reader.inspect(store / name, {**broken, **({"name": name} if isinstance(name, Item) else {})})
        settings = {**seen.settings, **broken, "addresses": list(seen.addresses)}
        for bound in reader.split(store / name, settings, PART_BYTES):
            yield Part((name,), *bound), settings


def _keep_head(sample: Sample, columns: dict[str, pa.Array]) -> None:
    for name, values in columns.items():
        head = sample.head.setdefault(name, [])
        if len(head) < HEAD:
            head += values.slice(0, HEAD - len(head)).to_pylist()


@dataclass(slots=True)
class _Held:
    """Rows with the least random numbers of all rows that went by: every row has the same chance."""

    rows: int
    draw: np.random.Generator
    _lots: np.ndarray[Any, np.dtype[np.float64]] = field(default_factory=lambda: np.empty(0))
    _table: pa.Table | None = None

    def add(self, columns: dict[str, pa.Array]) -> None:
        if not columns:
            return
        table = pa.table({name: values.cast(pa.large_string()) for name, values in columns.items()})
        lots = self.draw.random(table.num_rows)
        kept = np.argsort(lots, kind="stable")[: self.rows]
        table, lots = table.take(pa.array(np.sort(kept))), lots[np.sort(kept)]
        if self._table is not None and self._table.schema.equals(table.schema):
            table, lots = pa.concat_tables([self._table, table]), np.concatenate([self._lots, lots])
        best = np.sort(np.argsort(lots, kind="stable")[: self.rows])
        self._table, self._lots = table.take(pa.array(best)), lots[best]

    def columns(self) -> dict[str, list[str | None]]:
        return {} if self._table is None else {name: self._table[name].to_pylist() for name in self._table.column_names}
