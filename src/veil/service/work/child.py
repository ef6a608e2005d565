"""Child: one job in a process of its own, closed in: it sees the file, the plan, and nothing else of the service."""

from __future__ import annotations

import json
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import yaml

import veil.discover.survey
import veil.jobs.local_run
import veil.reports.run  # noqa: F401  loaded once, before each job is a fork of this
from veil.errors import Error, FormatError, ServiceError, place_of
from veil.formats.xlsx_book import bind, book_of
from veil.jobs.release.assemble import Outcome
from veil.jobs.session import Session, needs, open_session
from veil.keys import Cost, Keyring
from veil.policy.plan import describe
from veil.policy.row_quarantine import ALONE
from veil.reports.figures import by_label, check_rows, happened, quarantine_lines, weak_lines
from veil.service.store.job_request import not_covered
from veil.service.work.accepted_plan import PROFILE, project_of
from veil.service.work.progress import reporting_progress
from veil.service.work.proposal import propose
from veil.service.work.sample import sample_of
from veil.service.work.sandbox import close_in
from veil.service.work.task import RESULT, Task

_STATED = (1980, 1, 1, 0, 0, 0)
_EVERY = 0.2
Record = dict[str, Any]
Tell = Callable[[str, int, int], None]


def work(task: Task, connection: Connection) -> None:
    """Do a task; every word back is JSON, so that nothing of a file's making is ever unpickled.

    Shape:   `{"at": [stage, done, whole]}` often, then one of `{"plan": ...}`, `{"report": ...}`, `{"failed": code, ...}`. The result
             is in the folder as `result`.
    Keeps:   nothing that a library prints is seen: it may hold a value.
    """
    _silence()
    terms = task.terms
    fence = close_in(task.folder, task.apart, memory=terms.memory, cpu=terms.cpu, written=terms.written)
    try:
        answer = _done(task, _teller(connection))
    except Error as error:
        answer = {"failed": error.code, "message": error.message, "where": error.where, "hint": error.hint}
    except MemoryError:
        answer = {"failed": "job-memory", "message": "the file needs more memory than a job may take"}
    except Exception as error:  # noqa: BLE001  the text of a foreign error may hold a value
        answer = {"failed": "job-internal", "message": "unexpected internal error", "where": place_of(error)}
    connection.send_bytes(json.dumps({**answer, "fence": fence}).encode())
    connection.close()


def _done(task: Task, tell: Tell) -> Record:
    own = json.dumps(task.choice.profile_file()) if task.choice.identifiers else task.choice.policy
    (task.folder / PROFILE).write_text(own, encoding="utf-8")
    plan = task.plan
    if plan is None:
        tell("looking at the file", 0, 1)
        plan = propose(task.folder / "in", task.name, task.choice)
        if task.review:
            passing = plan | (
                {"rows": ALONE} if plan.get("broken", {"count": 0})["count"] else {}
            )  # else it cannot be read
            return {"plan": _explained(plan, _session(task, passing))}
        _check_whole(plan)
    session = _session(task, plan)
    with _keyring(session) as passphrase:
        keys = session.keys(lambda: passphrase)
        if task.linking is not None and needs(session.plan)[0]:
            keys = task.linking.with_vault(keys.vault)
        if task.sample:
            return {"report": sample_of(session, keys, task)}
        with reporting_progress(task.folder, tell) as progress:
            outcome = session.run(keys, progress=progress)
    return {"report": _report(task, session, outcome)}


def _check_whole(plan: Record) -> None:
    """Errors: FormatError where rows cannot be parsed and nobody is asked what to do with them."""
    broken = plan.get("broken", {"count": 0})
    if broken["count"]:
        raise FormatError(
            broken["code"],
            f"{broken['count']} rows cannot be read",
            where=f"table 1, row {broken['first'][0]}",
            hint="correct them, or review the plan before the run: it offers to leave them out",
        )


def _explained(plan: Record, session: Session) -> Record:
    """The plan with what truly becomes of each column under the profile, beside what it seems to be."""
    rules = {(source.name, address): rule for source in session.plan.sources for address, rule in source.rules}
    columns = [
        {**column, "rule": describe(rules[column["source"], column["address"]].cases[0].treatment)}
        for column in plan["columns"]
    ]
    return {**plan, "columns": columns}


def _session(task: Task, plan: Record) -> Session:
    """Errors: those of a project that cannot be run as it is written."""
    project = {**project_of(plan), **task.site}
    path = task.folder / "project.yaml"
    path.write_text(yaml.safe_dump(project, sort_keys=False, allow_unicode=True), encoding="utf-8")
    session = open_session(path)
    if any(needs(session.plan)):
        path.write_text(
            yaml.safe_dump({**project, "keyring": "job.key"}, sort_keys=False, allow_unicode=True), encoding="utf-8"
        )
        session = open_session(path)
    return session


@contextmanager
def _keyring(session: Session) -> Iterator[str]:
    """A keyring for this job alone: nobody can link or bring back what it derives once the job has ended."""
    secret = os.urandom(32).hex()
    if session.project.keyring is not None:
        Keyring.create(
            session.folder / "job.key", secret, Cost(8, 1, 1)
        )  # the passphrase is random: stretching adds nothing
    yield secret


def _report(task: Task, session: Session, outcome: Outcome) -> Record:
    """Counts, and the one file that is handed out.

    Errors:  ServiceError `job-quarantined` where nothing passed the second reading.
    """
    names = [output["name"] for output in outcome.manifest["outputs"]]
    if not names:
        codes = sorted({code for _, code in outcome.quarantined})
        raise ServiceError(
            "job-quarantined",
            "nothing of this file can be released: " + (", ".join(codes) or "the file is empty"),
            hint="the codes are explained in docs/reference/errors.md",
        )
    name = _handed_out(task, outcome.out, names)
    return {
        "name": Path(name).name,
        "files": len(names),
        "profile": session.plan.profile,
        "claims": session.plan.claims,
        "labels": by_label(outcome.manifest),
        "checks": check_rows(outcome.manifest),
        "quarantined": sorted({code for _, code in outcome.quarantined}),
        "places": quarantine_lines(outcome.manifest),
        "weak": weak_lines(outcome.manifest),
        "columns": happened(outcome.manifest),
        "missing": len(outcome.quarantined),
        "notices": list(session.plan.notices),
        "not_covered": not_covered(task.choice),
        "certificate": None,
    }


def _handed_out(task: Task, out: Path, names: list[str]) -> str:
    """The name of the result: the output as it is, one workbook of all sheets, or an archive."""
    target = task.folder / RESULT
    if len(names) == 1:
        (out / names[0]).rename(target)
        return names[0]
    if all(name.lower().endswith(".xlsx") for name in names):
        name, sheets = book_of(task.name, [Path(output).name for output in names])
        bind([out / output for output in names], sheets, target)
        return name
    _bundled(out, names, target)
    return "release.zip"


def _bundled(out: Path, names: list[str], target: Path) -> None:
    """Keeps: the same bytes at any time."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            with (
                (out / name).open("rb") as source,
                archive.open(zipfile.ZipInfo(name, _STATED), "w", force_zip64=True) as sink,
            ):
                while piece := source.read(1 << 20):
                    sink.write(piece)


def _teller(connection: Connection) -> Tell:
    last = [0.0]

    def tell(stage: str, done: int, whole: int) -> None:
        now = time.monotonic()
        if now - last[0] > _EVERY or done == whole:
            last[0] = now
            connection.send_bytes(json.dumps({"at": [stage, done, whole]}).encode())

    return tell


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1, 2):
        os.dup2(nowhere, handle)
    os.close(nowhere)
