"""Page: a text with gold, and templates that are filled with drawn values."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from veil.model import Label

Draw = Callable[[random.Random], str]
_FIELD = re.compile(r"\{(\w+)\}")


@dataclass
class Page:
    """Shape: `spans` as (start, end, label), in order."""

    text: str = ""
    spans: list[tuple[int, int, Label]] = field(default_factory=list)

    def add(self, text: str, label: Label | None = None) -> None:
        if label is not None and text:
            self.spans.append((len(self.text), len(self.text) + len(text), label))
        self.text += text


def fill(page: Page, template: str, values: Mapping[str, tuple[str, Label | None]]) -> None:
    """Adds a template to a page; `{name}` becomes the value of that name, with its label."""
    at = 0
    for match in _FIELD.finditer(template):
        page.add(template[at : match.start()])
        page.add(*values[match[1]])
        at = match.end()
    page.add(template[at:])
