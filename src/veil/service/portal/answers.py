"""Answers: which status a refusal has, and that it holds its code, sentence and hint alone."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from veil.errors import Error
from veil.service.gate.door import told

STATUS = {
    "session-none": 401, "sign-in": 401, "setup-code": 403, "change-token": 403, "role": 403, "job-unknown": 404, "person-unknown": 404,
    "password-wrong": 403, "password-none": 409, "invitation-unknown": 404, "setup-done": 409, "job-state": 409, "person-taken": 409, "admin-last": 409, "job-expired": 410,
    "object-gone": 410, "upload-large": 413, "quota": 413, "jobs-open": 429, "uploads-many": 429, "upload-broken": 400, "choice": 422, "job-format": 422, "job-name": 422,
    "plan-column": 422, "review-place": 422, "review-entry": 422, "review-none": 409, "plan-rule": 422, "person-name": 422, "password-short": 422, "role-unknown": 422,
    "store-closed": 503, "audit-write": 503, "store-unsure": 503, "oidc-refused": 403, "oidc-role": 403, "oidc-gone": 502,
}  # fmt: skip


class PortalRoute(APIRoute):
    """A route whose errors of the house are answers; a foreign one goes to the door, which tells nothing of it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handle(request)
            except Error as error:
                return JSONResponse(told(error), STATUS.get(error.code, 500))

        return answered
