"""A portal for tests: a store in a folder, a real server over it, and browsers that keep their cookies."""

import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextvars import ContextVar
from pathlib import Path

import httpx2
import uvicorn
from tests.nodes import Shared, names_of

from veil.keys import Cost
from veil.service.gate.middleware import RequestMiddleware
from veil.service.portal import create_portal
from veil.service.settings import ServiceSettings
from veil.service.store import Caller, JobRequest, Limits, ServiceStore, Site, open_key
from veil.service.work.processes import ServiceProcesses
from veil.service.work.worker import JobWorker

PASSWORD = "correct horse battery"
CHEAP = Cost(memory=8, iterations=1, lanes=1)
NOTE = b"Seen by Dr. Alice Wong on 03/04/2019. MRN 1234567. Call 617-555-1234.\n"
TABLE = b"patient_id,mrn,first,last,born,zip,note\n1042,00771234,Ada,Lovelace,1950-02-28,02139,seen by Dr. Wong\n7,00990011,Bo,Smith,1988-12-31,00501,ok\n"
ME, OTHER = Caller("person-one", "submitter"), Caller("person-two", "submitter")


shared: ContextVar[Shared | None] = ContextVar("shared", default=None)  # where a test has more than a folder


def site_in(folder: Path, **terms) -> Site:
    data, nodes, told = folder / "data", shared.get(), Limits(**{"password": CHEAP, **terms})
    data.mkdir(mode=0o700, exist_ok=True)
    keys = open_key(data, folder / "service.key")
    if nodes is None:
        return Site(data, keys, told)
    return Site(None, keys, told, database=nodes.database(folder), objects=nodes.objects(folder))


def sealed(site) -> list[str]:
    """The names of the sealed files of a site."""
    if site.folder is None:
        return names_of(site.objects)
    return [path.name for path in (site.folder / "objects").iterdir()]


def on_disk(site, *, log: bool = True) -> bytes:
    """All bytes that a site keeps; of several nodes those of their database, with its log or without."""
    nodes = shared.get()
    if nodes is not None:
        return nodes.on_disk(log=log)
    return b"".join(path.read_bytes() for path in site.folder.rglob("*") if path.is_file())


def handed_in(store, name="note.txt", data=NOTE, choice=None, *, caller=ME, review=False):
    job = store.create(caller, name, choice or JobRequest("safe-harbor"), review=review)
    draft = store.receive(caller, job.id)
    draft.write(data)
    return store.received(caller, job.id, draft)


def result_of(store, job, caller=ME) -> bytes:
    return b"".join(store.fetch(caller, job)[2])


@contextlib.contextmanager
def working(site):
    worker = JobWorker(site, tuple(folder.parent / "service.key" for folder in site.folders))
    try:
        yield worker
    finally:
        worker.close()


@contextlib.contextmanager
def served(store):
    """The address of a real server over a store, in a thread."""
    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    held.listen(2048)
    door = RequestMiddleware(create_portal(store), ServiceSettings(store.site.keys), lambda *_: None)
    server = uvicorn.Server(uvicorn.Config(door, log_config=None, lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, args=([held],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{held.getsockname()[1]}/portal/api"
    finally:
        server.should_exit = True
        thread.join(10)
        held.close()


class Browser:
    """One who keeps a cookie and shows the session's token with every change."""

    def __init__(self, address: str) -> None:
        self._client = httpx2.Client(base_url=address, timeout=30)
        self.me = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._client.close()

    def ask(self, method, path, **more):
        headers = {"x-csrf-token": self.me.get("change", ""), **more.pop("headers", {})}
        return self._client.request(method, path, headers=headers, **more)

    def enter(self, path, **told):
        answer = self.ask("POST", path, json={"password": PASSWORD, **told})
        assert answer.status_code == 200, answer.text
        self.me = answer.json()
        return self

    def hand_in(self, name="note.txt", data=NOTE, *, review=False, **choice):
        made = self.ask(
            "POST", "/jobs", json={"name": name, "review": review, **(choice or {"profile": "safe-harbor"})}
        )
        assert made.status_code == 200, made.text
        sent = self.ask("PUT", f"/jobs/{made.json()['id']}/file", content=data)
        assert sent.status_code == 200, sent.text
        return sent.json()["id"]

    def wait(self, job, *states, seconds=60):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            told = self.ask("GET", f"/jobs/{job}").json()
            if told["state"] in states:
                return told
            time.sleep(0.05)
        raise AssertionError(f"still {told['state']}")


def joined(store, address, name, role="submitter"):
    """A browser of a new person of a role."""
    token, _ = store.people.invite(role)
    return Browser(address).enter("/invitations/accept", name=name, token=token)


def workbook(*sheets):
    """A workbook with a small table in each of its sheets."""
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    for name in sheets:
        sheet = book.add_worksheet(name)
        for i, row in enumerate(
            [("patient_id", "first_name", "born"), ("1042", "Zebulonia", "1950-02-28"), ("7", "Bo", "1951-02-28")]
        ):
            for j, cell in enumerate(row):
                sheet.write(i, j, cell)
    book.close()
    return file.getvalue()


def parquet():
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(
        pa.table(
            {"patient_id": ["1042", "7"], "first_name": ["Zebulonia", "Bo"], "born": ["1950-02-28", "1951-02-28"]}
        ),
        file,
    )
    return file.getvalue()


class Running:
    """The service as processes: the server in a group of its own, its crew below it. Shape: `address`, `code` of the first run."""

    def __init__(self, folder: Path, *, trace: Path | None = None, **terms) -> None:
        told = json.dumps({"folder": str(folder), "terms": terms})
        words = [sys.executable, __file__, told]
        if trace is not None:
            words = [
                "strace",
                "-f",
                "-qq",
                "-yy",
                "-s",
                "70000",
                "-e",
                "trace=write,pwrite64,writev,pwritev,pwritev2",
                "-o",
                str(trace),
                *words,
            ]
        (folder / "tmp").mkdir(exist_ok=True)
        env = {
            **os.environ,
            "TMPDIR": str(folder / "tmp"),
            "HOME": str(folder / "tmp"),
            "PYTHONPATH": str(Path(__file__).parents[1]),
        }
        self._log = (folder / "log.txt").open("ab")
        self.process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=self._log, text=True, env=env, start_new_session=True, cwd=folder
        )
        line = self.process.stdout.readline()
        assert line, (folder / "log.txt").read_text()[-2000:]
        self.address, self.code = json.loads(line)

    def members(self):
        """The ids of all processes of the service."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                fields = (path / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == self.process.pid and fields[0] != "Z":
                    found.append(int(path.name))
        return found

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.close()

    def stop(self):
        """As a person ends it; whoever stays is killed."""
        os.killpg(self.process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(15)
        self.kill()

    def close(self):
        self.process.wait(30)
        self.process.stdout.close()
        self._log.close()


def main() -> None:
    """A server with its crew, until it is ended; then nothing of a file stays in memory."""
    told = json.loads(sys.argv[1])
    site = site_in(Path(told["folder"]), **told["terms"])
    store, crew = ServiceStore(site), ServiceProcesses(site, apart=(site.folder.parent / "service.key",), pause=0.5)
    crew.start()
    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    held.listen(2048)
    print(json.dumps([f"http://127.0.0.1:{held.getsockname()[1]}/portal/api", store.people.setup_code()]), flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises it anew, as under `veil serve`
    try:
        uvicorn.Server(uvicorn.Config(create_portal(store), log_config=None, lifespan="off", ws="none")).run([held])
    finally:
        crew.stop()


if __name__ == "__main__":
    main()
