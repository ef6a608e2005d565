"""Reversal data: what operators cannot compute back, sealed during a run, and read again by `veil reverse`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from veil.engine.operators import Operators
from veil.engine.reversibility import LOST, Undoing, Way, cases_of, is_told_by_column, ways_of
from veil.errors import KeyringError
from veil.formats.base import Format, TwoWay
from veil.keys import Keys, Vault
from veil.model import Batch, Edits, Exact
from veil.parts import part
from veil.policy.plan import Plan, SourcePlan
from veil.policy.rules import Apply
from veil.roster import Roster

HEAD = "head"
_COMPRESSED = pa.ipc.IpcWriteOptions(compression="zstd")


@dataclass(frozen=True, slots=True)
class ReversalDataPlace:
    """Where the pages of one run are kept: a vault of its own in the private folder, and the name of the run there."""

    path: Path
    run: str

    @property
    def kind(self) -> str:
        return f"trail:{self.run}"


def place_of(private: Path, keys: Keys, plan: Plan, cut: str) -> ReversalDataPlace | None:
    """The place for a run of this plan, key and cut of the work; None where nothing is to be kept.

    Keeps:   the same run has the same name: one that is killed and goes on writes over its own pages.
    """
    if not (plan.reversible and keys.id and any(_is_undone(source) for source in plan.sources)):
        return None
    private.mkdir(parents=True, exist_ok=True, mode=0o700)
    run = hashlib.sha256(f"{plan.digest()}\n{keys.id}\n{cut}".encode()).hexdigest()[:32]
    Vault.open(reversal_data_path(private, keys), keys).close()  # made once, before workers open it
    return ReversalDataPlace(reversal_data_path(private, keys), run)


def reversal_data_path(private: Path, keys: Keys) -> Path:
    """One file a version of the key, so that a rotated keyring shuts nothing out."""
    return private / f"way-back-{keys.id}.vault"


def _is_undone(source: SourcePlan) -> bool:
    return source.traits.reversible and any(
        isinstance(case.treatment, Apply) and part("operators", case.treatment.operator).reversible
        for _, rule in source.rules
        for case in rule.cases
    )


class ReversalDataWriter:
    """Writes the pages of a run; one for a worker."""

    def __init__(self, place: ReversalDataPlace, plan: Plan, keys: Keys, roster: Roster | None) -> None:
        self._vault, self._kind = Vault.open(place.path, keys), place.kind
        self._roster, self._undoing = roster, Undoing(keys)
        operators = Operators(plan, keys)
        self._ways = {source.name: ways_of(source, operators) for source in plan.sources if source.traits.reversible}

    def keep(
        self,
        page: str,
        source: SourcePlan,
        reader: Format,
        batch: Batch,
        edits: Edits,
        subjects: pa.Array,
        pieces: Sequence[WrittenBatch],
    ) -> None:
        """One page: for a batch, the cells that would not come back, and what must be known to undo the others.

        Shape:   `edits` are those that were written, `subjects` whose the rows are; `pieces`: the batch and its edits as
                 they were written, file by file.
        """
        if not isinstance(reader, TwoWay) or source.name not in self._ways:
            return
        ways = [way for way in self._ways[source.name] if way.changes and way.address in edits.columns]
        offsets = self._offsets(subjects) if any(way.owned for way in ways) else None
        taken = {way.address: cases_of(way, batch) for way in ways}
        guesses = {}
        for way in ways:
            seen, field = _read_back(reader, way.address, pieces), batch.field(way.address)
            if field is not None and not way.split and way.cases[0].sure and seen.equals(edits.columns[way.address]):
                guesses[way.address] = _answered(field.values, seen)
            else:
                guesses[way.address] = self._undoing.guess(way, seen, taken[way.address], subjects, offsets)
        exact = _lost(reader, batch, guesses, pieces)
        for way in ways:
            exact[way.address] = _without_lost(way, exact[way.address], taken[way.address])
        by_column = is_told_by_column(source, self._ways[source.name]) and not len(
            exact.get(source.subject.column, _NOTHING).rows
        )
        owned = subjects if any(way.owned for way in ways) and not by_column else None
        self._vault.seal(self._kind, page, packed(batch.height, exact, taken, owned, offsets))

    def _offsets(self, subjects: pa.Array) -> pa.Array | None:
        """The shifts that were given from outside; None where there are none."""
        offsets = self._roster.facts(subjects).offset if self._roster is not None else None
        return offsets if offsets is not None and offsets.null_count < len(offsets) else None

    def close(self) -> None:
        self._vault.close()


class WrittenBatch(NamedTuple):
    """A batch as a file of its own has it, its edits, and the settings of the file."""

    batch: Batch
    edits: Edits
    settings: Mapping[str, Any]


def _read_back(reader: TwoWay, address: str, pieces: Sequence[WrittenBatch]) -> pa.Array:
    seen = [reader.read_back(piece.batch, piece.edits, address, piece.settings) for piece in pieces]
    return seen[0] if len(seen) == 1 else pa.concat_arrays(seen)


def _lost(
    reader: TwoWay, batch: Batch, guesses: Mapping[str, pa.Array], pieces: Sequence[WrittenBatch]
) -> dict[str, Exact]:
    """The cells of all pieces that would not come back, by rows of the batch."""
    if len(pieces) == 1:
        return reader.lost(pieces[0].batch, pieces[0].edits, guesses, pieces[0].settings)
    originals = {field.address: field.values for field in batch.fields if field.address in guesses}
    first, found = 0, []
    for piece in pieces:
        own = {}
        for address, guess in guesses.items():
            field = piece.batch.field(address)
            whole = field is not None and guess is originals.get(address)
            own[address] = field.values if field is not None and whole else guess.slice(first, piece.batch.height)
        lost = reader.lost(piece.batch, piece.edits, own, piece.settings)
        found.append({address: Exact(pc.add(exact.rows, first), exact.cells) for address, exact in lost.items()})
        first += piece.batch.height
    return {
        address: Exact(
            *(pa.concat_arrays([getattr(page[address], part) for page in found]) for part in ("rows", "cells"))
        )
        for address in guesses
    }


def _answered(values: pa.Array, new: pa.Array) -> pa.Array:
    """The originals wherever an operator answered; the same array where it did for all. What stayed is kept as a cell."""
    if values.type != new.type:
        new = new.cast(values.type)
    stayed = pc.equal(values, new)
    if new.null_count == values.null_count and not pc.any(stayed).as_py():
        return values
    return pc.if_else(pc.fill_null(stayed, fill_value=True), pa.scalar(None, values.type), values)


_NOTHING = Exact(pa.array([], pa.int64()), pa.array([], pa.large_string()))


def _without_lost(way: Way, exact: Exact, taken: pa.Array | None) -> Exact:
    """The cells but for those of cases that have no way back: they are not kept."""
    if taken is None:
        return exact
    back = pa.array([number for number, case in enumerate(way.cases) if case.way != LOST], pa.int8())
    mine = pc.is_in(taken.take(exact.rows), back)
    return Exact(exact.rows.filter(mine), exact.cells.filter(mine))


def pages_there(place: ReversalDataPlace, keys: Keys, pages: Iterable[str]) -> set[str]:
    """Those of some pages that are there: a unit whose pages are gone is done again."""
    vault = Vault.open(place.path, keys)
    try:
        return {page for page in dict.fromkeys(pages) if vault.unseal(place.kind, page) is not None}
    finally:
        vault.close()


def packed(
    height: int,
    exact: Mapping[str, Exact],
    taken: Mapping[str, pa.Array | None],
    subjects: pa.Array | None,
    offsets: pa.Array | None,
) -> bytes:
    """A page as bytes: one row of lists, a column for each thing that is known."""
    columns: dict[str, pa.Array] = {"height": pa.array([height], pa.int64())}
    for address, cells in exact.items():
        columns[f"rows:{address}"] = _listed(cells.rows.cast(pa.int32()))
        columns[f"cells:{address}"] = _listed(cells.cells)
    for address, cases in taken.items():
        if cases is not None:
            columns[f"case:{address}"] = _listed(cases)
    if subjects is not None:
        columns["subjects"] = _listed(subjects.dictionary_encode())
    if offsets is not None:
        columns["offsets"] = _listed(offsets)
    table = pa.table(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_COMPRESSED) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _listed(values: pa.Array) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return pa.LargeListArray.from_arrays(pa.array([0, len(values)], pa.int64()), values)


class Page:
    """What one page says of some rows; pages are cut to the batches of the output."""

    def __init__(self, data: bytes) -> None:
        self._table = pa.ipc.open_stream(data).read_all()
        self.height: int = self._table["height"][0].as_py()

    def exact(self, address: str, start: int, stop: int) -> Exact | None:
        """The cells of some rows, numbered from `start`; None where the column is not undone."""
        if f"rows:{address}" not in self._table.column_names:
            return None
        rows, cells = self._column(f"rows:{address}").cast(pa.int64()), self._column(f"cells:{address}")
        places = rows.to_numpy(zero_copy_only=False)
        low, high = np.searchsorted(places, [start, stop])
        return Exact(pc.subtract(rows.slice(low, high - low), start), cells.slice(low, high - low))

    def taken(self, address: str, start: int, stop: int) -> pa.Array | None:
        return self._slice(f"case:{address}", start, stop)

    def subjects(self, start: int, stop: int) -> pa.Array | None:
        found = self._slice("subjects", start, stop)
        return None if found is None else found.dictionary_decode()

    def offsets(self, start: int, stop: int) -> pa.Array | None:
        return self._slice("offsets", start, stop)

    def _slice(self, name: str, start: int, stop: int) -> pa.Array | None:
        return self._column(name).slice(start, stop - start) if name in self._table.column_names else None

    def _column(self, name: str) -> pa.Array:
        found: pa.Array = self._table[name].combine_chunks().flatten()
        return found


class Shelved:
    """The pages of a run by name; the one that was read last is kept, for many small files share one.

    Errors:  KeyringError `trail-missing` for a page that is not there.
    """

    def __init__(self, vault: Vault, kind: str) -> None:
        self._vault, self._kind = vault, kind
        self._last: tuple[str, Page] | None = None

    def page(self, name: str) -> Page:
        if self._last is None or self._last[0] != name:
            data = self._vault.unseal(self._kind, name)
            if data is None:
                raise missing()
            self._last = name, Page(data)
        return self._last[1]


class Pages:
    """The pages of a file in order, each handed out with the rows that are asked for.

    Shape:   `stretches`: (first part of the pages' names, how many there are, the file's first row in them).
    Errors:  KeyringError `trail-missing` where they end before the rows do.
    """

    def __init__(self, shelved: Shelved, stretches: list[tuple[str, int, int]]) -> None:
        self._pages = (
            (shelved.page(f"{unit}.{number}"), first) for unit, count, first in stretches for number in range(count)
        )
        self._page: Page | None = None
        self._at = 0

    def take(self, height: int) -> Iterator[tuple[Page, int, int]]:
        """Pieces of pages that have these rows together: page, first row, row behind the last."""
        while height:
            if self._page is None or self._at == self._page.height:
                self._page, self._at = next(self._pages, (None, 0))
                if self._page is None:
                    raise missing()
                continue
            stop = min(self._page.height, self._at + height)
            yield self._page, self._at, stop
            height -= stop - self._at
            self._at = stop

    def schema_page(self) -> Page | None:
        """A page where no row is left to ask for one: an empty table has its types there."""
        if self._page is None:
            self._page, self._at = next(self._pages, (None, 0))
        return self._page


def missing() -> KeyringError:
    return KeyringError(
        "trail-missing",
        "the private folder does not contain the reversal data of this release",
        hint="restore `way-back-*.vault` of the run, or run the project again",
    )


def seal_head(place: ReversalDataPlace, keys: Keys, files: list[dict[str, Any]], plan: Plan) -> None:
    """The first page: which files there are, how they are read, and the way of every column; sealed like the others."""
    vault = Vault.open(place.path, keys)
    operators = Operators(plan, keys)
    heads: dict[str, dict[str, Any]] = {}  # by source: the same for each of its files, of which there may be thousands
    for file in files:
        name = file["source"]
        if name not in heads:
            source = plan.source(name)
            ways = ways_of(source, operators)
            by_column = source.subject.column if is_told_by_column(source, ways) else ""
            heads[name] = {"ways": [way.as_json() for way in ways], "told_by": by_column}
        file.update(heads[name])
    try:
        vault.seal(place.kind, HEAD, json.dumps({"files": files}).encode())
    finally:
        vault.close()


def head_of(vault: Vault, kind: str) -> dict[str, Any]:
    """Errors: KeyringError `trail-missing`."""
    data = vault.unseal(kind, HEAD)
    if data is None:
        raise missing()
    found: dict[str, Any] = json.loads(data)
    return found
