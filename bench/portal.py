"""The portal under many people at once: files of every kind go in and come out, and nothing that was planted is seen on a disk.

Usage: python -m bench.portal [--users N] [--uploads N] [--workers N]     N people (200), N files over all of them (10,000)
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import secrets
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx2

from bench.load import tree_memory
from bench.machine import machine

PASSWORD = "many people come here"
PLANTED = (b"Zebulonia", b"Quackenthorpe", b"88410377")
NOTE = "Patient: Zebulonia Quackenthorpe, MRN: 88410377, seen by Dr. Quackenthorpe on 03/04/2019.\n"
RECORD = {"patient_id": "88410377", "name": "Zebulonia Quackenthorpe", "note": NOTE}
MEMORY = Path("/dev/shm")


def files() -> dict[str, bytes]:
    """One of each kind, a few kilobytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import xlsxwriter

    rows = [
        {"patient_id": f"{i}", "first": "Zebulonia", "last": "Quackenthorpe", "mrn": "88410377", "note": NOTE.strip()}
        for i in range(40)
    ]
    packed, book = io.BytesIO(), io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), packed)
    with xlsxwriter.Workbook(book, {"in_memory": True}) as made:
        sheet = made.add_worksheet("People")
        for i, row in enumerate([list(rows[0]), *(list(one.values()) for one in rows)]):
            sheet.write_row(i, 0, row)
    lines = [list(rows[0]), *(list(one.values()) for one in rows)]
    csv = "".join(",".join(f'"{cell}"' for cell in line) + "\n" for line in lines)
    return {
        "n.txt": (NOTE * 20).encode(),
        "t.csv": csv.encode(),
        "r.json": json.dumps([RECORD] * 20).encode(),
        "r.jsonl": "".join(json.dumps(RECORD) + "\n" for _ in range(20)).encode(),
        "p.parquet": packed.getvalue(),
        "b.xlsx": book.getvalue(),
    }


@dataclass
class Seen:
    """What went by. Shape: `faults` by what went wrong; `waits` from the upload to the result, in seconds."""

    done: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    clear: int = 0
    looks: int = 0
    memory: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextlib.contextmanager
def service(folder: Path, workers: int) -> Iterator[tuple[str, str, int]]:
    """Address, code of the first run, process."""
    words = [
        str(Path(sys.executable).with_name("veil")),
        "serve",
        "--port",
        "0",
        "--data",
        str(folder / "data"),
        "--key-file",
        str(folder / "key"),
        "--job-workers",
        str(workers),
    ]
    (folder / "tmp").mkdir()
    env = {**os.environ, "TMPDIR": str(folder / "tmp"), "HOME": str(folder / "tmp")}
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True, env=env) as process,
    ):
        told: dict[str, str] = {}
        while not {"Veil", "setup"} <= told.keys():
            name, _, rest = process.stdout.readline().partition(" ")
            told[name] = rest.split()[0]
        address = f"http://127.0.0.1:{told['Veil'].rstrip('/').rpartition(':')[2]}"
        try:
            _await(address)
            yield address, told["setup"], process.pid
        finally:
            process.terminate()


def _await(address: str) -> None:
    for _ in range(300):
        with contextlib.suppress(httpx2.HTTPError):
            if httpx2.get(f"{address}/portal/api/state").status_code == 200:
                return
        time.sleep(0.1)


def entered(address: str, path: str, **told: str) -> httpx2.Client:
    client = httpx2.Client(base_url=f"{address}/portal/api", timeout=120)
    answer = client.post(path, json={"password": PASSWORD, **told})
    client.headers["x-csrf-token"] = answer.raise_for_status().json()["change"]
    return client


def person(client: httpx2.Client, count: int, seen: Seen) -> None:
    """Hands in files one after the other, fetches each result and deletes it."""
    kinds = list(files().items())
    for i in range(count):
        name, data = kinds[(i + seen.done) % len(kinds)]
        began = time.perf_counter()
        fault = ""
        try:
            fault = _one(client, name, data)
        except httpx2.HTTPError as error:
            fault = type(error).__name__
        with seen.lock:
            seen.done += 1
            seen.waits.append(time.perf_counter() - began)
            if fault:
                seen.faults[fault] += 1


def _one(client: httpx2.Client, name: str, data: bytes) -> str:
    """What went wrong with one file, "" for nothing."""
    job = client.post("/jobs", json={"name": name, "profile": "redact"}).json()["id"]
    if client.put(f"/jobs/{job}/file", content=data).status_code != 200:
        return "upload"
    pause = 0.5
    while (state := client.get(f"/jobs/{job}").json()["state"]) not in ("done", "failed"):
        time.sleep(pause)
        pause = min(10.0, 1.5 * pause)
    if state == "failed":
        return "failed"
    result = client.get(f"/jobs/{job}/result")
    if result.status_code != 200 or any(word in result.content for word in PLANTED):
        return "result"
    return "" if client.delete(f"/jobs/{job}").status_code == 200 else "delete"


def watch(folder: Path, pid: int, seen: Seen, over: threading.Event) -> None:
    """Reads, again and again, all files of the service and all that its processes hold open on a disk."""
    while not over.wait(0.2):
        for path in [*folder.rglob("*"), *_held(pid)]:
            with contextlib.suppress(OSError):
                held = _on_disk(path) if path.is_file() else b""
                seen.clear += any(word in held for word in PLANTED)
        seen.looks += 1
        seen.memory.append(tree_memory(pid))


def _on_disk(path: Path) -> bytes:
    """What a file holds, deleted ones too; nothing of one in memory, or of what is no file.

    A number of a handle may by now be another file's: what is asked is what was opened here, not what stood in the list.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        target = Path(f"/proc/self/fd/{handle}").readlink()
        elsewhere = target.is_relative_to(MEMORY) or target.parts[1:2] in (("dev",), ("proc",), ("usr",))
        return b"" if elsewhere or not stat.S_ISREG(os.fstat(handle).st_mode) else file.read()


def _held(pid: int) -> list[Path]:
    """Open files of the service's processes."""
    found: list[Path] = []
    for child in [str(pid), *_below(pid)]:
        with contextlib.suppress(OSError):
            found += Path(f"/proc/{child}/fd").iterdir()
    return found


def _below(pid: int) -> list[str]:
    found: list[str] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [child, *_below(int(child))]
    return found


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--users", type=int, default=200)
    asked.add_argument("--uploads", type=int, default=10_000)
    asked.add_argument("--workers", type=int, default=os.cpu_count())
    told = asked.parse_args()
    print(f"machine  {machine()}")
    with tempfile.TemporaryDirectory() as name, service(Path(name), told.workers) as (address, code, pid):
        admin = entered(address, "/setup", name=f"admin-{secrets.token_hex(3)}", code=code)
        links = [admin.post("/invitations", json={"role": "submitter"}).json()["token"] for _ in range(told.users)]
        people = [entered(address, "/invitations/accept", name=f"user-{i}", token=link) for i, link in enumerate(links)]
        seen, over, began = Seen(), threading.Event(), time.perf_counter()
        threads = [threading.Thread(target=person, args=(one, told.uploads // told.users, seen)) for one in people]
        watching = threading.Thread(target=watch, args=(Path(name), pid, seen, over))
        for thread in [watching, *threads]:
            thread.start()
        for thread in threads:
            thread.join()
        over.set()
        watching.join()
        seconds = time.perf_counter() - began
        left = list((Path(name) / "data/objects").iterdir())
    tenth = max(1, len(seen.memory) // 10)
    print(
        f"uploads  {seen.done} files of six kinds by {told.users} people at once in {seconds:.0f} s: {seen.done / seconds:.1f} a second with {told.workers} workers"
    )
    print(f"faults   {sum(seen.faults.values())} {dict(seen.faults) or ''}")
    print(f"waits    median {median(seen.waits):.1f} s, longest {max(seen.waits):.1f} s, from upload to deleted result")
    print(
        f"memory   all processes: median {median(seen.memory[tenth : 2 * tenth] or seen.memory):.0f} MB in the second tenth, {median(seen.memory[-tenth:]):.0f} MB in the last"
    )
    print(
        f"watched  {seen.looks} times every file of the data folder and of the temporary folder, and every open one: planted values seen {seen.clear} times"
    )
    print(f"left     {len(left)} objects")


if __name__ == "__main__":
    main()
