"""Audit events: runs, verifications and key events, as the audit log has them; counts, codes and digests only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from veil.audit import append, read_acts, verify_chain
from veil.audit.check_release import digest
from veil.errors import Error
from veil.keys import Keyring, Keys
from veil.policy.plan import Plan

AUDIT = "audit.jsonl"
BEGUN, ENDED, FAILED = "run begun", "run ended", "run failed"
Record = dict[str, Any]
T = TypeVar("T")


@dataclass(slots=True)
class RunAct:
    """A run on record: that it began; `told` is what the record of its end will say.

    Shape:   `anchor` is the number and the hash of the record of its beginning; it goes into the manifest, so that a release
             and the record of acts vouch for each other.
    """

    number: int
    anchor: Record
    ended: Record = field(default_factory=dict)


@contextmanager
def run_on_record(private: Path, plan: Plan, keys: Keys, keyring: Path | None) -> Iterator[RunAct]:
    """The record that a run begins, and, when it is over, how it ended.

    Keeps:   nothing is done before the beginning is on disk. A run that is killed leaves a beginning without an end; the next
             one says which it goes on from.
    Errors:  LeakError `audit-broken`, `audit-cut`, `audit-head`: a run that cannot be recorded is not begun.
    """
    path = private / AUDIT
    begun = append(path, BEGUN, _beginning(path, plan, keys, keyring), keys=keys)
    act = RunAct(begun["number"], {"number": begun["number"], "hash": begun["hash"]})
    try:
        yield act
    except BaseException as error:
        with suppress(Error):  # why the run failed is what a person must see
            append(path, FAILED, {"begun": act.number, **_reason(error)}, keys=keys)
        raise
    append(path, ENDED, {"begun": act.number, **act.ended}, keys=keys)


def outcome_told(manifest: Mapping[str, Any], files: Mapping[str, Path], exit_code: int) -> Record:
    """What the record of a run's end says of it.

    Shape:   `files`: what the record calls a file of the release that has no digest in the manifest, and where it is.
    """
    counts = Counter[str]()
    for row in manifest["counts"]:
        counts[row["action"]] += row["count"]
    quarantined = Counter(entry["code"] for entry in manifest["quarantined"])
    return {
        "exit_code": exit_code,
        "outputs": len(manifest["outputs"]),
        "counts": dict(counts),
        "quarantined": dict(quarantined),
        "sha256": {name: digest(path) for name, path in files.items()},
    }


def record_verify(private: Path, project: str, details: Mapping[str, Any], keys: Keys | None = None) -> None:
    """That a release, or what was brought back of one, was held against its originals, and what came of it."""
    append(private / AUDIT, "verify", {"project": project, **details}, keys=keys)


def keys_record(keyring: Path) -> Path:
    """Where the acts on a keyring and its vault stand: beside it, under a name that is no name of a table."""
    return keyring.with_name(f"{keyring.name}.audit")


def key_act(keyring: Path, what: str, do: Callable[[], T], keys: Callable[[T], Keys], **details: Any) -> T:
    """Do something with a keyring or its vault, and record it under the key that it has afterwards.

    Keeps:   where the record does not hold, nothing is done.
    Errors:  LeakError `audit-broken`, `audit-cut`, `audit-head` and those of the act.
    """
    read_acts(keys_record(keyring))
    done = do()
    used = keys(done)
    append(keys_record(keyring), what, {"key": {"id": used.id, "version": used.version}, **details}, keys=used)
    return done


def ring_act(path: Path, what: str, do: Callable[[], Keyring]) -> Keyring:
    """An act on the keyring itself."""
    return key_act(path, what, do, Keyring.keys)


def _beginning(path: Path, plan: Plan, keys: Keys, keyring: Path | None) -> Record:
    begun: Record = {
        "project": plan.name,
        "profile": plan.profile,
        "claims": plan.claims,
        "plan": plan.digest(),
        "key": {"id": keys.id, "version": keys.version} if keys.id else None,
        "sources": len(plan.sources),
        "files": sum(len(source.files) for source in plan.sources),
    }
    left = _unended(read_acts(path))
    if left:
        begun["goes_on_from"] = left
    if keyring is not None and keys_record(keyring).exists():
        begun["keys_record"] = _anchor_of(keys_record(keyring))
    return begun


def _anchor_of(path: Path) -> Record:
    """How far another record goes, or why that cannot be told: what was done to it stops no run."""
    try:
        checked = verify_chain(path)
    except Error as error:
        return {"code": error.code}
    return {"number": checked.records, "hash": checked.last}


def _unended(acts: tuple[Record, ...]) -> int:
    """The number of the last run, where it has no end; else 0."""
    runs = [act for act in acts if act["what"] in (BEGUN, ENDED, FAILED)]
    return int(runs[-1]["number"]) if runs and runs[-1]["what"] == BEGUN else 0


def _reason(error: BaseException) -> Record:
    """Code and exit code; of an error that is not ours, its kind alone: its text may hold a value."""
    if isinstance(error, Error):
        return {"code": error.code, "exit_code": error.exit_code}
    interrupted = isinstance(error, KeyboardInterrupt)
    return {"code": "interrupted" if interrupted else type(error).__name__, "exit_code": 130 if interrupted else 70}
