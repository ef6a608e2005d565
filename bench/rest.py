"""`veil serve` beside Presidio's analyzer behind the same server, in one run: requests and characters per CPU second.

Usage: python -m bench.rest [--requests N]     N requests (100,000) for the memory; ends with 1 where CI=true and a peer is missing.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx2

from bench.corpora import PEERS, corpus, give_up
from bench.load import post, tree_cpu, tree_memory
from bench.machine import machine

WORKERS = 2
SHORT = "Patient John Smith (DOB: 03/15/1985, MRN: 123456789) was seen by Dr. Sarah Johnson; call 555-123-4567."
AIM = 8
PEER = Path(os.environ.get("PEERS_VENVS", Path.home() / "peers-venvs")) / "presidio" / "bin" / "python"


@contextlib.contextmanager
def veil(folder: Path, workers: int = WORKERS) -> Iterator[tuple[int, int]]:
    """Port and process of a service."""
    words = [str(Path(sys.executable).with_name("veil")), "serve", "--local", "--port", "0", "--workers", str(workers)]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        port = int(process.stdout.readline().split()[1].rpartition(":")[2])
        yield from _while_ready(process, port, "/api/v1/health")


@contextlib.contextmanager
def presidio(folder: Path) -> Iterator[tuple[int, int]]:
    if subprocess.run(
        [str(PEER), "-c", "import fastapi, uvicorn, presidio_analyzer"], capture_output=True, check=False
    ).returncode:
        give_up(
            f"Presidio is not here: {PEERS}/setup.sh makes it; then `{PEER} -m pip install fastapi 'uvicorn[standard]'`"
        )
    port = 18_000 + os.getpid() % 10_000
    words = [
        str(PEER),
        "-m",
        "uvicorn",
        "--app-dir",
        str(Path(__file__).parent),
        "rest_peer:app",
        "--port",
        str(port),
        "--workers",
        str(WORKERS),
        "--no-access-log",
    ]
    env = {**os.environ, "PEER_ADAPTERS": str(PEERS / "adapters"), "HF_HUB_OFFLINE": "1"}
    with (folder / "peer.log").open("w") as log, subprocess.Popen(words, stdout=log, stderr=log, env=env) as process:
        yield from _while_ready(process, port, "/openapi.json")


def _while_ready(process: subprocess.Popen, port: int, path: str) -> Iterator[tuple[int, int]]:
    try:
        for _ in range(600):
            with contextlib.suppress(httpx2.TransportError):
                if httpx2.get(f"http://127.0.0.1:{port}{path}").status_code == 200:
                    break
            time.sleep(0.2)
        time.sleep(3)  # the other worker
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def speed(name: str, port: int, pid: int, texts: Sequence[str]) -> float:
    """Characters per CPU second."""
    post(port, "/api/v1/detect", texts[: len(texts) // 5 + 1], pid)
    spent = post(port, "/api/v1/detect", texts, pid)
    chars = sum(map(len, texts))
    print(
        f"{name:34} {len(texts) / spent.cpu:8.1f} requests, {chars / spent.cpu:10,.0f} characters per CPU second; "
        f"median {1000 * statistics.median(spent.waits):7.1f} ms, {spent.bad} not answered"
    )
    return chars / spent.cpu


def memory(requests: int, port: int, pid: int) -> None:
    held = []
    done = 0
    for step in (requests // 100, requests // 10, requests // 2, requests):
        post(port, "/api/v1/detect", [SHORT] * (step - done), pid)
        done = step
        held.append((step, tree_memory(pid)))
    told = ", ".join(f"{mib:.0f} MiB after {step:,}" for step, mib in held)
    print(f"memory of {WORKERS} processes and theirs: {told} requests")


def latency(folder: Path, notes: Sequence[str]) -> None:
    """One caller, one process: what a document of 3 kB costs."""
    note = next(text[:3000] for text in notes if len(text) >= 3000)
    with veil(folder, workers=1) as (port, pid):
        post(port, "/api/v1/detect", [note] * 50, pid, callers=1)
        spent = post(port, "/api/v1/detect", [note] * 200, pid, callers=1)
        print(
            f"a document of 3 kB: {1000 * spent.cpu / 200:.1f} ms of CPU, median {1000 * statistics.median(spent.waits):.1f} ms, "
            f"{tree_memory(pid):.0f} MiB"
        )


def start(folder: Path) -> None:
    began = time.perf_counter()
    with (folder / "log").open("w") as log:
        words = [str(Path(sys.executable).with_name("veil")), "serve", "--local", "--port", "0"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True) as process:
            url = process.stdout.readline().split()[1]
            answer = httpx2.post(f"{url}/api/v1/detect", json={"text": SHORT}, timeout=60)
            spent = time.perf_counter() - began
            print(
                f"first answer ({answer.status_code}) {spent:.2f} s after the command, {tree_cpu(process.pid):.2f} s of CPU"
            )
            process.terminate()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--requests", type=int, default=100_000)
    asked = options.parse_args()
    notes = [json.loads(line)["text"] for line in corpus("mtsamples-clean.jsonl").open(encoding="utf-8")]
    texts = notes[:: max(1, len(notes) // 400)][:400]
    print(
        f"{machine()}; {WORKERS} processes, 8 callers; {len(texts)} reports of {sum(map(len, texts)) // len(texts):,} characters"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start(folder)
        latency(folder, notes)
        with presidio(folder) as (port, pid):
            theirs = speed("Presidio's analyzer, reports", port, pid, texts[:60])
            speed("Presidio's analyzer, one sentence", port, pid, [SHORT] * 400)
        with veil(folder) as (port, pid):
            ours = speed("veil serve, reports", port, pid, texts)
            speed("veil serve, one sentence", port, pid, [SHORT] * 4000)
            memory(asked.requests, port, pid)
    print(f"{ours / theirs:.1f} times Presidio's characters (aim: at least {AIM})")


if __name__ == "__main__":
    main()
