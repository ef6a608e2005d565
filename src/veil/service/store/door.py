"""Door: what a worker names when it starts a child; the engine is loaded behind it, in the child alone."""

from __future__ import annotations

from multiprocessing.connection import Connection

from veil.service.store.task import Task


def work(task: Task, line: Connection) -> None:
    """Do a task; see `child`."""
    from veil.service.store import child  # noqa: PLC0415

    child.work(task, line)
