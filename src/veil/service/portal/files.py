"""Files: a job from its file's name to its result."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Annotated, Any, Protocol
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from veil.errors import BadRequestError, BusyError, LimitError
from veil.service.portal.schemas import ColumnPlan, ColumnRules, Confirmation, JobStatus, NewJob
from veil.service.store.access import Caller
from veil.service.store.job_request import JobRequest
from veil.service.store.jobs import Job
from veil.service.store.objects import Draft
from veil.service.store.store import ServiceStore
from veil.service.work.accepted_plan import RULES, rules_of, with_chosen_rules

_HELD = 256 << 10
BINARY: dict[str, Any] = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_AT_ONCE = 8  # files of one owner


class Asking(Protocol):
    """Who tells the caller of a request: those who signed in, or holders of tokens."""

    @property
    def caller(self) -> Callable[..., Any]: ...


def add_files(router: APIRouter, store: ServiceStore, visitors: Asking) -> None:
    asking = Depends(visitors.caller)
    _add_jobs(router, store, asking)
    _add_plan(router, store, asking)
    _add_results(router, store, asking)


def _add_jobs(router: APIRouter, store: ServiceStore, asking: Any) -> None:
    coming = _Coming()

    @router.get("/jobs")
    def jobs(caller: Annotated[Caller, asking]) -> list[JobStatus]:
        return [_job(job, about) for job, about in store.jobs(caller)]

    @router.post("/jobs")
    def create(asked: NewJob, caller: Annotated[Caller, asking]) -> JobStatus:
        choice = JobRequest(asked.profile, tuple(asked.identifiers), asked.policy)
        return _job_answer(
            store, caller, store.create(caller, asked.name, choice, review=asked.review, sample=asked.sample)
        )

    @router.put(
        "/jobs/{job}/file",
        openapi_extra={"requestBody": {"content": BINARY, "required": True}},
    )
    async def upload(job: str, request: Request, caller: Annotated[Caller, asking]) -> JobStatus:
        """The file as it is, as the body: it is sealed while it comes, and is nowhere else."""
        with coming.counted(caller.owner):
            draft = await run_in_threadpool(store.receive, caller, job)
            try:
                await _stream(request, draft)
            except Exception:
                await run_in_threadpool(draft.drop)  # a bucket is asked over a network
                raise
            except BaseException:
                draft.drop()
                raise
            done = await run_in_threadpool(store.received, caller, job, draft)
        return await run_in_threadpool(_job_answer, store, caller, done)

    @router.get("/jobs/{job}")
    def job_state(job: str, caller: Annotated[Caller, asking]) -> JobStatus:
        return _job_answer(store, caller, store.job(caller, job))

    @router.post("/jobs/{job}/cancel")
    def cancel(job: str, caller: Annotated[Caller, asking]) -> JobStatus:
        return _job_answer(store, caller, store.cancel(caller, job))

    @router.delete("/jobs/{job}")
    def delete(job: str, caller: Annotated[Caller, asking]) -> Confirmation:
        store.delete(caller, job)
        return Confirmation()


def _add_plan(router: APIRouter, store: ServiceStore, asking: Any) -> None:
    @router.get("/jobs/{job}/plan")
    def plan(job: str, caller: Annotated[Caller, asking]) -> ColumnPlan:
        """What would be done, column by column."""
        return _plan(store.plan(caller, job))

    @router.put("/jobs/{job}/plan")
    def change(job: str, asked: ColumnRules, caller: Annotated[Caller, asking]) -> ColumnPlan:
        changed_plan = with_chosen_rules(
            store.plan(caller, job), [column.model_dump() for column in asked.columns], asked.rows
        )
        store.change_plan(caller, job, changed_plan)
        return _plan(changed_plan)

    @router.post("/jobs/{job}/start")
    def start(job: str, caller: Annotated[Caller, asking]) -> JobStatus:
        """The plan is accepted."""
        return _job_answer(store, caller, store.start(caller, job))


def _add_results(router: APIRouter, store: ServiceStore, asking: Any) -> None:
    @router.get("/jobs/{job}/result", response_class=StreamingResponse, responses={200: {"content": BINARY}})
    def result(job: str, caller: Annotated[Caller, asking]) -> StreamingResponse:
        name, size, pieces = store.fetch(caller, job)
        headers = {
            "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "content-length": str(size),
        }
        return StreamingResponse(_begun(pieces), media_type="application/octet-stream", headers=headers)

    @router.get("/jobs/{job}/report")
    def report(job: str, caller: Annotated[Caller, asking]) -> dict[str, Any]:
        """Counts of what was done, and what was not covered; or why it failed."""
        return store.report(caller, job)


class _Coming:
    """How many files each owner sends just now. Keeps: what is not whole is in no quota, and may fill a disk."""

    def __init__(self) -> None:
        self._running: Counter[str] = Counter()

    @contextmanager
    def counted(self, owner: str) -> Iterator[None]:
        """Errors: LimitError `uploads-many`."""
        if self._running[owner] >= _AT_ONCE:
            raise BusyError(
                "uploads-many",
                "too many uploads at the same time",
                hint="wait until an upload has finished, then send the next file",
            )
        self._running[owner] += 1
        try:
            yield
        finally:
            self._running[owner] -= 1
            if not self._running[owner]:
                del self._running[owner]


async def _stream(request: Request, draft: Draft) -> None:
    """Errors: LimitError `upload-large`; ServiceError `upload-broken`."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > draft.most:
        raise LimitError(
            "upload-large", "the file is larger than the upload limit", hint="ask the administrator of the service"
        )
    waiting = bytearray()
    try:
        async for piece in request.stream():
            waiting += piece
            if len(waiting) >= _HELD:
                await run_in_threadpool(draft.write, bytes(waiting))
                waiting.clear()
    except ClientDisconnect:
        raise BadRequestError(
            "upload-broken", "the upload is incomplete: the connection ended early", hint="upload the file again"
        ) from None
    await run_in_threadpool(draft.write, bytes(waiting))


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes, the first of them read: what cannot be opened is told before anything is sent."""
    return chain([next(pieces)], pieces)


def _plan(plan: Mapping[str, Any]) -> ColumnPlan:
    broken = plan.get("broken", {"count": 0, "first": []})
    return ColumnPlan(
        columns=plan["columns"],
        rules=[*RULES, *rules_of(plan)],
        rows=plan.get("rows", ""),
        broken=broken["count"],
        broken_rows=broken["first"],
    )


def _job_answer(store: ServiceStore, caller: Caller, job: Job) -> JobStatus:
    return _job(job, store.about(caller, job.id))


def _job(job: Job, about: Mapping[str, Any]) -> JobStatus:
    choice = about.get("choice", {})
    return JobStatus(
        id=job.id,
        state=job.state,
        format=job.format,
        name=about.get("name", ""),
        profile=choice.get("profile", ""),
        identifiers=choice.get("identifiers", []),
        review=about.get("review", False),
        sample=about.get("sample", 0),
        made=job.made,
        until=job.until,
        code=job.code,
        stage=job.stage,
        done=job.done,
        whole=job.whole,
        number=job.number,
    )
