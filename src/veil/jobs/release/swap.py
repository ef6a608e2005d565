"""Swap: a folder that takes the place of another, so that nobody ever finds half of one, or neither."""

from __future__ import annotations

import ctypes
import os
import shutil
from pathlib import Path

from veil.keys.stores import sync_folder

_HERE, _EXCHANGE = -100, 2  # AT_FDCWD, RENAME_EXCHANGE of renameat2(2)


def swap(fresh: Path, place: Path) -> None:
    """The new folder stands at the place, and what stood there is gone.

    Keeps:   where the system can exchange two names in one step, as Linux can, there is always one of the two: a run that was
             killed between two renames took the old release away and had no new one to show. Elsewhere `put_back` mends it.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    old = _old(place)
    shutil.rmtree(old, ignore_errors=True)
    if not place.exists():
        fresh.rename(place)
    elif _exchanged(fresh, place):
        old = fresh
    else:
        place.rename(old)
        fresh.rename(place)
    sync_folder(place.parent)
    shutil.rmtree(old, ignore_errors=True)


def put_back(place: Path) -> None:
    """What a killed swap moved away stands where it stood."""
    old = _old(place)
    if old.exists() and not place.exists():
        old.rename(place)


def _old(place: Path) -> Path:
    return place.parent / f".{place.name}.old"


def _exchanged(first: Path, other: Path) -> bool:
    """Whether the names of two folders were exchanged; no file system and no system must know how."""
    exchange = getattr(ctypes.CDLL(None), "renameat2", None)
    return exchange is not None and exchange(_HERE, os.fsencode(first), _HERE, os.fsencode(other), _EXCHANGE) == 0
