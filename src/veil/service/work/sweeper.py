"""Sweeper: shreds what is too old, ends what no worker could end, and clears what was left by the killed."""

from __future__ import annotations

import json
import time

from veil.errors import Error
from veil.service.store import jobs
from veil.service.store.sealed import seal_word
from veil.service.store.site import Site
from veil.service.store.store import ServiceStore
from veil.service.work.memory_folder import memory_folder, wipe_dead
from veil.service.work.trouble_log import TroubleLog

_REMEMBERED = 30 * 24 * 3600.0  # how long a job that is over stands in the list
_WRITING = 3600.0  # a file that grew within the hour may be an upload


def sweep(store: ServiceStore) -> int:
    """Everything that is due now; how many jobs expired.

    Keeps:   nothing depends on it for being refused in time: whoever reads looks at the time too.
    """
    now = store.clock.now()
    gone: list[tuple[str, str]] = []
    orphans: list[str] = []
    with store.database.change() as transaction:
        for row in transaction.execute(
            "SELECT id, owner FROM jobs WHERE until <= ? AND state != 'expired'", (now,)
        ).fetchall():
            orphans += store.objects.forget(transaction, row["id"])
            blank = dict.fromkeys(("key", "about", "plan", "report"))
            jobs.put(transaction, row["id"], {**blank, "state": jobs.EXPIRED, "changed": now, "lease": ""})
            gone.append((row["id"], row["owner"]))
        transaction.execute("DELETE FROM jobs WHERE state = 'expired' AND changed <= ?", (now - _REMEMBERED,))
    for job, owner in gone:
        store.act("expired", owner, job)
    _give_up(store, now)
    store.sessions.sweep()
    known = {row["id"] for row in store.database.rows("SELECT id FROM objects")}
    store.shredded([*orphans, *store.objects.orphans(known, time.time() - _WRITING)])
    return len(gone)


def _give_up(store: ServiceStore, now: float) -> None:
    """Jobs that took three workers with them have failed; their input is shredded."""
    with store.database.change() as transaction:
        ended = [
            transaction.execute("SELECT id, owner, key FROM jobs WHERE id = ?", (job,)).fetchone()
            for job in jobs.given_up(transaction, now, store.terms.tries)
        ]
        orphans = [name for row in ended for name in store.objects.forget(transaction, row["id"])]
        for row in ended:
            failure = json.dumps({"message": "every worker that processed this file ended without a result"}).encode()
            report = seal_word(store.objects.unwrap(row["id"], row["key"]), "report", failure)
            jobs.put(
                transaction,
                row["id"],
                {
                    "state": jobs.FAILED,
                    "changed": now,
                    "until": now + store.terms.kept,
                    "code": "job-crashed",
                    "lease": "",
                    "plan": None,
                    "report": report,
                },
            )
    store.shredded(orphans)
    for row in ended:
        store.act("failed", row["owner"], row["id"], code="job-crashed")


def serve(site: Site, *, pause: float = 30.0) -> None:
    """Sweep until the process is ended."""
    store, hindrance = ServiceStore(site), TroubleLog("sweeper")
    while True:
        try:
            sweep(store)
            wipe_dead(memory_folder(site.seat, site.memory))
            hindrance.clear()
        except (Error, OSError) as error:
            hindrance.tell(error)
        time.sleep(pause)
