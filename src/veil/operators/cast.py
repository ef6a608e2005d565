"""Cast: what a cell is stated to be: a whole number, a number, a date or any text; cells that are not are told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from veil.keys import Keys
from veil.lexicon.dates import read_column
from veil.operators.base import Operator, Outcome, one_of
from veil.operators.promise import ALONE, Check, Promise, promise_of

KINDS = ("integer", "float", "string", "datetime")
_INTEGER = r"^\s*\+?(-?)0*([0-9]+)(\.0*)?\s*$"
_POWERED = r"^\s*[-+]?[0-9](\.[0-9]+)?[eE]\+[0-9]{2}\s*$"  # how spreadsheets and R show a long whole number
_FLOAT = r"^\s*[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$"
_NONE = pa.scalar(None, pa.large_string())


def _are_other(values: pa.Array, answers: pa.Array) -> pa.BooleanArray:
    return pc.and_(pc.not_equal(pc.fill_null(values, ""), answers), pc.not_equal(answers, ""))


@dataclass(frozen=True, slots=True)
class Cast:
    """Keeps the value if it has the stated type; other values are emptied and counted.

    Shape:   `kind`: `integer` (`1042`, `1042.0`, `1.042E+03`), `float`, `datetime` (any written date), `string` (everything). Beside
             another operator, as in `{pseudonym: {}, cast: integer}`, the operator reads what the cell says: `1042` for
             `1042.0`, ` 1042` and `01042`.
    """

    kind: str = "string"
    day_first: bool = False
    states_type: ClassVar[bool] = True  # a cell of another type, a word for "no value" too, is emptied
    name: ClassVar[str] = "cast"
    derives: ClassVar[bool] = False
    reversible: ClassVar[bool] = True

    @property
    def promise(self) -> Promise:
        rules = (Check("form", self._are_uncast), Check("kept-changed", _are_other))
        return Promise(changes=False, asks=ALONE, keeps_type=True, checks=rules)

    def _are_uncast(self, values: pa.Array, answers: pa.Array) -> pa.BooleanArray:
        del values
        uncast = cast_cells(answers, self.kind, day_first=self.day_first)[1]
        none = pa.scalar(value=False)
        return pc.if_else(pc.equal(answers, ""), none, none if uncast is None else uncast)

    def __post_init__(self) -> None:
        one_of(self.name, "kind", self.kind, KINDS)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        """Shape: n -> n; null stays null."""
        del about, keys
        _, uncast = cast_cells(values, self.kind, day_first=self.day_first)
        return Outcome(values if uncast is None else pc.if_else(uncast, _NONE, values), uncast, None, uncast)

    def restore(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        del about, keys
        return Outcome(values)


@dataclass(frozen=True, slots=True)
class Casting:
    """An operator that reads cells as what they are stated to be."""

    inner: Operator
    cast: Cast

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def promise(self) -> Promise:
        return promise_of(self.inner)

    @property
    def derives(self) -> bool:
        return self.inner.derives

    @property
    def reversible(self) -> bool:
        return self.inner.reversible

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        cells, uncast = cast_cells(values, self.cast.kind, day_first=self.cast.day_first)
        inner = self.inner.replace(cells, about, keys)
        unread = inner.unread if uncast is None else uncast if inner.unread is None else pc.or_(inner.unread, uncast)
        return replace(inner, unread=unread, uncast=uncast)


def cast_cells(values: pa.Array, kind: str, *, day_first: bool) -> tuple[pa.Array, pa.BooleanArray | None]:
    """What cells say, and which are not of the kind.

    Shape:   n -> n, null where the cell is null or not of the kind; n booleans, or None where all are.
    Keeps:   a null is no failure, and never becomes a text.
    """
    if kind == "string":
        return values, None
    if kind == "integer":
        values = _unpowered(values)
    if kind == "datetime":
        good = read_column(values, day_first=day_first).precision.is_valid()
    else:
        good = pc.fill_null(
            pc.match_substring_regex(values, _INTEGER if kind == "integer" else _FLOAT), fill_value=False
        )
    cells = pc.if_else(good, values, _NONE)
    if kind == "integer":
        cells = pc.replace_substring_regex(cells, _INTEGER, r"\1\2")
    elif kind == "float":
        cells = pc.utf8_trim_whitespace(cells)
    uncast = pc.and_(pc.invert(good), values.is_valid())
    return cells, uncast if pc.any(uncast).as_py() else None


def _unpowered(values: pa.Array) -> pa.Array:
    """`418813` for `4.18813E+05`; what says a fraction stays as it is."""
    powered = pc.fill_null(pc.match_substring_regex(values, _POWERED), fill_value=False)
    if not pc.any(powered).as_py():
        return values
    some = pc.dictionary_encode(values.filter(powered))
    numbers = [Decimal(text.strip()) for text in some.dictionary.to_pylist()]
    whole = [str(int(number)) if number == number.to_integral_value() else str(number) for number in numbers]
    return pc.replace_with_mask(values, powered, pa.array(whole, values.type).take(some.indices))
