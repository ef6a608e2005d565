"""Kept words: those that stay beside a stand-in, from lists/words.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def words(name: str) -> tuple[str, ...]:
    """The words of one list, in order."""
    page = tomllib.loads((files("veil.operators") / "lists" / "words.toml").read_text(encoding="utf-8"))
    return tuple(str(page[name]).split())


@cache
def word_set(*names: str) -> frozenset[str]:
    return frozenset(word for name in names for word in words(name))
