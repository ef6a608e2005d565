"""A run that is killed at any moment and started again ends with the bytes of a run that was not."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from tests.conftest import PASSPHRASE

FEW, MANY = 3, 4
PROGRAM = "import veil.jobs.work.units as units; units.UNIT_BYTES = 4000; units.NOTES_FILES = 9\nfrom veil.cli import main\nmain()"
PLAIN = "from veil.cli import main; main()"


def started(made, workers, program=PROGRAM):
    told = {**os.environ, "VEIL_PASSPHRASE": PASSPHRASE}
    return subprocess.Popen(
        [sys.executable, "-c", program, "run", made.file.name, "-w", str(workers)],
        cwd=made.folder,
        env=told,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill(process):
    """The whole session, workers too, as the system does when memory ends."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def check(made, expected, moments, workers=1):
    """Kill at each moment in turn, always going on from what the last one left; then run to the end."""
    whole = 0
    for moment in moments:
        process = started(made, workers)
        try:
            process.wait(timeout=moment)
        except subprocess.TimeoutExpired:
            pass
        whole += process.poll() == 0
        kill(process)
        assert not made.out.exists() or made.bytes_out() == expected  # whole, or not at all
    process = started(made, workers)
    assert process.wait(timeout=120) == 0
    assert made.bytes_out() == expected
    assert not list(made.folder.glob(".release*"))
    return whole


def seconds_of_a_run(made, workers=1):
    begun = time.monotonic()
    assert started(made, workers).wait(timeout=120) == 0
    return time.monotonic() - begun


def test_a_killed_run_goes_on_to_the_same_bytes(fresh_hospital, hospital):
    draw, long = random.Random(11), 3.5
    whole = check(fresh_hospital, hospital.bytes_out(), [draw.uniform(0.5, long) for _ in range(FEW)])
    assert whole < FEW


@pytest.mark.slow
def test_a_run_of_two_workers_that_is_killed_again_and_again_goes_on_to_the_same_bytes(fresh_hospital, hospital):
    draw, workers = random.Random(13), 2
    long = seconds_of_a_run(fresh_hospital, workers)
    for _ in range(MANY // 4):
        import shutil

        shutil.rmtree(fresh_hospital.out, ignore_errors=True)
        check(fresh_hospital, hospital.bytes_out(), [draw.uniform(0.4, long) for _ in range(4)], workers)


STEPS = ["swap", *(pytest.param(step, marks=pytest.mark.slow) for step in ("keep", "_place", "write_durably", "clear"))]


@pytest.mark.parametrize("step", STEPS)
def test_a_run_that_dies_within_a_step_of_its_release_goes_on(fresh_hospital, hospital, step):
    """The moments that time alone seldom hits."""
    place = "release.Shelf" if step in ("keep", "clear") else "release"
    program = (
        f"import os, veil.jobs.release.assemble as release\ntrue, calls = {place}.{step}, [0]\n"
        f"def die(*given, **named):\n    calls[0] += 1\n    os.kill(os.getpid(), 9) if calls[0] == 2 or {step!r} in ('swap', 'clear') else None\n"
        f"    return true(*given, **named)\n{place}.{step} = die\nfrom veil.cli import main\nmain()"
    )
    told = {**os.environ, "VEIL_PASSPHRASE": PASSPHRASE}
    died = subprocess.run(
        [sys.executable, "-c", program, "run", fresh_hospital.file.name],
        cwd=fresh_hospital.folder,
        env=told,
        capture_output=True,
        check=False,
    )
    assert died.returncode == -9
    assert not fresh_hospital.out.exists() or fresh_hospital.bytes_out() == hospital.bytes_out()
    assert started(fresh_hospital, 1, PLAIN).wait(timeout=120) == 0
    assert fresh_hospital.bytes_out() == hospital.bytes_out()
    assert not list(fresh_hospital.folder.glob(".release*"))


@pytest.mark.slow
@pytest.mark.parametrize("change", ["units", "input"])
def test_what_was_done_before_a_change_is_done_again(fresh_hospital, hospital, change):
    """Side files of another cut of the work, or of an input that was exchanged since, are not used."""
    program = "import os, veil.jobs.local_run as local\nlocal.release = lambda *_: os.kill(os.getpid(), 9)\n" + PLAIN
    assert started(fresh_hospital, 1, program).wait(timeout=60) == -9
    expected = hospital.bytes_out()
    if change == "input":
        path = fresh_hospital.folder / "data" / "encounters.csv"
        path.write_text(path.read_text().replace("Cardiology", "Cardiolxgy"))
        expected = {**expected, "encounters.csv": expected["encounters.csv"].replace(b"Cardiology", b"Cardiolxgy")}
    assert started(fresh_hospital, 1, PROGRAM if change == "units" else PLAIN).wait(timeout=60) == 0
    assert fresh_hospital.bytes_out() == expected
