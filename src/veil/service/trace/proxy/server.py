"""Server: the proxy that callers reach."""

from __future__ import annotations

import asyncio
import contextlib

import h11

from veil.errors import ServiceError
from veil.log import Name, event
from veil.service.trace.context import TraceContext
from veil.service.trace.envoy.config import Upstream
from veil.service.trace.proxy.exchange import Exchange, Refused
from veil.service.trace.proxy.headers import fault, head_of
from veil.service.trace.proxy.wire import ConnectionPool, Wire
from veil.service.trace.traced_request import TracedRequest

IDLE = 75.0  # seconds from the end of a request to that of the next one's head
CONNECTIONS = 10_000  # as many as our Envoy takes
_SAID = {
    400: b"Bad Request",
    408: b"Request Timeout",
    431: b"Request Header Fields Too Large",
    501: b"Not Implemented",
    502: b"Bad Gateway",
    503: b"Service Unavailable",
}


class ProxyFront:
    """Listens as a reverse proxy; `stop` lets what is under way end."""

    def __init__(self, watch: TraceContext, host: str, port: int, upstream: Upstream) -> None:
        self._watch, self._host, self._port = watch, host, port
        place = upstream.place
        self._pool = ConnectionPool(place.host, place.port, upstream.context)
        self._place = place
        self._server: asyncio.Server | None = None
        self._busy: dict[asyncio.Task[None], bool] = {}
        self._stopping = False

    async def start(self) -> None:
        """Errors: ServiceError `listen`."""
        try:
            self._server = await asyncio.start_server(self._met, self._host, self._port, limit=1 << 16, backlog=1024)
        except OSError:
            raise ServiceError("listen", "cannot listen on this address", where=f"{self._host}:{self._port}") from None

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1]) if self._server is not None else 0

    async def is_ready(self) -> bool:
        return self._server is not None and not self._stopping

    async def gone(self) -> None:
        await asyncio.Event().wait()

    async def stop(self, grace: float) -> None:
        self._stopping = True
        if self._server is not None:
            self._server.close()
        for task, is_busy in list(self._busy.items()):
            if not is_busy:
                task.cancel()
        if self._busy:
            await asyncio.wait(set(self._busy), timeout=grace)
        for task in list(self._busy):
            task.cancel()
        self._pool.close()

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._busy) >= CONNECTIONS:
            writer.close()
            return
        self._busy[task] = False
        wire = Wire(h11.SERVER, reader, writer)
        try:
            while await self._request(wire, task):
                pass
        except (OSError, h11.RemoteProtocolError, h11.LocalProtocolError, TimeoutError):
            wire.cut()
        except asyncio.CancelledError:
            wire.close()
        except Exception as error:  # noqa: BLE001  its text may hold a piece of a request: its kind is told
            event("exchange-failed", kind=Name(type(error).__name__))
            wire.cut()
        finally:
            self._busy.pop(task, None)
            with contextlib.suppress(OSError):
                wire.close()

    async def _request(self, wire: Wire, task: asyncio.Task[None]) -> bool:
        """One exchange; whether another may follow on this connection."""
        try:
            async with asyncio.timeout(IDLE):
                request = await wire.next()
        except TimeoutError:
            return False
        except h11.RemoteProtocolError as error:
            await _refuse(wire, error.error_status_hint)
            return False
        if not isinstance(request, h11.Request):
            return False
        self._busy[task] = True
        wrong = fault(request)
        if wrong:
            await _refuse(wire, 501 if wrong == "connect" else 400)
            return False
        goes_on = await self._exchanged(wire, request)
        self._busy[task] = False
        return goes_on and not self._stopping and wire.renew()

    async def _exchanged(self, wire: Wire, request: h11.Request) -> bool:
        trail = TracedRequest(self._watch, head_of(request))
        exchange = Exchange(wire, self._pool, request, trail)
        status = 0
        try:
            await exchange.run()
            status = exchange.status
        except Refused as refused:
            status = refused.status
            await _refuse(wire, status)
            return False
        except h11.RemoteProtocolError as error:
            status = error.error_status_hint
            if wire.http.our_state in (h11.IDLE, h11.SEND_RESPONSE) and wire.http.their_state is h11.ERROR:
                await _refuse(wire, status)
                return False
            if wire.http.our_state is h11.SEND_RESPONSE:
                await _refuse(wire, 502)
                return False
            raise
        except OSError as error:
            if wire.http.our_state is not h11.SEND_RESPONSE:
                raise
            status = 408 if isinstance(error, TimeoutError) else 502
            await _refuse(wire, status)
            return False
        finally:
            if trail.held:
                trail.release("broken-off")
            trail.finish(status)
        return True


async def _refuse(wire: Wire, status: int) -> None:
    """A short answer of our own that says nothing of the request; the connection ends behind it."""
    if wire.http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
        return
    reason = _SAID.get(status, b"")
    body = b"veil: " + reason.lower() + b"\n"
    headers = [(b"Content-Type", b"text/plain"), (b"Content-Length", b"%d" % len(body)), (b"Connection", b"close")]
    with contextlib.suppress(OSError, h11.LocalProtocolError):
        await wire.send(
            h11.Response(status_code=status, reason=reason, headers=headers), h11.Data(data=body), h11.EndOfMessage()
        )
