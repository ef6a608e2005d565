"""Standalone: the processor alone, for an existing Envoy or Istio."""

from __future__ import annotations

import asyncio

import grpc  # type: ignore[import-untyped]

from veil.errors import ServiceError
from veil.service.trace.context import TraceContext
from veil.service.trace.envoy.processor import serve


class BareFront:
    def __init__(self, watch: TraceContext, host: str, port: int) -> None:
        self._watch, self._host, self.port = watch, host, port
        self._server: grpc.aio.Server | None = None

    async def start(self) -> None:
        """Errors: ServiceError `listen`."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        try:
            self._server, self.port = await serve(self._watch, f"{host}:{self.port}")
        except RuntimeError:
            raise ServiceError("listen", "cannot listen on this address", where=f"{host}:{self.port}") from None

    async def is_ready(self) -> bool:
        return self._server is not None

    async def gone(self) -> None:
        await asyncio.Event().wait()

    async def stop(self, grace: float) -> None:
        if self._server is not None:
            await self._server.stop(grace)
