"""Middleware: what every request passes: an id, the host check, the size limit, security headers, a log line of counts."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from veil import log
from veil.errors import Error, LimitError, place_of
from veil.log import Name
from veil.service.gate.origins import Origins, is_preflight
from veil.service.settings import ServiceSettings

if TYPE_CHECKING:
    from veil.service.tracing import Spans  # OpenTelemetry is loaded only where spans are asked for

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
FAILED = "the service failed; the id of this request stands in its log"
PREFLIGHT = (
    (b"access-control-allow-methods", b"GET, POST, PUT, DELETE"),
    (b"access-control-allow-headers", b"Authorization, Content-Type"),
    (b"access-control-max-age", b"600"),
)
_FILE = re.compile(r"/(?:api/v1|portal/api)/jobs/[^/]+/file")
_TEXTS = re.compile(r"/api/v1/(?:detect|deidentify|explain|batch|phi)")
_SMALL = 4 << 20  # what is no text: it is read before it is known who asks
_LENGTH = re.compile(r"[0-9]{1,20}")
Watch = Callable[[str, str, int, float], None]


class RequestMiddleware:
    """An application behind a door.

    Shape:   `watch`: told method, route, status and seconds of each request. `spans`: where a trace is kept.
    Keeps:   nothing of a body, a query, a path or a header is in a log: of the path only the route's own pattern.
    """

    def __init__(self, app: ASGIApp, setting: ServiceSettings, watch: Watch, spans: Spans | None = None) -> None:
        self._app, self._setting, self._watch, self._spans = app, setting, watch, spans
        self._origins = Origins(setting.local, setting.hosts, setting.origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        visit = _Visit(scope, send, self._setting.tls, self._origins.shared_with(scope))
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        span = self._spans.begin("request", headers, {}) if self._spans is not None else None
        refused = self._refused(scope, headers)
        if refused is not None:
            await visit.answer(refused.status, error_body(refused))
        elif visit.shared and is_preflight(scope):
            await visit.send({"type": "http.response.start", "status": 204, "headers": list(PREFLIGHT)})
            await visit.send({"type": "http.response.body"})
        else:
            await self._passed(scope, receive, visit)
        self._note(scope, visit)
        if span is not None:
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            seen = {
                "http.request.method": method,
                "http.route": _route(scope),
                "http.response.status_code": visit.status,
            }
            span.end({**seen, "veil.request_id": visit.id}, failed=visit.status >= 500)

    async def _passed(self, scope: Scope, receive: Receive, visit: _Visit) -> None:
        limit = self._limit(scope)
        try:
            await self._app(scope, receive if limit is None else _limited(receive, limit), visit.send)
        except Exception as error:  # noqa: BLE001  its words may hold a text: its kind and place are told
            log.event("failed", kind=Name(type(error).__name__), place=Name(place_of(error)))
            if not visit.status:
                await visit.answer(500, {"detail": FAILED})

    def _refused(self, scope: Scope, headers: dict[str, str]) -> Error | None:
        refused = self._origins.refused(scope)
        if refused is not None:
            return refused
        length, limit = headers.get("content-length", ""), self._limit(scope)
        if limit is not None and _LENGTH.fullmatch(length) and int(length) > limit:
            return LimitError(
                "body-large",
                "the body of the request is too large",
                hint="send less in one request, or ask the administrator of the service",
            )
        return None

    def _limit(self, scope: Scope) -> int | None:
        """How many bytes a body may have; None for a file that is sealed while it comes: the store has a limit of its own for those."""
        if scope["method"] == "PUT" and _FILE.fullmatch(scope["path"]):
            return None
        return self._setting.body if _TEXTS.fullmatch(scope["path"]) else min(self._setting.body, _SMALL)

    def _note(self, scope: Scope, visit: _Visit) -> None:
        seconds = time.perf_counter() - visit.began
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        self._watch(method, _route(scope), visit.status, seconds)
        log.event(
            "request",
            id=Name(visit.id),
            method=Name(method),
            route=Name(_route(scope)),
            status=visit.status,
            ms=round(1000 * seconds, 1),
        )


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _Visit:
    """One request and what was answered."""

    def __init__(self, scope: Scope, send: Send, tls: bool, shared: list[tuple[bytes, bytes]]) -> None:
        self._send, self._tls, self.shared = send, tls, shared
        self.id = os.urandom(8).hex()
        self.status = 0
        self.began = time.perf_counter()
        scope.setdefault("state", {})["request_id"] = self.id

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = {name.lower() for name, _ in message["headers"]}
            own = [*self.shared, (b"x-request-id", self.id.encode()), (b"content-security-policy", CSP.encode())]
            own += [header for header in HEADERS if header[0] not in {name for name, _ in self.shared}]
            if self._tls:
                own.append((b"strict-transport-security", b"max-age=31536000"))
            message = {
                **message,
                "headers": [*message["headers"], *(header for header in own if header[0] not in given)],
            }
        await self._send(message)

    async def answer(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


def _limited(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, "the body of the request is too large")
        return message

    return counted


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "-"))


def error_body(error: Error) -> dict[str, Any]:
    """An error of the house as an answer: its code, sentence and hint; none holds a value."""
    return {"detail": error.message, "code": error.code, **({"hint": error.hint} if error.hint else {})}
