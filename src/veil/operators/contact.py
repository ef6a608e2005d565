"""Contact: stand-ins for telephone numbers, e-mail and web addresses, from ranges that belong to nobody."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from veil.keys import Keys, framed, keep_format, pseudonyms
from veil.operators.base import Outcome, by_distinct, by_domain, one_of, outcome
from veil.operators.promise import ALONE, BY_DOMAIN, Promise

KINDS = ("phone", "email", "url", "ip", "id", "ssn")
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_EXTENSION = re.compile(r"(?i)\s*(?:ext?\.?|extension|x|#)\s*\d+\s*$")
_NETS = ("192.0.2", "198.51.100", "203.0.113")  # RFC 5737
_SCHEME = re.compile(r"(?i)^((?:https?|ftp|s?ftp)://)?(www\.)?")


@dataclass(frozen=True, slots=True)
class Contact:
    """Replaces each address or number by a surrogate, chosen with the key from the folded value.

    Shape:   `kind`: `phone`: punctuation and length stay, area 555 (ten digits) or exchange 555-01 (seven); `email`,
             `url`: under example.org; `ip`: the documentation ranges; `id`: length and alphabet stay, or a pseudonym
             where the format has under a million values; `ssn`: from the areas 000 and 666, which are never issued; two
             may meet. What has too little in it is unread.
    Keeps:   equal addresses get equal stand-ins, however they are punctuated or capitalised.
    Source:  RFC 2606 3, RFC 5737 3, RFC 3849 4; NANPA: 555-0100 to 555-0199 are for fiction,
             555 is no area code. Social Security Administration, POMS RM 10201.035: areas never issued.
    """

    kind: str = "phone"
    name: ClassVar[str] = "surrogate"
    derives: ClassVar[bool] = True
    reversible: ClassVar[bool] = False

    @property
    def promise(self) -> Promise:
        if self.kind == "ssn":
            return Promise(form=r"\D*(?:0\D*0\D*0|6\D*6\D*6)(?:\D*\d){6}\D*", asks=ALONE)
        return Promise(by_chance=self.kind in ("phone", "ip", "id"), asks=BY_DOMAIN)

    def __post_init__(self) -> None:
        one_of(self.name, "kind", self.kind, KINDS)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        """Shape: n -> n; null stays null. Errors: KeyringError `keys-missing`."""
        if self.kind == "id":
            return outcome(values, by_domain(values, about, lambda some, domain: _id(some, keys, domain or "id")))
        secret = keys.secret("surrogate", "contact")
        ways: dict[str, Callable[[bytes, str], str | None]] = {
            "phone": _phone,
            "email": _email,
            "url": _url,
            "ip": _ip,
            "ssn": _ssn,
        }
        way = ways[self.kind]
        return outcome(values, by_distinct(values, lambda value: None if value is None else way(secret, value)))


def _id(values: pa.Array, keys: Keys, domain: str) -> pa.Array:
    return pc.coalesce(keep_format(values, keys, domain), pseudonyms(values, keys, domain))


def _number(secret: bytes, kind: str, folded: str) -> int:
    return int.from_bytes(hmac.digest(secret, framed(kind, folded).encode(), hashlib.sha256), "big")


def _word(number: int, length: int) -> str:
    return "".join(_ALPHABET[(number >> 5 * i) & 31] for i in range(length))


def _phone(secret: bytes, value: str) -> str | None:
    extension = _EXTENSION.search(value)
    main = value[: extension.start()] if extension else value
    digits = "".join(char for char in main if char in "0123456789")
    if len(digits) < 4:
        return None
    drawn = f"{_number(secret, 'phone', digits[-10:]) % 10**18:018}"
    new = _fiction(digits, drawn)
    if extension:
        new += f"{_number(secret, 'extension', value) % 10**18:018}"[
            : sum(char in "0123456789" for char in extension.group())
        ]
    fresh = iter(new)
    return "".join(next(fresh) if char in "0123456789" else char for char in value)


def _fiction(digits: str, drawn: str) -> str:
    """As many digits, in a range that belongs to nobody."""
    count = len(digits)
    if count < 7:
        return drawn[-count:] if drawn[-count:] != digits else drawn[:count]
    if count < 10:
        return "55501" + drawn[: count - 5]
    return digits[: count - 10] + "555" + ("2" + drawn[:6] if drawn[:1] in "01" else drawn[:7])


def _ssn(secret: bytes, value: str) -> str | None:
    """A number of an area that is never issued, punctuated as it was."""
    digits = "".join(char for char in value if char in "0123456789")
    if len(digits) != 9:
        return None
    number = _number(secret, "ssn", digits)
    rest = f"{number // 2 % 99 + 1:02}{number // 512 % 9_999 + 1:04}"
    area = next(prefix for prefix in (("000", "666"), ("666", "000"))[number % 2] if prefix + rest != digits)
    fresh = iter(area + rest)
    return "".join(next(fresh) if char in "0123456789" else char for char in value)


def _email(secret: bytes, value: str) -> str | None:
    if "@" not in value:
        return None
    return f"person-{_word(_number(secret, 'email', value.strip().casefold()), 10)}@example.org"


def _url(secret: bytes, value: str) -> str | None:
    if not re.search(r"\w", value):
        return None
    head = _SCHEME.match(value)
    shown = "".join(part or "" for part in head.groups()) if head else ""
    path = "/" + _word(_number(secret, "url", value.strip().casefold()), 10)
    return f"{shown}example.org{path}"


def _ip(secret: bytes, value: str) -> str | None:
    number = _number(secret, "ip", value.strip().casefold())
    if ":" in value:
        return f"2001:db8::{number & 0xFFFF:x}:{(number >> 16) & 0xFFFF:x}"
    if value.count(".") != 3:
        return None
    return f"{_NETS[number % 3]}.{(number >> 8) % 254 + 1}"
