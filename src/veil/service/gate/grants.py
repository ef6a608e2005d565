"""Grants: what a caller may do and until when, as a bearer token or as a pair of access keys; nothing is stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import time
from collections.abc import Collection
from dataclasses import dataclass

from veil.errors import ServiceError
from veil.keys import Keys

TEXT_SCOPES = ("detect", "deidentify", "phi")
SCOPES = (*TEXT_SCOPES, "jobs", "metrics")
_TOKEN, _ACCESS = "veil_", "VEIL"
_ID = re.compile(r"[0-9a-fA-F]{12}")
_FORMAT = 1
_MAC = 24


@dataclass(frozen=True, slots=True)
class Grant:
    """Shape: `id`: 12 hex digits; `scopes`: of SCOPES. Units: `expires`: seconds since 1970."""

    id: str
    scopes: frozenset[str]
    expires: int

    def packed(self) -> str:
        bits = sum(1 << i for i, scope in enumerate(SCOPES) if scope in self.scopes)
        raw = bytes([_FORMAT, bits]) + self.expires.to_bytes(5, "big") + bytes.fromhex(self.id)
        return base64.b32encode(raw).decode().rstrip("=")


ANYBODY = Grant("local", frozenset(SCOPES), 0)


def new_grant(scopes: Collection[str], seconds: float) -> Grant:
    """A grant with a name of its own.

    Errors:  ServiceError `scope-unknown`.
    """
    if not set(scopes) <= set(SCOPES):
        raise ServiceError("scope-unknown", "unknown scope of a token", hint=f"allowed: {', '.join(SCOPES)}")
    return Grant(os.urandom(6).hex(), frozenset(scopes), int(time.time() + seconds))


class Grants:
    """Makes and reads the tokens of one server key."""

    def __init__(self, keys: Keys) -> None:
        self._tokens = keys.secret("service", "tokens")
        self._access = keys.secret("service", "access-keys")

    def token(self, grant: Grant) -> str:
        return f"{_TOKEN}{grant.packed()}_{self._mac(grant.packed())}"

    def read(self, token: str) -> Grant | None:
        """The grant of a token; None for one that was not made under this key."""
        packed, _, mac = token.removeprefix(_TOKEN).partition("_")
        if not token.startswith(_TOKEN) or not token.isascii() or not hmac.compare_digest(mac, self._mac(packed)):
            return None
        return _unpacked(packed)

    def access_pair(self, grant: Grant) -> tuple[str, str]:
        """An access key id and its secret, as clients of AWS have them."""
        name = _ACCESS + grant.packed()
        return name, self._secret_of(name)

    def read_access(self, name: str) -> tuple[Grant, str] | None:
        """What an access key id grants and its secret: whoever makes up an id does not know the secret of it."""
        grant = _unpacked(name.removeprefix(_ACCESS)) if name.startswith(_ACCESS) and name.isascii() else None
        return (grant, self._secret_of(name)) if grant is not None else None

    def _mac(self, packed: str) -> str:
        raw = hmac.digest(self._tokens, packed.encode(), hashlib.sha256)[:_MAC]
        return base64.urlsafe_b64encode(raw).decode()

    def _secret_of(self, name: str) -> str:
        raw = hmac.digest(self._access, name.encode(), hashlib.sha256)
        return base64.b64encode(raw, b"-_").decode().rstrip("=")[:40]


def id_of(written: str) -> str | None:
    """The id that a line names: as it is, or of a token or an access key id; None for what is none of them."""
    if _ID.fullmatch(written):
        return written.lower()
    if written.startswith(_TOKEN):
        grant = _unpacked(written.removeprefix(_TOKEN).partition("_")[0])
    else:
        grant = _unpacked(written.removeprefix(_ACCESS)) if written.startswith(_ACCESS) else None
    return grant.id if grant is not None else None


def _unpacked(packed: str) -> Grant | None:
    try:
        raw = base64.b32decode(packed + "=" * (-len(packed) % 8))
    except ValueError:
        return None
    if len(raw) != 13 or raw[0] != _FORMAT:
        return None
    scopes = frozenset(scope for i, scope in enumerate(SCOPES) if raw[1] >> i & 1)
    grant = Grant(raw[7:].hex(), scopes, int.from_bytes(raw[2:7], "big"))
    return grant if grant.packed() == packed else None
