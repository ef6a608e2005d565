"""What is promised of data, kept while processes are watched, and while they are killed."""

import contextlib
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import httpx2
import pytest
from tests.e2e.test_canary import forms
from tests.portals import Browser, Running

from veil.audit import verify_chain
from veil.service.work.memory_folder import memory_folder

KILLS = int(os.environ.get("VEIL_KILLS", "300"))
PLANTED = {"given": "Zebulonia", "family": "Quackenthorpe", "mrn": "88410377", "file": "Kestrelmoor"}
NOTE = "Patient {given} {family}, MRN {mrn}, seen by Dr. {family} on 03/04/2019.\n".format(**PLANTED).encode()
TABLE = "patient_id,mrn,first,last,note\n1,{mrn},{given},{family},{given} {family} came\n".format(**PLANTED).encode()
FILE = f"{PLANTED['file']}-{PLANTED['given']}"


def check_nothing_in_clear(folder):
    """No planted value, in any of its forms, in a file or a name below the folder."""
    for path in [one for one in folder.rglob("*") if "trace" not in one.name]:
        with contextlib.suppress(FileNotFoundError):
            held = str(path.relative_to(folder)).encode() + (path.read_bytes() if path.is_file() else b"")
            for name, value in PLANTED.items():
                for number, form in enumerate(forms(value)):
                    if len(form) > 5:
                        assert form not in held, f"form {number} of {name} in {path.name[:20]}"


def written(trace):
    """Shape: path, bytes as strace shows them: every writing to a file on a disk."""
    line = re.compile(r"^\d+ +p?writev?\w*\((?:\d+)<(/[^>]*)>(?:\(deleted\))?, (.*)$")
    for text in trace.read_text(errors="replace").splitlines():
        found = line.match(text)
        if found and not found[1].startswith(("/dev/", "/proc/")):
            yield found[1], found[2]


@pytest.mark.server
def test_the_watch_sees_what_is_written_to_a_disk(tmp_path):
    trace = tmp_path / "trace.txt"
    traced(["sh", "-c", f"echo Zebulonia > {tmp_path}/x"], trace)
    assert [(path, "Zebulonia" in told) for path, told in written(trace)] == [(f"{tmp_path}/x", True)]


def traced(words, trace):
    if shutil.which("strace") is None:
        pytest.skip("no strace")
    done = subprocess.run(
        ["strace", "-f", "-qq", "-yy", "-s", "70000", "-e", "trace=write,pwrite64,writev", "-o", trace, *words],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("processes may not be traced here")


@pytest.mark.server
def test_no_process_writes_a_planted_value_to_a_disk(tmp_path):
    """From upload to download, under strace: every byte that server, worker, sweeper and child write to a file."""
    trace = tmp_path / "trace.txt"
    traced(["true"], trace)
    running = Running(tmp_path, trace=trace)
    try:
        with Browser(running.address) as admin, Browser(running.address) as bob:
            admin.enter("/setup", name="ada", code=running.code)
            bob.enter(
                "/invitations/accept",
                name="bob",
                token=admin.ask("POST", "/invitations", json={"role": "submitter"}).json()["token"],
            )
            for name, data in ((f"{FILE}.txt", NOTE), (f"{FILE}.csv", TABLE), (f"{FILE}.xlsx", b"no workbook " + NOTE)):
                job = bob.hand_in(name, data, profile="expert", review=name.endswith("csv"))
                if bob.wait(job, "planned", "done", "failed")["state"] == "planned":
                    bob.ask("GET", f"/jobs/{job}/plan")
                    bob.ask("POST", f"/jobs/{job}/start")
                told = bob.wait(job, "done", "failed")
                assert told["state"] == ("failed" if name.endswith("xlsx") else "done"), told
                bob.ask("GET", f"/jobs/{job}/result")
                check_nothing_in_clear(tmp_path)
    finally:
        running.stop()
    seen = list(written(trace))
    assert any(path.startswith(str(tmp_path / "data/objects")) for path, _ in seen)
    for path, told in seen:
        assert not any(value in told for value in PLANTED.values()), path
    check_nothing_in_clear(tmp_path)


def test_a_service_does_its_work_however_long_the_name_of_its_temporary_folder_is(tmp_path):
    folder = tmp_path / ("a" * 120)
    folder.mkdir()
    running = Running(folder)
    try:
        with Browser(running.address) as admin:
            admin.enter("/setup", name="ada", code=running.code)
            token = admin.ask("POST", "/invitations", json={"role": "submitter"}).json()["token"]
        with Browser(running.address) as bob:
            bob.enter("/invitations/accept", name="bob", token=token)
            assert bob.wait(bob.hand_in(), "done", "failed")["state"] == "done"
    finally:
        running.stop()


def test_a_service_that_is_stopped_leaves_nothing_of_a_job_in_memory(tmp_path):
    running, memory = Running(tmp_path), memory_folder(tmp_path / "data", None)
    try:
        with Browser(running.address) as admin, Browser(running.address) as bob:
            admin.enter("/setup", name="ada", code=running.code)
            token = admin.ask("POST", "/invitations", json={"role": "submitter"}).json()["token"]
            bob.enter("/invitations/accept", name="bob", token=token)
            job = bob.hand_in("t.csv", TABLE + TABLE.partition(b"\n")[2] * 100_000)
            bob.wait(job, "planning", "running")
        until = time.monotonic() + 20
        while not list(memory.glob("worker-*/*/in/*")) and time.monotonic() < until:
            time.sleep(0.05)
        assert list(memory.glob("worker-*/*/in/*"))
    finally:
        running.stop()
    assert not memory.exists()


def test_the_crew_ends_with_a_service_that_was_killed(tmp_path):
    running = Running(tmp_path)
    until = time.monotonic() + 20
    while len(running.members()) < 3 and time.monotonic() < until:
        time.sleep(0.05)
    os.kill(running.process.pid, signal.SIGKILL)
    while running.members() and time.monotonic() < until:
        time.sleep(0.05)
    left = running.members()
    running.close()
    assert left == []


class Chaos:
    """One who hands in files again and again while processes are killed, and remembers what was acknowledged."""

    def __init__(self, folder, **terms):
        self.folder, self.terms = folder, terms
        self.running = Running(folder, **terms)
        self.random = random.Random(7)
        self.acknowledged, self.kills = [], 0
        with Browser(self.running.address) as admin:
            admin.enter("/setup", name="ada", code=self.running.code)
            token = admin.ask("POST", "/invitations", json={"role": "submitter"}).json()["token"]
        self.bob = Browser(self.running.address).enter("/invitations/accept", name="bob", token=token)

    def again(self):
        """The service once more, where it was killed."""
        if self.running.process.poll() is not None:
            self.running.kill()
            self.running = Running(self.folder, **self.terms)
            me, cookie = self.bob.me, self.bob._client.cookies["veil"]
            self.bob._client.close()
            self.bob = Browser(self.running.address)
            self.bob.me = me
            self.bob._client.cookies.set("veil", cookie)

    def strike(self):
        """One process of the service, whichever it is."""
        members = self.running.members()
        if members:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.random.choice(members), signal.SIGKILL)
                self.kills += 1

    def hand_in(self):
        try:
            self.acknowledged.append(self.bob.hand_in(f"{FILE}.txt", NOTE * self.random.randint(1, 40)))
        except (httpx2.HTTPError, AssertionError):
            return

    def end(self):
        self.bob._client.close()
        self.running.kill()
        shutil.rmtree(memory_folder(self.folder / "data", None), ignore_errors=True)


@pytest.mark.slow
def test_killed_at_random_points_no_acknowledged_job_is_lost_or_seen_twice(tmp_path, record_property):
    chaos = Chaos(tmp_path, lease=2.0, tries=1000)
    try:
        while chaos.kills < KILLS:
            chaos.again()
            chaos.hand_in()
            time.sleep(chaos.random.uniform(0, 0.7))
            chaos.strike()
            time.sleep(chaos.random.choice([0, 0, 0.1, 0.6]))
            if chaos.kills % 10 == 0:
                check_nothing_in_clear(tmp_path)
        chaos.again()
        until = time.monotonic() + 600
        for job in chaos.acknowledged:
            assert (
                chaos.bob.wait(job, "done", "failed", "cancelled", "expired", seconds=until - time.monotonic())["state"]
                == "done"
            )
            assert b"[NAME]" in chaos.bob.ask("GET", f"/jobs/{job}/result").content
        with contextlib.closing(sqlite3.connect(tmp_path / "data/service.sqlite")) as line:
            outputs = dict(line.execute("SELECT job, count(*) FROM objects WHERE what = 'output' GROUP BY job"))
            assert line.execute("SELECT count(*) FROM objects WHERE what = 'input'").fetchone()[0] == 0
        assert set(chaos.acknowledged) <= set(outputs)
        assert set(outputs.values()) == {1}
        chaos.running.kill()
        acts = verify_chain(tmp_path / "data/audit.jsonl").acts
        record_property(
            "counted",
            f"killed {chaos.kills} times: {len(chaos.acknowledged)} acknowledged jobs, all done, {len(acts)} acts on a record that holds",
        )
        check_nothing_in_clear(tmp_path)
    finally:
        chaos.end()


@pytest.mark.slow
def test_killed_at_random_points_no_result_is_readable_after_its_time(tmp_path):
    chaos = Chaos(tmp_path, lease=1.0, tries=1000, kept=4.0)
    seen = {}
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            chaos.again()
            chaos.hand_in()
            time.sleep(chaos.random.uniform(0, 0.5))
            with contextlib.suppress(httpx2.HTTPError, KeyError):
                for job in chaos.acknowledged:
                    told = chaos.bob.ask("GET", f"/jobs/{job}").json()
                    if told["state"] == "done":
                        seen[job] = told["until"]
                    if job in seen and time.time() > seen[job]:
                        assert chaos.bob.ask("GET", f"/jobs/{job}/result").status_code == 410
            if chaos.random.random() < 0.3:
                chaos.strike()
        assert seen
    finally:
        chaos.end()


def test_what_a_killed_worker_left_in_memory_is_wiped_by_the_next(tmp_path):
    running = Running(tmp_path)
    memory = memory_folder(tmp_path / "data", None)
    try:
        until = time.monotonic() + 30
        while not list(memory.glob("worker-*")) and time.monotonic() < until:
            time.sleep(0.05)
        first = next(memory.glob("worker-*"))
        (first / "left.txt").write_bytes(NOTE)
        workers = [pid for pid in running.members() if any(str(first) in os.readlink(fd) for fd in handles(pid))]
        os.kill(min(workers), signal.SIGKILL)
        while first.exists() and time.monotonic() < until:
            time.sleep(0.05)
        assert not first.exists()
    finally:
        running.stop()
        shutil.rmtree(memory, ignore_errors=True)


def handles(pid):
    found = []
    with contextlib.suppress(OSError):
        for path in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                os.readlink(path)
                found.append(path)
    return found
