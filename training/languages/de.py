"""German: pages of families of our own; no corpus of German letters is trained on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from training.languages.de_families import page
from training.languages.page import Page


def pages(draw: random.Random, corpus: Path | None) -> Iterator[Page]:
    """Pages without end."""
    del corpus
    while True:
        yield page(draw)
