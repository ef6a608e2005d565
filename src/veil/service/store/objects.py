"""Objects: sealed files under random names; the key of each lies wrapped in the database and nowhere else."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from veil.errors import LimitError, ServiceError
from veil.keys import Keys
from veil.service.store.blobs import BlobStore, Sink
from veil.service.store.database import Row, Transaction, insert
from veil.service.store.sealed import Sealing, open_word, opened, seal_word

INPUT, OUTPUT = "input", "output"


@dataclass(slots=True)
class Draft:
    """An object that is being written: until it is kept, its key is in memory alone, and nothing can read it."""

    id: str
    sink: Sink
    sealing: Sealing
    most: int

    def write(self, data: bytes) -> None:
        """Errors: LimitError `upload-large`."""
        if self.sealing.size + len(data) > self.most:
            raise LimitError(
                "upload-large", "the file is larger than the upload limit", hint="ask the administrator of the service"
            )
        self.sealing.write(data)

    def finish(self) -> None:
        """All of it is on disk."""
        self.sealing.finish()
        self.sink.finish()

    def drop(self) -> None:
        self.sink.drop()

    def drop_after(self, error: BaseException) -> None:
        """Not kept, unless nobody knows: then the sweeper finds out."""
        if not (isinstance(error, ServiceError) and error.code == "store-unsure"):
            self.drop()


class Objects:
    """Keeps: without its row a file is noise; deleting the row shreds it, and the file is taken away after that."""

    def __init__(self, place: BlobStore, keys: Keys) -> None:
        self._place = place
        self._wrapping = keys.secret("object keys")

    def draft(self, most: int) -> Draft:
        name = secrets.token_hex(16)
        sink = self._place.sink(name)
        return Draft(name, sink, Sealing(sink, name), most)

    def keep(self, transaction: Transaction, draft: Draft, job: str, owner: str, what: str, now: float) -> None:
        """The object is there, with all else that this transaction does."""
        key = seal_word(self._wrapping, draft.id, draft.sealing.key)
        insert(
            transaction,
            "objects",
            {
                "id": draft.id,
                "job": job,
                "owner": owner,
                "what": what,
                "key": key,
                "size": draft.sealing.size,
                "made": now,
            },
        )

    def read(self, row: Row) -> Iterator[bytes]:
        """The bytes of an object. Errors: ServiceError `object-damaged`, `object-gone`."""
        key = open_word(self._wrapping, row["id"], row["key"])
        with self._place.source(row["id"]) as file:
            yield from opened(file, key, row["id"])

    def forget(self, transaction: Transaction, job: str, what: str | None = None) -> list[str]:
        """Shreds the objects of a job; answers the files that are noise now."""
        if what is None:
            found = transaction.execute("DELETE FROM objects WHERE job = ? RETURNING id", (job,))
        else:
            found = transaction.execute("DELETE FROM objects WHERE job = ? AND what = ? RETURNING id", (job, what))
        return [row["id"] for row in found.fetchall()]

    def take_away(self, names: list[str]) -> None:
        self._place.delete(names)

    def orphans(self, known: set[str], older: float) -> list[str]:
        """Files that no row tells of, and that nobody is writing any more."""
        return [name for name in self._place.names(older) if name not in known]

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
