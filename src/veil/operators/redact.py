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
    Label.ZIP: "[LOCATION]", Label.STATE: "[LOCATION]", Label.AGE_OVER_89: "[AGE>89]", Label.HEALTH_PLAN: "[ACCOUNT]",
    Label.YEAR: "[DATE]", Label.WEEKDAY: "[DATE]",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Remove:
    """Nothing stands where the value stood."""

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
    """A block for each character (`style: blocks`, which tells the length) or always five stars (`style: stars`)."""

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
    """The kind of what stood there, in brackets: `[NAME]`, `[DATE]`, `[AGE>89]`.

    Shape:   `placeholders`: label -> another text; a value whose label is not told becomes `[REDACTED]`.
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
    """The same text for every value: a category, or a word that says it was taken out."""

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
