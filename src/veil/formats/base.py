"""Format: how files become fields, and how edits are put back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from veil.model import Batch, Edits

Settings = Mapping[str, Any]


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

    Units:   `start` and `stop` in bytes; stop -1 is the end.
    """

    files: tuple[str, ...]
    start: int = 0
    stop: int = -1

    @property
    def whole(self) -> bool:
        return self.start == 0 and self.stop == -1


class Writer(Protocol):
    """Takes the batches of one part with their edits, in order, and closes the side file."""

    def write(self, batch: Batch, edits: Edits) -> None: ...

    def finish(self) -> None: ...


class Format(Protocol):
    """Reads and writes one kind of file.

    Keeps:   a batch that gets no edits is written back as the bytes it came from, or the format says how not.
    Errors:  FormatError with the file's place, never a value.
    """

    name: str
    one_part_one_file: bool  # False: the side files of a file's parts are joined in order

    def inspect(self, path: Path, given: Settings) -> Inspection: ...

    def split(self, path: Path, settings: Settings, size: int) -> list[tuple[int, int]]: ...

    def read(self, path: Path, part: Part, settings: Settings) -> Iterator[Batch]: ...

    def writer(self, side: Path, part: Part, settings: Settings) -> Writer: ...
