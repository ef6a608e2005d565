"""Heads: who sends one without end, or none, is hung up on; all others are served as ever."""

import asyncio
import contextlib
import socket

import pytest
import uvicorn

from veil.service import head_limits


async def echo(scope, receive, send):
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    body = b"%d" % size
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@contextlib.asynccontextmanager
async def serving():
    server = uvicorn.Server(
        uvicorn.Config(echo, http=head_limits.BoundedHeads, lifespan="off", log_config=None, ws="none")
    )
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        running = asyncio.ensure_future(server.serve([held]))
        while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
            await asyncio.sleep(0.01)
        try:
            yield held.getsockname()[1]
        finally:
            server.should_exit = True
            await running


async def told(port, pieces, wait=0.0):
    """What comes back for these bytes, until the other side hangs up or says no more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    with contextlib.suppress(OSError, asyncio.TimeoutError):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(wait)
        async with asyncio.timeout(3):
            while got := await reader.read(1 << 16):
                answer += got
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return answer


def asked(*pieces, wait=0.0):
    async def ask():
        async with serving() as port:
            return await told(port, pieces, wait)

    return asyncio.run(ask())


END = b"connection: close\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
MANY = [b"a" * (64 << 10)] * 64


@pytest.mark.parametrize(
    "pieces",
    [
        [b"GET / HTTP/1.1\r\nhost: x\r\nx-long: ", *MANY, b"\r\n" + END],
        [b"GET /", *MANY, b" HTTP/1.1\r\nhost: x\r\n" + END],
        [b"GET / HTTP/1.1\r\nhost: x\r\n", *([b"x-many: " + b"b" * 1000 + b"\r\n"] * 2000), END],
        [CHUNKED + b"3\r\nabc\r\n0\r\nx-trailer: ", *MANY, b"\r\n\r\n"],
    ],
    ids=["header", "address", "headers", "trailer"],
)
def test_a_head_without_end_is_not_kept(pieces):
    assert b"200 OK" not in asked(*pieces)


@pytest.mark.parametrize(
    ("pieces", "size"),
    [
        ([b"GET / HTTP/1.1\r\nhost: x\r\nx-long: " + b"a" * 30_000 + b"\r\n" + END], 0),
        ([b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4194304\r\n" + END, *MANY], 4 << 20),
        ([CHUNKED, *([b"10000\r\n" + b"a" * (64 << 10) + b"\r\n"] * 20), b"0\r\n\r\n"], 20 << 16),
    ],
    ids=["a long header", "a body", "chunks"],
)
def test_long_bodies_and_heads_of_a_browser_pass(pieces, size):
    answer = asked(*pieces)
    assert b"200 OK" in answer
    assert answer.endswith(b"%d" % size)


def test_requests_in_one_piece_are_all_answered():
    one = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n" + b"a" * 100_000
    assert asked(one + one + one.replace(b"\r\n\r\n", b"\r\n" + END, 1)).count(b"200 OK") == 3


@pytest.mark.parametrize(
    "pieces", [[], [b"GET / HT"], [b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", b"GET /"]], ids=["nothing", "half", "second"]
)
def test_who_sends_no_head_is_hung_up_on_in_time(pieces, monkeypatch):
    monkeypatch.setattr(head_limits, "PATIENCE", 0.3)

    async def ask():
        async with serving() as port:
            async with asyncio.timeout(2.5):
                return await told(port, pieces, 0.05)

    assert asyncio.run(ask()).count(b"200 OK") == (len(pieces) == 2)


def test_a_body_may_take_longer_than_a_head(monkeypatch):
    monkeypatch.setattr(head_limits, "PATIENCE", 0.2)
    head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n" + END
    assert asked(head, *([b"a"] * 8), wait=0.1).endswith(b"8")
