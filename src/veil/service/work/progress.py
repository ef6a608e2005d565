"""Progress: how far the work on one file is, by how much of its release is written; a file may be one unit of work and take minutes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HUNDRED = 100
_WRITTEN = 80  # of a hundred when all is written; the rest is the second reading
_EVERY = 0.5  # seconds
Tell = Callable[[str, int, int], None]


@contextmanager
def reporting_progress(folder: Path, tell: Tell, *, every: float = _EVERY) -> Iterator[Tell]:
    """What to tell of a run, and meanwhile how much of the file is written.

    Units:   parts of a hundred, which never go back.
    """
    lock, over, last = threading.Lock(), threading.Event(), [0]
    size = max(1, sum(_sizes(folder / "in")))

    def report(stage: str, done: int, whole: int) -> None:
        """As the run tells it; of one unit that is whole only the end."""
        with lock:
            if stage != _STAGE:
                tell(stage, done, whole)
            elif whole > 1 or done == whole:
                at = HUNDRED * done // max(1, whole)
                last[0] = max(last[0], at)
                tell(stage, last[0], HUNDRED)

    def look() -> None:
        before = sum(_sizes(folder)) - size
        while not over.wait(every):
            part = min(_WRITTEN, _WRITTEN * max(0, sum(_sizes(folder)) - size - before) // size)
            with lock:
                if part > last[0]:
                    last[0] = part
                    tell(_STAGE, part, HUNDRED)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield report
    finally:
        over.set()
        thread.join()


_STAGE = "de-identifying"


def _sizes(folder: Path) -> Iterator[int]:
    for path in folder.rglob("*"):
        with suppress(OSError):
            if path.is_file():
                yield path.stat().st_size
