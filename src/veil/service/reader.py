"""Reader: one thread that finds spans for all requests of a process, many texts at a time."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

from veil import log
from veil.engine.texts import TextEngine, policy_of
from veil.errors import Error, LimitError, place_of
from veil.keys import Keys
from veil.log import Name
from veil.model import Span
from veil.policy.profile import read_profile

LEAST = 0.5
_CHARS = 100_000  # read at once; more would make those who wait behind it wait
_TEXTS = 64
_WARM = "Seen by Dr. Alice Wong on 03/04/2019; MRN 1234567, call 617-555-1212."


class SpanFinder(Protocol):
    """What finds spans: a text engine, or a double of a test."""

    def find(self, texts: Sequence[str], *, least: Sequence[float] | None = None) -> list[list[Span]]: ...


def text_engine() -> TextEngine:
    """The engine that finds for all requests: all that any shipped policy may ask for."""
    return TextEngine(policy_of(read_profile("safe-harbor")), Keys.none())


@dataclass(order=True, slots=True)
class _Task:
    turn: int
    number: int
    text: str = field(compare=False)
    least: float = field(compare=False)
    do: Callable[[], Any] | None = field(compare=False)
    loop: asyncio.AbstractEventLoop = field(compare=False)
    answer: asyncio.Future[Any] = field(compare=False)


class Reader:
    """Finds spans away from the event loop.

    Keeps:   a text has the answer that it has alone: thresholds of others, and texts beside it, change nothing. The
             texts of a long request take turns with those that came after it.
    """

    def __init__(self, make: Callable[[], SpanFinder] = text_engine) -> None:
        self._make = make
        self._tasks: queue.PriorityQueue[_Task] = queue.PriorityQueue()
        self._numbers = count()
        self._turn = 0
        self.ready = threading.Event()
        self._finder: SpanFinder | None = None
        self._thread = threading.Thread(target=self._work, name="veil-reader", daemon=True)

    def start(self) -> None:
        """Begins; once is enough, and more do no harm."""
        if not self._thread.is_alive():
            self._thread.start()

    async def find(self, texts: Sequence[str], least: float = LEAST) -> list[list[Span]]:
        """Shape: n texts -> n lists of spans. Units: code points. Errors: LimitError for a text that asks for too much."""
        self._turn += 1
        waiting = [self._put(text, least, None, self._turn + i) for i, text in enumerate(texts)]
        try:
            return [await answer for answer in waiting]
        except BaseException:
            for answer in waiting:
                answer.cancel()
            raise

    async def call(self, do: Callable[[SpanFinder], Any]) -> Any:
        """What `do` answers in the reader's thread."""
        self._turn += 1
        return await self._put("", LEAST, lambda: do(self._warm_finder), self._turn)

    @property
    def waiting(self) -> int:
        return self._tasks.qsize()

    @property
    def _warm_finder(self) -> SpanFinder:
        if self._finder is None:
            finder = self._make()
            finder.find([_WARM])
            self._finder = finder
            self.ready.set()
        return self._finder

    def _put(self, text: str, least: float, do: Callable[[], Any] | None, turn: int) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        task = _Task(turn, next(self._numbers), text, least, do, loop, loop.create_future())
        self._tasks.put(task)
        return task.answer

    def _work(self) -> None:
        try:
            _ = self._warm_finder
        except BaseException as error:  # noqa: BLE001  who waits is answered nevertheless, and the next request tries again
            log.event("failed", kind=Name(type(error).__name__), place=Name(place_of(error)))
        while True:
            tasks = [task for task in self._gathered() if not task.answer.cancelled()]
            called = [task for task in tasks if task.do is not None]
            for task in called:
                self._tell(task, _tried(task.do))
            self._read([task for task in tasks if task.do is None])

    def _gathered(self) -> list[_Task]:
        """What waits, up to a batch."""
        tasks = [self._tasks.get()]
        chars = len(tasks[0].text)
        with contextlib.suppress(queue.Empty):
            while chars < _CHARS and len(tasks) < _TEXTS:
                tasks.append(self._tasks.get_nowait())
                chars += len(tasks[-1].text)
        return tasks

    def _read(self, tasks: list[_Task]) -> None:
        if not tasks:
            return
        answer = _tried(
            lambda: self._warm_finder.find([task.text for task in tasks], least=[task.least for task in tasks])
        )
        if isinstance(answer, Exception) and len(tasks) > 1:  # one bad text costs only itself
            for task in tasks:
                self._read([task])
            return
        for i, task in enumerate(tasks):
            self._tell(task, answer if isinstance(answer, Exception) else answer[i])

    def _tell(self, task: _Task, answer: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            task.loop.call_soon_threadsafe(_set, task.answer, answer)


def _set(future: asyncio.Future[Any], answer: Any) -> None:
    if future.done():
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)


def _tried(do: Callable[[], Any] | None) -> Any:
    try:
        return do() if do is not None else None
    except Error as error:
        return error
    except MemoryError:
        return LimitError("text-memory", "a text needs more memory than is available")
    except BaseException as error:  # noqa: BLE001  a panic of a library too; its words may hold the text: its kind is told
        return RuntimeError(type(error).__name__)
