"""App: the service put together, behind its door."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from veil.errors import Error, ServiceError
from veil.extras import install
from veil.service.aws.routes import aws_router
from veil.service.gate.callers import Callers, read_revoked
from veil.service.gate.middleware import CSP, FAILED, RequestMiddleware, error_body
from veil.service.metrics import Measures
from veil.service.operations import operation_id
from veil.service.portal.pages import FOLDER, files_router
from veil.service.reader import Reader
from veil.service.request_errors import shown_faults
from veil.service.rest.answers import Answers
from veil.service.rest.routes import Desk, rest_router
from veil.service.settings import ServiceSettings
from veil.service.store import ServiceStore
from veil.service.stored_jobs import add_store

if TYPE_CHECKING:
    from veil.service.tracing import Spans

_SPANS_TO = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_ZIPKIN_ENDPOINT")
_WEIGHT = re.compile(r"\bq=([01](?:\.[0-9]{0,3})?)")
_ABOUT = (
    "Text goes in; what identifies a person comes out found, masked or replaced. Nothing that is sent here is kept."
)


def create_app(setting: ServiceSettings) -> ASGIApp:
    """The whole service as an ASGI application; the model is loaded while it starts to listen."""
    reader, callers, measures = Reader(), Callers(setting), Measures()
    answers, spans = Answers(reader, setting.keys, setting.locale), _spans(setting)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        reader.start()
        yield
        if spans is not None:
            await asyncio.to_thread(spans.flush)

    app = FastAPI(
        title="Veil",
        version=version("veil-deid"),
        description=_ABOUT,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=operation_id,
        redirect_slashes=False,  # a text would be sent again to the host that the caller named, perhaps without TLS
    )
    desk = Desk(reader, answers, callers, measures, setting.waiting)
    app.include_router(rest_router(desk))
    app.include_router(aws_router(reader, answers, callers, measures, setting.waiting))
    if setting.site is not None:
        store = ServiceStore(setting.site)
        add_store(app, store, callers, setting)
        desk.needed.append(lambda: store.database.fact("key"))
    _add_errors(app)
    _add_docs(app)
    return RequestMiddleware(app, setting, measures.request, spans)


def check_parts(setting: ServiceSettings) -> None:
    """Errors: ServiceError `spans-extra` where spans are asked for and cannot be made, `revoked-broken`."""
    if setting.revoked is not None:
        read_revoked(setting.revoked)
    if not _wants_spans(setting):
        return
    try:
        import veil.service.tracing  # noqa: F401, PLC0415  an extra of its own
    except ImportError:
        raise ServiceError(
            "spans-extra",
            "trace spans need a library that is not installed",
            hint=f"{install('trace')}, or leave --otlp, --zipkin and OTEL_EXPORTER_... out",
        ) from None


def _wants_spans(setting: ServiceSettings) -> bool:
    return bool(setting.otlp or setting.zipkin or any(os.environ.get(name) for name in _SPANS_TO))


def _spans(setting: ServiceSettings) -> Spans | None:
    if not _wants_spans(setting):
        return None
    from veil.service.tracing import Spans  # noqa: PLC0415  an extra of its own

    return Spans("veil-serve", setting.otlp, setting.zipkin)


def _add_docs(app: FastAPI) -> None:
    @app.get("/", tags=["service"])
    async def root(request: Request) -> Response:
        """The page, for who wants one; else where things are."""
        if _likes_pages(request.headers.get("accept", "")):
            return HTMLResponse((FOLDER / "text.html").read_text(encoding="utf-8"))
        return JSONResponse({"name": "Veil", "version": app.version, "docs": "/docs", "health": "/api/v1/health"})

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        policy = CSP.replace(
            "style-src 'self'", "style-src 'self' 'unsafe-inline'"
        )  # Swagger UI styles its elements itself
        return FileResponse(FOLDER / "docs.html", headers={"content-security-policy": policy})

    app.include_router(files_router())


def _likes_pages(accept: str) -> bool:
    """Whether a page is liked at least as much as JSON, by name. Source: RFC 9110, 12.5.1."""
    liked = {"text/html": 0.0, "application/json": 0.0}
    for media_type in accept.lower().split(","):
        kind, _, more = media_type.partition(";")
        weight = _WEIGHT.search(more)
        liked[kind.strip()] = float(weight[1]) if weight else 1.0
    return liked["text/html"] > 0 and liked["text/html"] >= liked["application/json"]


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    async def not_valid(request: Request, error: Exception) -> JSONResponse:
        faults = error.errors() if isinstance(error, RequestValidationError) else []
        return JSONResponse({"detail": shown_faults(request, faults)}, 422)

    @app.exception_handler(Error)
    async def refused(_: Request, error: Exception) -> JSONResponse:
        if not isinstance(error, Error):
            return JSONResponse({"detail": FAILED}, 500)
        return JSONResponse(error_body(error), error.status)

    @app.exception_handler(HTTPException)
    async def said(_: Request, error: Exception) -> JSONResponse:
        known = error if isinstance(error, HTTPException) else HTTPException(500)
        return JSONResponse({"detail": known.detail}, known.status_code, known.headers)

    @app.exception_handler(Exception)
    async def failed(_: Request, error: Exception) -> JSONResponse:
        del error  # it goes on to the door, which logs its kind and place
        return JSONResponse({"detail": FAILED}, 500)
