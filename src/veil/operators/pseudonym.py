"""Pseudonyms: identifiers that stand for others: permuted under the key, hashed under it, or drawn at random."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from veil.keys import (
    Keys,
    format_originals,
    integer_originals,
    integers,
    keep_format,
    originals,
    pseudonyms,
)
from veil.model import column_of
from veil.operators.base import Outcome, by_domain, in_range, one_of, outcome
from veil.operators.promise import BY_DOMAIN, Promise

_TEXT = pa.large_string()
_WAYS = {"text": pseudonyms, "integer": integers, "keep": keep_format}
_BACK = {"text": originals, "integer": integer_originals, "keep": format_originals}
_CANONICAL = ("text", "integer")


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """Replaces each identifier by another one, one to one within its domain, computed with the key.

    Shape:   `format`: `text` (26 characters for most), `integer` (under 2**53), `keep` (length and alphabet stay, which
             tells them; formats of under a million values are unread). `canonical: integer` takes `007` for `7`.
    """

    format: str = "text"
    canonical: str = "text"
    name: ClassVar[str] = "pseudonym"
    derives: ClassVar[bool] = True
    reversible: ClassVar[bool] = True
    under_safe_harbor: ClassVar[str] = "code"  # 45 CFR 164.514(c): a random code, not one that is derived

    @property
    def promise(self) -> Promise:
        return _ids_promise(self.format, self.canonical)

    def __post_init__(self) -> None:
        one_of(self.name, "format", self.format, tuple(_WAYS))
        one_of(self.name, "canonical", self.canonical, _CANONICAL)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        """Shape: n -> n; null stays null. Errors: KeyringError `keys-missing`."""
        way = _WAYS[self.format]
        return outcome(values, by_domain(canonical_ids(values, self.canonical), about, lambda v, d: way(v, keys, d)))

    def restore(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        """The originals, exactly (in canonical form, where one was asked for)."""
        back = _BACK[self.format]
        return outcome(values, by_domain(values, about, lambda v, d: back(v, keys, d)))

    @property
    def sure(self) -> bool:
        """Whether `undo` gives back, by construction, whatever was answered: a permutation, read as it stood."""
        return self.canonical == "text"

    def undo(self, values: pa.Array, about: pa.Table, keys: Keys) -> pa.Array:
        """The originals as far as they can be computed; the way back holds what this does not give."""
        return self.restore(values, about, keys).values


@dataclass(frozen=True, slots=True)
class Hash:
    """Replaces the value by a keyed hash: hex digits of HMAC-SHA256 over domain and value.

    Units:   `length`: 8 to 64 hex digits; of 16, a billion values share none with a chance of 97 in 100.
    """

    length: int = 32
    canonical: str = "text"
    name: ClassVar[str] = "hash"
    derives: ClassVar[bool] = True
    reversible: ClassVar[bool] = False

    @property
    def promise(self) -> Promise:
        return _ids_promise("text", self.canonical)

    def __post_init__(self) -> None:
        in_range(self.name, "length", self.length, 8, 64)
        one_of(self.name, "canonical", self.canonical, _CANONICAL)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        def hashed(some: pa.Array, domain: str) -> pa.Array:
            secret = keys.secret("hash", domain)
            encoded = pc.dictionary_encode(some)
            words = encoded.dictionary.to_pylist()
            codes = [hmac.digest(secret, word.encode(), hashlib.sha256).hex()[: self.length] for word in words]
            return pa.array(codes, _TEXT).take(encoded.indices)

        return outcome(values, by_domain(canonical_ids(values, self.canonical), about, hashed))


@dataclass(frozen=True, slots=True)
class Code:
    """Replaces the value by the random code that the vault stores for it; `Vault.mint` creates the codes.

    Shape:   a value without a code is unread. `format` and `canonical` must be those of the minting.
    Source:  45 CFR 164.514(c): a code that is not derived from information about the individual.
    """

    format: str = "text"
    canonical: str = "text"
    name: ClassVar[str] = "code"
    derives: ClassVar[bool] = False
    reversible: ClassVar[bool] = True

    @property
    def promise(self) -> Promise:
        return replace(_ids_promise(self.format, self.canonical), minted=True)

    def __post_init__(self) -> None:
        one_of(self.name, "format", self.format, ("text", "integer"))
        one_of(self.name, "canonical", self.canonical, _CANONICAL)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        """Shape: n -> n; null stays null. Errors: KeyringError `vault-missing`."""
        vault = keys.require_vault()
        return outcome(values, by_domain(canonical_ids(values, self.canonical), about, lambda v, d: vault.codes(d, v)))

    def mint(self, values: pa.Array, about: pa.Table, keys: Keys) -> int:
        """Codes for the values that have none, durable before this returns: the step of pass one."""
        vault = keys.require_vault()
        domains = pc.fill_null(column_of(about, "domain"), "")
        ids = canonical_ids(values, self.canonical)
        return sum(
            vault.mint(domain, ids.filter(pc.equal(domains, domain)), format=self.format)
            for domain in pc.unique(domains).to_pylist()
        )

    def restore(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        vault = keys.require_vault()
        return outcome(values, by_domain(values, about, lambda v, d: vault.originals(d, v)))

    @property
    def sure(self) -> bool:
        """Whether `undo` gives back, by construction, whatever was answered: a permutation, read as it stood."""
        return self.canonical == "text"

    def undo(self, values: pa.Array, about: pa.Table, keys: Keys) -> pa.Array:
        """The originals that the vault holds; the way back holds the others."""
        return self.restore(values, about, keys).values


def canonical_ids(values: pa.Array, canonical: str) -> pa.Array:
    """`7` for `007`, where integers are meant."""
    if canonical == "text":
        return values
    return pc.replace_substring_regex(values, r"^\s*\+?0*([0-9]+)\s*$", r"\1")


def _ids_promise(format_: str, canonical: str) -> Promise:
    """What all three promise: other identifiers, one to one; numbers and answers of the same form may meet a value."""
    return Promise(
        by_chance=format_ != "text",
        one_to_one=True,
        canonical=canonical,
        asks=BY_DOMAIN,
        keeps_type=format_ == "integer",
        integers=format_ == "integer",
    )
