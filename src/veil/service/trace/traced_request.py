"""Traced request: one request from its head to the end of its span; it waits for its verdict, or passes while its span is open."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import replace

from veil.errors import Error
from veil.service.trace.bodies import Body
from veil.service.trace.context import AHEAD, TraceContext
from veil.service.trace.pool import ASIDE, URGENT
from veil.service.trace.request_head import RequestHead, baggage, route_of
from veil.service.trace.stream import Stream, Window
from veil.service.trace.verdict import HEADERS, Evaluation, Verdict, together, unknown
from veil.service.trace.websocket import Frames

BEHIND = 8 << 20  # bytes that a stream may lie ahead of its reading; what comes then is not read
ENDING = 60.0  # seconds that the span waits for a reading which goes on
_HOLD_GRPC = 0.1  # seconds; whether a call is one message or a talk cannot be seen before


class TracedRequest:
    """Keeps: `tag` is never absent: unknown until something better is known, and never false by a failure."""

    def __init__(self, watch: TraceContext, head: RequestHead) -> None:
        self._watch, self.head = watch, head
        self._began = time.monotonic()
        self._skipped = watch.passes(head)
        reason = self._skipped or watch.hurries(head)
        self.tag = unknown(reason)
        self.held = not reason
        self._kept: list[bytes] = []
        self._size = 0
        self._whole = not self.held and reason == "span-mode"  # gathered aside, read when it is whole
        self._stream: _BodyReading | None = None
        self._outcome: asyncio.Future[Evaluation] | None = None
        route = route_of(head.path, watch.settings.routes)
        attributes = {"http.request.method": head.told_method, **({"http.route": route} if route else {})}
        carried = {name: head.get(name) for name in ("traceparent", "tracestate")}
        self.span = watch.spans.begin(f"{head.told_method} {route}".strip(), carried, attributes)
        watch.counts.opened()
        if not self.held:
            self._go(reason)

    @property
    def deadline(self) -> float:
        """Seconds that are left for the rest of the body to arrive."""
        allowed = min(self._watch.settings.deadline, _HOLD_GRPC) if self._is_grpc else self._watch.settings.deadline
        return max(0.0, self._began + allowed - time.monotonic())

    @property
    def refused(self) -> bool:
        """Whether the request is not to pass: no verdict in time, where that was asked to close the way.

        Keeps:   a stream (WebSocket, gRPC) has no end that a verdict could wait for: it passes, and its span has what was found.
        """
        settings = self._watch.settings
        is_late = self.tag.failed if self._is_grpc else self.tag.unchecked
        return settings.closed and settings.blocking and is_late

    @property
    def _is_grpc(self) -> bool:
        return self.head.get("content-type").startswith("application/grpc")

    def feed(self, data: bytes) -> None:
        """Bytes of the body, which go on by themselves; a body that grows too long is let go."""
        self._size += len(data)
        if self._stream is not None:
            self._stream.put(data)
        elif self.held or self._whole:
            self._kept.append(data)
            if self._size > self._watch.limit:
                self.release("body-large")

    async def decide(self) -> None:
        """The body is whole and was held: its verdict, or unknown when it comes late."""
        if not self.held:
            return
        if self._outcome is None:
            self._outcome = self._asked(URGENT)
        done, _ = await asyncio.wait({self._outcome}, timeout=self._watch.settings.deadline)
        if not done:
            self._watch.pool.put_aside(self._outcome)
        self.tag = self._outcome.result() if done else unknown("late")
        self._tagged()

    def release(self, reason: str) -> None:
        """Let the request go on as unknown; what was held and what follows is read aside."""
        if self._stream is not None:
            return
        if self.held:
            self.tag = unknown(reason)
            self._tagged()
        self._whole = False
        self._start()

    def _go(self, reason: str) -> None:
        self._tagged()
        if reason in ("upgraded", "body-large"):
            self._start()

    def _tagged(self) -> None:
        self.held = False
        self._watch.counts.tagged(self.tag, time.monotonic() - self._began)

    def _start(self) -> None:
        kind = self.head.get("content-type").lower()
        coding = self.head.get("content-encoding")

        def stream() -> Stream:
            return Stream(Frames() if self.head.upgrade else None, codings=coding, form="urlencoded" in kind)

        over = self._above()
        above = self._watch.pool.body(over, ASIDE) if over.query or over.path else None
        self._stream = _BodyReading(self._watch, stream, above)
        for piece in self._kept:
            self._stream.put(piece)
        self._kept = []

    def complete(self) -> None:
        """The body has ended, whoever waits for it or not."""
        if self._stream is not None:
            self._stream.put(None)
        elif self._whole and self._outcome is None:
            self._outcome = self._asked(ASIDE)

    def _body(self) -> Body:
        get = self.head.get
        return replace(
            self._above(),
            content=b"".join(self._kept),
            kind=get("content-type"),
            codings=get("content-encoding"),
            grpc=get("grpc-encoding"),
        )

    def _above(self) -> Body:
        """What stands over the body: the query, and the path where that was asked."""
        return Body(query=self.head.query, path=self.head.path if self._watch.settings.with_path else "")

    def _asked(self, urgency: int) -> asyncio.Future[Evaluation]:
        body = self._body()
        self._kept = []  # its answer may take hours
        if body.content or body.query or body.path:
            return self._watch.pool.body(body, urgency)
        return _settled(Evaluation(Verdict.FALSE))

    def headers(self) -> list[tuple[str, str]]:
        """What the service behind gets; of each name, all that the caller sent is taken away first."""
        tag = self.tag.verdict.value
        return [*((name, tag) for name in HEADERS), ("baggage", baggage(self.head, tag)), *self.span.headers.items()]

    def finish(self, status: int = 0) -> None:
        """The exchange is over; the span ends when the last reading does."""
        self.complete()
        self._watch.aside(self._ended(status))

    async def _ended(self, status: int) -> None:
        result = self.tag
        with contextlib.suppress(TimeoutError, asyncio.CancelledError):
            if self._stream is not None:
                result = await asyncio.wait_for(self._stream.outcome(self.tag), ENDING)
            elif self._outcome is not None:
                result = await asyncio.wait_for(asyncio.shield(self._outcome), ENDING)
        self._watch.counts.ended(result)
        if result.found:
            await self._watch.keep(result.found, self.span.trace_id)
        self.span.end(_attributes(result, self.tag, status), failed=status >= 500)


def _attributes(result: Evaluation, tag: Evaluation, status: int) -> dict[str, str | bool | int | float | list[str]]:
    attributes: dict[str, str | bool | int | float | list[str]] = {
        "locate.detect-phi": result.verdict.value,
        "locate.header": tag.verdict.value,
        "locate.kinds": sorted(result.counts),
        **{f"locate.count.{label}": count for label, count in result.counts.items()},
    }
    if result.reason or tag.reason:
        attributes["locate.reason"] = result.reason or tag.reason
    if status:
        attributes["http.response.status_code"] = status
    return attributes


def _settled(result: Evaluation) -> asyncio.Future[Evaluation]:
    answer: asyncio.Future[Evaluation] = asyncio.get_running_loop().create_future()
    answer.set_result(result)
    return answer


class _BodyReading:
    """A stream that is read behind the request that carries it."""

    def __init__(
        self, watch: TraceContext, make: Callable[[], Stream], above: asyncio.Future[Evaluation] | None
    ) -> None:
        self._watch, self._pool, self._above = watch, watch.pool, above
        self._result = Evaluation(Verdict.FALSE)
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._behind, self._missed, self._ended = 0, "", False
        self._stream: Stream | None = None
        try:
            self._stream = make()
        except Error as error:
            self._missed = error.code
        self._task = asyncio.ensure_future(self._read())

    def put(self, data: bytes | None) -> None:
        if self._ended or self._task.done():
            return
        size = len(data or b"")
        if data is None:
            self._ended = True
        elif self._behind + size > BEHIND or self._watch.ahead + size > AHEAD:
            self._missed = "behind"
            return
        self._behind += size
        self._watch.ahead += size
        self._queue.put_nowait(data)

    async def _read(self) -> None:
        try:
            if self._above is not None:
                self._result = await self._above
            while (data := await self._queue.get()) is not None:
                await self._take(data)
                self._behind -= len(data)
                self._watch.ahead -= len(data)
                await asyncio.sleep(0)  # many pieces without a text in them would keep all others waiting
            await self._take(None)
        finally:
            self._watch.ahead -= self._behind

    async def _take(self, data: bytes | None) -> None:
        for window in self._windows(data):
            self._result = together(self._result, await self._pool.window(window.text, window.first, window.last))

    def _windows(self, data: bytes | None) -> list[Window]:
        if self._stream is None or self._missed:
            return []
        try:
            found = self._stream.feed(data or b"", end=data is None)
        except Error as error:
            self._missed = error.code
            return []
        if data is None:
            self._missed = self._stream.missed
        return found

    async def outcome(self, tag: Evaluation) -> Evaluation:
        """False only where every byte was read."""
        self.put(None)
        try:
            await self._task
        except asyncio.CancelledError:
            self._task.cancel()
            raise
        if self._missed:
            return together(self._result, unknown(self._missed))
        return (
            self._result
            if self._result.reason
            else Evaluation(self._result.verdict, tag.reason, self._result.counts, self._result.found, self._result.cpu)
        )
