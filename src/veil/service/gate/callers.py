"""Callers: who a request comes from, what they may do, and how often."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from veil import log
from veil.errors import ServiceError
from veil.service.gate.grants import ANYBODY, Grant, Grants, id_of
from veil.service.loopback import LOOPBACK
from veil.service.settings import ServiceSettings

_BEARER = HTTPBearer(auto_error=False, description="a token of `veil serve token`")
_MOST_CALLERS = 10_000
Held = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


class Callers:
    """Tells callers by their tokens.

    Keeps:   with `local` a call of this machine is anybody's; a token that is sent nevertheless must hold.
    """

    def __init__(self, setting: ServiceSettings) -> None:
        self._setting = setting
        self.grants = Grants(setting.keys)
        self._buckets: dict[str, tuple[float, float]] = {}
        self._checks: set[Callable[..., Awaitable[Grant]]] = set()
        self._revoked = _Revoked(setting.revoked)
        self.session: Callable[[Request], Grant | None] | None = None  # who signed in on a page, where there is one

    def allowed(self, scope: str) -> Callable[..., Awaitable[Grant]]:
        """A dependency that lets through who may do this, and gives their grant."""

        async def check(request: Request, credentials: Held) -> Grant:
            known: Grant | None = getattr(
                request.state, f"may_{scope}", None
            )  # the route asked before it read the body
            if known is not None:
                return known
            grant = self._grant(request, credentials)
            if scope not in grant.scopes:
                raise HTTPException(403, "this token is not for that")
            self.count(grant)
            setattr(request.state, f"may_{scope}", grant)
            return grant

        self._checks.add(check)
        return check

    def route(self) -> type[APIRoute]:
        """A kind of route that asks who calls before it reads what they send."""
        checks = self._checks

        class AskingRoute(APIRoute):
            def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
                handle = super().get_route_handler()
                first = [dependency.call for dependency in self.dependant.dependencies if dependency.call in checks]

                async def asked(request: Request) -> Response:
                    for check in first:
                        await check(request, await _BEARER(request))
                    return await handle(request)

                return asked

        return AskingRoute

    def check(self, grant: Grant | None) -> Grant:
        """Errors: HTTPException 401 for none, one that ran out or was taken back."""
        if grant is None or (
            grant is not ANYBODY and (grant.expires <= time.time() or grant.id in self._revoked.ids())
        ):
            raise HTTPException(401, "a token that holds is needed", headers={"WWW-Authenticate": "Bearer"})
        return grant

    def count(self, grant: Grant) -> None:
        """Errors: HTTPException 429 for who calls more often than is allowed."""
        if not self._setting.rate:
            return
        now = time.monotonic()
        most = max(self._setting.rate, 1.0)  # a call every two seconds is a rate too
        left, then = self._buckets.get(grant.id, (most, now))
        left = min(most, left + (now - then) * self._setting.rate)
        if left < 1:
            raise HTTPException(
                429, "too many requests", headers={"Retry-After": str(1 + int((1 - left) / self._setting.rate))}
            )
        if len(self._buckets) > _MOST_CALLERS:
            self._buckets.clear()
        self._buckets[grant.id] = (left - 1, now)

    def is_local(self, request: Request) -> bool:
        return self._setting.local and request.client is not None and request.client.host in LOOPBACK

    def _grant(self, request: Request, credentials: HTTPAuthorizationCredentials | None) -> Grant:
        if credentials is not None:
            return self.check(self.grants.read(credentials.credentials))
        if self.is_local(request):
            return ANYBODY
        return self.check(self.session(request) if self.session is not None else None)


def read_revoked(path: Path) -> frozenset[str]:
    """The ids of tokens that hold no more.

    Errors:  ServiceError `revoked-broken` for a list that would not take back what it seems to.
    """
    try:
        ids, unread = _ids(path)
    except (OSError, UnicodeError):
        raise _broken(path.name) from None
    if unread:
        raise _broken(f"{path.name} line {unread[0]}")
    return ids


def _ids(path: Path) -> tuple[frozenset[str], list[int]]:
    """The ids of a list, and the numbers of the lines that name none."""
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    read = [(number, id_of(line.strip())) for number, line in lines if line.strip()]
    return frozenset(token_id for _, token_id in read if token_id), [
        number for number, token_id in read if not token_id
    ]


def _broken(where: str) -> ServiceError:
    return ServiceError(
        "revoked-broken",
        "the file of revoked tokens cannot be read",
        where=where,
        hint="one line for each token: its id, the token, or its access key id",
    )


class _Revoked:
    """Ids of tokens that were taken back, one a line of a file that is read again when it changes.

    Keeps:   a list that cannot be read lets nobody in; of a line that names no token the log tells.
    """

    def __init__(self, path: Path | None) -> None:
        self._path, self._seen, self._ids = path, -1, frozenset[str]()

    def ids(self) -> frozenset[str]:
        if self._path is not None:
            try:
                self._read(self._path)
            except (OSError, UnicodeError):
                raise HTTPException(503, "the file of revoked tokens cannot be read") from None
        return self._ids

    def _read(self, path: Path) -> None:
        changed = path.stat().st_mtime_ns
        if changed == self._seen:
            return
        self._ids, unread = _ids(path)
        self._seen = changed
        if unread:
            log.event("revoked-unread", lines=len(unread))
