"""Log file: a chain on disk with its head: written by one process at a time, read by anyone."""

from __future__ import annotations

import datetime as dt
import fcntl
import getpass
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from veil.audit.chain import (
    MARK,
    TORN,
    UNANCHORED,
    Act,
    Chain,
    SealKeys,
    chain_of,
    digest,
    is_sealed_by,
    line_of,
    record,
)
from veil.audit.checkpoint import Checkpoint, hold, read_head, write_head
from veil.errors import KeyringError, LeakError, UnwritableError
from veil.keys.stores import sync_folder

OWN = frozenset({"number", "at", "who", "what", "before", "hash", "seal"})


@dataclass(frozen=True, slots=True)
class Checked:
    """What a chain came to.

    Shape:   how many records it has, and the hash of the last: the anchor that a person may keep elsewhere. `torn`: records
             that tell of a line which was not written whole; `unanchored`: those before which the head was gone;
             `unsealed`: those that no key sealed.
    """

    records: int
    last: str
    torn: tuple[int, ...] = ()
    unanchored: tuple[int, ...] = ()
    unsealed: tuple[int, ...] = ()
    acts: tuple[Act, ...] = field(default=(), repr=False)


def append(
    path: Path, what: str, details: Mapping[str, Any], *, keys: SealKeys | None = None, now: dt.datetime | None = None
) -> Act:
    """One record more: who, when, what, and the counts and names that the caller tells; on disk before this returns.

    Shape:   a line of JSON: `number` from 1, `at` (UTC), `who` (the user of the machine), `what`, what is told, `before`,
             `seal` where there is a key, and `hash`.
    Keeps:   two processes never share a number; mode 0600; bytes are only ever added. A line that a crash cut short stays,
             and the next record tells of it. Nothing told is a value of the data: callers see to it.
    Errors:  LeakError `audit-broken`, `audit-cut`, `audit-head`: an act is not recorded behind a broken record. FormatError
             `audit-write`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "r+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            chain = chain_of(file.read(), path.name)
            head = read_head(path)
            hold(head, chain, path.name)
            moment = (now or dt.datetime.now(tz=dt.UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
            own = {key: value for key, value in details.items() if key not in OWN}
            whole, data = _grown(chain, head, [{**own, "what": what}], {"at": moment, "who": who()}, keys)
            _write(file, data)
            sync_folder(path.parent)
            write_head(path, whole, keys, head)
    except (OSError, KeyringError):
        raise UnwritableError(
            "audit-write",
            "the audit log cannot be written",
            where=path.name,
            hint="free disk space or check the folder, and run the same command again",
        ) from None
    return whole.acts[-1]


def verify_chain(
    path: Path, *, seals: Mapping[str, SealKeys] | None = None, expect: Sequence[tuple[int, str]] = ()
) -> Checked:
    """What a chain came to, where every record is bound to the one before and the last is where the head says.

    Shape:   `seals`: keys by id; then every seal must be of one of them, and the head must be sealed. `expect`: numbers
             and hashes of records, kept elsewhere.
    Keeps:   tells what was changed, put in, taken out or cut off by one who does not hold the key; that chain and head were
             both put back to an earlier day is told only by `expect`.
    Errors:  LeakError `audit-broken` with the first line that does not hold, `audit-torn`, `audit-cut`, `audit-unanchored`,
             `audit-head`, `audit-seal`, `audit-unsealed`, `audit-expect`.
    """
    chain, head = _read(path)
    hold(head, chain, path.name)
    if chain.rest:
        raise LeakError(
            "audit-torn",
            "the last line is incomplete, as after a crash",
            where=f"{path.name} after record {chain.records}",
            hint="the next entry records the loss and continues",
        )
    if head is None and chain.records:
        raise LeakError(
            "audit-unanchored",
            "the checkpoint of the audit log is missing: entries may be missing at the end",
            where=path.name,
            hint="restore the checkpoint file, or compare with an entry that was noted elsewhere: --expect N:HASH",
        )
    for expected in expect:
        _check_expected(chain, expected, path.name)
    if seals is not None:
        _check_seals(chain, head, seals, path.name)
    numbers = {what: tuple(act["number"] for act in chain.acts if act["what"] == what) for what in (TORN, UNANCHORED)}
    unsealed = tuple(act["number"] for act in chain.acts if "seal" not in act)
    return Checked(chain.records, chain.last, numbers[TORN], numbers[UNANCHORED], unsealed, chain.acts)


def read_acts(path: Path) -> tuple[Act, ...]:
    """The records of a chain that holds, as far as it is written; none where there is no file."""
    return _read(path)[0].acts


def who() -> str:
    """The user of the machine, as it knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _grown(
    chain: Chain, head: Checkpoint | None, acts: list[Act], signed: Act, keys: SealKeys | None
) -> tuple[Chain, bytes]:
    """The chain with more records, and the bytes that make it so: before the acts, what must be told of the file itself."""
    data = b""
    if head is None and chain.records:
        acts = [{"what": UNANCHORED, "records": chain.records}, *acts]
    if chain.rest:
        data = b"" if chain.rest.endswith(b"\n") else MARK + b"\n"
        lost = chain.rest + data
        acts = [{"what": TORN, "lost": digest(lost), "bytes": len(chain.rest)}, *acts]
    whole, last = list(chain.acts), chain.last
    for act in acts:
        whole.append(record(len(whole) + 1, last, {**act, **signed}, keys))
        last, data = str(whole[-1]["hash"]), data + line_of(whole[-1])
    return Chain(tuple(whole), b""), data


def _write(file: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file.fileno(), view) :]
    os.fsync(file.fileno())


def _read(path: Path) -> tuple[Chain, Checkpoint | None]:
    """Chain and head of one moment: no writer stands between them."""
    if not path.exists():
        return Chain((), b""), read_head(path)
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        return chain_of(file.read(), path.name), read_head(path)


def _check_expected(chain: Chain, expect: tuple[int, str], name: str) -> None:
    number, expected = expect
    if not 0 < number <= chain.records or chain.hash_at(number) != expected:
        raise LeakError(
            "audit-expect",
            "the audit log does not contain the entry given by --expect",
            where=f"{name} record {number}",
            hint="the log was restored from an older copy or written again: look for another copy",
        )


def _check_seals(chain: Chain, head: Checkpoint | None, seals: Mapping[str, SealKeys], name: str) -> None:
    last = 0
    for act in chain.acts:
        if "seal" in act:
            last = act["number"]
            keys = seals.get(str(act["seal"].get("key"))) if isinstance(act["seal"], dict) else None
            if keys is None or not is_sealed_by(act, keys):
                raise _unsealed(name, f"record {last}")
    sealed = head.sealed if head is not None else None
    if sealed is None or sealed.records < last:
        raise LeakError(
            "audit-unsealed",
            "the end of the audit log has no seal of a key of this keyring",
            where=name,
            hint="check that it is the keyring of this project; without --keyring the seals are not checked",
        )
    keys = seals.get(sealed.key)
    if keys is None or not sealed.is_by(keys):
        raise _unsealed(name, "the head")


def _unsealed(name: str, what: str) -> LeakError:
    return LeakError(
        "audit-seal",
        "a seal was not made with a key of this keyring",
        where=f"{name}: {what}",
        hint="it was written without the key, or with another keyring",
    )
