"""Worker: takes jobs one by one, opens the input into memory, has a child do the work, seals the result."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from itertools import product
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path, PurePosixPath
from typing import Any

from veil.errors import Error, ServiceError
from veil.formats.compression import bare
from veil.parts import kind_of, traits_of
from veil.service.store import jobs
from veil.service.store.job_request import JobRequest
from veil.service.store.jobs import Lease
from veil.service.store.objects import INPUT, OUTPUT, Draft
from veil.service.store.sealed import open_word, seal_word
from veil.service.store.site import Site
from veil.service.store.site_lists import site_lists
from veil.service.store.store import ServiceStore
from veil.service.work.memory_folder import MemoryFolder, memory_folder, wipe_dead
from veil.service.work.task import RESULT, Task
from veil.service.work.trouble_log import TroubleLog

_BEAT = 0.25  # seconds between two looks at a child
_GULP = 1 << 20
_ROOM = 4  # bytes of memory that must be free for each byte of an input
_WRONG = re.compile(r"[^\w .()-]")
FENCES = frozenset(
    product(("network", "files"), ("namespace", "landlock", "interpreter"))
)  # the words of `fence.close_in`
_AWAY = ("store-closed", "store-unsure")  # the job is not to blame: its lease runs out, and it is taken again
_FROM_OUTSIDE = (-9, 255, None)  # killed; or the process that it is a fork of was
Record = dict[str, Any]


class JobWorker:
    """One job at a time.

    Keeps:   a result is there in the same transaction in which its job is done and its input shredded, if the lease still holds: a
             job that another took meanwhile is left alone. So of a job that was taken twice, one result is seen.
    """

    def __init__(self, site: Site, apart: tuple[Path, ...] = (), most: int = jobs.ANY) -> None:
        self._store, self._terms, self._most = ServiceStore(site), site.terms, most
        memory = memory_folder(site.seat, site.memory)
        wipe_dead(memory)
        self._folder = MemoryFolder(memory)
        self._apart = (*site.folders, *apart)
        self._linking = site.linking
        self._context = forks()

    @property
    def place(self) -> Path:
        """The folder in memory that is this worker's own."""
        return self._folder.place

    def close(self) -> None:
        self._folder.close()
        self._store.close()

    def once(self) -> bool:
        """Do one job, if any waits; whether there was one."""
        now = self._store.clock.now()
        with self._store.database.change() as transaction:
            lease = jobs.take(transaction, now, self._terms.lease, self._terms.tries, self._most)
        if lease is None:
            return False
        self._store.act("taken", lease.owner, lease.job, act=lease.act)
        try:
            self._done(lease)
        except ServiceError as error:
            if error.code in _AWAY:
                with suppress(ServiceError), self._store.database.change() as transaction:
                    jobs.excuse(transaction, lease)
            raise
        return True

    def _done(self, lease: Lease) -> None:
        """Errors: ServiceError `store-closed`, `store-unsure`: then nothing has ended."""
        with self._folder.workspace() as folder:
            try:
                answer = self._worked(lease, folder)
            except Error as error:
                if error.code in _AWAY:
                    raise
                answer = {"failed": error.code, "message": error.message, "where": error.where, "hint": error.hint}
            if answer is not None:
                self._end(lease, folder, answer)

    def _worked(self, lease: Lease, folder: Path) -> Record | None:
        """What a child made of a job; None where the job was taken away meanwhile."""
        row = self._store.database.row("SELECT * FROM jobs WHERE id = ?", lease.job)
        uploaded = self._store.database.row("SELECT * FROM objects WHERE job = ? AND what = ?", lease.job, INPUT)
        if row is None or uploaded is None or row["key"] is None:
            return None
        if uploaded["size"] * _ROOM > self._folder.free():
            raise ServiceError(
                "job-room",
                "not enough memory for this file",
                hint="use a larger --memory-folder, or try again later",
            )
        key = self._store.objects.unwrap(lease.job, row["key"])
        about = json.loads(open_word(key, "about", row["about"]))
        name = safe_name(about["name"], row["format"])
        with (folder / "in" / name).open("wb") as file:
            for piece in self._store.objects.read(uploaded):
                file.write(piece)
        plan = (
            json.loads(open_word(key, "plan", row["plan"]))
            if row["plan"] is not None and lease.act == jobs.RUNNING
            else None
        )
        choice = JobRequest(
            about["choice"]["profile"], tuple(about["choice"]["identifiers"]), about["choice"]["policy"]
        )
        return self._watched(
            lease,
            Task(
                folder,
                name,
                choice,
                plan,
                bool(about["review"]) and plan is None,
                self._terms,
                self._apart,
                int(about.get("sample", 0)),
                site_lists(self._store.database, self._store.objects),
                self._linking,
            ),
        )

    def _watched(self, lease: Lease, task: Task) -> Record | None:
        """The child's answer; it is killed when its time is over, and when the job is no longer ours."""
        from veil.service.work import child_entry  # noqa: PLC0415  names what a child runs, without loading it here

        connection, child_end = self._context.Pipe(duplex=False)
        child = self._context.Process(target=child_entry.work, args=(task, child_end), daemon=True)
        child.start()
        child_end.close()
        until = time.monotonic() + self._terms.wall
        try:
            answer = self._answer(lease, connection, until)
            if answer is not None and answer.get("failed") == "job-limits":
                child.join(5)
                return None if child.exitcode in _FROM_OUTSIDE and self._put_back(lease) else answer
            return answer
        finally:
            child.kill()
            child.join()
            child.close()
            connection.close()

    def _answer(self, lease: Lease, connection: Connection, until: float) -> Record | None:
        at: tuple[str, int, int] = ("", 0, 0)
        renewed = 0.0
        while time.monotonic() < until:
            if connection.poll(_BEAT):
                try:
                    message = json.loads(connection.recv_bytes(8 << 20))
                except (EOFError, OSError, ValueError):
                    return {
                        "failed": "job-limits",
                        "message": "the work on this file ended without an answer: it took too much memory or time, or broke a library",
                    }
                if "at" not in message:
                    return dict(message)
                at = (str(message["at"][0])[:60], int(message["at"][1]), int(message["at"][2]))
            if time.monotonic() - renewed > min(1.0, self._terms.lease / 4):
                renewed = time.monotonic()
                if not self._renewed(lease, at):
                    return None
        return {"failed": "job-time", "message": "the work on this file took longer than is allowed"}

    def _put_back(self, lease: Lease) -> bool:
        """Whether a job whose process was killed from outside, perhaps for want of memory, may be tried again."""
        now = self._store.clock.now()
        with self._store.database.change() as transaction:
            return jobs.put_back(transaction, lease, now, self._terms.tries)

    def _renewed(self, lease: Lease, at: tuple[str, int, int]) -> bool:
        until = self._store.clock.now() + self._terms.lease
        with self._store.database.change() as transaction:
            return jobs.renew(transaction, lease, until, *at)

    def _end(self, lease: Lease, folder: Path, answer: Mapping[str, Any]) -> None:
        if "plan" in answer:
            self._planned(lease, answer["plan"])
            return
        draft = None
        if "report" in answer:
            try:
                draft = self._sealed(folder / RESULT)
            except (OSError, Error) as error:
                if isinstance(error, Error) and error.code in _AWAY:
                    raise
                answer = {"failed": "job-result", "message": "the result of this file cannot be stored"}
        try:
            self._ended(lease, answer, draft)
        except BaseException as error:
            if draft is not None:
                draft.drop_after(error)
            raise

    def _planned(self, lease: Lease, plan: Record) -> None:
        now = self._store.clock.now()
        with self._store.database.change() as transaction:
            if not jobs.is_held(transaction, lease):
                return
            key = self._key(transaction, lease.job)
            changed = {"state": jobs.PLANNED, "changed": now, "lease": "", "until": now + self._terms.waiting}
            jobs.put(transaction, lease.job, changed | {"plan": seal_word(key, "plan", json.dumps(plan).encode())})
        self._store.act("plan proposed", lease.owner, lease.job, columns=len(plan["columns"]))

    def _sealed(self, path: Path) -> Draft:
        """The result as a draft. Keeps: a child that was taken over hands out no other file than its own: no link is followed."""
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        draft = self._store.objects.draft(self._terms.written)
        try:
            with os.fdopen(handle, "rb") as source:
                while piece := source.read(_GULP):
                    draft.write(piece)
            draft.finish()
        except BaseException:
            draft.drop()
            raise
        return draft

    def _ended(self, lease: Lease, answer: Mapping[str, Any], draft: Draft | None) -> None:
        """The job is done or has failed, its input is shredded, the result is there: one transaction."""
        now, code = self._store.clock.now(), str(answer.get("failed", ""))[:60]
        report = (
            dict(answer["report"])
            if draft is not None
            else {name: str(answer.get(name, ""))[:500] for name in ("message", "where", "hint")}
        )
        with self._store.database.change() as transaction:
            if not jobs.is_held(transaction, lease):
                if draft is not None:
                    draft.drop()
                return
            key = self._key(transaction, lease.job)
            orphans = self._store.objects.forget(transaction, lease.job, INPUT)
            if draft is not None:
                self._store.objects.keep(transaction, draft, lease.job, lease.owner, OUTPUT, now)
            jobs.put(
                transaction,
                lease.job,
                {
                    "state": jobs.DONE if draft is not None else jobs.FAILED,
                    "changed": now,
                    "until": now + self._terms.kept,
                    "lease": "",
                    "code": code,
                    "plan": None,
                    "report": seal_word(key, "report", json.dumps(report).encode()),
                },
            )
        self._store.shredded(orphans)
        fence = {name: word for name, word in answer.get("fence", {}).items() if (name, word) in FENCES}
        self._store.act(
            "failed" if code else "done", lease.owner, lease.job, **fence, **({"code": code} if code else {})
        )

    def _key(self, transaction: Any, job: str) -> bytes:
        row = transaction.execute("SELECT key FROM jobs WHERE id = ?", (job,)).fetchone()
        return self._store.objects.unwrap(job, row["key"])


def forks() -> ForkServerContext:
    """Children are forks of a process that has loaded the engine and holds no secret."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["veil.service.work.child", "veil.service.work.preload"])
    return context


def safe_name(name: str, kind: str) -> str:
    """A name by which the engine may know a file: no path, no sign that a glob or a sheet would read.

    Keeps:   the ending, so that the format is the same; the stem, so that the engine cleans it as on the command line.
    """
    last = _WRONG.sub("_", PurePosixPath(name.replace("\\", "/")).name).lstrip(". ")
    if PurePosixPath(last).suffix and len(last.encode()) < 200:
        return last
    ending = last[len(PurePosixPath(bare(last)).stem) :]
    return f"upload{ending}" if kind_of(f"upload{ending}") == kind else f"upload{traits_of(kind).endings[0]}"


def serve(site: Site, apart: tuple[Path, ...] = (), most: int = jobs.ANY, *, pause: float = 0.2) -> None:
    """Work until the process is ended; a store that cannot be reached for a while is tried again.

    Keeps:   what the machine refuses (a fork server that was killed, a connection that broke) ends this process; another is started,
             and the job is taken again when its lease is over.
    """
    worker = JobWorker(site, apart, most)
    tempfile.tempdir = str(worker.place)  # the socket to the children has a name below it, and may have 107 bytes
    hindrance = TroubleLog("worker")
    while True:
        try:
            busy = worker.once()
            hindrance.clear()
        except Error as error:
            busy = False
            hindrance.tell(error)
        if not busy:
            time.sleep(pause)
