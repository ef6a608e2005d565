"""Limiter: slow calls, such as those that hash a password, wait for each other and block no other call."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

T = TypeVar("T")
_AT_ONCE = 4


class CallLimiter:
    """Keeps: who waits here holds no thread that other calls need, however many wait."""

    def __init__(self) -> None:
        self._limiter = CapacityLimiter(_AT_ONCE)

    async def call(self, do: Callable[[], T]) -> T:
        return await to_thread.run_sync(do, limiter=self._limiter)
