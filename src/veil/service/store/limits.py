"""Limits: the sizes and times that a store keeps to."""

from __future__ import annotations

from dataclasses import dataclass, field

from veil.errors import LimitError
from veil.keys import Cost

HOUR = 3600.0
LONGEST_KEPT = 72 * HOUR


@dataclass(frozen=True, slots=True)
class Limits:
    """What is promised of uploads, results, sessions and work.

    Units:   bytes and seconds. `kept`: how long a result may be fetched; `waiting`: how long an upload waits for its start;
             `lease`: after which a worker that says nothing has lost its job; `memory`, `cpu`, `wall`, `written`: what one job
             may take.
    Errors:  LimitError `kept-too-long`.
    """

    upload: int = 1 << 30
    quota: int = 4 << 30
    kept: float = LONGEST_KEPT
    waiting: float = 24 * HOUR
    idle: float = HOUR / 2
    session: float = 12 * HOUR
    invitation: float = LONGEST_KEPT
    renewal: float = 24 * HOUR
    lease: float = 30.0
    tries: int = 3
    wrong: int = 5
    locked: float = HOUR / 4
    memory: int = 8 << 30
    cpu: int = 1800
    wall: float = HOUR
    written: int = 8 << 30
    password: Cost = field(default_factory=Cost)

    def __post_init__(self) -> None:
        if not 0 < self.kept <= LONGEST_KEPT:
            raise LimitError("kept-too-long", "results can be kept for at most 72 hours", hint="choose a shorter time")
