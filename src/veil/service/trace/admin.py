"""Admin: health, readiness and counts, on a port of their own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from veil.errors import ServiceError
from veil.service.loopback import LOOPBACK
from veil.service.trace.metrics import TraceMetrics

_HEAD = 8_192
_PATIENCE = 5.0
NEAR = (*LOOPBACK, "::ffff:127.0.0.1")


class Admin:
    """Keeps: `/metrics` is for callers of this machine, where it is not opened to others.

    Shape:   `/healthz` while the process lives, `/readyz` when the front listens and a process evaluates, `/metrics`.
    """

    def __init__(
        self, counts: TraceMetrics, is_ready: Callable[[], Awaitable[bool]], *, open_metrics: bool = False
    ) -> None:
        self._counts, self._is_ready, self._open = counts, is_ready, open_metrics
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """The port that it got.

        Errors:  ServiceError `listen`.
        """
        try:
            self._server = await asyncio.start_server(self._met, host, port, limit=_HEAD)
        except OSError:
            raise ServiceError("listen", "cannot listen on this address", where=f"{host}:{port}") from None
        return int(self._server.sockets[0].getsockname()[1])

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with (
            contextlib.suppress(
                OSError, TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError
            ),
            contextlib.closing(writer),
        ):
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _PATIENCE)
            peer = writer.get_extra_info("peername")
            near = bool(peer) and peer[0] in NEAR
            status, kind, body = await self._answer([*head.split(b" ", 2), b""][1], near=near)
            writer.write(
                b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
                % (status, kind, len(body))
                + body
            )
            await writer.drain()

    async def _answer(self, path: bytes, *, near: bool = True) -> tuple[bytes, bytes, bytes]:
        if path == b"/metrics" and not (near or self._open):
            return (
                b"403 Forbidden",
                b"text/plain",
                b"measures are for this machine; --open-metrics gives them to others\n",
            )
        if path == b"/metrics":
            return b"200 OK", b"text/plain; version=0.0.4; charset=utf-8", self._counts.page()
        if path == b"/healthz" or (path == b"/readyz" and await self._is_ready()):
            return b"200 OK", b"text/plain", b"ok\n"
        return (
            (b"503 Service Unavailable", b"text/plain", b"not ready\n")
            if path == b"/readyz"
            else (b"404 Not Found", b"text/plain", b"")
        )
