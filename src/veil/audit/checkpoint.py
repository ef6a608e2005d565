"""Checkpoint: the small file beside a chain that says how far the chain goes, sealed by the key where there was one."""

from __future__ import annotations

import hmac
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from veil.audit.chain import Chain, SealKeys, canonical, seal_of
from veil.errors import LeakError
from veil.keys.stores import write_private


@dataclass(frozen=True, slots=True)
class Sealed:
    """How far the chain went when a key last sealed it."""

    records: int
    hash: str
    key: str
    mac: str

    def is_by(self, keys: SealKeys) -> bool:
        return hmac.compare_digest(self.mac, _mac(keys, self.records, self.hash))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far the chain goes, and the last seal; a record without a key behind it leaves that seal as it was."""

    records: int
    hash: str
    sealed: Sealed | None = None


def head_path(chain: Path) -> Path:
    return chain.with_name(f"{chain.name}.head")


def read_head(chain: Path) -> Checkpoint | None:
    """The head of a chain; None where there is none.

    Errors:  LeakError `audit-head` where it cannot be read.
    """
    path = head_path(chain)
    try:
        page = json.loads(path.read_bytes())
        sealed = Sealed(**page["sealed"]) if page["sealed"] else None
        return Checkpoint(int(page["records"]), str(page["hash"]), sealed)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise LeakError(
            "audit-head",
            "the checkpoint of the audit log cannot be read",
            where=path.name,
            hint="keep both files unchanged; move them elsewhere to start a new log",
        ) from None


def write_head(path: Path, chain: Chain, keys: SealKeys | None, before: Checkpoint | None) -> None:
    """The head of a chain as it is now; the whole head or the old one."""
    sealed = before.sealed if before is not None else None
    if keys is not None and keys.id:
        sealed = Sealed(chain.records, chain.last, keys.id, _mac(keys, chain.records, chain.last))
    write_private(head_path(path), canonical(asdict(Checkpoint(chain.records, chain.last, sealed))) + b"\n")


def hold(head: Checkpoint | None, chain: Chain, name: str) -> None:
    """Nothing, where the chain goes at least as far as its head says, the same way.

    Errors:  LeakError `audit-cut`.
    """
    for point in (head, head.sealed if head is not None else None):
        if point is not None and (
            point.records > chain.records or point.records < 0 or chain.hash_at(point.records) != point.hash
        ):
            raise LeakError(
                "audit-cut",
                "the audit log does not match its checkpoint: entries are missing at the end, or the file was replaced",
                where=f"{name}: {chain.records} records, the head says {point.records}",
                hint="keep both files unchanged; move them elsewhere to start a new log",
            )


def _mac(keys: SealKeys, records: int, last: str) -> str:
    return seal_of(keys, "head", records, last)
