"""Proxy: what callers and services do that are old, slow, silent or gone."""

import asyncio
import contextlib
import gc
import socket
import struct
import tracemalloc

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from veil.errors import PolicyError
from veil.service.trace.admin import Admin
from veil.service.trace.capacity import Capacity
from veil.service.trace.context import TraceContext, TraceSettings
from veil.service.trace.envoy.config import Upstream
from veil.service.trace.metrics import TraceMetrics
from veil.service.trace.proxy import server, wire
from veil.service.trace.proxy.server import ProxyFront
from veil.service.trace.request_head import RequestHead
from veil.service.trace.traced_request import TracedRequest
from veil.service.trace.verdict import Evaluation, Verdict
from veil.service.tracing import Spans

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Detector:
    """Finds nothing in anything, or never comes to it."""

    def __init__(self, *, answers=True):
        self._answers, self.pace = answers, Capacity()

    def body(self, *_):
        made = asyncio.get_running_loop().create_future()
        if self._answers:
            made.set_result(Evaluation(Verdict.FALSE))
        return made

    window = body

    def put_aside(self, answer):
        pass

    def close(self):
        pass


class Behind:
    """A service that keeps the heads that it gets, and then does as it was told."""

    def __init__(self, act):
        self.heads, self.tasks, self._act = [], set(), act

    async def met(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        with contextlib.closing(writer), contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
            self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode().lower())
            await self._act(reader, writer)


async def answers(_, writer):
    writer.write(ANSWER)
    await writer.drain()


async def breaks(_, writer):
    line = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def through(act, talk, **settings):
    """What `talk` makes of a connection to a proxy before a service; that service."""

    async def run():
        behind = Behind(act)
        service = await asyncio.start_server(behind.met, "127.0.0.1", 0)
        port = service.sockets[0].getsockname()[1]
        watch = TraceContext(TraceSettings(**settings), Detector(), Spans("test"))
        front = ProxyFront(watch, "127.0.0.1", 0, Upstream(f"http://127.0.0.1:{port}"))
        await front.start()
        try:
            return await asyncio.wait_for(talk(front.port), 20), behind, port
        finally:
            await front.stop(0.1)
            await watch.close(0.1)
            service.close()
            for one in behind.tasks:
                one.cancel()
            await asyncio.sleep(0.05)

    return asyncio.run(run())


def says(*wire_bytes, pause=0.0):
    """Sends these; all of the answer."""

    async def talk(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.closing(writer), contextlib.suppress(OSError):
            for one in wire_bytes:
                writer.write(one)
                await asyncio.sleep(pause)
            return await reader.read()
        return b""

    return talk


UPGRADE = (
    b"GET /talk HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
TEXT = b"\x81\x87\x00\x00\x00\x00ten mg\n"


async def switches(reader, writer):
    writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    await writer.drain()
    while await reader.read(100):
        pass


@pytest.mark.parametrize("pieces", [(UPGRADE + TEXT,), (UPGRADE, TEXT), (UPGRADE, TEXT[:3], TEXT[3:] + TEXT)])
def test_the_messages_of_a_websocket_are_read(pieces, monkeypatch):
    texts = []

    class Listening(Detector):
        def window(self, text, *_):
            texts.append(text)
            return self.body()

    monkeypatch.setitem(globals(), "Detector", Listening)

    async def talk(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.1)
        writer.write_eof()
        await reader.read()
        writer.close()
        await asyncio.sleep(0.1)

    through(switches, talk)
    assert "".join(texts).count("ten mg") == b"".join(pieces).count(TEXT)


def test_a_caller_of_the_first_http_that_names_no_host_is_answered():
    answer, behind, port = through(answers, says(b"GET /ready HTTP/1.0\r\n\r\n"))
    assert answer.startswith(b"HTTP/1.1 200")
    assert f"host: 127.0.0.1:{port}\r\n" in behind.heads[0]


@pytest.mark.parametrize(
    ("target", "origin"), [(b"http://b:81?q=/x", "/?q=/x"), (b"http://b:81/y", "/y"), (b"HTTP://u@b:81", "/")]
)
def test_a_target_with_its_server_keeps_its_query_and_goes_to_the_host_it_names(target, origin):
    wire_bytes = b"GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" % target
    _, behind, _ = through(answers, says(wire_bytes))
    assert behind.heads[0].startswith(f"get {origin} http/1.1\r\n")
    assert [one for one in behind.heads[0].splitlines() if one.startswith("host:")] == ["host: b:81"]


def test_a_service_that_breaks_the_connection_is_told_to_the_caller():
    answer, _, _ = through(breaks, says(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
    assert answer.startswith(b"HTTP/1.1 502")


def test_a_head_that_comes_letter_by_letter_ends(monkeypatch):
    monkeypatch.setattr(server, "IDLE", 0.3)

    async def talk(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\n")
        with contextlib.closing(writer):
            for sent in range(30):
                if reader.at_eof() or reader.exception():  # a letter that nobody took makes the end a reset
                    return sent
                writer.write(b"x")
                await asyncio.sleep(0.1)
        return 30

    sent, behind, _ = through(answers, talk)
    assert sent < 20
    assert behind.heads == []


def test_more_callers_than_there_is_room_for_are_sent_away(monkeypatch):
    monkeypatch.setattr(server, "CONNECTIONS", 0)
    answer, _, _ = through(answers, says(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
    assert answer == b""


def test_a_caller_that_never_reads_its_answer_is_left(monkeypatch):
    monkeypatch.setattr(wire, "STALL", 0.3)
    left = []

    async def floods(_, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()
        except OSError:
            left.append(True)

    async def talk(port):
        line = socket.create_connection(("127.0.0.1", port))
        line.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        for _ in range(100):
            await asyncio.sleep(0.1)
            if left:
                break
        was_left = bool(left)
        line.close()
        await asyncio.sleep(0.1)
        return was_left

    assert through(floods, talk)[0]


def test_a_body_is_not_kept_while_its_answer_is_waited_for():
    size, callers = 1_000_000, 20

    async def waits(reader, _):
        await reader.readexactly(size)
        await asyncio.sleep(30)

    async def talk(port):
        lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(callers)]
        tracemalloc.start()
        for _, writer in lines:
            writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size)
            writer.write(b"x" * size)
            await writer.drain()
        for _ in range(80):
            await asyncio.sleep(0.1)
            gc.collect()
            if tracemalloc.get_traced_memory()[0] < size * callers / 4:
                break
        held = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        for _, writer in lines:
            writer.close()
        return held

    held, behind, _ = through(waits, talk, limit=2 * size)
    assert len(behind.heads) == callers
    assert held < size * callers / 4


def test_streams_share_what_may_lie_ahead_of_their_reading(monkeypatch):
    monkeypatch.setattr("veil.service.trace.traced_request.AHEAD", 100_000)

    async def run():
        watch = TraceContext(TraceSettings(limit=1_024), Detector(answers=False), Spans("test"))
        trails = [TracedRequest(watch, RequestHead("POST", "/", [("content-length", "90000")])) for _ in range(3)]
        for one in trails:
            one.feed(b"a " * 45_000)
        held = watch.ahead
        for one in trails:
            one.finish()
        await watch.close(0.2)
        return held, watch.ahead

    held, after = asyncio.run(run())
    assert held == 90_000
    assert after == 0


def test_spans_that_wait_for_a_reading_are_sent_when_it_ends():
    async def run():
        kept = InMemorySpanExporter()
        watch = TraceContext(TraceSettings(), Detector(answers=False), Spans("test", more=(SimpleSpanProcessor(kept),)))
        for _ in range(50):
            trail = TracedRequest(watch, RequestHead("GET", "/?q=a", [], bodiless=True))
            trail.complete()
            trail.release("late")
            trail.finish()
        await watch.close(0.1)
        return kept.get_finished_spans()

    assert len(asyncio.run(run())) == 50


@pytest.mark.parametrize("said", [b"x\r\n\r\n", b"\r\n\r\n", b"GET\r\n\r\n"])
def test_an_admin_port_that_is_told_nonsense_closes_the_connection(said):
    async def run():
        admin = Admin(TraceMetrics(), lambda: asyncio.sleep(0, True))
        port = await admin.start("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said)
        answer = await asyncio.wait_for(reader.read(), 3)
        writer.close()
        admin.close()
        await asyncio.sleep(0.05)
        return answer

    assert asyncio.run(run()).startswith(b"HTTP/1.1 404")


@pytest.mark.parametrize("where", ["127.0.0.1:4318", "foo", "http://", "http://[a", "http://a:99999", "ftp://a"])
def test_spans_that_could_go_nowhere_are_refused_at_the_start(where):
    for options in ({"otlp": where}, {"zipkin": where}):
        with pytest.raises(PolicyError, match="spans-url"):
            Spans("test", **options)


def test_an_authority_that_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "no.pem").write_text("no certificate")
    for file in ("missing.pem", "no.pem"):
        with pytest.raises(PolicyError, match="upstream-ca"):
            _ = Upstream("https://a", str(tmp_path / file)).context


@pytest.mark.parametrize("option", ["otlp", "zipkin"])
def test_spans_that_nobody_takes_are_told_by_their_number(option, caplog, monkeypatch):
    monkeypatch.setattr("veil.service.tracing._DELAY_MS", 50)
    caplog.set_level("INFO", "veil")
    spans = Spans("test", **{option: "http://127.0.0.1:1/api"})
    for _ in range(3):
        spans.begin("GET", {}, {}).end({})
    spans.close()
    said = [one.getMessage() for one in caplog.records if one.name == "veil"]
    assert sum(int(one.removeprefix("spans-lost count=")) for one in said) == 3


@pytest.mark.parametrize(("opened", "status"), [(False, 403), (True, 200)])
def test_measures_are_for_this_machine_where_they_are_not_opened(opened, status):
    admin = Admin(TraceMetrics(), lambda: asyncio.sleep(0, True), open_metrics=opened)
    far = asyncio.run(admin._answer(b"/metrics", near=False))
    assert far[0].startswith(str(status).encode())
    assert b"veil_trace" in asyncio.run(admin._answer(b"/metrics", near=True))[2]
    assert asyncio.run(admin._answer(b"/healthz", near=False))[0] == b"200 OK"
    assert asyncio.run(admin._answer(b"/readyz", near=False))[0] == b"200 OK"
