"""Store: a place of data, and what a run asks of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

Stretch = tuple[tuple[Any, ...] | None, tuple[Any, ...] | None]  # the first key of a stretch, and the first behind it


class Store(Protocol):
    """Where the inputs of a project lie.

    Shape:   `kind`: the format that all of it has, "" where names tell it. `store / name` is what the format reads: a
             path, or a `Relation`.
    Keeps:   travels to workers without its secrets; each asks for them itself.
    """

    @property
    def kind(self) -> str: ...

    def names(self, *own_folders: Path) -> list[str]:
        """What is there, sorted; without folders of ours."""
        ...

    def __truediv__(self, name: str) -> Any: ...

    def size(self, name: str) -> int:
        """Units: bytes of a file, rows of a table."""
        ...

    def notices(self, name: str) -> tuple[str, ...]:
        """What a person should know of an input before a run: sentences without a value."""
        ...

    def stamp(self, name: str) -> str:
        """Text that is another when the content is; cheap enough to ask twice in a run."""
        ...

    def digest(self, name: str) -> str:
        """SHA-256 of the content, or of the stamp where reading it all again says no more."""
        ...


class Relation(Protocol):
    """A table of a database."""

    def schema(self) -> pa.Schema:
        """Errors: StoreError `table-missing`."""
        ...

    def stretches(self, rows: int) -> list[Stretch]:
        """The table in stretches of about so many rows, by its key; one where it has none."""
        ...

    def read(self, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch]:
        """The rows of a stretch in the order of the key, all of one moment.

        Errors:  StoreError `store-gone`.
        """
        ...

    def again(self, keys: Stretch, rows: int) -> Iterator[pa.RecordBatch] | None:
        """The same rows by another question; None where there is no second way to ask."""
        ...

    def count(self) -> int: ...


class Target(Protocol):
    """Where a release is put for others to use."""

    def put(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch], mark: str) -> int:
        """One table, whole in one transaction; answers the rows that stand there.

        Shape:   `mark` names what is put; a table that stands there under this mark is left as it is.
        Errors:  StoreError `publish-there` (a table of others), `store-gone`, `publish-type`.
        """
        ...

    def mark_of(self, name: str) -> str:
        """The mark of the table that stands there; "" for none of ours."""
        ...

    def tidy(self) -> None:
        """Leave no cell of a table that was replaced in the files of the target; called when all tables are put."""
        ...

    def close(self) -> None: ...


class Taker(Protocol):
    """Where a whole release is put, notes and all."""

    def copy(self, out: Path) -> int:
        """Every file of a release; answers how many. Errors: as `Target.put`."""
        ...

    def close(self) -> None: ...


def quoted(name: str, mark: str = '"') -> str:
    """An identifier of SQL. Keeps: whatever it holds, it is one name."""
    return mark + name.replace(mark, mark * 2) + mark


def after(columns: Sequence[str], dialect_mark: str, placeholder: str) -> str:
    """The comparison of a row with a key: `(a, b) >= (?, ?)`."""
    names = ", ".join(quoted(column, dialect_mark) for column in columns)
    return f"({names}) >= ({', '.join([placeholder] * len(columns))})"


def within(columns: Sequence[str], keys: Stretch, mark: str, placeholder: str) -> tuple[str, list[Any]]:
    """The condition of a stretch and its values; "" where it is the whole table."""
    pieces: list[str] = []
    values: list[Any] = []
    for key, negated in zip(keys, (False, True), strict=True):
        if key is not None:
            condition = after(columns, mark, placeholder)
            pieces.append(f"NOT ({condition})" if negated else condition)
            values += key
    return (" WHERE " + " AND ".join(pieces) if pieces else ""), values


def stretches_of(bounds: Sequence[tuple[Any, ...]]) -> list[Stretch]:
    """Stretches between the first keys of each. Shape: n bounds -> n stretches, the first and the last open."""
    if len(bounds) < 2:
        return [(None, None)]
    inner = list(bounds[1:])
    return list(zip([None, *inner], [*inner, None], strict=True))
