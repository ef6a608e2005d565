"""Pool: processes that evaluate, warm, one request each at a time; those that hold a request up come first."""

from __future__ import annotations

import asyncio
import gc
import heapq
import json
import os
import signal
import socket
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import count
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import Any

from veil.errors import ServiceError
from veil.log import Name, event
from veil.model import Label
from veil.service.locate import LABELS
from veil.service.trace.bodies import Body
from veil.service.trace.capacity import Capacity
from veil.service.trace.evaluate import BUDGET, Evaluator, Remote
from veil.service.trace.verdict import Evaluation, Verdict, unknown

WAITING = 512  # requests that may wait for a process; more are `busy`
WEIGHT = 256 << 20  # bytes that may wait so
PATIENCE = 30.0  # seconds of one evaluation, then its process is ended
START = 60.0
URGENT, ASIDE = 0, 1
SMALL = 4 << 10  # bytes: a body waits behind as many later ones as it has these


@dataclass(frozen=True, slots=True)
class Charge:
    """What a process is told once, when it starts."""

    labels: frozenset[Label] = LABELS
    limit: int = 1 << 20
    remote: Remote | None = None
    keep: bool = False
    budget: float = BUDGET


class EvaluatorPool:
    """Keeps: raises nothing for a request: what fails is an outcome `unknown`, and a process that died is replaced."""

    def __init__(self, charge: Charge, workers: int, *, waiting: int = WAITING, patience: float = PATIENCE) -> None:
        self._charge, self._count, self._most, self._patience = charge, workers, waiting, patience
        self._idle: list[_Worker] = []
        self._queue: list[tuple[int, int, int, dict[str, Any], bytes, asyncio.Future[Evaluation]]] = []
        self._numbers = count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._weight = 0
        self.pace = Capacity()
        self.alive = 0

    async def start(self) -> None:
        """Errors: ServiceError `evaluator-start`."""
        started = await asyncio.gather(
            *(_Worker.begin(self._charge) for _ in range(self._count)), return_exceptions=True
        )
        self._idle = [worker for worker in started if isinstance(worker, _Worker)]
        self.alive = len(self._idle)
        if self.alive < self._count:
            self.close()
            raise ServiceError("evaluator-start", "a detection process could not be started")

    def body(self, body: Body, urgency: int = URGENT) -> asyncio.Future[Evaluation]:
        head = {"what": "body", **asdict(body)}
        head["content"] = None
        return self._put(head, body.content, urgency)

    def window(self, text: str, first: int, last: int) -> asyncio.Future[Evaluation]:
        return self._put({"what": "window", "first": first, "last": last}, text.encode("utf-8", "replace"), ASIDE)

    def _put(self, head: dict[str, Any], content: bytes, urgency: int) -> asyncio.Future[Evaluation]:
        answer: asyncio.Future[Evaluation] = asyncio.get_running_loop().create_future()
        full = len(self._queue) >= self._most or self._weight + len(content) > WEIGHT
        if self._closed or not self.alive or full or self.pace.passes():
            is_busy = self.alive and not self._closed and not self.pace.is_away
            answer.set_result(unknown("busy" if is_busy else "failed"))
            return answer
        self._weight += len(content)
        number = next(self._numbers)
        rank = number + len(content) // SMALL  # small ones first, and no large one waits for ever
        heapq.heappush(self._queue, (urgency, rank, number, head, content, answer))
        self._turn()
        return answer

    def _turn(self) -> None:
        while self._idle and self._queue:
            _, _, _, head, content, answer = heapq.heappop(self._queue)
            self._weight -= len(content)
            if not answer.cancelled():
                task = asyncio.ensure_future(self._run(self._idle.pop(), head, content, answer))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def put_aside(self, answer: asyncio.Future[Evaluation]) -> None:
        """Nobody waits for this any more: what is waited for goes first."""
        for i, (_, rank, number, head, content, waiting) in enumerate(self._queue):
            if waiting is answer:
                self._queue[i] = (ASIDE, rank, number, head, content, waiting)
                heapq.heapify(self._queue)
                return

    async def _run(
        self, worker: _Worker, head: dict[str, Any], content: bytes, answer: asyncio.Future[Evaluation]
    ) -> None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._patience):
                result = await worker.ask(head, content)
        except (TimeoutError, OSError, EOFError, ValueError, KeyError):
            worker.end()
            self.alive -= 1
            event("evaluator-replaced", reason=Name("failed"))
            _settle(answer, unknown("failed"))
            await self._replace()
        except asyncio.CancelledError:
            worker.end()
            raise
        else:
            self.pace.read(len(content), time.monotonic() - began, result)
            _settle(answer, result)
            self._idle.append(worker)
            self._turn()

    async def _replace(self) -> None:
        while not self._closed:
            try:
                self._idle.append(await _Worker.begin(self._charge))
            except (OSError, EOFError, TimeoutError):
                await asyncio.sleep(1.0)
            else:
                self.alive += 1
                self._turn()
                return

    def close(self) -> None:
        self._closed = True
        for worker in self._idle:
            worker.end()
        for task in self._tasks:
            task.cancel()
        for *_, answer in self._queue:
            _settle(answer, unknown("failed"))
        self._queue.clear()


def _settle(answer: asyncio.Future[Evaluation], result: Evaluation) -> None:
    if not answer.done():
        answer.set_result(result)


class _Worker:
    """A process and the wire to it."""

    def __init__(self, process: BaseProcess, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._process, self._reader, self._writer = process, reader, writer

    @classmethod
    async def begin(cls, charge: Charge) -> _Worker:
        """Errors: OSError, EOFError, TimeoutError for a process that does not come up."""
        ours, theirs = socket.socketpair()
        process = get_context("spawn").Process(target=work, args=(theirs, charge), daemon=True)
        try:
            await asyncio.to_thread(_start, process)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        worker = cls(process, *await asyncio.open_connection(sock=ours))
        try:
            await asyncio.wait_for(worker._reader.readexactly(1), START)
        except BaseException:
            worker.end()
            raise
        return worker

    async def ask(self, head: Mapping[str, Any], content: bytes) -> Evaluation:
        said = json.dumps(head).encode()
        self._writer.write(len(said).to_bytes(4) + len(content).to_bytes(4) + said)
        self._writer.write(content)
        await self._writer.drain()
        size = int.from_bytes(await self._reader.readexactly(4))
        page = json.loads(await self._reader.readexactly(size))
        return Evaluation(**{**page, "verdict": Verdict(page["verdict"])})

    def end(self) -> None:
        self._writer.close()
        self._process.kill()


def _start(process: BaseProcess) -> None:
    """Ctrl-C in a terminal goes to all of it, and a process that has not learnt yet to pass it over would tell where it was."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def work(wire: socket.socket, charge: Charge) -> None:
    """The life of a process: a question, an answer, until the wire is closed."""
    for number in (signal.SIGINT, signal.SIGTERM):  # who started us ends us
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    if os.nice(0) == 0:
        os.nice(1)  # the fronts answer first
    evaluator = Evaluator(charge.labels, charge.limit, charge.remote, charge.budget)
    gc.freeze()  # lists and networks stay for ever: no collection looks through them
    with wire, wire.makefile("rwb") as file:
        file.write(b"!")
        file.flush()
        while len(sizes := file.read(8)) == 8:
            head = json.loads(file.read(int.from_bytes(sizes[:4])))
            content = file.read(int.from_bytes(sizes[4:]))
            answer = json.dumps(asdict(_answered(evaluator, head, content, charge.keep))).encode()
            file.write(len(answer).to_bytes(4) + answer)
            file.flush()


def _answered(evaluator: Evaluator, head: dict[str, Any], content: bytes, keep: bool) -> Evaluation:
    try:
        if head.pop("what") == "window":
            return evaluator.window(content.decode("utf-8", "replace"), head["first"], head["last"], keep)
        return evaluator.body(Body(**{**head, "content": content}), keep)
    except Exception:  # noqa: BLE001  its text may hold what was read: that it failed is told
        return unknown("failed")
