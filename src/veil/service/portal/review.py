"""Review: reading a sample, deciding span by span, and what follows for the site's lists."""

from typing import Annotated

import yaml
from fastapi import APIRouter, Depends, Response

from veil.service.portal.schemas import (
    ApprovalResult,
    Confirmation,
    ListApproval,
    ListRule,
    ProposedListEntry,
    ReadState,
    RecallEstimate,
    ReviewSpan,
    ReviewStatus,
    ReviewText,
    SpanDecision,
)
from veil.service.portal.visitors import Visitors
from veil.service.store.access import Caller, check_role
from veil.service.store.reviews import Mark, Reviews
from veil.service.store.site_lists import site_lists, site_rules, withdraw
from veil.service.store.store import ServiceStore


def add_review(router: APIRouter, store: ServiceStore, visitors: Visitors) -> None:
    reviews = Reviews(store)
    _add_reading(router, reviews, visitors)
    _add_following(router, reviews, visitors)
    _add_rules(router, store, visitors)


def _add_reading(router: APIRouter, reviews: Reviews, visitors: Visitors) -> None:
    asking = Depends(visitors.caller)

    @router.get("/jobs/{job}/review")
    def review(job: str, caller: Annotated[Caller, asking]) -> ReviewStatus:
        """The sample, what was found in it, and what was decided so far."""
        texts = [
            ReviewText(text=text["text"], result=text["result"], spans=[ReviewSpan(**span) for span in text["spans"]])
            for text in reviews.texts(caller, job)
        ]
        marks, read = reviews.marks(caller, job)
        markings = [SpanDecision(**mark._asdict()) for mark in marks]
        return ReviewStatus(texts=texts, marks=markings, read=sorted(read))

    @router.put("/jobs/{job}/review/mark")
    def decide(job: str, asked: SpanDecision, caller: Annotated[Caller, asking]) -> Confirmation:
        reviews.decide(caller, job, Mark(asked.text, asked.start, asked.end, asked.label, asked.verdict))
        return Confirmation()

    @router.put("/jobs/{job}/review/read")
    def read(job: str, asked: ReadState, caller: Annotated[Caller, asking]) -> Confirmation:
        reviews.read(caller, job, asked.text, done=asked.done)
        return Confirmation()


def _add_following(router: APIRouter, reviews: Reviews, visitors: Visitors) -> None:
    asking = Depends(visitors.caller)

    @router.get("/jobs/{job}/review/estimate")
    def estimate(job: str, caller: Annotated[Caller, asking]) -> RecallEstimate:
        """Recall and precision with their intervals, for an expert's report; no word of a text."""
        return RecallEstimate(**reviews.estimate(caller, job))

    @router.get("/jobs/{job}/review/entries")
    def entries(job: str, caller: Annotated[Caller, asking]) -> list[ProposedListEntry]:
        """What would be added to the site's lists."""
        return [ProposedListEntry(**entry) for entry in reviews.proposed(caller, job)]

    @router.post("/jobs/{job}/review/entries")
    def approve(job: str, asked: ListApproval, caller: Annotated[Caller, asking]) -> ApprovalResult:
        chosen = [(entry.kind, entry.label, entry.word) for entry in asked.entries]
        return ApprovalResult(added=reviews.approve(caller, job, chosen))


def _add_rules(router: APIRouter, store: ServiceStore, visitors: Visitors) -> None:
    asking = Depends(visitors.caller)

    @router.get("/rules")
    def rules(caller: Annotated[Caller, asking]) -> list[ListRule]:
        """The site's lists, as they are told to every job."""
        check_role(caller, "reviewer")
        store.act("site rules read", caller.owner)
        return [ListRule(**site_rule._asdict()) for site_rule in site_rules(store.database, store.objects)]

    @router.get("/rules.yaml", response_class=Response)
    def written(caller: Annotated[Caller, asking]) -> Response:
        """The same as a project has them, under `allow` and `deny`."""
        check_role(caller, "reviewer")
        store.act("site rules read", caller.owner)
        page = yaml.safe_dump(site_lists(store.database, store.objects), sort_keys=False, allow_unicode=True)
        return Response(page, media_type="application/yaml")

    @router.delete("/rules/{rule}")
    def take_back(rule: str, caller: Annotated[Caller, asking]) -> Confirmation:
        check_role(caller, "reviewer")
        store.act("site rule withdrawn", caller.owner)
        return Confirmation(done=withdraw(store.database, caller, rule))
