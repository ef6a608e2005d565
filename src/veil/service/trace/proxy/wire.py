"""Wire: one end of an HTTP/1.1 connection; what it cannot read truly it refuses."""

from __future__ import annotations

import asyncio
import contextlib
import ssl

import h11

from veil.errors import ServiceError

_READ = 1 << 16
_HEAD = 1 << 16  # bytes of a head
STALL = 300.0  # seconds in which the other side takes or says nothing in the middle of a message
Event = h11.Event | type[h11.PAUSED] | type[h11.NEED_DATA]


class Wire:
    """Keeps: bytes of a body are given on as they came; only their framing is ours."""

    def __init__(
        self, role: type[h11.CLIENT | h11.SERVER], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._role, self._reader, self._writer = role, reader, writer
        self.http = h11.Connection(role, max_incomplete_event_size=_HEAD)
        self.used = 0  # exchanges that it carried

    @classmethod
    async def to(cls, host: str, port: int, context: ssl.SSLContext | None, patience: float) -> Wire:
        """Errors: OSError, TimeoutError."""
        opened = asyncio.open_connection(host, port, ssl=context, limit=_READ)
        return cls(h11.CLIENT, *await asyncio.wait_for(opened, patience))

    async def next(self, patience: float | None = None) -> Event:
        """The next event of the other side.

        Errors:  h11.RemoteProtocolError; TimeoutError, after which the call may be made again; OSError.
        """
        while True:
            event = self.http.next_event()
            if event is not h11.NEED_DATA:
                return event
            async with asyncio.timeout(patience):
                data = await self._reader.read(_READ)
            self.http.receive_data(data)

    async def answers(self) -> bool:
        """Whether the other side says anything more; its bytes are kept for the next event."""
        if self.http.trailing_data[0]:
            return True
        data = await self._reader.read(_READ)
        self.http.receive_data(data)
        return bool(data)

    async def send(self, *events: h11.Event) -> None:
        """Errors: OSError; h11.LocalProtocolError where the events are no message."""
        for event in events:
            self._writer.write(self.http.send(event) or b"")
        await self._taken()

    @property
    def is_open(self) -> bool:
        return not (self._writer.is_closing() or self._reader.at_eof())

    def renew(self) -> bool:
        """Make ready for another exchange, where both sides allow it."""
        if self.http.our_state is h11.DONE and self.http.their_state is h11.DONE and self.is_open:
            self.http.start_next_cycle()
            self.used += 1
            return True
        return False

    async def raw(self) -> bytes:
        """Bytes after an upgrade; none at the end."""
        return await self._reader.read(_READ)

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._taken()

    async def _taken(self) -> None:
        """Who never reads is not waited for longer than who never speaks."""
        async with asyncio.timeout(STALL):
            await self._writer.drain()

    def half_close(self) -> None:
        with contextlib.suppress(OSError, RuntimeError, NotImplementedError):
            if self._writer.can_write_eof():
                self._writer.write_eof()

    def close(self) -> None:
        self._writer.close()

    def cut(self) -> None:
        """End it so that the other side sees a break, not an end."""
        self._writer.transport.abort()


class ConnectionPool:
    """Connections to the service behind that stay open between requests."""

    def __init__(
        self,
        host: str,
        port: int,
        context: ssl.SSLContext | None,
        *,
        idle: float = 4.0,
        connect: float = 5.0,
        most: int = 256,
    ) -> None:
        self._host, self._port, self._context = host, port, context
        self._idle, self._connect, self._most = idle, connect, most
        self._free: list[tuple[float, Wire]] = []

    @property
    def name(self) -> str:
        """The service behind, as a request names its host."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self._port}"

    async def take(self, *, fresh: bool = False) -> Wire:
        """Errors: ServiceError `upstream-gone`."""
        now = asyncio.get_running_loop().time()
        while self._free and not fresh:
            since, wire = self._free.pop()
            if wire.is_open and now - since < self._idle:
                return wire
            wire.close()
        try:
            return await Wire.to(self._host, self._port, self._context, self._connect)
        except (OSError, TimeoutError):
            raise ServiceError("upstream-gone", "the upstream service cannot be reached") from None

    def give(self, wire: Wire) -> None:
        if len(self._free) < self._most and wire.renew():
            self._free.append((asyncio.get_running_loop().time(), wire))
        else:
            wire.close()

    def close(self) -> None:
        for _, wire in self._free:
            wire.close()
        self._free.clear()
