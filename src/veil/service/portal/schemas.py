"""Schemas: the requests and answers of the portal's calls."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from veil.policy.project import RowRule

Word = Annotated[str, Field(max_length=200)]
Secret = Annotated[str, Field(max_length=1000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Credentials(_Strict):
    """A name and its password."""

    name: Word
    password: Secret


class SetupRequest(Credentials):
    code: Word


class InvitationAcceptance(Credentials):
    token: Word


class PasswordChange(_Strict):
    """Another password, by who knows the old one."""

    old: Secret
    new: Secret


class PasswordReset(_Strict):
    """Another password, by who has a link."""

    token: Word
    password: Secret


class NewInvitation(_Strict):
    role: Word


class UserChange(_Strict):
    role: Word | None = None
    active: bool | None = None


class NewJob(_Strict):
    """A file that will come, by its name, and what is asked for it: a profile, identifiers, or the text of a profile."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "labs.csv", "profile": "expert"}]}
    )
    name: Word
    profile: Word = ""
    identifiers: Annotated[list[Word], Field(max_length=60)] = []
    policy: Annotated[str, Field(max_length=100_000)] = ""
    review: bool = False
    sample: Annotated[int, Field(ge=0, le=500)] = 0


class ColumnRule(_Strict):
    source: Word
    column: Annotated[str, Field(max_length=1000)]
    rule: Word


class ColumnRules(_Strict):
    """Other actions for some columns; `rows`: whether a row that cannot be released is left out alone, or its file is not released."""

    columns: Annotated[list[ColumnRule], Field(max_length=20_000)]
    rows: RowRule | None = None


class JobStatus(BaseModel):
    """A job as its submitter sees it.

    Shape:   `number`: its place among all files of its submitter, from 1; `name` is empty once the job has expired.
    Units:   seconds since 1970.
    """

    id: str
    number: int
    state: str
    format: str
    name: str
    profile: str
    identifiers: list[str]
    review: bool
    sample: int
    made: float
    until: float
    code: str
    stage: str
    done: int
    whole: int


class PlanColumn(BaseModel):
    source: str
    column: str
    kind: str
    sure: float
    why: str
    rule: str
    chosen: str


class ColumnPlan(BaseModel):
    """What would be done.

    Shape:   `rows`: what happens to a row that cannot be released, empty where rows of the format cannot be left out; `broken`: how
             many rows cannot be read, `broken_rows`: the numbers of the first of them, as a person counts.
    """

    columns: list[PlanColumn]
    rules: list[str]
    rows: str = ""
    broken: int = 0
    broken_rows: list[int] = []


class UserStatus(BaseModel):
    id: str
    name: str
    role: str
    active: bool


class CurrentUser(BaseModel):
    id: str
    name: str
    role: str
    change: str


class InvitationStatus(BaseModel):
    id: str
    role: str
    until: float


class InvitationLink(BaseModel):
    id: str
    token: str


class PasswordLink(BaseModel):
    """What a link to a new password ends with."""

    token: str


class ProfileStatus(BaseModel):
    name: str
    claims: str
    about: str


class ServiceLists(BaseModel):
    profiles: list[ProfileStatus]
    standard: list[str]
    premium: list[str]
    safe_harbor: list[str]
    formats: dict[str, list[str]]
    upload: int
    kept: float


class PortalState(BaseModel):
    needs_setup: bool
    single_sign_on: bool = False


class ReviewSpan(BaseModel):
    start: int
    end: int
    label: str
    score: float
    source: str
    replacement: str


class ReviewText(BaseModel):
    text: str
    result: str
    spans: list[ReviewSpan]


class SpanDecision(_Strict):
    """A decision on a stretch of a text: `right`, `wrong`, `missed`; empty takes one back. Units: code points."""

    text: Annotated[int, Field(ge=0)]
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]
    label: Annotated[str, Field(max_length=20)]
    verdict: Literal["right", "wrong", "missed", ""]


class ReadState(_Strict):
    text: Annotated[int, Field(ge=0)]
    done: bool


class ReviewStatus(BaseModel):
    texts: list[ReviewText]
    marks: list[SpanDecision]
    read: list[int]


class Share(BaseModel):
    """Shape: a share with its interval of 95 %, where enough texts were read for one."""

    share: float
    low: float | None
    high: float | None
    hits: int
    of: int


class RecallEstimate(BaseModel):
    texts: int
    read: int
    recall: Share | None
    precision: Share | None
    labels: dict[str, dict[str, int]]


class ListEntry(_Strict):
    kind: Literal["allow", "deny"]
    label: Annotated[str, Field(max_length=20)] = ""
    word: Annotated[str, Field(max_length=200)]


class ProposedListEntry(ListEntry):
    times: int


class ListApproval(_Strict):
    entries: Annotated[list[ListEntry], Field(max_length=1000)]


class ApprovalResult(BaseModel):
    added: int


class ListRule(BaseModel):
    id: str
    kind: str
    label: str
    word: str


class Confirmation(BaseModel):
    done: bool = True
