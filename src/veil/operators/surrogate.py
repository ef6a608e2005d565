"""Surrogate: a realistic stand-in, by the kind of value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from veil.keys import Keys
from veil.operators import contact, names, places
from veil.operators.base import Operator, Outcome, one_of
from veil.operators.promise import Promise, promise_of

KINDS = (*names.KINDS, *places.KINDS, *contact.KINDS)


@dataclass(frozen=True, slots=True)
class Surrogate:
    """Replaces a name, place or contact by a realistic surrogate of the given `kind`: see `Name`, `Place` and `Contact`."""

    kind: str = "name"
    name: ClassVar[str] = "surrogate"
    derives: ClassVar[bool] = True
    reversible: ClassVar[bool] = False

    def __post_init__(self) -> None:
        one_of(self.name, "kind", self.kind, KINDS)

    @property
    def promise(self) -> Promise:
        return promise_of(self._operator)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        """Shape: n -> n; null stays null. Errors: KeyringError `keys-missing`."""
        return self._operator.replace(values, about, keys)

    @property
    def _operator(self) -> Operator:
        if self.kind in names.KINDS:
            return names.Name(self.kind)
        return places.Place(self.kind) if self.kind in places.KINDS else contact.Contact(self.kind)
