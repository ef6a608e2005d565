"""Answers: a refusal has the status of its error, and holds its code, sentence and hint alone."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from veil.errors import Error
from veil.service.gate.middleware import error_body


class PortalRoute(APIRoute):
    """A route whose errors of the house are answers; a foreign one goes to the door, which tells nothing of it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handle(request)
            except Error as error:
                return JSONResponse(error_body(error), error.status)

        return answered
