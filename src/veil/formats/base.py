"""Format: how files become fields, and how edits are put back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

from veil.errors import FormatError
from veil.formats.traits import Traits
from veil.model import Batch, Edits, Exact, JoinedBatches

Settings = Mapping[str, Any]
UNREADABLE = "unreadable"  # the setting of a file that could not be read: the run puts it in quarantine, and says where


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file really is: its addresses in order, and what had to be inferred to read it.

    Shape:   `settings` is JSON (encoding, delimiter, line end ...) and goes into the plan as it is.
    """

    addresses: tuple[str, ...]
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of work: one or many whole files, or bytes of one that begin and end at a row.

    Units:   `start` and `stop` in bytes, or the number of a stretch of a table; stop -1 is the end. `keys`: the first
             key of a stretch and the first behind it. `without`: rows that are left out, ascending, by their number among
             those that can be parsed, from 0; only for formats whose traits say `leaves_out`.
    """

    files: tuple[str, ...]
    start: int = 0
    stop: int = -1
    keys: Any = field(default=None, repr=False)
    without: tuple[int, ...] = field(default=(), repr=False)

    @property
    def whole(self) -> bool:
        return self.start == 0 and self.stop == -1


class Writer(Protocol):
    """Takes the batches of one part with their edits, in order, and closes the side file."""

    def write(self, batch: Batch, edits: Edits) -> None: ...

    def finish(self) -> None: ...


class Format(Protocol):
    """Reads and writes one kind of file.

    Shape:   `path` is a folder or another store whose `/ name` the format can read. What comes of an input is read again
             by the format that `writes` names.
    Keeps:   a batch that gets no edits is written back as the bytes it came from, or the format says how not.
    Errors:  FormatError with the file's place, never a value.
    """

    name: str
    traits: Traits
    writes: str

    def after(self, name: str) -> str:
        """The name of what comes of an input."""
        ...

    def inspect(self, path: Any, given: Settings) -> Inspection: ...

    def split(self, path: Any, settings: Settings, size: int) -> list[tuple[Any, ...]]: ...

    def read(self, path: Any, part: Part, settings: Settings) -> Iterator[Batch]: ...

    def reread(self, path: Any, part: Part, settings: Settings, *, careful: bool = False) -> Iterator[Batch]:
        """The same rows by another way than `read`'s: what verify compares inputs and outputs by.

        Shape:   fields as `read` has them, without what a writer needs. `careful`: slower, where the usual way may read a
                 sound file otherwise.
        Errors:  FormatError `reread` where it finds no such file.
        """
        ...

    def writer(self, side: Path, part: Part, settings: Settings) -> Writer: ...

    def is_joined(self, sides: Sequence[Path], name: str) -> bool:
        """Whether the output of this name is made from side files, and not one of them as it is."""
        ...

    def join(self, sides: Sequence[Path], target: Path, name: str) -> None:
        """The side files of one input, in order, as one file."""
        ...


class Joined:
    """What formats share whose outputs are named and read as their inputs, and joined end to end.

    Keeps:   `reread` is `read` where a format has no second way; one that has it is caught when it loses a row.
    """

    name: str

    def split(self, path: Any, settings: Settings, size: int) -> list[tuple[Any, ...]]:
        """One part: a format that can begin within a file says where."""
        del path, settings, size
        return [(0, -1)]

    def read(self, path: Any, part: Part, settings: Settings) -> Iterator[Batch]:
        raise NotImplementedError

    def reread(self, path: Any, part: Part, settings: Settings, *, careful: bool = False) -> Iterator[Batch]:
        del careful
        return self.read(path, part, settings)

    @property
    def writes(self) -> str:
        return self.name

    def after(self, name: str) -> str:
        return name

    def is_joined(self, sides: Sequence[Path], name: str) -> bool:
        del name
        return len(sides) > 1

    def join(self, sides: Sequence[Path], target: Path, name: str) -> None:
        del name
        with target.open("wb") as sink:
            for side in sides:
                with side.open("rb") as source:
                    shutil.copyfileobj(source, sink, 8 << 20)


def refuse_removals(edits: Edits, *known: str) -> None:
    """Nothing, where a writer can take out all that is to go.

    Shape:   `known`: which of `rows`, `elements`, `regions` it can remove.
    Errors:  FormatError `removal-unknown`: what is to go never stays because a format has no such thing.
    """
    asked = {
        "rows": len(edits.removed_rows),
        "elements": len(edits.removed_elements),
        "regions": edits.removed_regions.num_rows if edits.removed_regions is not None else 0,
    }
    for kind, count in asked.items():
        if count and kind not in known:
            raise FormatError(
                "removal-unknown",
                f"{kind} cannot be removed from a file of this format",
                hint="drop or replace the field instead",
            )


@runtime_checkable
class TwoWay(Protocol):
    """A format of tables whose files can be brought back exactly from an output, the guesses of operators and a few cells.

    Keeps:   what `lost` names is enough: the output read again, the guesses written with these cells over them, gives
             the cells of the input.
    """

    def read_back(self, batch: Batch, edits: Edits, address: str, settings: Settings) -> pa.Array:
        """A changed column as the next reader of the output will see it. Shape: n `large_string`."""
        ...

    def lost(self, batch: Batch, edits: Edits, guesses: Mapping[str, pa.Array], settings: Settings) -> dict[str, Exact]:
        """The cells of the input that writing these guesses into the output would not bring back."""
        ...


@runtime_checkable
class AsOne(Protocol):
    """A format of tables that can write several small files in one go."""

    def as_one(self, joint: JoinedBatches, settings: Sequence[Settings]) -> Batch | None:
        """The joint batch with what `lost` and `written` need; None where these files differ too much."""
        ...

    def written(self, batch: Batch, edits: Edits, joint: JoinedBatches, settings: Settings) -> list[Batch]:
        """The members with their rows as they are to be written: their writers take nothing but `removed` of their edits."""
        ...


@runtime_checkable
class Typed(Protocol):
    """A format of tables whose cells have types."""

    def schema_of(self, path: Any) -> pa.Schema:
        """The names and types of the columns that stand in a file, or in a table of a database."""
        ...


def put_over(values: pa.Array, exact: Exact) -> pa.Array:
    """The values with the exact cells in their places. Shape: n of the cells' own type -> n."""
    if not len(exact.rows):
        return values
    index = np.arange(len(values))
    index[exact.rows.to_numpy(zero_copy_only=False)] = np.arange(len(values), len(values) + len(exact.rows))
    whole = pa.concat_arrays([values, exact.cells.cast(values.type)])
    return whole.take(pa.array(index))


def exact_where(mask: pa.Array, cells: pa.Array) -> Exact:
    """The cells that a mask names. Shape: n booleans, n cells -> k."""
    rows = pa.array(np.flatnonzero(mask.to_numpy(zero_copy_only=False)), pa.int64())
    return Exact(rows, cells.take(rows))
