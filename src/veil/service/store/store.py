"""Store: the data folder of a service: people, jobs, sealed objects, and the record of who did what."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from veil.errors import BusyError, GoneError, InvalidError, LimitError, ServiceError
from veil.keys import Keys
from veil.parts import endings, kind_of
from veil.service.store import jobs
from veil.service.store.access import Caller, check, check_submits
from veil.service.store.accounts import UserAccounts
from veil.service.store.clock import Clock
from veil.service.store.database import Row, Transaction, set_fact
from veil.service.store.job_request import JobRequest
from veil.service.store.jobs import Job, job_of
from veil.service.store.objects import INPUT, OUTPUT, Draft, Objects
from veil.service.store.opening import open_database, open_place, open_record
from veil.service.store.passwords import Passwords
from veil.service.store.sealed import open_word, seal_word
from veil.service.store.sessions import Sessions
from veil.service.store.site import Site
from veil.service.store.user import User

_LONGEST_NAME = 200
_MOST_OPEN = 500  # jobs of one owner; a list shows no more
_LISTED = (
    f"SELECT {', '.join(Job.__slots__)}, key, about FROM jobs WHERE owner = ? ORDER BY made DESC, id LIMIT {_MOST_OPEN}"  # noqa: S608  names of ours
)
_HELD = "SELECT CAST(coalesce(sum(size), 0) AS BIGINT) AS held FROM objects WHERE owner = ?"


class ServiceStore:
    """One open store; threads may share it, processes open their own.

    Keeps:   nothing of an upload, not its name either, is on disk in clear. Every act on a job goes through `access.check` and into
             the record of acts.
    Errors:  ServiceError `store-key`: the key is another's.
    """

    def __init__(self, site: Site) -> None:
        self.site, self.terms = site, site.terms
        self.database = open_database(site)
        try:
            self._check_key(site.keys)
            self.objects = Objects(open_place(site), site.keys)
        except BaseException:
            self.database.close()
            raise
        self.clock = Clock(self.database)
        self.passwords = Passwords(self.database, self.clock, site.terms, self.act)
        self.people = UserAccounts(self.database, self.clock, site.terms, self.passwords, self.act)
        self.sessions = Sessions(self.database, self.clock, site.terms)
        self._record = open_record(site, self.database)

    def close(self) -> None:
        self.database.close()

    def act(self, what: str, by: str, job: str = "", **details: int | str) -> None:
        """What somebody did, on the record. Shape: ids, codes and counts; never a word of the data."""
        self._record.add(what, {"by": by, **({"job": job} if job else {}), **details})

    def renew(self, token: str, password: str) -> User:
        """A forgotten password is set anew, with a link that an admin made; the link is used up.

        Keeps:   what the person had handed in is shredded: whoever made the link could have used it, and reads nothing.
        Errors:  ServiceError `invitation-unknown`, `password-short`.
        """
        renewal, now = self.passwords.renewal(token, password), self.clock.now()
        self.act("password renewed", renewal.person)
        with self.database.change() as transaction:
            person = self.passwords.renew(transaction, renewal, now)
            rows = transaction.execute("SELECT id FROM jobs WHERE owner = ?", (person.id,)).fetchall()
            orphans = [name for row in rows for name in self.objects.forget(transaction, row["id"])]
            transaction.execute("DELETE FROM jobs WHERE owner = ?", (person.id,))
        self.shredded(orphans)
        return person

    def create(self, caller: Caller, name: str, choice: JobRequest, *, review: bool, sample: int = 0) -> Job:
        """A job that waits for its file.

        Shape:   `name` tells the format and is sealed; `review`: the plan is shown before the run; `sample`: so many of its texts
                 are drawn for a review, and the file is not treated.
        Errors:  ServiceError `role`, `job-format`, `job-name`; LimitError `quota`.
        """
        check_submits(caller)
        kind = kind_of(name)
        if not kind:
            raise InvalidError(
                "job-format", "files of this type are not supported", hint=f"supported: {', '.join(endings())}"
            )
        if len(name) > _LONGEST_NAME or not name.isprintable():
            raise InvalidError(
                "job-name",
                f"a file name must have at most {_LONGEST_NAME} printable characters",
                hint="rename the file",
            )
        self._check_quota(caller.owner)
        self._check_open(caller.owner)
        job, key, now = secrets.token_hex(16), os.urandom(32), self.clock.now()
        about = {"name": name, "choice": asdict(choice), "review": review, "sample": sample}
        self.act("job made", caller.owner, job, format=kind)
        with self.database.change() as transaction:
            jobs.add(
                transaction,
                {
                    "id": job,
                    "owner": caller.owner,
                    "state": jobs.NEW,
                    "format": kind,
                    "made": now,
                    "changed": now,
                    "until": now + self.terms.waiting,
                    "key": self.objects.wrap(job, key),
                    "about": _sealed(key, "about", about),
                },
            )
        return self.job(caller, job)

    def receive(self, caller: Caller, job: str) -> Draft:
        """Where the bytes of a job's file go. Errors: those of `access.check`; LimitError `quota`."""
        self._checked(caller, job, "upload")
        return self.objects.draft(min(self.terms.upload, self._check_quota(caller.owner)))

    def received(self, caller: Caller, job: str, draft: Draft) -> Job:
        """The file is whole: the job waits for a worker. Errors: those of `access.check`; then nothing is kept."""
        try:
            draft.finish()
            now = self.clock.now()
            with self.database.change() as transaction:
                check(_row(transaction, job), caller, "upload", now)
                self._check_fits(transaction, caller.owner, draft.sealing.size)
                self.objects.keep(transaction, draft, job, caller.owner, INPUT, now)
                jobs.put(transaction, job, {"state": jobs.UPLOADED, "changed": now, "until": now + self.terms.waiting})
        except BaseException as error:
            draft.drop_after(error)
            raise
        self.act("uploaded", caller.owner, job, bytes=draft.sealing.size)
        return self.job(caller, job)

    def job(self, caller: Caller, job: str) -> Job:
        return self._aged(self._checked(caller, job, "see"))

    def jobs(self, caller: Caller) -> list[tuple[Job, dict[str, Any]]]:
        """The caller's own, the newest first, each with what `about` tells of it."""
        check_submits(caller)
        rows = self.database.rows(_LISTED, caller.owner)
        return [(self._aged(row), self._opened(row, "about")) for row in rows]

    def about(self, caller: Caller, job: str) -> dict[str, Any]:
        """Name, choice and whether the plan is shown; nothing once the job has expired."""
        return self._opened(self._checked(caller, job, "see"), "about")

    def plan(self, caller: Caller, job: str) -> dict[str, Any]:
        row = self._checked(caller, job, "read plan")
        self.act("plan read", caller.owner, job)
        return self._opened(row, "plan")

    def change_plan(self, caller: Caller, job: str, changed: Mapping[str, Any]) -> None:
        """A plan as the submitter wants it; `changed` was made from the one that was proposed."""
        row = self._checked(caller, job, "change plan")
        key, now = self.objects.unwrap(job, row["key"]), self.clock.now()
        with self.database.change() as transaction:
            check(_row(transaction, job), caller, "change plan", now)
            jobs.put(transaction, job, {"plan": _sealed(key, "plan", changed)})
        self.act("plan changed", caller.owner, job)

    def start(self, caller: Caller, job: str) -> Job:
        """The plan is accepted: the job waits for a worker."""
        now = self.clock.now()
        self._checked(caller, job, "start")
        self.act("plan accepted", caller.owner, job)
        with self.database.change() as transaction:
            check(_row(transaction, job), caller, "start", now)
            jobs.put(
                transaction, job, {"state": jobs.QUEUED, "changed": now, "tries": 0, "until": now + self.terms.waiting}
            )
        return self.job(caller, job)

    def cancel(self, caller: Caller, job: str) -> Job:
        """Whoever works at it notices within seconds; the input is shredded at once."""
        self._checked(caller, job, "cancel")
        self.act("cancelled", caller.owner, job)
        now = self.clock.now()
        with self.database.change() as transaction:
            check(_row(transaction, job), caller, "cancel", now)
            orphans = self.objects.forget(transaction, job)
            jobs.put(transaction, job, {"state": jobs.CANCELLED, "changed": now, "lease": "", "plan": None})
        self.shredded(orphans)
        return self.job(caller, job)

    def fetch(self, caller: Caller, job: str) -> tuple[str, int, Iterator[bytes]]:
        """The result: its name, its size, its bytes; for the submitter, while its time lasts.

        Keeps:   the time is looked at again before every chunk.
        """
        row = self._checked(caller, job, "fetch")
        output = self.database.row("SELECT * FROM objects WHERE job = ? AND what = ?", job, OUTPUT)
        if output is None:
            raise GoneError(
                "object-gone",
                "a stored file is missing",
                hint="the data folder may have been restored from a backup: upload the file again",
            )
        name = str(self._opened(row, "report")["name"])
        self.act("fetched", caller.owner, job, bytes=output["size"])
        return name, int(output["size"]), self._timed(output, row["until"])

    def _timed(self, output: Row, until: float) -> Iterator[bytes]:
        for piece in self.objects.read(output):
            if self.clock.now() >= until:
                raise GoneError(
                    "job-expired", "this job has expired, and its files were deleted", hint="upload the file again"
                )
            yield piece

    def report(self, caller: Caller, job: str) -> dict[str, Any]:
        """Counts of what was done, and what was not covered."""
        return self._opened(self._checked(caller, job, "report"), "report")

    def delete(self, caller: Caller, job: str) -> None:
        """Nothing of the job stays but the record that it was."""
        self._checked(caller, job, "delete")
        self.act("deleted", caller.owner, job)
        with self.database.change() as transaction:
            orphans = self.objects.forget(transaction, job)
            transaction.execute("DELETE FROM jobs WHERE id = ? AND owner = ?", (job, caller.owner))
        self.shredded(orphans)

    def _checked(self, caller: Caller, job: str, act: str) -> Row:
        try:
            return check(self.database.row("SELECT * FROM jobs WHERE id = ?", job), caller, act, self.clock.now())
        except ServiceError as error:
            if error.code != "job-state":
                self.act("refused", caller.owner, told_id(job), code=error.code)
            raise

    def _aged(self, row: Row) -> Job:
        """A job as it is now: one whose time is over has expired, swept or not."""
        found = job_of(row)
        if self.clock.now() < row["until"] or row["state"] in (jobs.FAILED, jobs.CANCELLED):
            return found
        return Job(**{**{name: getattr(found, name) for name in Job.__slots__}, "state": jobs.EXPIRED})

    def _opened(self, row: Row, what: str) -> dict[str, Any]:
        if row["key"] is None or row[what] is None or self.clock.now() >= row["until"]:
            return {}
        found: dict[str, Any] = json.loads(open_word(self.objects.unwrap(row["id"], row["key"]), what, row[what]))
        return found

    def _check_quota(self, owner: str) -> int:
        """How many bytes an owner may still store. Errors: LimitError `quota`."""
        used = self.database.row(_HELD, owner)
        left = self.terms.quota - (used["held"] if used else 0)
        if left <= 0:
            raise LimitError(
                "quota", "the storage quota of this user is used up", hint="delete results that you have downloaded"
            )
        return int(left)

    def _check_open(self, owner: str) -> None:
        """Errors: LimitError `jobs-open`."""
        asked = f"SELECT count(*) AS open FROM jobs WHERE owner = ? AND until > ? AND state IN ({', '.join('?' * len(jobs.OPEN))})"  # noqa: S608  signs alone
        found = self.database.row(asked, owner, self.clock.now(), *jobs.OPEN)
        if found is not None and found["open"] >= _MOST_OPEN:
            raise BusyError(
                "jobs-open", "too many files of this user are waiting", hint="wait until some are done, or cancel some"
            )

    def _check_fits(self, transaction: Transaction, owner: str, size: int) -> None:
        """The quota once more, where nobody else can take it. Errors: LimitError `quota`."""
        if transaction.execute(_HELD, (owner,)).fetchone()["held"] + size > self.terms.quota:
            raise LimitError(
                "quota", "the storage quota of this user is used up", hint="delete results that you have downloaded"
            )

    def shredded(self, orphans: list[str]) -> None:
        """The rows are gone: the files go, and the log of the database forgets their keys."""
        self.objects.take_away(orphans)
        with suppress(ServiceError):  # the sweeper cuts it soon
            self.database.cut()

    def _check_key(self, keys: Keys) -> None:
        with self.database.change() as transaction:
            fact = transaction.execute("SELECT value FROM facts WHERE name = 'key'").fetchone()
            if fact is None:
                set_fact(transaction, "key", keys.id)
            elif fact["value"] != keys.id:
                raise ServiceError(
                    "store-key",
                    "this data folder was encrypted with another key",
                    hint="give the key file that it was created with",
                )


def told_id(job: str) -> str:
    """An id as it may stand in the record: what a caller made up is not told."""
    return job if len(job) == 32 and all(char in "0123456789abcdef" for char in job) else "no id"


def _row(transaction: Transaction, job: str) -> Row | None:
    found: Row | None = transaction.execute("SELECT * FROM jobs WHERE id = ?", (job,)).fetchone()
    return found


def _sealed(key: bytes, what: str, content: Mapping[str, Any]) -> bytes:
    return seal_word(key, what, json.dumps(content).encode())
