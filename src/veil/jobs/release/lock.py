"""Lock: one run at a time over an output; the system lets go of it when a run ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from veil.errors import StoreError


def lock(path: Path) -> int:
    """The handle of a locked file, for as long as it is open.

    Errors:  StoreError `run-going`: two runs would clear each other's side files.
    """
    while True:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:  # the run that ends took its folder away
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise StoreError(
                "run-going",
                "another run is writing to this output folder",
                hint="wait until it has finished, or stop it",
            ) from None
        if _is_at(handle, path):
            return handle
        os.close(handle)


def _is_at(handle: int, path: Path) -> bool:
    """Whether the file is still there under its name: a run that ended takes it away."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
