"""Run: a front, its processes and its admin port, from start to a stop that loses nothing."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from veil import log
from veil.errors import PolicyError, ServiceError
from veil.service.trace.admin import Admin
from veil.service.trace.context import TraceContext, TraceSettings
from veil.service.trace.envoy.config import ListenAddress, Upstream
from veil.service.trace.findings import FindingsFile
from veil.service.trace.metrics import TraceMetrics
from veil.service.trace.pool import Charge, EvaluatorPool
from veil.service.tracing import Spans

GRACE = 20.0


@dataclass(frozen=True, slots=True)
class TraceOptions:
    """Shape: `front` is `envoy`, `proxy`, or `processor` (for an Envoy that others run; `listen` is then its gRPC address)."""

    front: str
    upstream: str
    listen: tuple[str, int]
    admin: tuple[str, int]
    settings: TraceSettings = field(default_factory=TraceSettings)
    charge: Charge = field(default_factory=Charge)
    workers: int = 1
    service: str = "veil-trace"
    otlp: str = ""
    zipkin: str = ""
    findings: Path | None = None
    passphrase: str = field(default="", repr=False)
    ca: str = ""
    open_metrics: bool = False


class Front(Protocol):
    async def start(self) -> None: ...
    async def is_ready(self) -> bool: ...
    async def gone(self) -> None: ...
    async def stop(self, grace: float) -> None: ...


def serve(plan: TraceOptions, tell: Callable[[str], None]) -> None:
    """Errors: those of run."""
    log.to_stderr()
    for name in ("asyncio", "grpc"):  # what they tell of a failure may quote a request
        logging.getLogger(name).setLevel(logging.CRITICAL)
    asyncio.run(run(plan, tell))


async def run(plan: TraceOptions, tell: Callable[[str], None], *, grace: float = GRACE) -> None:
    """Serve until a signal to end.

    Errors:  ServiceError `envoy-gone` where Envoy ended by itself, and those of the start.
    """
    kept = FindingsFile(plan.findings, plan.passphrase) if plan.findings is not None else None
    spans = Spans(plan.service, plan.otlp, plan.zipkin)
    pool = EvaluatorPool(plan.charge, plan.workers)
    watch = TraceContext(plan.settings, pool, spans, TraceMetrics(), kept)
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    front, port = front_of(plan, watch)

    async def is_ready() -> bool:
        return bool(pool.alive) and not pool.pace.is_away and not ended.is_set() and await front.is_ready()

    watch.counts.watch_evaluator(lambda: bool(pool.alive) and not pool.pace.is_away)
    admin = Admin(watch.counts, is_ready, open_metrics=plan.open_metrics)
    try:
        await pool.start()
        await front.start()
        at = await admin.start(*plan.admin)
        gc.collect()
        gc.freeze()  # what stands now stays: no collection in the middle of a request looks through it
        tell(f"listening on {plan.listen[0]}:{port()}  front {plan.front}  admin http://{plan.admin[0]}:{at}")
        await _until(ended, front)
    finally:
        await front.stop(grace)
        await watch.close()
        admin.close()


async def _until(ended: asyncio.Event, front: Front) -> None:
    waits = [asyncio.ensure_future(ended.wait()), asyncio.ensure_future(front.gone())]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    if not ended.is_set():
        raise ServiceError("envoy-gone", "Envoy ended unexpectedly")


def front_of(plan: TraceOptions, watch: TraceContext) -> tuple[Front, Callable[[], int]]:
    host, port = plan.listen
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # what it writes to stderr by itself may quote a request
    if plan.front == "processor":
        from veil.service.trace.envoy.standalone import BareFront  # noqa: PLC0415  gRPC is loaded for this front alone

        bare = BareFront(watch, host, port)
        return bare, lambda: bare.port
    upstream = Upstream(plan.upstream, plan.ca)
    _ = upstream.place, upstream.context  # refused before anything starts
    if plan.front == "proxy":
        from veil.service.trace.proxy.server import ProxyFront  # noqa: PLC0415  so is h11

        proxy = ProxyFront(watch, host, port, upstream)
        return proxy, lambda: proxy.port
    from veil.service.trace.envoy.run import EnvoyFront  # noqa: PLC0415  and Envoy

    port = port or free_port(host)
    return EnvoyFront(watch, ListenAddress(host, port), upstream), lambda: port


def free_port(host: str) -> int:
    with contextlib.closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as listener:
        listener.bind((host, 0))
        return int(listener.getsockname()[1])


def place_of(text: str) -> tuple[str, int]:
    """`HOST:PORT`, `[HOST]:PORT` or `:PORT`, which is this machine alone.

    Errors:  PolicyError `listen-address`.
    """
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port) < 65_536):
        raise PolicyError(
            "listen-address", "invalid address to listen on", hint="use HOST:PORT, for example 127.0.0.1:15001"
        )
    return host.strip("[]") or "127.0.0.1", int(port)
