"""Plain text: a file is one value; a folder of them is one field of n notes."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from veil.errors import FormatError, LimitError
from veil.formats.base import Inspection, Joined, Part, Settings, refuse_removals
from veil.formats.compression import created, opened
from veil.formats.encodings import Encoding, decoded_again, encode, encoding_of, read_text
from veil.formats.traits import ENCODED, Kind, Traits
from veil.model import Batch, Edits, Field

ADDRESS = "text"
LARGEST = 256 << 20


class Plain(Joined):
    """Notes as files: any of the usual encodings, line ends as they are."""

    name = "text"
    traits = Traits(
        Kind.NOTES,
        (".txt", ".text", ".note"),
        given=ENCODED,
        usual=((ADDRESS, "scan"),),
        many_files=True,
        joins=False,
        exact=True,
    )

    def inspect(self, path: Path, given: Settings) -> Inspection:
        del path
        return Inspection((ADDRESS,), {key: given[key] for key in ("encoding",) if given.get(key)})

    def read(self, path: Path, part: Part, settings: Settings) -> Iterator[Batch]:
        """One batch of all files of the part; `path` is the folder they are named below.

        Errors:  FormatError `not-text`, `encoding-broken`, LimitError `note-too-large` with the number of the file in the part.
        """
        texts: list[str] = []
        places: list[tuple[str, Encoding]] = []
        encodings: list[str] = settings.get(
            "encodings", []
        )  # of files that were just written: nothing is found out again
        for number, file in enumerate(part.files):
            data = read_whole(path / file, f"file {number}")
            encoding = encoding_of(data, encodings[number] if encodings else settings.get("encoding"))
            texts.append(read_text(data, encoding, f"file {number}"))
            places.append((file, encoding))
        yield Batch(
            (Field(ADDRESS, pa.array(texts, pa.large_string())),),
            len(texts),
            places=places,
            about={"encodings": [encoding.name for _, encoding in places]},
        )

    def reread(self, path: Path, part: Part, settings: Settings, *, careful: bool = False) -> Iterator[Batch]:
        """Each file decoded by the standard library's stream, its mark taken off."""
        del careful
        texts: list[str] = []
        encodings: list[str] = settings.get("encodings", [])
        for number, file in enumerate(part.files):
            with opened(path / file) as source:
                data = source.read()
            name = encodings[number] if encodings else encoding_of(data, settings.get("encoding")).name
            with decoded_again(io.BytesIO(data), name) as stream:
                texts.append(stream.read().removeprefix("\ufeff"))
        yield Batch((Field(ADDRESS, pa.array(texts, pa.large_string())),), len(texts))

    def writer(self, side: Path, part: Part, settings: Settings) -> PlainWriter:
        del part, settings
        return PlainWriter(side)


class PlainWriter:
    """Writes each note to the name that the batch's `about["names"]` gives it."""

    def __init__(self, side: Path) -> None:
        self._side = side

    def write(self, batch: Batch, edits: Edits) -> None:
        refuse_removals(edits, "rows")
        field, gone = batch.fields[0], set(edits.removed_rows.to_pylist())
        changed = edits.changed(field)
        values = field.values if changed is None else changed
        names: list[str] = batch.about.get("names") or [name for name, _ in batch.places]
        for row, (name, (_, encoding), text) in enumerate(zip(names, batch.places, values.to_pylist(), strict=True)):
            if row in gone:
                continue
            write_whole(self._side / name, encode(text or "", encoding))

    def finish(self) -> None:
        """Nothing is held open between notes."""


def read_whole(path: Path, where: str, largest: int = LARGEST) -> bytes:
    try:
        if path.stat().st_size <= largest:
            with opened(path) as file:
                data = file.read(largest + 1)
            if len(data) <= largest:
                return data
        raise LimitError(
            "note-too-large", f"a file is larger than {largest >> 20} MiB", where=where, hint="split the file"
        )
    except OSError as error:
        raise FormatError(
            "file-unreadable", f"a file cannot be read ({os.strerror(error.errno or 0)})", where=where
        ) from None


def write_whole(path: Path, data: bytes) -> None:
    with created(path) as file:
        file.write(data)


def settings_of(encoding: Encoding) -> dict[str, Any]:
    return {"encoding": encoding.name, "bom": encoding.bom.hex()}
