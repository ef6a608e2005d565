"""`veil trace` on real processes: what it adds to a request, and that it loses and alters none.

Usage: python -m bench.trace [--requests N] [--seconds S] [--rounds R] [--front NAME]     N for each front, S of load at 50 a second for each path
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.machine import machine
from veil.service.trace.context import TraceSettings
from veil.service.trace.envoy.config import ListenAddress, Upstream, config
from veil.service.trace.envoy.run import envoy_path
from veil.service.trace.run import free_port

RATE = 50
SIZE = 2_000
FRONTS = ("envoy", "proxy")
_SENTENCES = (
    "The wound is clean and dry.",
    "No problems since the last visit.",
    "Advised rest and fluids.",
    "Blood pressure was normal on both arms.",
    "The patient denies chest pain.",
    "Continue the same dose twice daily.",
)


@contextlib.contextmanager
def running(*command: str, env: dict[str, str] | None = None) -> Iterator[str]:
    """A process for as long as it is needed; the first line it prints."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **(env or {})})
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@contextlib.contextmanager
def app() -> Iterator[int]:
    with running(sys.executable, "-m", "bench.trace_app") as said:
        yield int(said)


@contextlib.contextmanager
def veil(port: int, *options: str) -> Iterator[tuple[int, str]]:
    """`veil trace` before a port; its own port and the address of its admin."""
    command = [
        str(Path(sys.executable).with_name("veil")),
        "trace",
        "--upstream",
        f"http://127.0.0.1:{port}",
        "--listen",
        "127.0.0.1:0",
        "--admin",
        "127.0.0.1:0",
        *options,
    ]
    with running(*command) as said:
        found = re.search(r"127\.0\.0\.1:(\d+).*admin (\S+)", said)
        assert found, said
        yield int(found[1]), found[2]


@contextlib.contextmanager
def plain_envoy(port: int) -> Iterator[int]:
    """The same Envoy without Veil: the path that the front is measured beside."""
    at = free_port("127.0.0.1")
    made = config(
        TraceSettings(),
        ListenAddress("127.0.0.1", at),
        Upstream(f"http://127.0.0.1:{port}"),
        ListenAddress("127.0.0.1", 1),
    )
    manager = made["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    manager["http_filters"] = manager["http_filters"][-1:]
    made["static_resources"]["clusters"].pop()
    command = [
        envoy_path(),
        "--config-yaml",
        json.dumps(made),
        "--use-dynamic-base-id",
        "--concurrency",
        "1",
        "--log-level",
        "off",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        asyncio.run(_until_open(at))
        yield at
    finally:
        process.terminate()
        process.wait(30)


async def _until_open(port: int) -> None:
    for _ in range(400):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    sys.exit("Envoy did not start")


def body(number: int, size: int, *, phi: bool) -> bytes:
    """A note as JSON, each another; half of them name an invented person."""
    chance = random.Random(number)
    who = f"Seen by Dr. Alice Wong on 0{chance.randint(1, 9)}/1{chance.randint(0, 9)}/2019, call 617-555-{chance.randint(1000, 9999)}. "
    text = who if phi else ""
    while len(text) < size:
        text += chance.choice(_SENTENCES) + " "
    return json.dumps({"number": f"n{number}", "note": text[: max(0, size - 40)]}).encode()


@dataclass
class Caller:
    """Connections that stay open, and what came back over them."""

    port: int
    took: list[float] = field(default_factory=list)
    tags: Counter[str] = field(default_factory=Counter)
    faults: int = 0
    count: int = 0
    digest: int = 0
    _free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    async def post(self, content: bytes, *, chunked: bool = False) -> None:
        began = time.perf_counter()
        digest = hashlib.sha256(content)
        try:
            told = await self._told(content, chunked=chunked)
        except (OSError, asyncio.IncompleteReadError, ValueError, KeyError):
            self.faults += 1
            return
        self.took.append(time.perf_counter() - began)
        self.count += 1
        self.digest ^= int.from_bytes(digest.digest())
        tags = told["locate.detect-phi"]
        self.tags[tags[0] if len(tags) == 1 else "none or many"] += 1
        self.faults += told["sha256"] != digest.hexdigest()

    async def _told(self, content: bytes, *, chunked: bool) -> dict[str, object]:
        reader, writer = (
            self._free.pop() if self._free else await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        )
        head = b"POST /notes HTTP/1.1\r\nHost: app\r\nContent-Type: application/json\r\nlocate.detect-phi: mine\r\n"
        if chunked:
            half = len(content) // 2
            writer.write(
                head
                + b"Transfer-Encoding: chunked\r\n\r\n"
                + b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in (content[:half], content[half:]) if one)
                + b"0\r\n\r\n"
            )
        else:
            writer.write(head + b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 200"):
            raise ValueError
        length = re.search(rb"content-length: (\d+)", answer, re.IGNORECASE)
        told = json.loads(await reader.readexactly(int(length[1]) if length else 0))
        self._free.append((reader, writer))
        return told

    def close(self) -> None:
        for _, writer in self._free:
            writer.close()


async def steady(port: int, seconds: float, first: int) -> list[float]:
    """Requests that start every fiftieth of a second, whatever became of those before."""
    caller = Caller(port)
    for i in range(10):
        await caller.post(body(i, SIZE, phi=True))
    caller.took.clear()
    began, tasks = time.perf_counter(), []
    for i in range(int(seconds * RATE)):
        await asyncio.sleep(max(0.0, began + i / RATE - time.perf_counter()))
        tasks.append(asyncio.ensure_future(caller.post(body(first + i, SIZE, phi=i % 2 == 0))))
    await asyncio.gather(*tasks)
    caller.close()
    assert not caller.faults, f"{caller.faults} requests failed"
    return caller.took


async def flood(port: int, requests: int, lanes: int = 8) -> Caller:
    """All requests as fast as they go, some of them in chunks."""
    caller = Caller(port)
    numbers = iter(range(requests))

    async def lane() -> None:
        for i in numbers:
            await caller.post(body(i, 60 + i % 400, phi=i % 2 == 0), chunked=i % 5 == 0)

    await asyncio.gather(*(lane() for _ in range(lanes)))
    caller.close()
    return caller


async def totals(port: int) -> tuple[int, int]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /totals HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n")
    told = json.loads((await reader.read()).partition(b"\r\n\r\n")[2])
    writer.close()
    return told["count"], int(told["total"], 16)


def detector_ms() -> tuple[float, float]:
    """CPU time of reading and detecting in these bodies, in a process that does nothing else: median and p99."""
    from veil.service.trace.bodies import Body
    from veil.service.trace.evaluate import Evaluator

    evaluator = Evaluator()
    took = []
    for i in range(400):
        one = Body(body(i, SIZE, phi=i % 2 == 0), "application/json")
        began = time.process_time()
        evaluator.body(one)
        took.append(1000 * (time.process_time() - began))
    return quantiles(took)


def quantiles(took: list[float]) -> tuple[float, float]:
    return statistics.median(took), statistics.quantiles(took, n=100)[98]


def latencies(seconds: float, rounds: int) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Milliseconds of each path, measured in turns so that what the machine does meanwhile meets all of them.

    Shape:   beside them, what the detectors of each path say they took of the CPU for a body, in the middle.
    """
    took: dict[str, list[float]] = {}
    admins = {}
    with contextlib.ExitStack() as held:
        port = held.enter_context(app())
        paths = {"no proxy": port, "envoy without Veil": held.enter_context(plain_envoy(port))}
        for front in FRONTS:
            for mode in ("block", "span"):
                options = ["--mode", mode, *(["--proxy"] if front == "proxy" else [])]
                paths[f"{front}, {mode}"], admins[f"{front}, {mode}"] = held.enter_context(veil(port, *options))
        for turn in range(rounds):
            for name, at in paths.items():
                made = asyncio.run(steady(at, seconds / rounds, turn * 100_000))
                took.setdefault(name, []).extend(1000 * one for one in made)
        return took, {name: cpu_ms(admin) for name, admin in admins.items()}


def cpu_ms(admin: str) -> float:
    """CPU time of the detectors for one body, as the process of theirs counts it: the mean."""
    with urllib.request.urlopen(f"{admin}/metrics") as answer:
        page = answer.read().decode()
    cpu = float(re.findall(r"^veil_trace_detector_cpu_seconds_total (\S+)", page, re.MULTILINE)[0])
    spans = sum(map(float, re.findall(r"^veil_trace_spans_total\{\S+ (\S+)", page, re.MULTILINE)))
    return 1000 * cpu / spans


def show_latencies(took: dict[str, list[float]], inside: dict[str, float], cpu: tuple[float, float]) -> None:
    print(f"detector's own CPU time for such a body, one after the other: median {cpu[0]:.2f} ms, p99 {cpu[1]:.2f} ms")
    head = ("requests", "median", "p99", "median added", "p99 added", "CPU inside")
    print(f"{'path':20} " + " ".join(f"{one:>12}" for one in head) + "   aim for what is added")
    for name, ms in took.items():
        base = quantiles(took["envoy without Veil" if name.startswith("envoy,") else "no proxy"])
        median, last = quantiles(ms)
        most = cpu[0] + 3
        aim = {"block": f"median {most:.1f}, p99 {3 * most:.1f}", "span": "median 1.5"}.get(
            name.rpartition(", ")[2], ""
        )
        row = (median, last, median - base[0], last - base[1], inside.get(name, 0.0))
        print(f"{name:20} {len(ms):12} " + " ".join(f"{one:12.2f}" for one in row) + f"   {aim}")


def prove(front: str, requests: int) -> bool:
    """Whether all requests arrived once, unchanged, with one tag of ours."""
    options = ["--proxy"] if front == "proxy" else []
    with app() as port, veil(port, *options) as (at, _):
        began = time.perf_counter()
        caller = asyncio.run(flood(at, requests))
        took = time.perf_counter() - began
        count, digest = asyncio.run(totals(port))
    good = caller.faults == 0 and (count, digest) == (caller.count, caller.digest) and count == requests
    good = good and set(caller.tags) <= {"true", "false", "unknown"}
    print(
        f"{front}: {requests:,} sent, {count:,} arrived, digests {'equal' if digest == caller.digest else 'DIFFER'}, "
        f"{caller.faults} faults, tags {dict(sorted(caller.tags.items()))}, {requests / took:,.0f} a second"
    )
    return good


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--requests", type=int, default=100_000)
    options.add_argument("--seconds", type=float, default=40)
    options.add_argument("--rounds", type=int, default=4)
    options.add_argument("--front", choices=FRONTS, action="append", help="of the proof: this one alone")
    asked = options.parse_args()
    print(f"{machine()}; {RATE} requests a second of {SIZE} bytes of JSON")
    with tempfile.TemporaryDirectory() as quiet:
        os.environ.setdefault("TMPDIR", quiet)
        if asked.seconds:
            show_latencies(*latencies(asked.seconds, asked.rounds), detector_ms())
        good = [prove(front, asked.requests) for front in asked.front or FRONTS] if asked.requests else []
    if not all(good):
        sys.exit("a request was lost or altered")


if __name__ == "__main__":
    main()
