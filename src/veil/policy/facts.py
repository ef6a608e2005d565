"""Facts: what a row is about, where a table holds facts about a person as rows: a birth, an age, a name, a telephone number."""

from __future__ import annotations

import re
import tomllib
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_TEXT = pa.large_string()
FACTS = "fact"  # the domain of ids that stand as facts in rows
_JOINT = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\W_]+")


@cache
def fact_table() -> tuple[tuple[str, frozenset[str], re.Pattern[str]], ...]:
    """Name, codes and words of each fact, in order."""
    return tuple(
        (fact["name"], frozenset(fact.get("codes", ())), re.compile("|".join(fact["words"])))
        for fact in _page()["fact"]
    )


@cache
def _page() -> dict[str, Any]:
    return tomllib.loads((files("veil.policy") / "facts.toml").read_text(encoding="utf-8"))


@cache
def _persons() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((person["role"], re.compile("|".join(person["words"]))) for person in _page()["person"])


def spaced(name: str) -> str:
    """A name in small letters, its words parted by one blank: `PIIName_First` is `pii name first`."""
    return " ".join(_JOINT.sub(" ", name).lower().split())


@lru_cache(maxsize=65_536)
def fact_of(about: str) -> str:
    """The fact that a row holds which is about this, a code or a name; "" for none."""
    code = about.strip().removesuffix(".0")
    if (
        code[:120].replace(".", "").isdigit() or len(about) > 120
    ):  # a number is no name, and a long text is no word for a fact
        return next((name for name, codes, _ in fact_table() if code in codes), "")
    words = spaced(about)
    code = code.rpartition(":")[2].strip()
    return next((name for name, codes, words_of in fact_table() if code in codes or words_of.search(words)), "")


@lru_cache(maxsize=65_536)
def role_in(about: str) -> str:
    """Whose fact a row holds that is about this: `patient`, `relative` or `clinician`; "" where it names no fact."""
    if not fact_of(about):
        return ""
    words = spaced(about)
    return next((role for role, pattern in _persons() if pattern.search(words)), "patient")


# A batch asks for the same column once for each fact and each column of values.
_lately: deque[tuple[Callable[[str], str], pa.Array, pa.Array]] = deque(maxlen=32)


def facts_in(columns: Sequence[pa.Array]) -> pa.Array:
    """The fact of each row, by the first column that names one; null for none. Shape: n each -> n `large_string`."""
    return _first(fact_of, columns)


def roles_in(columns: Sequence[pa.Array]) -> pa.Array:
    """Whose fact each row holds, by the first column that names one; null for none. Shape: n each -> n `large_string`."""
    return _first(role_in, columns)


def _first(asked: Callable[[str], str], columns: Sequence[pa.Array]) -> pa.Array:
    found = [_answers(asked, column) for column in columns]
    return pc.coalesce(*found) if len(found) > 1 else found[0]


def _answers(asked: Callable[[str], str], column: pa.Array) -> pa.Array:
    for question, known, answers in tuple(_lately):
        if known is column and question is asked:
            return answers
    encoded = pc.dictionary_encode(column)
    distinct_answers = [asked(text) or None if text is not None else None for text in encoded.dictionary.to_pylist()]
    answers = pa.array(distinct_answers, _TEXT).take(encoded.indices)
    _lately.appendleft((asked, column, answers))
    return answers
