"""Clock: a time that never goes back, whoever sets the machine's."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from veil.service.store.database import Database, set_fact

_EVERY = 2.0  # seconds between two notes of the time


class Seen(NamedTuple):
    """The highest time that was told, how long the machine had been up then, and since which start of it."""

    at: float
    up: float
    boot: str


class Clock:
    """Seconds since 1970, at least as many as were ever told.

    Keeps:   where the machine's time is set back, time goes on from the highest that was told, at the pace of the machine's uptime:
             nothing lives longer for it. After a restart with an earlier time it goes on from the last note, at most two seconds
             before the last time that was told.
    """

    def __init__(self, database: Database, wall: Callable[[], float] = time.time) -> None:
        self._database, self._wall, self._lock = database, wall, Lock()
        self._boot = _boot()
        self._noted = self._last()

    def now(self) -> float:
        """Must be asked before a transaction begins, for it may be one itself."""
        with self._lock:
            now = self._reckoned()
            if self._noted is None or now > self._noted.at + _EVERY or self._noted.boot != self._boot:
                now = self._note(now)
            return now

    def _reckoned(self) -> float:
        now, seen = self._wall(), self._noted
        if seen is None:
            return now
        passed = max(0.0, _up() - seen.up) if seen.boot == self._boot else 0.0
        return max(now, seen.at + passed)

    def _note(self, now: float) -> float:
        with self._database.change() as transaction:
            fact = transaction.execute("SELECT value FROM facts WHERE name = 'time'").fetchone()
            self._noted = _read(fact["value"]) if fact else None
            now = max(now, self._reckoned())
            self._noted = Seen(now, _up(), self._boot)
            set_fact(transaction, "time", json.dumps(self._noted))
        return now

    def _last(self) -> Seen | None:
        fact = self._database.fact("time")
        return _read(fact) if fact else None


def _read(fact: str) -> Seen:
    at, up, boot = json.loads(fact)
    return Seen(float(at), float(up), str(boot))


def _up() -> float:
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _boot() -> str:
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else ""
