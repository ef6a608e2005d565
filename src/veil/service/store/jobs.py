"""Jobs: what was handed in, where it is on its way, and who works at it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from veil.service.store.database import Row, Transaction, insert

NEW, UPLOADED, PLANNING, PLANNED, QUEUED, RUNNING = "new", "uploaded", "planning", "planned", "queued", "running"
DONE, FAILED, CANCELLED, EXPIRED = "done", "failed", "cancelled", "expired"
OPEN = (NEW, UPLOADED, PLANNING, PLANNED, QUEUED, RUNNING)
ENDED = (DONE, FAILED, CANCELLED, EXPIRED)
ANY = 1 << 60
SMALL = 4 << 20  # bytes of a file for which a worker is kept free
A_SECOND = 100_000.0  # bytes that let a file wait a second longer
_WORK = {UPLOADED: PLANNING, QUEUED: RUNNING, PLANNING: PLANNING, RUNNING: RUNNING}


@dataclass(frozen=True, slots=True)
class Job:
    """What may be told of a job without opening anything of it.

    Shape:   `number`: its place among all that its owner handed in, from 1.
    """

    id: str
    owner: str
    state: str
    format: str
    made: float
    changed: float
    until: float
    code: str
    stage: str
    done: int
    whole: int
    number: int


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work at one job, until it is lost. Shape: `act` is `planning` or `running`."""

    job: str
    owner: str
    act: str
    token: str


def job_of(row: Row) -> Job:
    return Job(**{name: row[name] for name in Job.__slots__})


def take(transaction: Transaction, now: float, term: float, tries: int, most: int = ANY) -> Lease | None:
    """The job that is next, or one whose worker said nothing for too long; nobody else has it.

    Units:   `most`: bytes of the files that are taken.
    Keeps:   small files go before large ones, and a large one waits no more than a second for each `A_SECOND` bytes of it
             longer than it came: none waits for ever. A job that took its worker with it three times is not given out again; `given_up` ends it.
    """
    row = transaction.execute(
        "SELECT jobs.id, jobs.owner, jobs.state FROM jobs LEFT JOIN objects ON objects.job = jobs.id AND objects.what = 'input'"  # noqa: S608
        " WHERE (jobs.state IN ('uploaded', 'queued') OR (jobs.state IN ('planning', 'running') AND jobs.leased <= ?))"
        " AND jobs.tries < ? AND jobs.until > ? AND COALESCE(objects.size, 0) <= ?"
        f" ORDER BY jobs.changed + COALESCE(objects.size, 0) / {A_SECOND} LIMIT 1",
        (now, tries, now, most),
    ).fetchone()
    if row is None:
        return None
    lease = Lease(row["id"], row["owner"], _WORK[row["state"]], secrets.token_hex(16))
    transaction.execute(
        "UPDATE jobs SET state = ?, lease = ?, leased = ?, tries = tries + 1, stage = '', done = 0, whole = 0 WHERE id = ?",
        (lease.act, lease.token, now + term, lease.job),
    )
    return lease


def given_up(transaction: Transaction, now: float, tries: int) -> list[str]:
    """Jobs that no worker could end."""
    rows = transaction.execute(
        "SELECT id FROM jobs WHERE state IN ('planning', 'running') AND leased <= ? AND tries >= ?", (now, tries)
    ).fetchall()
    return [row["id"] for row in rows]


def renew(transaction: Transaction, lease: Lease, until: float, stage: str, done: int, whole: int) -> bool:
    """Whether the job is still this worker's: it was not cancelled, and nobody else took it."""
    updated = transaction.execute(
        "UPDATE jobs SET leased = ?, stage = ?, done = ?, whole = ? WHERE id = ? AND lease = ? AND state = ?",
        (until, stage, done, whole, lease.job, lease.token, lease.act),
    )
    return updated.rowcount == 1


def put_back(transaction: Transaction, lease: Lease, now: float, tries: int) -> bool:
    """Whether the job waits again, as before it was taken; after as many tries as are allowed it does not."""
    state = {PLANNING: UPLOADED, RUNNING: QUEUED}[lease.act]
    updated = transaction.execute(
        "UPDATE jobs SET state = ?, lease = '', leased = ? WHERE id = ? AND lease = ? AND state = ? AND tries < ?",
        (state, now, lease.job, lease.token, lease.act, tries),
    )
    return updated.rowcount == 1


def excuse(transaction: Transaction, lease: Lease) -> None:
    """A try for whose end the job is not to blame is none of those that it has."""
    transaction.execute(
        "UPDATE jobs SET tries = tries - 1 WHERE id = ? AND lease = ? AND state = ?",
        (lease.job, lease.token, lease.act),
    )


def is_held(transaction: Transaction, lease: Lease) -> bool:
    return (
        transaction.execute(
            "SELECT 1 FROM jobs WHERE id = ? AND lease = ? AND state = ?", (lease.job, lease.token, lease.act)
        ).fetchone()
        is not None
    )


def add(transaction: Transaction, columns: Mapping[str, Any]) -> None:
    """A new job, with the next number of its owner."""
    last = transaction.execute(
        "SELECT coalesce(max(number), 0) AS last FROM jobs WHERE owner = ?", (columns["owner"],)
    ).fetchone()
    insert(transaction, "jobs", {**columns, "number": last["last"] + 1})


def put(transaction: Transaction, job: str, columns: Mapping[str, Any]) -> None:
    """Columns of a job, new."""
    names = ", ".join(f"{name} = ?" for name in columns)
    transaction.execute(f"UPDATE jobs SET {names} WHERE id = ?", (*columns.values(), job))  # noqa: S608  names of ours
