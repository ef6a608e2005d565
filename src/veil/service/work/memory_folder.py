"""Memory folder: a private folder in memory in which one worker does its jobs; its content is never on a disk."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from veil.errors import Error, ServiceError
from veil.jobs.release.lock import lock

_IN_MEMORY = ("tmpfs", "ramfs")
_TRIES = 20
_OCTAL = re.compile(r"\\([0-7]{3})")  # how the system writes a space, a tab, a line's end and a backslash
_LONGEST = 50  # bytes of the name of a folder: a socket below it, whose name may have 107, needs the others


class MemoryFolder:
    """The place of one worker, locked while it lives.

    Shape:   `place`: its folder.
    Keeps:   nothing of a job outlives it; what a killed worker left is wiped by whoever comes next.
    Errors:  ServiceError `memory-folder`.
    """

    def __init__(self, memory: Path) -> None:
        self._memory = memory
        self.place, self._lock = self._acquired()

    def _acquired(self) -> tuple[Path, int]:
        """A place that is locked; one that was wiped between its making and its locking, as a dead one, is made again."""
        for _ in range(_TRIES):
            place = self._memory / f"worker-{secrets.token_hex(8)}"
            place.mkdir(mode=0o700, parents=True)
            with contextlib.suppress(Error, OSError):
                lock_file = lock(place / "lock")
                if (place / "lock").exists():
                    return place, lock_file
                os.close(lock_file)
        raise _refused("no place in the folder in memory can be locked")

    @contextlib.contextmanager
    def workspace(self) -> Iterator[Path]:
        """An empty folder for one job."""
        if not self.place.is_dir():
            os.close(self._lock)
            self.place, self._lock = self._acquired()
        folder = self.place / secrets.token_hex(8)
        folder.mkdir(mode=0o700)
        for inner in ("in", "tmp"):
            (folder / inner).mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def free(self) -> int:
        """Units: bytes that memory still has for this folder."""
        seen = os.statvfs(self.place)
        return seen.f_bavail * seen.f_frsize

    def close(self) -> None:
        shutil.rmtree(self.place, ignore_errors=True)
        os.close(self._lock)
        with contextlib.suppress(OSError):  # others work there
            self.place.parent.rmdir()


def memory_folder(data: Path | str, given: Path | None) -> Path:
    """The folder in memory of a site, made if it is not there.

    Shape:   `data`: its folder, or the address of its database.
    Keeps:   a folder that is not in memory, that another user made, or whose name is longer than a socket's may be, is refused.
    Errors:  ServiceError `memory-folder`.
    """
    seat = data if isinstance(data, str) else str(data.resolve())
    own = hashlib.sha256(seat.encode()).hexdigest()[:16]
    folder = given if given is not None else Path("/dev/shm") / f"veil-{os.getuid()}-{own}"  # noqa: S108  memory, mode 0700, ours
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        seen = folder.lstat()
    except OSError:
        raise _refused("the folder in memory cannot be made") from None
    if folder.is_symlink() or seen.st_uid != os.getuid() or seen.st_mode & 0o077:
        raise _refused("the folder in memory is not ours alone")
    if len(os.fsencode(folder)) > _LONGEST:
        raise _refused("the folder in memory has too long a name")
    if kind_of_mount(folder) not in _IN_MEMORY:
        raise _refused("this folder is on a disk, and work is done in memory alone")
    return folder


def kind_of_mount(folder: Path, table: str | None = None) -> str:
    """The kind of file system that a folder lies on; "" where the system does not tell.

    Source:  proc(5), /proc/[pid]/mountinfo.
    """
    with contextlib.suppress(OSError):
        table = table if table is not None else Path("/proc/self/mountinfo").read_text(encoding="utf-8")
    best, kind = -1, ""
    for line in (table or "").splitlines():
        before, _, after = line.partition(" - ")
        point = Path(_OCTAL.sub(lambda sign: chr(int(sign[1], 8)), before.split(" ")[4]))
        if folder.resolve().is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), after.split(" ")[0]
    return kind


def wipe_dead(memory: Path) -> None:
    """Takes away what workers left that were killed."""
    for place in memory.glob("worker-*"):
        with contextlib.suppress(Error, OSError):
            lock_file = lock(place / "lock")
            shutil.rmtree(place, ignore_errors=True)
            os.close(lock_file)


def _refused(what: str) -> ServiceError:
    return ServiceError(
        "memory-folder", what, hint="mount -t tmpfs -o mode=0700,size=8g tmpfs DIR, then --memory-folder DIR"
    )
