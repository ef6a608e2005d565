"""Context: the settings of one Trace process, and what all its requests share."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from veil.errors import StoreError
from veil.log import Name, event
from veil.service.trace.bodies import OPAQUE
from veil.service.trace.findings import FindingsFile
from veil.service.trace.metrics import TraceMetrics
from veil.service.trace.pool import EvaluatorPool
from veil.service.trace.request_head import RequestHead, is_watched
from veil.service.tracing import Spans

AHEAD = 256 << 20  # bytes of all streams together that lie ahead of their reading


@dataclass(frozen=True, slots=True)
class TraceSettings:
    """Units: `limit` bytes of a body as it travels; `deadline` seconds; `sample` a share of 0 to 1."""

    limit: int = 1 << 20
    deadline: float = 1.0
    blocking: bool = True  # else the tag stands on the span alone, and nothing is held up
    closed: bool = False  # what could not be told by our own fault is refused, not passed
    sample: float = 1.0
    paths: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    with_path: bool = False


class TraceContext:
    def __init__(
        self,
        settings: TraceSettings,
        pool: EvaluatorPool,
        spans: Spans,
        counts: TraceMetrics | None = None,
        findings: FindingsFile | None = None,
    ) -> None:
        self.settings, self.pool, self.spans, self.findings = settings, pool, spans, findings
        self.counts = counts or TraceMetrics()
        self.ahead = 0  # bytes that streams hold for their reading
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def limit(self) -> int:
        """The bytes of a body that are waited for: what can be read in time, and no more than was allowed."""
        if not self.settings.blocking:
            return self.settings.limit
        return min(self.settings.limit, self.pool.pace.readable(self.settings.deadline))

    def passes(self, head: RequestHead) -> str:
        """Why a request is not looked at, or nothing."""
        if not is_watched(head.path, self.settings.paths):
            return "not-watched"
        if self.settings.sample < 1 and random.random() >= self.settings.sample:  # noqa: S311  no secret lies in it
            return "not-sampled"
        return ""

    def hurries(self, head: RequestHead) -> str:
        """Why a request goes on at once, or nothing: it is held until its body is there."""
        if head.upgrade:
            return "upgraded"
        if (head.length or 0) > self.limit:
            return "body-large"
        if head.get("content-type").strip().lower().startswith(OPAQUE) and not head.query:
            return "body-kind"
        return "" if self.settings.blocking else "span-mode"

    async def keep(self, found: list[dict[str, Any]], trace_id: str) -> None:
        """Findings of a request, where that is asked; what cannot be kept is told, and the request's span ends all the same."""
        if self.findings is not None:
            try:
                await asyncio.to_thread(self.findings.keep, found, trace_id)
            except StoreError as error:
                self.counts.unkept()
                event("findings-lost", code=Name(error.code))

    def aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Work that no request waits for."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, patience: float = 5.0) -> None:
        """Let spans that are under way end, send them, and stop."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=patience)
        for task in set(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=1.0)  # each still ends its span, before those are sent
        self.pool.close()
        await asyncio.to_thread(self.spans.close)
        if self.findings is not None:
            self.findings.close()
