"""Visitors: who has signed in in this browser, and that a change comes from our own page."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from fastapi import Request, Response

from veil.errors import ForbiddenError
from veil.service.store.access import Caller, check_role
from veil.service.store.sessions import change_token
from veil.service.store.store import ServiceStore
from veil.service.store.user import User

CHANGE = "x-csrf-token"
_SAFE = ("GET", "HEAD")


class Visitors:
    """Keeps: the cookie is for this host alone, for no script, and for no other site; every change shows the session's own token."""

    def __init__(self, store: ServiceStore, *, secure: bool) -> None:
        self._store, self._secure = store, secure
        self._cookie = "__Host-veil" if secure else "veil"

    def person(self, request: Request) -> User:
        """Who makes this request. Errors: ServiceError `session-none`, `change-token`."""
        token = self.token(request)
        found = self._store.sessions.person(token)
        if request.method not in _SAFE and not hmac.compare_digest(
            request.headers.get(CHANGE, "").encode(), change_token(token).encode()
        ):
            raise ForbiddenError(
                "change-token", "the request has no valid CSRF token of this session", hint="reload the page"
            )
        return found

    def caller(self, request: Request) -> Caller:
        person = self.person(request)
        return Caller(person.id, person.role)

    def with_role(self, *roles: str) -> Callable[[Request], User]:
        """A dependency that lets through people of these roles."""

        def check(request: Request) -> User:
            person = self.person(request)
            check_role(Caller(person.id, person.role), *roles)
            return person

        return check

    def token(self, request: Request) -> str:
        return request.cookies.get(self._cookie, "")

    def admit(self, person: User, response: Response) -> dict[str, str]:
        """Begin a session of a person; what their page must know."""
        token = self._store.sessions.begin(person)
        response.set_cookie(
            self._cookie,
            token,
            max_age=int(self._store.terms.session),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )
        self._store.act("signed in", person.id)
        return {"id": person.id, "name": person.name, "role": person.role, "change": change_token(token)}

    def dismiss(self, request: Request, response: Response) -> None:
        self._store.sessions.end(self.token(request))
        response.delete_cookie(self._cookie, path="/", secure=self._secure, httponly=True, samesite="strict")
