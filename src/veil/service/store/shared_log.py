"""Shared log: the audit log of several nodes, as one chain in their database; its export is the file that `veil audit` checks."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from veil.audit.chain import FIRST, Act, SealKeys, broken, canonical, line_of, record, seal_of
from veil.audit.checkpoint import Checkpoint, Sealed, head_path
from veil.audit.log_file import who
from veil.errors import LeakError
from veil.keys.stores import write_private
from veil.service.store.database import Database, Transaction, insert, set_fact

_HEAD = "acts head"
_NAME = "acts"


class SharedLog:
    """Keeps: a record is bound to the last one that the sealed head tells of; where that is gone or another, nothing is recorded.

    Errors:  LeakError `audit-broken`.
    """

    def __init__(self, database: Database, keys: SealKeys) -> None:
        self._database, self._keys = database, keys

    def add(self, what: str, details: Mapping[str, Any]) -> Act:
        """One record more. Shape: as of `append`."""
        moment = dt.datetime.now(tz=dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._database.change() as transaction:
            number, last = self._end(transaction)
            act = record(number + 1, last, {**details, "what": what, "at": moment, "who": who()}, self._keys)
            insert(transaction, "acts", {"number": number + 1, "line": line_of(act)})
            mac = seal_of(self._keys, "head", number + 1, act["hash"])
            sealed = Sealed(number + 1, act["hash"], self._keys.id, mac)
            set_fact(transaction, _HEAD, canonical(asdict(Checkpoint(number + 1, act["hash"], sealed))).decode())
        return act

    def _end(self, transaction: Transaction) -> tuple[int, str]:
        """Number and hash of the last record."""
        fact = transaction.execute("SELECT value FROM facts WHERE name = ?", (_HEAD,)).fetchone()
        row = transaction.execute("SELECT number, line FROM acts ORDER BY number DESC LIMIT 1").fetchone()
        if fact is None and row is None:
            return 0, FIRST
        if fact is None or row is None:
            raise broken(_NAME, 1)
        try:
            head, act = json.loads(fact["value"]), json.loads(bytes(row["line"]))
            sealed = Sealed(**head["sealed"])
            fits = (sealed.records, sealed.hash) == (row["number"], act["hash"]) and sealed.key == self._keys.id
        except (ValueError, KeyError, TypeError):
            raise broken(_NAME, int(row["number"])) from None
        if not fits or not sealed.is_by(self._keys):
            raise broken(_NAME, int(row["number"]))
        return int(row["number"]), str(act["hash"])


def write_acts(database: Database, path: Path) -> int:
    """The chain and its head as files, as they are in the database; how many records.

    Errors:  LeakError `audit-there`: nothing is written over a record.
    """
    if path.exists() or head_path(path).exists():
        raise LeakError("audit-there", "the file exists already", where=path.name, hint="name a new file")
    with database.change() as transaction:
        rows = transaction.execute("SELECT line FROM acts ORDER BY number").fetchall()
        fact = transaction.execute("SELECT value FROM facts WHERE name = ?", (_HEAD,)).fetchone()
    write_private(path, b"".join(bytes(row["line"]) for row in rows))
    if fact is not None:
        write_private(head_path(path), fact["value"].encode() + b"\n")
    return len(rows)
