"""Pattern tables: the rows that say what a pattern finds, read from tables/*.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from veil.model import Label


@dataclass(frozen=True, slots=True)
class PatternRow:
    """One pattern: what it finds, how sure it is, and who says that it looks like this.

    Shape:   `pattern` is RE2 in Latin-1; its first group, or else all of it, is the span. `context` are words that
             add `lift` to the score when they stand within 48 characters before, or 16 behind; `against` take it away.
             `need`: without a context word there is no span. `good` and `bad` are texts, the span between « and ».
    Units:   scores from 0 to 1; 0.5 is accepted unless a policy says otherwise.
    """

    name: str
    label: Label
    pattern: str
    score: float
    source: str
    check: str = ""
    context: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    need: bool = False
    lift: float = 0.35
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    table: str = field(default="", compare=False)


@cache
def rows(names: tuple[str, ...]) -> tuple[PatternRow, ...]:
    """All rows of the named tables, in order."""
    return tuple(row for name in names for row in _read(name))


def _read(name: str) -> list[PatternRow]:
    text = (files("veil.detectors") / "tables" / f"{name}.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    macros: dict[str, str] = {}
    for key, value in content.get("macros", {}).items():
        macros[key] = _fill(value, macros)
    return [_row(name, entry, macros) for entry in content["row"]]


def _row(table: str, entry: dict[str, object], macros: dict[str, str]) -> PatternRow:
    given = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    given["label"] = Label(str(given["label"]))
    given["pattern"] = _fill(str(given["pattern"]), macros)
    return PatternRow(**given, table=table)  # type: ignore[arg-type]  # the test of the tables proves the types


def _fill(pattern: str, macros: dict[str, str]) -> str:
    for key, value in macros.items():
        pattern = pattern.replace("{" + key + "}", value)
    return pattern
