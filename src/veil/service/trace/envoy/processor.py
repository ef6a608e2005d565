"""Processor: answers Envoy's questions about each request, one gRPC stream a request."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import grpc  # type: ignore[import-untyped]

from veil.log import Name, event
from veil.service.trace.context import TraceContext
from veil.service.trace.envoy.messages import (
    OVERWRITE,
    SERVICE,
    ProcessingRequest,
    ProcessingResponse,
    kind_of,
)
from veil.service.trace.envoy.trailers import CALL, METHOD, SIZE
from veil.service.trace.request_head import RequestHead, is_tag
from veil.service.trace.traced_request import TracedRequest

_LARGEST = 64 << 20
_REFUSED = 503
_EARLY = 5.0  # seconds that the size of a body waits for its head


class Processor:
    def __init__(self, watch: TraceContext) -> None:
        self._watch = watch
        self._calls = _Calls()

    async def process(self, requests: AsyncIterator[Any], context: Any) -> None:
        call = _Call(self._watch, context, self._calls)
        try:
            async for message in requests:
                await call.take(message)
        except Exception as error:  # noqa: BLE001  its text may hold a piece of a request: its kind is told
            event("call-failed", kind=Name(type(error).__name__))
            await context.abort(grpc.StatusCode.INTERNAL, "failed")  # Envoy then does what --fail says
        finally:
            call.end()

    async def ended(self, _asked: bytes, context: Any) -> bytes:
        """The size of a body whose last piece does not say that it is the last: its trailers are here."""
        metadata = dict(context.invocation_metadata())
        name, size = str(metadata.get(CALL, "")), str(metadata.get(SIZE, ""))
        if name and size.isdecimal():
            self._calls.ended(name, int(size))
        return b""


async def serve(watch: TraceContext, address: str) -> tuple[grpc.aio.Server, int]:
    """The server and its port.

    Shape:   `address` as gRPC writes it, `unix:PATH` or `HOST:PORT`.
    Errors:  RuntimeError where it cannot be listened on.
    """
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", _LARGEST), ("grpc.so_reuseport", 0)])
    processor = Processor(watch)
    ways = {
        "Process": grpc.stream_stream_rpc_method_handler(
            processor.process, ProcessingRequest.FromString, ProcessingResponse.SerializeToString
        ),
        METHOD: grpc.unary_unary_rpc_method_handler(processor.ended),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, ways),))
    port = int(server.add_insecure_port(address))
    await server.start()
    return server, port


class _Calls:
    """The requests whose end is not in their body, by the name that the filter before gave them."""

    def __init__(self) -> None:
        self._calls: dict[str, _Call] = {}
        self._early: dict[str, int] = {}

    def begin(self, name: str, call: _Call) -> int | None:
        """The length of its body where it is known already."""
        self._calls[name] = call
        return self._early.pop(name, None)

    def ended(self, name: str, length: int) -> None:
        if name in self._calls:
            self._calls[name].body_ends(length)
            return
        self._early[name] = length
        asyncio.get_running_loop().call_later(_EARLY, self._early.pop, name, None)

    def end(self, name: str) -> None:
        self._calls.pop(name, None)


class _Call:
    """One request: its head is answered when its verdict stands, its body passes piece by piece."""

    def __init__(self, watch: TraceContext, context: Any, calls: _Calls) -> None:
        self._watch, self._context = watch, context
        self._calls, self._name = calls, ""
        self._length: int | None = None
        self._trail: TracedRequest | None = None
        self._header_names: set[str] = set()
        self._silent = self._answered = self._decided = False
        self._owed = self._size = 0
        self._timer: asyncio.TimerHandle | None = None
        self._turn = asyncio.Lock()

    async def take(self, message: Any) -> None:
        self._silent = message.observability_mode
        kind = kind_of(message)
        if kind == "request_headers":
            await self._head(message.request_headers)
        elif kind == "request_body" and self._trail is not None:
            await self._body(self._trail, message.request_body)
        elif kind == "request_trailers" and self._trail is not None:
            await self._trailers(self._trail, message.request_trailers.trailers)

    async def _head(self, said: Any) -> None:
        head, self._header_names = read_head(said.headers, bodiless=said.end_of_stream)
        self._trail = trail = TracedRequest(self._watch, head)
        self._name, self._length = head.get(CALL), head.length
        if self._name and trail.held:
            self._length = self._calls.begin(self._name, self)
        if said.end_of_stream:
            await trail.decide()
        elif trail.held:
            self._timer = asyncio.get_running_loop().call_later(trail.deadline, self._late, trail)
        await self._answer()
        if said.end_of_stream:
            self._seen()

    async def _body(self, trail: TracedRequest, said: Any) -> None:
        self._owed += 1
        self._size += len(said.body)
        trail.feed(said.body)
        if said.end_of_stream or self._size == self._length:
            await self._whole(trail)
            self._seen()
        await self._answer()

    def body_ends(self, length: int) -> None:
        """The body is as long as this. Keeps: the call that says so may be given up before the verdict."""
        self._length = length
        if self._trail is not None and self._size == length:
            self._watch.aside(self._ended(self._trail))

    async def _ended(self, trail: TracedRequest) -> None:
        with contextlib.suppress(grpc.RpcError, grpc.aio.UsageError, asyncio.InvalidStateError):
            await self._whole(trail)
            await self._answer()

    async def _whole(self, trail: TracedRequest) -> None:
        """Keeps: two ways may tell of one end; the first asks for the verdict."""
        if self._decided:
            return
        self._decided = True
        self._stop_waiting()
        trail.complete()
        await trail.decide()

    async def _trailers(self, trail: TracedRequest, trailers: Any) -> None:
        await self._whole(trail)
        await self._answer()
        response = ProcessingResponse()
        names = [header.key for header in trailers.headers if is_tag(header.key)]
        response.request_trailers.header_mutation.remove_headers.extend(names)
        await self._write(response)

    def _late(self, trail: TracedRequest) -> None:
        """Lets go of a body that does not come; an answer that has begun is never broken off half way."""
        if trail.held:
            trail.release("body-slow")
            self._watch.aside(self._answer_late())

    async def _answer_late(self) -> None:
        with contextlib.suppress(grpc.RpcError, grpc.aio.UsageError, asyncio.InvalidStateError):
            await self._answer()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    async def _answer(self) -> None:
        """The head's answer when its tag stands, then what is owed for pieces of the body."""
        trail = self._trail
        if trail is None or trail.held:
            return
        async with self._turn:
            if not self._answered:
                self._answered = True
                await self._write(refusal() if trail.refused else answer(trail, self._header_names))
            while self._owed:
                self._owed -= 1
                response = ProcessingResponse()
                response.request_body.response.SetInParent()
                await self._write(response)

    async def _write(self, response: Any) -> None:
        if not self._silent:
            await self._context.write(response)

    def _seen(self) -> None:
        """All of a request that nobody waits for is here; Envoy leaves the stream open for seconds still."""
        if self._silent:
            self.end()

    def end(self) -> None:
        self._stop_waiting()
        self._calls.end(self._name)
        trail, self._trail = self._trail, None
        if trail is not None:
            if trail.held:
                trail.release("broken-off")
            trail.finish()


def read_head(said: Any, *, bodiless: bool = False) -> tuple[RequestHead, set[str]]:
    """The head, and the names in it that would be read as our tag."""
    fields = [
        (header.key.lower(), (header.raw_value or header.value.encode()).decode("latin-1")) for header in said.headers
    ]
    own = dict(fields)
    head = RequestHead(own.get(":method", ""), own.get(":path", "/"), fields, bodiless)
    return head, {name for name, _ in fields if is_tag(name)}


def answer(trail: TracedRequest, header_names: set[str]) -> Any:
    response = ProcessingResponse()
    mutation = response.request_headers.response.header_mutation
    headers = trail.headers()
    mutation.remove_headers.extend(sorted(header_names - {name for name, _ in headers}))
    for name, value in headers:
        header = mutation.set_headers.add(append_action=OVERWRITE)
        header.header.key, header.header.raw_value = name, value.encode("latin-1", "replace")
    return response


def refusal() -> Any:
    response = ProcessingResponse()
    response.immediate_response.status.code = _REFUSED
    response.immediate_response.body = b"veil: the request could not be evaluated\n"
    response.immediate_response.details = "veil-unknown"
    return response
