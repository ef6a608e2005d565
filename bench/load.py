"""Load: many callers of one HTTP server, the CPU time and memory of its processes, and how long each answer took."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Spent:
    """Units: seconds of CPU of the server's processes, seconds of each answer; `bad`: answers that were not 200."""

    cpu: float
    waits: list[float]
    bad: int


async def _caller(
    host: str, port: int, path: str, bodies: asyncio.Queue[bytes], waits: list[float], bad: list[int], head: str
) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    while not bodies.empty():
        body = bodies.get_nowait()
        began = time.perf_counter()
        writer.write(
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        )
        status = int((await reader.readline()).split()[1])
        length = 0
        while (line := await reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        await reader.readexactly(length)
        waits.append(time.perf_counter() - began)
        bad.append(status != 200)
    writer.close()


def post(port: int, path: str, texts: Sequence[str], pid: int, callers: int = 8) -> Spent:
    """Posts each text once, by so many callers that each keep a connection."""
    waits: list[float] = []
    bad: list[int] = []

    async def run() -> None:
        bodies: asyncio.Queue[bytes] = asyncio.Queue()
        for text in texts:
            bodies.put_nowait(json.dumps({"text": text}).encode())
        head = "Content-Type: application/json\r\n"
        await asyncio.gather(*(_caller("127.0.0.1", port, path, bodies, waits, bad, head) for _ in range(callers)))

    began = tree_cpu(pid)
    asyncio.run(run())
    return Spent(tree_cpu(pid) - began, waits, sum(bad))


def tree(pid: int) -> list[int]:
    """A process and those below it."""
    below: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        below.setdefault(parent, []).append(int(stat.parent.name))
    found, ahead = [], [pid]
    while ahead:
        one = ahead.pop()
        found.append(one)
        ahead += below.get(one, [])
    return found


def tree_cpu(pid: int) -> float:
    """Seconds of CPU that a process and those below it have used."""
    total = 0
    for one in tree(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def tree_memory(pid: int) -> float:
    """MiB that a process and those below it hold, shared pages counted once."""
    total = 0
    for one in tree(pid):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:  # it ended just now
            continue
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024
