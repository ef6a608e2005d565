"""Form: one way to write a date, as a row of dates.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

_GROUP = re.compile(r"\(\?P<\w+>")
_HOLE = re.compile(r"\{([a-z]\w*)\}")


@dataclass(frozen=True, slots=True)
class Form:
    """A row of the table.

    Shape:   `patterns` are regular (no look-around, no back-reference), one for each mark; `sought` the same for a
             search in text: no named groups, no time but one that a `T` joins. `good` maps a text to what it says
             when it is read month first; `wider` is the form of a range that has left its month.
    """

    id: str
    patterns: tuple[str, ...]
    sought: tuple[str, ...]
    precision: str
    width: int
    text: str
    named: bool
    wider: str
    good: Mapping[str, str]
    bad: tuple[str, ...]

    @property
    def is_range(self) -> bool:
        return self.id.startswith("range-")


@dataclass(frozen=True)
class FormReader:
    """A form with one of its marks; matches whole texts."""

    form: Form
    pattern: str

    @cached_property
    def match(self) -> re.Pattern[str]:
        """Compiled when a text is first held against it: most texts are of the first forms."""
        return re.compile(self.pattern)


@cache
def forms() -> tuple[Form, ...]:
    """All rows, in the order in which a text is tried."""
    page = tomllib.loads((files("veil.lexicon") / "dates.toml").read_text(encoding="utf-8"))
    macros: dict[str, str] = {}
    for name, value in page["macros"].items():
        macros[name] = _filled(value, macros)
    search = macros | {name: _filled(value, macros) for name, value in page["search"].items()}
    return tuple(_form(row, macros, search) for row in page["form"])


@cache
def readers(*, named: bool) -> tuple[FormReader, ...]:
    """The forms that have a month's name, or those that have none."""
    return tuple(FormReader(form, pattern) for form in forms() if form.named is named for pattern in form.patterns)


def _form(row: Mapping[str, object], macros: Mapping[str, str], search: Mapping[str, str]) -> Form:
    marks = row.get("marks", ["x"])
    pattern = str(row["pattern"])
    if not isinstance(marks, list) or not isinstance(row["good"], dict) or not isinstance(row["bad"], list):
        raise TypeError(row["id"])
    marked = [pattern.replace("{x}", _mark(mark)) for mark in marks]
    patterns = tuple(_filled(form, macros) for form in marked)
    sought = tuple(_GROUP.sub("(?:", _filled(form, search)) for form in marked)
    return Form(
        id=str(row["id"]),
        patterns=patterns,
        sought=sought,
        precision=str(row["precision"]),
        width=int(str(row["width"])),
        text=str(row["text"]),
        named="{mon}" in pattern,
        wider=str(row.get("wider", "")),
        good=dict(row["good"]),
        bad=tuple(row["bad"]),
    )


def _mark(mark: str) -> str:
    return mark if mark.startswith("[") else re.escape(mark)


def _filled(pattern: str, macros: Mapping[str, str]) -> str:
    return _HOLE.sub(lambda hole: macros[hole.group(1)], pattern)
