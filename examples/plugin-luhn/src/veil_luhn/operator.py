"""Luhn: pseudonyms of numbers that carry a check digit, with a check digit that is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from veil.errors import PolicyError
from veil.keys import Keys, format_originals, keep_format
from veil.operators.base import Outcome, by_distinct, by_domain, outcome
from veil.operators.promise import BY_DOMAIN, Promise

_SHAPE = r"^[0-9](?:[ -]?[0-9])*$"


@dataclass(frozen=True, slots=True)
class LuhnPseudonym:
    """Another number of the same form, one to one under the key, whose check digit is right.

    Shape:   digits, single blanks and hyphens between them stay where they are. `prefix`: digits that stand before the
             number in the sum and not in it, `80840` for an NPI. Unread: a wrong check digit, under seven digits.
    Source:  the Luhn formula, ISO/IEC 7812-1 annex B; the NPI, 45 CFR 162.406.
    """

    prefix: str = ""
    name: ClassVar[str] = "luhn_pseudonym"
    derives: ClassVar[bool] = True
    reversible: ClassVar[bool] = True
    # A number is replaced by another of the same form, so a few may meet their own.
    promise: ClassVar[Promise] = Promise(by_chance=True, form=r"[0-9](?:[ -]?[0-9])*", one_to_one=True, asks=BY_DOMAIN)

    def __post_init__(self) -> None:
        if not isinstance(self.prefix, str) or (
            self.prefix and not (self.prefix.isascii() and self.prefix.isdecimal())
        ):
            raise PolicyError(
                "operator-option", f"`prefix` of `{self.name}` is a text of digits", hint='prefix: "80840"'
            )

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        """Shape: n -> n; null stays null. Errors: KeyringError `keys-missing`."""
        return outcome(
            values, by_domain(values, about, lambda some, domain: self._way(some, domain, keys, keep_format))
        )

    def restore(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        """The numbers that were."""
        return outcome(
            values, by_domain(values, about, lambda some, domain: self._way(some, domain, keys, format_originals))
        )

    def _way(self, values: pa.Array, domain: str, keys: Keys, way: object) -> pa.Array:
        good = by_distinct(values, lambda value: value if value is not None and self._holds(value) else None)
        bodies = pc.utf8_slice_codeunits(good, 0, -1)
        made = way(bodies, keys, f"luhn {domain}")  # type: ignore[operator]
        return by_distinct(made, lambda body: None if body is None else body + self._digit(body))

    def _holds(self, value: str) -> bool:
        whole = pc.match_substring_regex(pa.scalar(value), _SHAPE).as_py()
        return bool(whole) and self._digit(value[:-1]) == value[-1]

    def _digit(self, body: str) -> str:
        """The digit that makes the sum a multiple of ten: from the right, every other digit counts double, its digits added."""
        digits = [int(sign) for sign in self.prefix + body if sign.isdecimal()][::-1]
        total = sum(sum(divmod(2 * digit, 10)) if place % 2 == 0 else digit for place, digit in enumerate(digits))
        return str(-total % 10)
