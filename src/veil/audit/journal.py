"""Journal: a chain that one process writes often: what it has read once it does not read again."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO

from veil.audit.chain import FIRST, Act, SealKeys, broken, canonical, chain_of, line_of, record, seal_of
from veil.audit.checkpoint import Checkpoint, Sealed, head_path, hold, read_head
from veil.audit.log_file import OWN, append, who
from veil.errors import KeyringError, UnwritableError
from veil.keys.stores import sync_folder, write_private


class Journal:
    """The same file, records and head as `append` writes, at a cost that does not grow with the record.

    Keeps:   many processes may write one record, each with a journal of its own; a record that others added is read and held to
             the chain before the next is bound to it. What was changed before it is told by `verify_chain`, and when a process begins.
    """

    def __init__(self, path: Path, keys: SealKeys) -> None:
        self._path, self._keys, self._lock = path, keys, Lock()
        self._read, self._number, self._last = 0, 0, FIRST

    def add(self, what: str, details: Mapping[str, Any]) -> Act:
        """One record more, on disk before this returns. Shape and errors: as `append`."""
        try:
            with self._lock:
                return self._added(what, details)
        except (OSError, KeyringError):
            raise UnwritableError(
                "audit-write",
                "the audit log cannot be written",
                where=self._path.name,
                hint="free disk space or check the folder, and run the same command again",
            ) from None

    def _added(self, what: str, details: Mapping[str, Any]) -> Act:
        is_new = not self._path.exists()
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "r+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if self._caught_up(file):
                moment = dt.datetime.now(tz=dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                own = {key: value for key, value in details.items() if key not in OWN}
                signed = {**own, "what": what, "at": moment, "who": who()}
                act = record(self._number + 1, self._last, signed, self._keys)
                self._write(file, act, new=is_new)
                return act
        # A line was cut short, or the head is gone: the book tells of it, and all is read anew after it.
        self._read, self._number, self._last = 0, 0, FIRST
        return append(self._path, what, details, keys=self._keys)

    def _caught_up(self, file: BinaryIO) -> bool:
        """Whether all that others wrote is whole and belongs here. Errors: LeakError `audit-broken`, `audit-cut`, `audit-head`."""
        size = os.fstat(file.fileno()).st_size
        if size < self._read:
            raise broken(self._path.name, self._number)
        file.seek(self._read)
        chain, head = chain_of(file.read(), self._path.name, self._number, self._last), read_head(self._path)
        if chain.rest or (head is None and size):
            return False
        if self._read == 0:
            hold(head, chain, self._path.name)
        if chain.records:
            self._read, self._number, self._last = size, self._number + chain.records, chain.last
        if head is not None and head.records > self._number:
            raise broken(self._path.name, self._number + 1)
        return True

    def _write(self, file: BinaryIO, act: Act, *, new: bool) -> None:
        line = line_of(act)
        view = memoryview(line)
        while view:
            view = view[os.write(file.fileno(), view) :]
        os.fsync(file.fileno())
        if new:
            sync_folder(self._path.parent)
        self._read, self._number, self._last = self._read + len(line), act["number"], act["hash"]
        mac = seal_of(self._keys, "head", self._number, self._last)
        head = Checkpoint(self._number, self._last, Sealed(self._number, self._last, self._keys.id, mac))
        write_private(head_path(self._path), canonical(asdict(head)) + b"\n")
