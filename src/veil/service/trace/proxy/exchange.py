"""Exchange: one request and its answer, through a proxy."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

import h11

from veil.errors import ServiceError
from veil.service.trace.proxy import wire
from veil.service.trace.proxy.headers import answered, forwarded, trailers
from veil.service.trace.proxy.wire import ConnectionPool, Wire
from veil.service.trace.traced_request import TracedRequest

_REPEATABLE = frozenset({b"GET", b"HEAD", b"OPTIONS", b"TRACE", b"PUT", b"DELETE", b"QUERY"})


class Refused(Exception):  # noqa: N818  it becomes an answer, not an error of the house
    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


@dataclass(slots=True)
class Exchange:
    """Keeps: the bytes of both bodies; an answer that breaks off behind breaks off here as well."""

    caller: Wire
    pool: ConnectionPool
    request: h11.Request
    trail: TracedRequest
    _waiting: list[h11.Event] = field(default_factory=list)
    _whole: bool = False
    status: int = 0

    async def run(self) -> None:
        """Errors: Refused, before anything was answered; OSError, h11.RemoteProtocolError, TimeoutError after that."""
        await self._gather()
        if self.trail.refused:
            raise Refused(503)
        behind = await self._sent()
        try:
            await self._both_ways(behind)
        except BaseException:
            behind.cut()
            raise
        if self.caller.http.our_state is h11.SWITCHED_PROTOCOL:
            behind.close()
        else:
            self.pool.give(behind)

    async def _gather(self) -> None:
        """The body, as long as the verdict waits for it."""
        trail = self.trail
        if trail.head.bodiless:
            await self._take(await self.caller.next(wire.STALL))
        while trail.held and not self._whole:
            await self._invite()
            try:
                await self._take(await self.caller.next(max(0.001, trail.deadline)))
            except TimeoutError:
                trail.release("body-slow")
        if self._whole and not trail.head.upgrade:  # after an upgrade the caller's messages come, which are read too
            trail.complete()
            await trail.decide()

    async def _take(self, event: object) -> None:
        if isinstance(event, h11.Data):
            self.trail.feed(bytes(event.data))
            self._waiting.append(h11.Data(data=event.data))
        elif isinstance(event, h11.EndOfMessage):
            self._waiting.append(trailers(event, chunked=b"transfer-encoding" in dict(self.request.headers)))
            self._whole = True

    async def _invite(self) -> None:
        """Who waits for a word before the body gets it: we must see the body in any case."""
        if self.caller.http.they_are_waiting_for_100_continue:
            await self.caller.send(h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue"))

    async def _sent(self) -> Wire:
        """A connection on which the head and what was gathered went out.

        Keeps:   where a kept connection had been closed meanwhile, only a request that may be repeated goes out anew.
        """
        message = forwarded(self.request, self.trail, self.pool.name)
        for fresh in (False, True):
            try:
                behind = await self.pool.take(fresh=fresh)
            except ServiceError:
                raise Refused(502) from None
            try:
                await behind.send(message, *self._waiting)
                if behind.used and self._whole:
                    await self._answers(behind)
            except (OSError, h11.RemoteProtocolError):
                behind.cut()
                if fresh or not behind.used or self.request.method not in _REPEATABLE:
                    raise Refused(502) from None
            else:
                self._waiting.clear()  # an answer may take hours: what was sent is not kept so long
                return behind
        raise Refused(502)

    async def _answers(self, behind: Wire) -> None:
        """Wait until a kept connection says anything; an end instead is an OSError."""
        if not await behind.answers():
            raise ConnectionResetError

    async def _both_ways(self, behind: Wire) -> None:
        down = asyncio.ensure_future(self._down(behind))
        up = None if self._whole else asyncio.ensure_future(self._up(behind))
        try:
            if up is not None:
                await asyncio.wait({down, up}, return_when=asyncio.FIRST_COMPLETED)
                if up.done() and up.exception() is not None and not down.done():
                    await asyncio.wait({down}, timeout=5.0)  # the service may have answered before it stopped reading
                    if not down.done():
                        up.result()
            await down
        finally:
            for task in (down, up):
                if task is not None and not task.done():
                    task.cancel()
                    with contextlib.suppress(BaseException):
                        await task
                elif task is not None and not task.cancelled():
                    task.exception()

    async def _up(self, behind: Wire) -> None:
        chunked = b"transfer-encoding" in dict(self.request.headers)
        while True:
            await self._invite()
            event = await self.caller.next(wire.STALL)
            if isinstance(event, h11.Data):
                self.trail.feed(bytes(event.data))
                await behind.send(h11.Data(data=event.data))
            elif isinstance(event, h11.EndOfMessage):
                self.trail.complete()
                await behind.send(trailers(event, chunked=chunked))
                return
            else:
                return  # an upgrade pauses here: what follows is no HTTP

    async def _down(self, behind: Wire) -> None:
        chunked = False
        while True:
            event = await behind.next()
            if isinstance(event, h11.InformationalResponse):
                if event.status_code == 101:
                    self.status = 101
                    await self._tunnel(behind, event)
                    return
                if event.status_code != 100:
                    await self.caller.send(event)
            elif isinstance(event, h11.Response):
                self.status = event.status_code
                sent = answered(event)
                await self.caller.send(sent)
                length = any(name == b"content-length" for name, _ in sent.headers)
                chunked = not length and self.request.http_version >= b"1.1"
            elif isinstance(event, h11.Data):
                await self.caller.send(h11.Data(data=event.data))
            elif isinstance(event, h11.EndOfMessage):
                await self.caller.send(trailers(event, chunked=chunked))
                return
            else:
                raise ConnectionResetError

    async def _tunnel(self, behind: Wire, event: h11.InformationalResponse) -> None:
        """After an upgrade both sides say what they like; what the caller says is read as it passes."""
        await self.caller.send(event)
        early = self.caller.http.trailing_data[0]
        late = behind.http.trailing_data[0]
        self.trail.feed(early)
        await behind.write(early)
        await self.caller.write(late)

        async def up() -> None:
            while data := await self.caller.raw():
                self.trail.feed(data)
                await behind.write(data)
            behind.half_close()

        async def down() -> None:
            while data := await behind.raw():
                await self.caller.write(data)
            self.caller.half_close()

        ways = [asyncio.ensure_future(up()), asyncio.ensure_future(down())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
