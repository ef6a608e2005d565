"""Door: what a worker names when it starts a child; the engine is loaded behind it, in the child alone."""

from __future__ import annotations

from multiprocessing.connection import Connection

from veil.service.work.task import Task


def work(task: Task, line: Connection) -> None:
    """Do a task; see `child`."""
    from veil.service.work import child  # noqa: PLC0415

    child.work(task, line)
