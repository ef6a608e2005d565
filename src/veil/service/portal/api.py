"""API: the portal's calls, under /portal/api."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI

from veil.parts import endings
from veil.policy.profile import SHIPPED, read_profile
from veil.service.locate import PREMIUM, STANDARD
from veil.service.portal.answers import PortalRoute
from veil.service.portal.files import add_files
from veil.service.portal.pages import files_router, pages_router
from veil.service.portal.review import add_review
from veil.service.portal.schemas import ProfileStatus, ServiceLists
from veil.service.portal.sign_in import add_sign_in
from veil.service.portal.visitors import Visitors
from veil.service.store.job_request import EIGHTEEN
from veil.service.store.store import ServiceStore

if TYPE_CHECKING:
    from veil.service.provider import Provider

PREFIX = "/portal/api"


def portal_router(store: ServiceStore, *, secure: bool = False, provider: Provider | None = None) -> APIRouter:
    """The portal's calls over a store.

    Shape:   `secure`: the page comes over TLS, and so do its cookies. `provider`: who vouches for people, beside passwords.
    """
    router = APIRouter(prefix=PREFIX, tags=["portal"], route_class=PortalRoute)
    visitors = Visitors(store, secure=secure)
    add_sign_in(router, store, visitors, single=provider is not None)
    if provider is not None:
        from veil.service.portal.oidc import add_oidc  # noqa: PLC0415  an extra of its own

        add_oidc(router, store, visitors, provider)
    add_files(router, store, visitors)
    add_review(router, store, visitors)
    _add_lists(router, store)
    return router


def create_portal(store: ServiceStore, *, secure: bool = False) -> FastAPI:
    """The portal alone, without the door of the service."""
    app = FastAPI(title="Veil portal", docs_url=None, redoc_url=None)
    for router in (portal_router(store, secure=secure), pages_router(), files_router()):
        app.include_router(router)
    return app


def _add_lists(router: APIRouter, store: ServiceStore) -> None:
    @router.get("/lists")
    def lists() -> ServiceLists:
        """What may be chosen: profiles, identifiers, formats; and what an upload may have."""
        read = [read_profile(name) for name in SHIPPED]
        formats: dict[str, list[str]] = {}
        for ending, kind in endings().items():
            formats.setdefault(kind, []).append(ending)
        return ServiceLists(
            profiles=[ProfileStatus(name=profile.name, claims=profile.claims, about=profile.about) for profile in read],
            standard=list(STANDARD),
            premium=list(PREMIUM),
            safe_harbor=list(EIGHTEEN),
            formats=formats,
            upload=store.terms.upload,
            kept=store.terms.kept,
        )
