"""Retry: an action on a store that is tried again, a few times, after a lost connection."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from veil.errors import StoreError

WAITS = (1.0, 4.0, 16.0)  # seconds between tries
Answer = TypeVar("Answer")


def patiently(act: Callable[[], Answer], clear: Callable[[], object] = lambda: None) -> Answer:
    """What the act answers in the end; `clear` takes away what a try left.

    Errors:  those of the act; StoreError `store-gone` once the last try has failed.
    """
    for wait in WAITS:
        try:
            return act()
        except StoreError as error:
            if error.code != "store-gone":
                raise
            clear()
            time.sleep(wait)
    return act()
