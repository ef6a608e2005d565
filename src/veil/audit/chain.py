"""Chain: acts as lines of JSON, each with the hash of the line before and its own; nothing is ever taken out or changed."""

from __future__ import annotations

import datetime as dt
import fcntl
import getpass
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from veil.errors import LeakError

FIRST = "0" * 64
_OWN = frozenset({"number", "at", "who", "what", "before", "hash"})


@dataclass(frozen=True, slots=True)
class Checked:
    """What a chain came to: how many records it has, and the hash of the last, which a person may keep elsewhere."""

    records: int
    last: str


def append(path: Path, what: str, told: Mapping[str, Any], *, now: dt.datetime | None = None) -> dict[str, Any]:
    """One record more: who, when, what, and the counts and names that the caller tells; on disk before this returns.

    Shape:   a line of JSON: `number` from 1, `at` (UTC), `who` (the user of the machine), `what`, what is told, `before`
             and `hash` (SHA-256 over all else).
    Keeps:   two processes never share a number; mode 0600. Nothing told is a value of the data: callers see to it.
    Errors:  LeakError `audit-broken` where the chain does not hold: an act is not recorded behind a broken record.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        held = _checked(file.read(), path.name)
        moment = (now or dt.datetime.now(tz=dt.UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
        record = {k: v for k, v in told.items() if k not in _OWN}
        record |= {"number": held.records + 1, "at": moment, "who": who(), "what": what, "before": held.last}
        record["hash"] = _hash(record)
        file.write(json.dumps(record, sort_keys=True).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return record


def verify_chain(path: Path) -> Checked:
    """How many records a chain has, where every one is bound to the one before.

    Keeps:   tells what was changed, put in or taken out between two records; that the last ones were cut off is told
             only by a number or a hash kept elsewhere.
    Errors:  LeakError `audit-broken` with the number of the first line that does not hold.
    """
    return _checked(path.read_bytes() if path.exists() else b"", path.name)


def who() -> str:
    """The user of the machine, as it knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _checked(data: bytes, name: str) -> Checked:
    last, lines = FIRST, data.split(b"\n")
    for number, line in enumerate(lines[:-1], 1):
        record = _read(line)
        if record.get("number") != number or record.get("before") != last or record.get("hash") != _hash(record):
            raise _broken(name, number)
        last = str(record["hash"])
    if lines[-1]:
        raise _broken(name, len(lines))
    return Checked(len(lines) - 1, last)


def _read(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _hash(record: Mapping[str, Any]) -> str:
    told = {key: value for key, value in record.items() if key != "hash"}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _broken(name: str, number: int) -> LeakError:
    return LeakError("audit-broken", "the record of acts was changed, or a line of it was not written whole",
                     where=f"{name} line {number}", hint="keep this file as it is, and begin another by moving it away")  # fmt: skip
