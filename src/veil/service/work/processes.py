"""Processes: the workers and the sweeper of a service, as processes that live as long as it does."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from veil import log
from veil.errors import Error, place_of
from veil.log import Name
from veil.service.store.jobs import ANY, SMALL
from veil.service.store.site import Site
from veil.service.work.memory_folder import memory_folder, wipe_dead

_LOOK = 1.0


class ServiceProcesses:
    """Starts them, and starts another where one has died.

    Keeps:   a crew whose service was killed ends too.
    """

    def __init__(self, site: Site, *, workers: int = 1, apart: tuple[Path, ...] = (), pause: float = 30.0) -> None:
        self._context, self._site = multiprocessing.get_context("spawn"), site
        self._jobs: list[tuple[Callable[..., None], tuple[Any, ...]]] = [
            *[(_work, (site, apart))] * workers,
            (_work, (site, apart, SMALL)),  # a large file holds up no small one
            (_sweep, (site, pause)),
        ]
        self.processes: list[BaseProcess] = []
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        """Errors: ServiceError `memory-folder`: told here, and not by each worker that ends for it."""
        memory_folder(self._site.seat, self._site.memory)
        self.processes = [self._begun(*job) for job in self._jobs]
        self._watch.start()

    def stop(self) -> None:
        """A job that is under way goes back: its lease runs out, and it is done again.

        Keeps:   of its file nothing stays in memory, nor the folder that was made for it.
        """
        self._over.set()
        if self._watch.is_alive():
            self._watch.join()
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.join(5)
            process.kill()
            process.join()
        memory = memory_folder(self._site.seat, self._site.memory)
        wipe_dead(memory)
        if self._site.memory is None:
            with suppress(OSError):  # another service works there
                memory.rmdir()

    def _begun(self, target: Callable[..., None], arguments: tuple[Any, ...]) -> BaseProcess:
        process = self._context.Process(target=target, args=arguments)
        process.start()
        return process

    def _keep(self) -> None:
        while not self._over.wait(_LOOK):
            for i, process in enumerate(self.processes):
                if not process.is_alive():
                    process.join()
                    with suppress(OSError, EOFError):  # one that is killed while it begins is begun again
                        self.processes[i] = self._begun(*self._jobs[i])


def _work(site: Site, apart: tuple[Path, ...], most: int = ANY) -> None:
    from veil.service.work import worker  # noqa: PLC0415

    _quietly("worker", lambda: worker.serve(site, apart, most))


def _sweep(site: Site, pause: float) -> None:
    from veil.service.work import sweeper  # noqa: PLC0415

    _quietly("sweeper", lambda: sweeper.serve(site, pause=pause))


def _quietly(who: str, serve: Callable[[], None]) -> None:
    """Serves until that breaks; then ends, and the crew begins another.

    Keeps:   of what broke it the code, or the kind and the place: the words of a foreign error may name a file.
    """
    log.to_stderr()
    _end_with_service()
    try:
        serve()
    except Error as error:
        log.event("ended", who=Name(who), code=Name(error.code))
    except Exception as error:  # noqa: BLE001  see above
        log.event("ended", who=Name(who), kind=Name(type(error).__name__), place=Name(place_of(error)))
    os._exit(1)


def _end_with_service() -> None:
    """Ctrl-C is for the service, which ends its crew in order; one that was killed takes it along."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    service = parent_process()
    if service is not None:
        service.join()
        os._exit(1)
