"""Chain: acts as lines of JSON, each with the hash of the line before and its own; nothing is ever taken out or changed."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from veil.errors import LeakError

FIRST = "0" * 64
MARK = b"~torn"  # ends a line that a crash cut short, once the next act has met it; a record ends with a brace
TORN, UNANCHORED = "torn", "unanchored"
Act = dict[str, Any]


class SealKeys(Protocol):
    """What a seal asks of keys: a secret, and the public name of the root that it comes from."""

    id: str

    def secret(self, purpose: str, domain: str = "", size: int = 32) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Chain:
    """The records of a chain that holds, and the bytes behind the last of them that no record accounts for."""

    acts: tuple[Act, ...] = field(repr=False)
    rest: bytes = field(repr=False)

    @property
    def records(self) -> int:
        return len(self.acts)

    @property
    def last(self) -> str:
        return self.hash_at(self.records)

    def hash_at(self, number: int) -> str:
        """The hash of a record, by its number; of none, that which the first is bound to."""
        return str(self.acts[number - 1]["hash"]) if number else FIRST


def chain_of(data: bytes, name: str, behind: int = 0, last: str = FIRST) -> Chain:
    """The chain that bytes are, or its records behind one that is known by number and hash.

    Keeps:   a line that was not written whole counts only where the record behind it tells its digest. Every line is
             byte for byte as it was written, so that nothing hides in spaces or doubled keys.
    Errors:  LeakError `audit-broken` with the number of the first line that does not hold.
    """
    acts: list[Act] = []
    aside = b""
    *lines, rest = data.split(b"\n")
    for number, line in enumerate(lines, 1):
        if line.endswith(MARK):
            aside += line + b"\n"
            continue
        act = _read(line)
        torn = act.get("lost") if act.get("what") == TORN else None
        if not _holds(act, line, behind + len(acts) + 1, last) or torn != (digest(aside) if aside else None):
            raise broken(name, number)
        last, aside = str(act["hash"]), b""
        acts.append(act)
    return Chain(tuple(acts), aside + rest)


def record(number: int, before: str, details: Mapping[str, Any], keys: SealKeys | None) -> Act:
    """A record with its seal, where there is a key, and its hash over all else.

    Shape:   `seal`: the key's id, and HMAC-SHA256 over the digest of all but seal and hash.
    """
    act: Act = {**details, "number": number, "before": before}
    if keys is not None and keys.id:
        act["seal"] = {"key": keys.id, "mac": seal_of(keys, "record", digest(canonical(act)))}
    return {**act, "hash": digest(canonical(act))}


def is_sealed_by(act: Act, keys: SealKeys) -> bool:
    core = {key: value for key, value in act.items() if key not in ("seal", "hash")}
    mac = seal_of(keys, "record", digest(canonical(core)))
    return hmac.compare_digest(str(act["seal"].get("mac")), mac)


def seal_of(keys: SealKeys, *parts: object) -> str:
    """HMAC-SHA256 of words under the audit secret of a key. Keeps: a mark of a head is none of a record."""
    return hmac.digest(keys.secret("audit"), "\n".join(map(str, parts)).encode(), hashlib.sha256).hex()


def line_of(act: Act) -> bytes:
    return canonical(act) + b"\n"


def canonical(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True).encode()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _holds(act: Act, line: bytes, number: int, before: str) -> bool:
    whole = {key: value for key, value in act.items() if key != "hash"}
    bound = act.get("number") == number and act.get("before") == before and act.get("hash") == digest(canonical(whole))
    return bound and canonical(act) == line


def _read(line: bytes) -> Act:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def broken(name: str, number: int) -> LeakError:
    return LeakError(
        "audit-broken",
        "the audit log was changed",
        where=f"{name} line {number}",
        hint="keep this file unchanged; move it and its checkpoint elsewhere to start a new log",
    )
