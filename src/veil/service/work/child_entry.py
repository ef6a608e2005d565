"""Child entry: what a worker calls to start a child process; the engine is loaded in the child only."""

from __future__ import annotations

from multiprocessing.connection import Connection

from veil.service.work.task import Task


def work(task: Task, connection: Connection) -> None:
    """Do a task; see `child`."""
    from veil.service.work import child  # noqa: PLC0415

    child.work(task, connection)
