"""Task: what the process of one job is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from veil.keys import Keys
from veil.service.store.job_request import JobRequest
from veil.service.store.limits import Limits

RESULT = "result"


@dataclass(frozen=True, slots=True)
class Task:
    """A file in a folder, and what to do with it.

    Shape:   `plan`: one that was accepted; None where one is to be proposed first. `review`: then it is only proposed. `apart`: what
             the process must never read.
             `sample`: not the whole is wanted but so many of its texts, with what was found, for a review. `site`: entries of
             the site's own lists, as a project has them under `allow` and `deny`. `linking`: the site's keys, where jobs are to
             fit together.
    """

    folder: Path
    name: str
    choice: JobRequest
    plan: dict[str, Any] | None
    review: bool
    terms: Limits
    apart: tuple[Path, ...] = ()
    sample: int = 0
    site: dict[str, list[Any]] = field(default_factory=dict)
    linking: Keys | None = field(default=None, repr=False)
