"""Memory: the pages of one block are kept for the next, instead of being given back and faulted in again."""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping

_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
_KEPT = 256 << 20
_OF_A_START = 200_000  # objects; what a command loads before it begins to work is some hundred thousand


def slow_to_purge() -> None:
    """Ask Arrow's allocator to keep freed pages for a second; must be called before pyarrow is loaded.

    Source:  the documentation of mimalloc, `purge_delay` in milliseconds.
    """
    os.environ.setdefault("MIMALLOC_PURGE_DELAY", "1000")


def late_to_collect() -> None:
    """Ask for no collection of garbage until a command has begun to work: what it loads stays, and each search costs as it grows.

    Keeps:   the first collection sees all that is there, sets what is left apart for ever, and later ones come as usual.
    """
    usual = gc.get_threshold()

    def settle(phase: str, _: Mapping[str, int]) -> None:
        if phase == "stop":
            gc.callbacks.remove(settle)
            gc.freeze()
            gc.set_threshold(*usual)

    gc.callbacks.append(settle)
    gc.set_threshold(_OF_A_START, *usual[1:])


def keep_pages() -> None:
    """Ask the C library to keep up to 256 MiB of freed pages; a sixth of the CPU time of a large table is faults.

    Keeps:   called once keys are open: what stretching a passphrase takes for a moment is given back. Does nothing where
             the C library is not glibc.
    Source:  mallopt(3).
    """
    import ctypes  # noqa: PLC0415  ten milliseconds, and no command that only answers needs it

    try:
        tune = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    for option, value in ((_M_MMAP_THRESHOLD, _KEPT), (_M_TRIM_THRESHOLD, _KEPT), (_M_TOP_PAD, 16 << 20)):
        tune(option, value)
