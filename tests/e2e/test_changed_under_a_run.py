"""What changes beside a run or between two: inputs, types of segments, keys, vaults, other runs, the machine."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.conftest import PASSPHRASE

from veil.errors import KeyringError, LimitError, PolicyError, StoreError
from veil.jobs import local_run
from veil.jobs.release import assemble, swap
from veil.jobs.release.lock import lock
from veil.keys import Cost, Keyring
from veil.stores import open_store

RULES = """profile: expert
tables:
  labs:
    files: labs/
    subject: pid
    columns: {pid: pseudonym, at: shift, value: keep}
"""
CODES = "profile: safe-harbor\ntables: {labs: {files: labs/, subject: pid, columns: {pid: pseudonym, at: year, value: keep}}}\n"
LABS = {f"labs/part-{i}.csv": f"pid,at,value\n10{i},2019-01-31,7\n101,2019-02-01,8\n" for i in range(4)}


def parquet(**columns):
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue().to_pybytes()


def test_a_file_that_changes_under_a_run_shows_nothing(project, monkeypatch):
    made = project(RULES, LABS)
    held = local_run.do_units

    def changing(worker, units):
        with (made.folder / "data/labs/part-0.csv").open("a") as file:
            file.write("103,2019-03-01,9\n")
        return held(worker, units)

    monkeypatch.setattr(local_run, "do_units", changing)
    with pytest.raises(StoreError, match="input-changed"):
        made.run()
    assert not made.out.exists()
    monkeypatch.undo()
    assert made.run().exit_code == 0
    assert (made.out / "labs/part-0.csv").read_text().count("\n") == 4


SEGMENTS = {
    "labs/a.parquet": parquet(pid=["1", "2"], at=["2019-01-01", None], value=pa.array([1, 2], pa.int64())),
    "labs/b.parquet": parquet(pid=["2", "3"], at=["2019-01-01", "2019-01-02"], value=["3.50", "x"]),
}


def test_a_type_that_changes_between_segments_stays_as_each_has_it_and_is_text_where_they_are_one_table(
    project, tmp_path
):
    address = f"sqlite:///{tmp_path}/shown.sqlite"
    made = project(RULES + f"publish: '{address}'\n", SEGMENTS)
    assert made.run().exit_code == 0
    values = [pq.read_table(made.out / f"labs/{name}.parquet")["value"].to_pylist() for name in "ab"]
    assert values == [[1, 2], ["3.50", "x"]]
    store = open_store(address, tmp_path)
    shown = pa.Table.from_batches((store / "labs").read((None, None), 100))
    store.close()
    assert shown["value"].to_pylist() == ["1", "2", "3.50", "x"]


def test_segments_with_other_columns_are_told(project, tmp_path):
    other = parquet(pid=["2"], at=["2019-01-01"], value=["x"], more=["y"])
    made = project(RULES.replace("value: keep", "value: keep, more: keep"), {**SEGMENTS, "labs/b.parquet": other})
    with pytest.raises(PolicyError, match="column-missing"):
        made.run(f"publish=sqlite:///{tmp_path}/shown.sqlite")
    assert not made.out.exists()


def test_the_vault_of_another_project_is_refused_and_left_as_it_is(project, tmp_path):
    made, other = project(CODES, LABS), project(CODES, LABS, name="other")
    (other.folder / "hospital.key").unlink()
    Keyring.create(other.folder / "hospital.key", PASSPHRASE, Cost.cheap())
    other.run()
    vault = shutil.copy(other.folder / "hospital.key.vault", made.folder / "hospital.key.vault")
    held = Path(vault).read_bytes()
    with pytest.raises(KeyringError, match="vault-key"):
        made.run()
    assert Path(vault).read_bytes() == held
    assert not made.out.exists()


def test_a_key_that_does_not_match_takes_nothing_over_from_a_run_that_was_broken_off(project, monkeypatch):
    made = project(RULES, LABS)
    expected = run_then_broken_off(made, monkeypatch)
    shutil.move(made.folder / "hospital.key", made.folder / "old.key")
    Keyring.create(made.folder / "hospital.key", PASSPHRASE, Cost.cheap())
    made.run()
    now = made.bytes_out()
    pseudonyms = [
        {line.split(",")[0] for data in seen.values() for line in data.decode().splitlines()[1:]}
        for seen in (expected, now)
    ]
    assert not pseudonyms[0] & pseudonyms[1]


def run_then_broken_off(made, monkeypatch):
    """What a whole run gives; a second one is broken off before its release."""
    made.run()
    expected = made.bytes_out()
    shutil.rmtree(made.out)
    monkeypatch.setattr(local_run, "release", broken_off)
    with pytest.raises(KeyboardInterrupt):
        made.run()
    monkeypatch.undo()
    return expected


def broken_off(*_):
    raise KeyboardInterrupt


def test_after_a_restart_of_the_machine_side_files_are_made_again(project, monkeypatch):
    """A loss of power may cut short what was never synced, and the run that goes on would show it."""
    made = project(RULES, LABS)
    expected = run_then_broken_off(made, monkeypatch)
    for path in made.folder.glob(".release.veil/units/*/*.csv"):
        os.truncate(path, 4)
    monkeypatch.setattr(assemble, "_boot", lambda: "another")
    made.run()
    assert made.bytes_out() == expected


def test_two_runs_of_one_output_do_not_meet(project):
    made = project(RULES, LABS)
    held = lock(made.folder / ".release.veil" / "lock")
    with pytest.raises(StoreError, match="run-going"):
        made.run()
    os.close(held)
    assert made.run().exit_code == 0
    assert not list(made.folder.glob(".release*"))


def test_where_names_cannot_be_exchanged_the_old_release_is_put_back(project, monkeypatch):
    made = project(RULES, LABS)
    made.run()
    old = made.bytes_out()
    monkeypatch.setattr(swap, "_exchanged", lambda *_: False)
    rename = Path.rename

    def dying(self, to):
        if self.name == "release" and self.parent.name == ".release.veil":
            raise KeyboardInterrupt
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", dying)
    with pytest.raises(KeyboardInterrupt):
        made.run()
    assert not made.out.exists()
    monkeypatch.setattr(Path, "rename", rename)
    swap.put_back(made.out)
    assert made.bytes_out() == old
    made.run()
    assert made.bytes_out() == old
    assert not list(made.folder.glob(".release*"))


SLEEPY = """import os, time
import veil.jobs.local_run as local_run
import veil.jobs.work.units as jobs_units
jobs_units.GROUP_FILES = 1
def sleep(worker, units):
    open(f"worker{os.getpid()}", "w").close()
    time.sleep(60)
local_run.do_units = sleep
if __name__ == "__main__":
    from veil.cli import main
    main()
"""


@pytest.fixture
def sleepers(project):
    """A run whose two workers are busy: the project, the run, and the numbers of the workers."""
    made = project(RULES, LABS)
    (made.folder / "sleepy.py").write_text(SLEEPY)
    told = {**os.environ, "VEIL_PASSPHRASE": PASSPHRASE}
    begun = subprocess.Popen(
        [sys.executable, "sleepy.py", "run", "project.yaml", "-w", "2"],
        cwd=made.folder,
        env=told,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    while len(found := list(made.folder.glob("worker*"))) < 2 and begun.poll() is None:
        time.sleep(0.02)
    yield made, begun, [int(path.name.removeprefix("worker")) for path in found]
    begun.kill()
    begun.wait()
    begun.stderr.close()


def is_gone(number):
    """Whether a process has ended; one that nobody has asked for yet has too."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_workers_end_when_their_run_is_killed(sleepers):
    """They hold keys, and would write where the next run writes."""
    _, begun, workers = sleepers
    assert len(workers) == 2
    begun.kill()
    until = time.monotonic() + 20
    while not all(map(is_gone, workers)) and time.monotonic() < until:
        time.sleep(0.05)
    assert all(map(is_gone, workers))


def test_a_worker_that_is_killed_alone_is_told_and_the_next_run_goes_on(sleepers):
    made, begun, workers = sleepers
    os.kill(workers[0], signal.SIGKILL)
    assert begun.wait(timeout=60) == LimitError.exit_code
    assert b"[worker-gone]" in begun.stderr.read()
    assert not made.out.exists()
    assert made.run(workers=2).exit_code == 0
