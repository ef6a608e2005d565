"""Access: the one place that says whether somebody may do something to a job."""

from __future__ import annotations

from dataclasses import dataclass

from veil.errors import ConflictError, ForbiddenError, GoneError, NotFoundError, ServiceError
from veil.service.store.database import Row
from veil.service.store.jobs import CANCELLED, DONE, ENDED, EXPIRED, FAILED, NEW, OPEN, PLANNED

STATES = {
    "see": (*OPEN, *ENDED),
    "upload": (NEW,),
    "read plan": (PLANNED,),
    "change plan": (PLANNED,),
    "start": (PLANNED,),
    "cancel": OPEN,
    "fetch": (DONE,),
    "report": (DONE, FAILED),
    "delete": (*OPEN, *ENDED),
}
_TAKES_FILES = ("submitter", "reviewer", "token")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the id of a person or of a token, and its role."""

    owner: str
    role: str = "token"


def check_role(caller: Caller, *roles: str) -> None:
    """Errors: ServiceError `role`."""
    if caller.role not in roles:
        raise ForbiddenError("role", "your role does not allow this action", hint="ask an administrator of the service")


def check_submits(caller: Caller) -> None:
    """Whether a caller may hand in files. Keeps: who manages the service hands in and reads nothing."""
    check_role(caller, *_TAKES_FILES)


def check(row: Row | None, caller: Caller, act: str, now: float) -> Row:
    """The row of a job, where it is the caller's own, in a state that fits, and its time is not over.

    Keeps:   another's job and none at all get one answer, whatever the role. What is too old is not there, swept or not.
    Errors:  ServiceError `role`, `job-unknown`, `job-expired`, `job-state`.
    """
    check_submits(caller)
    if row is None or row["owner"] != caller.owner:
        raise unknown()
    if act not in ("see", "delete") and (row["state"] == EXPIRED or now >= row["until"]):
        raise GoneError("job-expired", "this job has expired, and its files were deleted", hint="upload the file again")
    if row["state"] not in STATES[act]:
        what = "ended" if row["state"] in (FAILED, CANCELLED) else row["state"]
        raise ConflictError(
            "job-state", f"job is {what}: this action is not possible", hint="read its state: GET /jobs/{id}"
        )
    return row


def unknown() -> ServiceError:
    return NotFoundError("job-unknown", "job not found")
