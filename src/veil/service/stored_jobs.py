"""Stored jobs: the calls that store something: users, files and their jobs, for pages and for holders of tokens."""

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request

from veil.errors import ServiceError
from veil.service.gate.callers import Callers
from veil.service.gate.grants import TEXT_SCOPES, Grant
from veil.service.portal.answers import PortalRoute
from veil.service.portal.api import portal_router
from veil.service.portal.files import add_files
from veil.service.portal.pages import pages_router
from veil.service.portal.visitors import Visitors
from veil.service.rest.schemas import problems
from veil.service.settings import ServiceSettings
from veil.service.store import Caller, ServiceStore

_LATER = 2**39  # a session ends by itself, and is asked for at every call


class TokenCallers:
    """Who holds a token for jobs: what they hand in is the token's own, and no other token's or person's."""

    def __init__(self, callers: Callers) -> None:
        allowed = callers.allowed("jobs")

        async def caller(grant: Annotated[Grant, Depends(allowed)]) -> Caller:
            return Caller(f"token:{grant.id}", "token")

        self.caller = caller


def add_store(app: FastAPI, store: ServiceStore, callers: Callers, setting: ServiceSettings) -> None:
    """The portal's calls, the same jobs under /api/v1/jobs, and texts for who is signed in."""
    visitors = Visitors(store, secure=setting.tls)

    def session(request: Request) -> Grant | None:
        try:
            person = visitors.person(request)
        except ServiceError:
            return None
        return Grant(person.id, frozenset(TEXT_SCOPES), _LATER)

    callers.session = session
    app.include_router(
        portal_router(store, secure=setting.tls, provider=setting.provider), responses=problems(404, 409, 410)
    )
    app.include_router(pages_router())
    jobs = APIRouter(prefix="/api/v1", tags=["jobs"], route_class=PortalRoute, responses=problems(404, 409, 410))
    add_files(jobs, store, TokenCallers(callers))
    app.include_router(jobs)
