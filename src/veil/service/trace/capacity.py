"""Capacity: how much can be read in time, and whether the remote evaluator answers; learned from recent requests."""

from __future__ import annotations

import time
from collections.abc import Callable

from veil.log import Name, event
from veil.service.trace.verdict import Evaluation, Verdict

FIRST = 150_000.0  # bytes a second, until a body was read
FLOOR = 16 << 10  # bytes that are always waited for
SHARE = 0.5  # of the deadline; the rest is for what waits before
WORTH = 4 << 10  # bytes of a body whose time says anything
PROBE = 5.0  # seconds between two requests that look whether the evaluator is back
_NEW = 0.3  # weight of the last body


class Capacity:
    """Keeps: counts and seconds alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._speed, self._probed = FIRST, -PROBE
        self.is_away = False

    def readable(self, seconds: float) -> int:
        """The bytes of a body that can be read in so many seconds."""
        return max(FLOOR, int(self._speed * seconds * SHARE))

    def read(self, size: int, seconds: float, result: Evaluation) -> None:
        """A body was read, or was not."""
        self._see(away=result.away)
        if size >= WORTH and seconds > 0 and result.verdict is not Verdict.UNKNOWN:
            self._speed += _NEW * (size / seconds - self._speed)
        elif size >= WORTH and result.reason == "late":
            self._speed *= 1 - _NEW

    def passes(self) -> bool:
        """Whether a body goes on unread at once: the evaluator is away, and another request looks already whether it is back."""
        if not self.is_away or self._clock() - self._probed >= PROBE:
            self._probed = self._clock()
            return False
        return True

    def _see(self, *, away: bool) -> None:
        """Says once that the evaluator is away, and once that it is back."""
        if away != self.is_away:
            self.is_away = away
            event(
                "evaluator-away" if away else "evaluator-back",
                means=Name("requests-pass-as-unknown" if away else "requests-are-read"),
            )
