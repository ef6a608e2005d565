"""A small service to stand behind `veil trace`: it says of each request what arrived.

Usage: python -m bench.trace_app     prints its port, serves until it is ended
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import signal
from collections.abc import Awaitable, Callable

_TOLD = ("locate.detect-phi", "x-locate-detect-phi", "traceparent", "baggage", "content-length", "transfer-encoding")
_ACCEPT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
Take = Callable[[bytes], Awaitable[None]]


class Totals:
    """How many bodies arrived, and all their digests in one that knows no order."""

    def __init__(self) -> None:
        self.count, self.digest = 0, 0

    def add(self, digest: bytes) -> None:
        self.count += 1
        self.digest ^= int.from_bytes(digest)


TOTALS = Totals()


async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, OSError, ValueError):
        while await _one(reader, writer):
            pass
    writer.close()


async def _one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    head = await reader.readuntil(b"\r\n\r\n")
    line, *rows = head.decode("latin-1").split("\r\n")[:-2]
    method, target, _ = line.split(" ")
    fields = [(name.lower(), value.strip()) for name, _, value in (row.partition(":") for row in rows)]
    own = dict(fields)
    if own.get("upgrade", "").lower() == "websocket":
        await _echo(reader, writer, own)
        return False
    digest, size = hashlib.sha256(), 0

    async def take(data: bytes) -> None:
        nonlocal size
        digest.update(data)
        size += len(data)

    trailers = await _body(reader, own, take)
    if target != "/totals" and method != "GET":
        TOTALS.add(digest.digest())
    told = {
        "size": size,
        "sha256": digest.hexdigest(),
        "trailers": trailers,
        "method": method,
        "target": target,
        "count": TOTALS.count,
        "total": f"{TOTALS.digest:064x}",
        "names": [name for name, _ in fields],
        **{name: [value for one, value in fields if one == name] for name in _TOLD},
    }
    answer = json.dumps(told).encode()
    if target.startswith("/chunked"):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-End\r\n\r\n")
        for at in range(0, len(answer), 100):
            piece = answer[at : at + 100]
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        writer.write(b"0\r\nX-End: there\r\n\r\n")
    else:
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer)
        )
    await writer.drain()
    return own.get("connection", "").lower() != "close"


async def _body(reader: asyncio.StreamReader, own: dict[str, str], take: Take) -> list[str]:
    """Reads the body whole; the trailers behind it."""
    if "chunked" not in own.get("transfer-encoding", ""):
        left = int(own.get("content-length", 0))
        while left:
            data = await reader.read(min(left, 1 << 16))
            if not data:
                raise asyncio.IncompleteReadError(b"", left)
            left -= len(data)
            await take(data)
        return []
    while size := int(await reader.readline(), 16):
        await take(await reader.readexactly(size))
        await reader.readexactly(2)
    trailers = []
    while (line := await reader.readline()).strip():
        trailers.append(line.decode("latin-1").strip())
    return trailers


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, own: dict[str, str]) -> None:
    """Sends the bytes after the upgrade back as they came; the tag of the request stands in a header of the answer."""
    key = base64.b64encode(hashlib.sha1(own.get("sec-websocket-key", "").encode() + _ACCEPT).digest())
    tag = own.get("locate.detect-phi", "").encode()
    writer.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\nX-Tag: %s\r\n\r\n"
        % (key, tag)
    )
    while data := await reader.read(1 << 16):
        writer.write(data)
        await writer.drain()


async def main() -> None:
    server = await asyncio.start_server(met, "127.0.0.1", 0, limit=1 << 20, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())
