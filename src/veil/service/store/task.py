"""Task: what the process of one job is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from veil.service.store.choice import Choice
from veil.service.store.terms import Terms

RESULT = "result"


@dataclass(frozen=True, slots=True)
class Task:
    """A file in a room, and what is asked for it.

    Shape:   `plan`: one that was accepted; None where one is to be proposed first. `review`: then it is only proposed. `apart`: what
             the process must never read.
    """

    room: Path
    name: str
    choice: Choice
    plan: dict[str, Any] | None
    review: bool
    terms: Terms
    apart: tuple[Path, ...] = ()
