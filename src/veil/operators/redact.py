"""Redaction: operators that say nothing of the value but, perhaps, what it was."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from veil.errors import PolicyError
from veil.keys import Keys
from veil.model import Label, column_of
from veil.operators.base import Outcome, one_of
from veil.operators.promise import ALONE, Check, Promise, written_as

_TEXT = pa.large_string()
BLOCK = "█"
UNTOLD = "[REDACTED]"
PLACEHOLDERS: Mapping[Label, str] = {label: f"[{label.value}]" for label in Label} | {
    Label.ZIP: "[LOCATION]",
    Label.STATE: "[LOCATION]",
    Label.AGE_OVER_89: "[AGE>89]",
    Label.HEALTH_PLAN: "[ACCOUNT]",
    Label.YEAR: "[DATE]",
    Label.WEEKDAY: "[DATE]",
}


@dataclass(frozen=True, slots=True)
class Remove:
    """Removes the value: the result is an empty text."""

    name: ClassVar[str] = "remove"
    derives: ClassVar[bool] = False
    reversible: ClassVar[bool] = False
    promise: ClassVar[Promise] = Promise(
        asks=ALONE, checks=(Check("form", lambda _, answers: pc.not_equal(answers, "")),)
    )

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        del about, keys
        return Outcome(_constant(values, ""))


@dataclass(frozen=True, slots=True)
class Mask:
    """Masks the value: five stars (`style: stars`), or a block for each character (`style: blocks`, which reveals the length)."""

    style: str = "stars"
    name: ClassVar[str] = "mask"
    derives: ClassVar[bool] = False
    reversible: ClassVar[bool] = False
    promise: ClassVar[Promise] = Promise(stays=written_as(rf"\*+|{BLOCK}+"), asks=ALONE)

    def __post_init__(self) -> None:
        one_of(self.name, "style", self.style, ("stars", "blocks"))

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        del about, keys
        if self.style == "stars":
            return Outcome(_constant(values, "*****"))
        return Outcome(pc.binary_repeat(pa.scalar(BLOCK, _TEXT), pc.utf8_length(values)).cast(_TEXT))


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Replaces the value by its label in brackets: `[NAME]`, `[DATE]`, `[AGE>89]`.

    Shape:   `placeholders`: label -> another text; a value without a label becomes `[REDACTED]`.
    """

    placeholders: Mapping[str, str] = field(default_factory=dict, hash=False)
    name: ClassVar[str] = "placeholder"
    derives: ClassVar[bool] = False
    reversible: ClassVar[bool] = False

    @property
    def promise(self) -> Promise:
        shown = {UNTOLD, *PLACEHOLDERS.values(), *self.placeholders.values()}
        return Promise(stays=written_as("|".join(map(re.escape, sorted(shown)))), asks=frozenset({"label"}))

    def __post_init__(self) -> None:
        unknown = [label for label in self.placeholders if label not in Label.__members__]
        if unknown:
            raise PolicyError("operator-option", "`placeholders` contains an unknown label")

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        del keys
        labels = pc.dictionary_encode(column_of(about, "label"))
        texts = {label.value: shown for label, shown in PLACEHOLDERS.items()} | dict(self.placeholders)
        spelled = pa.array([texts.get(label, UNTOLD) for label in labels.dictionary.to_pylist()], _TEXT)
        shown = pc.fill_null(spelled.take(labels.indices), UNTOLD)
        return Outcome(pc.if_else(values.is_valid(), shown, pa.scalar(None, _TEXT)))


@dataclass(frozen=True, slots=True)
class Constant:
    """Replaces every value by the same text: a category, or a word that marks a removed value."""

    value: str | int | float | bool = ""
    name: ClassVar[str] = "constant"
    derives: ClassVar[bool] = False
    reversible: ClassVar[bool] = False

    @property
    def promise(self) -> Promise:
        return Promise(stays=written_as(re.escape(str(self.value))), asks=ALONE, keeps_type=True)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        del about, keys
        return Outcome(_constant(values, str(self.value)))


def _constant(values: pa.Array, text: str) -> pa.Array:
    return pc.if_else(values.is_valid(), pa.scalar(text, _TEXT), pa.scalar(None, _TEXT))
