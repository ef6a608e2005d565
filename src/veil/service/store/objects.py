"""Objects: sealed files under random names; the key of each lies wrapped in the database and nowhere else."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from veil.errors import LimitError, ServiceError
from veil.keys import Keys
from veil.service.store.sealed import Sealing, open_word, opened, seal_word

INPUT, OUTPUT = "input", "output"


@dataclass(slots=True)
class Draft:
    """An object that is being written: until it is kept, its key is in memory alone, and nothing can read it."""

    id: str
    path: Path
    file: BinaryIO
    sealing: Sealing
    most: int

    def write(self, data: bytes) -> None:
        """Errors: LimitError `upload-large`."""
        if self.sealing.size + len(data) > self.most:
            raise LimitError("upload-large", "the file is larger than is allowed", hint="ask whoever runs the service")
        self.sealing.write(data)

    def finish(self) -> None:
        """All of it is on disk."""
        self.sealing.finish()
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()

    def drop(self) -> None:
        self.file.close()
        self.path.unlink(missing_ok=True)


class Objects:
    """Keeps: without its row a file is noise; deleting the row shreds it, and the file is taken away after that."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self._folder = folder
        self._wrapping = keys.secret("object keys")
        folder.mkdir(mode=0o700, exist_ok=True)

    def draft(self, most: int) -> Draft:
        name = secrets.token_hex(16)
        path = self._folder / name
        file = os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
        return Draft(name, path, file, Sealing(file, name), most)

    def keep(self, line: sqlite3.Connection, draft: Draft, job: str, owner: str, what: str, now: float) -> None:
        """The object is there, with all else that this transaction does."""
        key = seal_word(self._wrapping, draft.id, draft.sealing.key)
        line.execute(
            "INSERT INTO objects VALUES (?, ?, ?, ?, ?, ?, ?)",
            (draft.id, job, owner, what, key, draft.sealing.size, now),
        )

    def read(self, row: sqlite3.Row) -> Iterator[bytes]:
        """The bytes of an object. Errors: ServiceError `object-damaged`, `object-gone`."""
        key = open_word(self._wrapping, row["id"], row["key"])
        try:
            file = (self._folder / row["id"]).open("rb")
        except OSError:
            raise ServiceError("object-gone", "an object of the store is not there", hint="was the data folder put back from a copy?") from None  # fmt: skip
        with file:
            yield from opened(file, key, row["id"])

    def forget(self, line: sqlite3.Connection, job: str, what: str | None = None) -> list[str]:
        """Shreds the objects of a job; answers the files that are noise now."""
        asked = "DELETE FROM objects WHERE job = ? AND (what = ? OR ? IS NULL) RETURNING id"
        return [row["id"] for row in line.execute(asked, (job, what, what)).fetchall()]

    def take_away(self, names: list[str]) -> None:
        for name in names:
            with suppress(FileNotFoundError):
                (self._folder / name).unlink()

    def noise(self, known: set[str], older: float) -> list[str]:
        """Files that no row tells of, and that nobody is writing any more."""
        found = []
        for entry in os.scandir(self._folder):
            with suppress(FileNotFoundError):
                if entry.name not in known and entry.stat().st_mtime < older:
                    found.append(entry.name)
        return found

    def wrap(self, job: str, key: bytes) -> bytes:
        """The key of a job's own words (file name, plan, report), wrapped."""
        return seal_word(self._wrapping, f"job {job}", key)

    def unwrap(self, job: str, wrapped: bytes) -> bytes:
        return open_word(self._wrapping, f"job {job}", wrapped)

    def seal_rule(self, rule: str, word: str) -> bytes:
        """A word of the site's lists."""
        return seal_word(self._wrapping, f"rule {rule}", word.encode())

    def open_rule(self, rule: str, sealed: bytes) -> str:
        return open_word(self._wrapping, f"rule {rule}", sealed).decode()
