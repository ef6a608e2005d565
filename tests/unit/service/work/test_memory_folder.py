"""Work is done in memory, closed in."""

import json
import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest
from tests.portals import site_in

from veil.errors import ServiceError
from veil.service.work.memory_folder import MemoryFolder, kind_of_mount, memory_folder, wipe_dead

MOUNTS = """22 1 0:20 / / rw - ext4 /dev/root rw
30 22 0:25 / /dev/shm rw - tmpfs tmpfs rw
32 22 0:27 / /dev/shm/données rw - xfs /dev/sdc rw
31 22 0:26 / /data/a\\040b rw - ext4 /dev/sdb rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/dev/shm/x", "tmpfs"),
        ("/dev/shmx", "ext4"),
        ("/data/a b/c", "ext4"),
        ("/etc", "ext4"),
        ("/dev/shm/données/x", "xfs"),
    ],
)
def test_the_kind_of_a_folder_is_that_of_its_nearest_mount(folder, kind):

    assert kind_of_mount(Path(folder), MOUNTS) == kind


def test_a_folder_on_a_disk_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("veil.service.work.memory_folder.kind_of_mount", lambda _: "ext4")
    with pytest.raises(ServiceError, match="mount -t tmpfs") as caught:
        memory_folder(tmp_path, tmp_path / "work")
    assert caught.value.code == "memory-folder"


def test_a_folder_that_others_may_enter_or_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "link").symlink_to("/dev/shm")
    for given in (tmp_path / "open", tmp_path / "link"):
        with pytest.raises(ServiceError) as caught:
            memory_folder(tmp_path, given)
        assert caught.value.code == "memory-folder"


def test_what_a_killed_worker_left_is_wiped_and_a_living_ones_is_not(tmp_path):
    living = MemoryFolder(tmp_path)
    dead = tmp_path / "worker-dead"
    (dead / "job").mkdir(parents=True)
    (dead / "job/plain.txt").write_text("left")
    (dead / "lock").touch()
    with living.workspace() as room:
        wipe_dead(tmp_path)
        assert room.is_dir()
        assert not dead.exists()
    assert not room.exists()
    living.close()


PROBE = """
import json, os, sys
from pathlib import Path
from veil.service.work.sandbox import close_in
room, data = Path(sys.argv[1]), Path(sys.argv[2])
told = close_in(room, [data], memory=2 << 30, cpu=20, written=1 << 20)
def tried(do):
    try:
        do()
    except OSError as error:
        return type(error).__name__
    return "done"
def native_write():
    import pyarrow as pa
    with pa.OSFile(str(data / "native"), "wb") as file:
        file.write(b"x")
import socket
def call():
    raise_from(socket.socket(socket.AF_INET, socket.SOCK_STREAM).connect_ex(("127.0.0.1", int(sys.argv[3]))))
def raise_from(code):
    if code:
        raise OSError(code, "no line")
told |= {
    "room": tried(lambda: (room / "x").write_bytes(b"x")), "read data": tried(lambda: os.close(os.open(data / "secret", os.O_RDONLY))),
    "write data": tried(lambda: (data / "y").write_bytes(b"y")), "native": tried(native_write), "large": tried(lambda: (room / "big").write_bytes(bytes(2 << 20))),
    "call": tried(call), "start": tried(lambda: os.system("true")), "secret": os.environ.get("VEIL_PASSPHRASE", "none"),
}
print(json.dumps(told))
"""


def test_a_child_reaches_its_room_and_nothing_else(tmp_path):
    import signal
    import socket

    (tmp_path / "room/tmp").mkdir(parents=True)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/secret").write_text("key")
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        program = f"import signal; signal.signal(signal.{signal.SIGXFSZ.name}, signal.SIG_IGN)\n" + textwrap.dedent(
            PROBE
        )
        done = subprocess.run(
            [sys.executable, "-c", program, tmp_path / "room", tmp_path / "data", str(held.getsockname()[1])],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "VEIL_PASSPHRASE": "open", "OPENBLAS_NUM_THREADS": "1"},
        )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["room"] == "done"
    assert told["secret"] == "none"
    refused = {"write data", "large", "call", "start"} | (
        {"read data", "native"} if told["files"] == "landlock" else set()
    )
    assert {what for what in refused if told[what] == "done"} == set()


def test_a_site_without_a_folder_gets_one_in_memory_of_its_own(tmp_path):
    folder = memory_folder(site_in(tmp_path).seat, None)
    assert kind_of_mount(folder) == "tmpfs"
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.rmdir()


def test_a_folder_in_memory_whose_name_leaves_a_socket_no_room_is_refused():
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory, pytest.raises(ServiceError) as told:
        memory_folder("seat", Path(memory) / ("a" * 60))
    assert told.value.code == "memory-folder"


def test_a_worker_that_can_lock_no_place_says_so(tmp_path, monkeypatch):
    def refused(_):
        raise OSError

    monkeypatch.setattr("veil.service.work.memory_folder.lock", refused)
    with pytest.raises(ServiceError):
        MemoryFolder(tmp_path)


def test_a_worker_whose_place_was_wiped_before_it_was_locked_makes_another(tmp_path, monkeypatch):
    from veil.service.work import memory_folder

    held, once = memory_folder.lock, iter([True])

    def wiped_first(path):
        if next(once, False):
            wipe_dead_once(path.parent)
        return held(path)

    def wipe_dead_once(place):
        import shutil

        shutil.rmtree(place)

    monkeypatch.setattr(memory_folder, "lock", wiped_first)
    made = MemoryFolder(tmp_path)
    with made.workspace() as folder:
        assert folder.is_dir()
    wipe_dead_once(made.place)
    with made.workspace() as folder:
        assert (folder / "in").is_dir()
    made.close()
