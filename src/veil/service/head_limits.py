"""Head limits: bounds the head of a request in size and in time; the HTTP parser has no such bounds."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

MOST = 64 << 10  # bytes
PATIENCE = 30  # seconds
_REFUSED = STATUS_LINE[431] + b"connection: close\r\ncontent-length: 0\r\n\r\n"


class BoundedHeads(HttpToolsProtocol):
    """One connection. Who sends a head without end, or none, is hung up on.

    Units:   `MOST`: bytes that bring no request further: of its head, of trailers, between chunks; up to one read more.
             `PATIENCE`: seconds for a head from its first byte, and for the first byte of a connection.
    """

    _late: asyncio.TimerHandle | None = None
    _idle = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._idle += len(data)
        super().data_received(data)  # sets it back where a head is whole, or a body goes on
        if self._idle > MOST and not self.transport.is_closing():
            self.transport.write(_REFUSED)
            self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        self._came()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._idle = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._idle = 0
        super().on_message_complete()

    def _await_head(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(PATIENCE, self.timeout_keep_alive_handler)

    def _came(self) -> None:
        self._idle = 0
        if self._late is not None:
            self._late.cancel()
            self._late = None
